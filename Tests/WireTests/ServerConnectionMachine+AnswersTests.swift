import NIOCore
import Testing

@testable import Wire

/// Answers, credit and the room for them.
@Suite struct ServerConnectionMachineAnswersTests {
    @Test func aFullQueueAsksForAPauseAndSaysWhenItIsOver() {
        var machine = greetedServer()
        let call = machine.opened(
            1, unary(credit: Credit(events: 1_000_000, bytes: 2_000_000_000)), at: at(0))
        let page = OutboundMessage(Array(repeating: 0, count: 70_000))
        let first = machine.messageSubmitted(call, page, at: at(0))
        #expect(first == .queued(allowance: Credit(events: 999_999, bytes: 131_072 - 70_000)))
        let second = machine.messageSubmitted(call, page, at: at(0))
        guard case .queued(let allowance) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(!allowance.isPositive)
        #expect(machine.calls[call]?.lane.awaitsRelief == true)

        var output = ByteBuffer()
        let early = machine.outputWanted(into: &output, bytesMax: 16_000, at: at(0))
        #expect(early.relieved.isEmpty)
        output.clear()
        let later = machine.outputWanted(into: &output, bytesMax: 80_000, at: at(0))
        #expect(later.relieved.map(\.call) == [call])
        #expect(later.relieved.first?.allowance.isPositive == true)
        #expect(machine.calls[call]?.lane.awaitsRelief == false)
    }

