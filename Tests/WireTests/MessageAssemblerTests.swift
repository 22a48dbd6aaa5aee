import NIOCore
import Testing

@testable import Wire

@Suite struct MessageAssemblerTests {
    private func part(
        _ assembler: inout MessageAssembler, _ part: Part, isBlock: Bool = false,
        bytesMax: Int = 1_000
    ) -> MessageAssembler.Outcome {
        assembler.partArrived(part, isBlock: isBlock, bytesMax: bytesMax, at: at(5))
    }

    @Test func aWholeMessagePassesThrough() {
        var assembler = MessageAssembler(credit: plenty)
        let outcome = part(&assembler, text("abc", events: 2))
        #expect(
            outcome
                == .complete(
                    InboundMessage(
                        bytes: ByteBuffer(string: "abc"), events: 2,
                        cost: Credit(events: 2, bytes: 19))))
        #expect(assembler.credit == Credit(events: 998, bytes: 1_000_000 - 19))
        #expect(!assembler.isInMessage)
    }

    @Test func partsBecomeOneMessageThatCostsAllItsFrames() {
        var assembler = MessageAssembler(credit: plenty)
        let first = part(&assembler, text("ab", events: 3, more: true))
        #expect(first == .incomplete)
        #expect(assembler.begunAt == at(5))
        #expect(assembler.heldBytes == 2)
        let second = part(&assembler, text("c", events: 0, more: true))
        #expect(second == .incomplete)
        let last = part(&assembler, text("", events: 0))
        #expect(
            last
                == .complete(
                    InboundMessage(
                        bytes: ByteBuffer(string: "abc"), events: 3,
                        cost: Credit(events: 3, bytes: 3 * 16 + 3))))
        #expect(assembler.heldBytes == 0)
        #expect(!assembler.isInMessage)
    }

    /// The answer to an earlier message gives credit while this one is half there.
    @Test func creditGivenInBetweenDoesNotChangeTheCost() {
        var assembler = MessageAssembler(credit: plenty)
        _ = part(&assembler, text("ab", events: 3, more: true))
        let isGiven = assembler.creditGiven(Credit(events: 7, bytes: 500))
        #expect(isGiven)
        let last = part(&assembler, text("c", events: 0))
        #expect(
            last
                == .complete(
                    InboundMessage(
                        bytes: ByteBuffer(string: "abc"), events: 3,
                        cost: Credit(events: 3, bytes: 2 * 16 + 3))))
        #expect(assembler.credit == Credit(events: 1_004, bytes: 1_000_500 - 35))
    }

    @Test func aMessageLargerThanTheLimitIsRefusedAtThePartThatPassesIt() {
        var assembler = MessageAssembler(credit: plenty)
        let first = part(&assembler, text("abcd", more: true), bytesMax: 5)
        #expect(first == .incomplete)
        let second = part(&assembler, text("ef", events: 0), bytesMax: 5)
        #expect(second == .refused(.messageTooLarge(5)))
        #expect(assembler.heldBytes == 4)
    }

    @Test func aMessageMayBeginWithAnyCreditButNotWithout() {
        var assembler = MessageAssembler(credit: Credit(events: 1, bytes: 1))
        let first = part(&assembler, text("abc", events: 1))
        #expect(first != .refused(.creditOverrun))
        #expect(assembler.credit.bytes == 1 - 19)
        let second = part(&assembler, text("", events: 0))
        #expect(second == .refused(.creditOverrun))
        let given = assembler.creditGiven(Credit(events: 1, bytes: 19))
        #expect(given)
        let third = part(&assembler, text("x", events: 1))
        #expect(third != .refused(.creditOverrun))
    }

    @Test func continuationsAreOfTheSameKindAndCountNoEvents() {
        var assembler = MessageAssembler(credit: plenty)
        _ = part(&assembler, text("a", more: true))
        let counted = part(&assembler, text("b", events: 1))
        #expect(counted == .refused(.eventsInContinuation))
        let other = part(&assembler, text("b", events: 0), isBlock: true)
        #expect(other == .refused(.mixedKinds))
    }

    @Test func resetForgetsTheUnfinishedMessage() {
        var assembler = MessageAssembler(credit: plenty)
        _ = part(&assembler, text("a", more: true))
        assembler.reset()
        #expect(assembler.heldBytes == 0)
        #expect(assembler.begunAt == nil)
    }
}