    /// A reply is a message and the end of its call, in one step.
    @Test func aReplyIsAMessageAndItsEnd() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let willBeSent = machine.replySubmitted(call, OutboundMessage([1, 2, 3]), at: at(0))
        #expect(willBeSent)
        let isAwaited = machine.awaitsAnswer(call)
        #expect(!isAwaited)
        let frames = machine.framesOut(at: at(0))
        #expect(
            frames == [
                .message(call, Part(bytes: ByteBuffer(bytes: [1, 2, 3]), events: 1)),
                .status(call, .ok),
            ])
        #expect(machine.callsHeld == 0)
        #expect(machine.queuedBytes == 0)
    }

    @Test func aReplyThatIsTooLargeBecomesAStatus() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let huge = OutboundMessage(Array(repeating: 0, count: machine.peerMessageBytesMax + 1))
        let willBeSent = machine.replySubmitted(call, huge, at: at(0))
        #expect(willBeSent)
        let frames = machine.framesOut(at: at(0))
        #expect(frames.count == 1)
        guard case .status(_, let status) = frames.first else {
            Issue.record("\(frames)")
            return
        }
        #expect(status.code != .ok)
    }

    @Test func aReplyToACancelledCallFreesItsPlace() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let reaction = machine.frameReceived(.cancel(call), at: at(0))
        #expect(reaction == .cancelled(call, .client))
        #expect(machine.callsHeld == 1)
        let willBeSent = machine.replySubmitted(call, OutboundMessage([1]), at: at(0))
        #expect(!willBeSent)
        #expect(machine.callsHeld == 0)
        let frames = machine.framesOut(at: at(0))
        #expect(frames.isEmpty)
    }

    @Test func theStandingIsThatOfTheProperties() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        _ = machine.messageSubmitted(call, OutboundMessage([1, 2, 3]), at: at(0))
        let standing = machine.standing()
        #expect(standing.hasOutput && machine.hasOutput)
        #expect(standing.wantsInput == machine.wantsInput)
        #expect(standing.queuedBytes == 3)
        #expect(standing.callsHeld == 1)
        #expect(standing.wakeAt == machine.wakeAt)
    }

    /// It may have counted a little differently, and would wait for ever.
    @Test func whoeverHasSentSomethingIsToldWhenItIsGone() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        _ = machine.messageSubmitted(call, OutboundMessage([1, 2, 3]), at: at(0))
        var output = ByteBuffer()
        let round = machine.outputWanted(into: &output, bytesMax: .max, at: at(0))
        #expect(
            round.relieved == [
                OutputRound.Relief(call: call, allowance: Credit(events: 999, bytes: 131_072))
            ])
        output.clear()
        let next = machine.outputWanted(into: &output, bytesMax: .max, at: at(0))
        #expect(next.relieved.isEmpty)
    }

    @Test func answersThatWaitForCreditLeaveOtherCallsTheirRoom() {
        var machine = greetedServer()
        let paused = machine.opened(1, unary(credit: Credit(events: 0, bytes: 0)), at: at(0))
        _ = machine.messageSubmitted(
            paused, OutboundMessage(Array(repeating: 0, count: 1_000_000)), at: at(0))
        let other = machine.opened(2, at: at(0))
        #expect(machine.allowance(of: other).bytes == 131_072)
    }

    @Test func theClientsCreditIsPassedOn() {
        var machine = greetedServer()
        let call = machine.opened(1, unary(credit: Credit(events: 0, bytes: 0)), at: at(0))
        let reaction = machine.frameReceived(
            .credit(call, Credit(events: 3, bytes: 500)), at: at(0))
        #expect(reaction == .allowed(call, Credit(events: 3, bytes: 500)))
    }

    @Test func creditWithoutEventsOrBytesAllowsNothingYet() {
        var machine = greetedServer()
        let call = machine.opened(1, unary(credit: Credit(events: 0, bytes: 0)), at: at(0))
        let reaction = machine.frameReceived(
            .credit(call, Credit(events: 3, bytes: 0)), at: at(0))
        #expect(reaction == .none)
        let second = machine.frameReceived(
            .credit(call, Credit(events: 0, bytes: 9)), at: at(0))
        #expect(second == .allowed(call, Credit(events: 3, bytes: 9)))
    }

    @Test func tooMuchCreditEndsTheCallOnly() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let reaction = machine.frameReceived(
            .credit(call, Credit(events: .max, bytes: 1)), at: at(0))
        #expect(reaction == .cancelled(call, .violation))
        #expect(machine.phase == .open)
        let frames = machine.framesOut(at: at(0))
        guard case .status(_, let status) = frames.first else {
            Issue.record("\(frames)")
            return
        }
        #expect(status.code == .outOfRange)
    }

    @Test func anAnswerLargerThanTheClientTakesBecomesAStatus() {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        var greeting = hello()
        greeting.messageBytesMax = 65_536
        _ = machine.frameReceived(.hello(greeting), at: at(0))
        _ = machine.framesOut(at: at(0))
        let call = machine.opened(1, at: at(0))
        let action = machine.messageSubmitted(
            call, OutboundMessage(Array(repeating: 0, count: 65_537)), at: at(0))
        #expect(action == .tooLarge)
        let frames = machine.framesOut(at: at(0))
        guard case .status(_, let status) = frames.first else {
            Issue.record("\(frames)")
            return
        }
        #expect(status.info?.reason == "MESSAGE_TOO_LARGE")
        #expect(machine.callsHeld == 0)
    }

    @Test func whatAHandlerGivesBackMayBeSentAgain() {
        var limits = Limits()
        limits.callCreditBytes = 20
        limits.callCreditEvents = 1
        var machine = greetedServer(limits)
        let call = machine.opened(1, Open(method: "m", credit: plenty), at: at(0))
        let first = machine.frameReceived(.message(call, text("abcdefgh")), at: at(0))
        guard case .deliver(_, let message, _) = first else {
            Issue.record("\(first)")
            return
        }
        machine.creditGiven(call, message.cost)
        let frames = machine.framesOut(at: at(0))
        #expect(frames == [.credit(call, Credit(events: 1, bytes: 24))])
        let second = machine.frameReceived(.message(call, text("x")), at: at(0))
        guard case .deliver = second else {
            Issue.record("\(second)")
            return
        }
        let third = machine.frameReceived(.message(call, text("y")), at: at(0))
        #expect(third == .cancelled(call, .violation))
        let status = machine.framesOut(at: at(0))
        #expect(status == [.status(call, .creditOverrun)])
    }

    @Test func creditIsGivenOnlyWhileTheClientMaySend() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        machine.creditGiven(call, Credit(events: 1, bytes: 1))
        machine.creditGiven(CallID(77), Credit(events: 1, bytes: 1))
        #expect(machine.framesOut(at: at(0)).isEmpty)
    }

    @Test func onlyTheFirstEndCounts() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let first = machine.handlerFinished(call, .ok, at: at(0))
        let second = machine.handlerFinished(call, WireStatus(.internal), at: at(0))
        #expect(first)
        #expect(!second)
        let late = machine.messageSubmitted(call, OutboundMessage([1]), at: at(0))
        #expect(late == .dropped)
        #expect(machine.framesOut(at: at(0)) == [.status(call, .ok)])
    }
}
