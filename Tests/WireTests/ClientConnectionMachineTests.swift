import NIOCore
import Testing

@testable import Wire

/// The client's side: the reaction, what is sent, and the state afterwards.
@Suite struct ClientConnectionMachineTests {
    private func ask(
        _ bytes: [UInt8] = [1], deadlineMs: UInt32? = nil, ends: Bool = true
    ) -> OutgoingCall {
        OutgoingCall(
            method: "a.B/C", deadlineMs: deadlineMs, credit: plenty,
            message: OutboundMessage(bytes), ends: ends)
    }

    @Test func itGreetsFirstAndWaits() {
        var machine = ClientConnectionMachine(limits: Limits(), hello: hello(), at: at(0))
        var output = ByteBuffer()
        let isLast = machine.outputWanted(into: &output, bytesMax: .max)
        #expect(!isLast)
        #expect(output.readableBytesView.starts(with: Limits.preface))
        let early = machine.callStarted(ask(), at: at(0))
        #expect(early == .notOpen)
        #expect(machine.phase == .greeting)
    }

    @Test func theWelcomeOpensIt() {
        let machine = greetedClient()
        #expect(machine.phase == .open)
        #expect(machine.welcome?.ledger == ledger)
    }

    @Test func aSmallMessageTravelsInTheOpen() {
        var machine = greetedClient()
        let action = machine.callStarted(ask([7], deadlineMs: 50), at: at(0))
        #expect(action == .started(CallID(1)))
        let frames = machine.framesOut()
        let part = Part(bytes: ByteBuffer(bytes: [7]), events: 1, ends: true)
        #expect(
            frames == [
                .open(
                    CallID(1),
                    Open(
                        method: "a.B/C", deadlineMs: 50, credit: plenty, first: part, ends: true))
            ])
    }

    @Test func aLargeMessageTakesItsTurns() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(Array(repeating: 1, count: 20_000)), at: at(0))
        let frames = machine.framesOut()
        #expect(frames.count == 3)
        guard case .open(_, let open) = frames.first, case .message(_, let last) = frames.last
        else {
            Issue.record("\(frames)")
            return
        }
        #expect(open.first == nil)
        #expect(!open.ends)
        #expect(last.ends)
    }

    @Test func theServersLimitsAreKept() {
        var limits = Limits()
        limits.callsMax = 1
        limits.messageBytesMax = 65_536
        var machine = ClientConnectionMachine(limits: Limits(), hello: hello(), at: at(0))
        var server = ServerConnectionMachine(limits: limits, identity: identity, at: at(0))
        _ = server.frameReceived(.hello(hello()), at: at(0))
        for frame in server.framesOut(at: at(0)) { _ = machine.frameReceived(frame, at: at(0)) }
        let tooLarge = machine.callStarted(ask(Array(repeating: 0, count: 65_537)), at: at(0))
        #expect(tooLarge == .refused(.messageTooLarge(65_536)))
        let first = machine.callStarted(ask(), at: at(0))
        #expect(first == .started(CallID(1)))
        let second = machine.callStarted(ask(), at: at(0))
        #expect(second == .tooManyCalls)
        #expect(machine.callsOpen == 1)
    }

    @Test func answersAndTheEnd() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(), at: at(0))
        let first = machine.frameReceived(.message(CallID(1), text("ab", more: true)), at: at(0))
        #expect(first == .none)
        let second = machine.frameReceived(.message(CallID(1), text("c", events: 0)), at: at(0))
        guard case .deliver(CallID(1), let message) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(message.bytes == ByteBuffer(string: "abc"))
        let block = machine.frameReceived(.block(CallID(1), text("zz", events: 9)), at: at(0))
        guard case .deliver(CallID(1), let sealed) = block else {
            Issue.record("\(block)")
            return
        }
        #expect(sealed.isBlock)
        #expect(sealed.events == 9)
        let end = machine.frameReceived(.status(CallID(1), .ok), at: at(0))
        #expect(end == .ended(CallID(1), .ok))
        #expect(machine.callsOpen == 0)
        let stray = machine.frameReceived(.message(CallID(1), text("x")), at: at(0))
        #expect(stray == .none)
        #expect(machine.phase == .open)
    }

    @Test func aServerThatOverrunsItsCreditLosesTheCall() {
        var machine = greetedClient()
        _ = machine.callStarted(
            OutgoingCall(method: "m", credit: Credit(events: 1, bytes: 1), ends: true), at: at(0))
        _ = machine.framesOut()
        _ = machine.frameReceived(.message(CallID(1), text("x")), at: at(0))
        let second = machine.frameReceived(.message(CallID(1), text("x")), at: at(0))
        #expect(second == .ended(CallID(1), .creditOverrun))
        #expect(machine.framesOut() == [.cancel(CallID(1))])
        #expect(machine.phase == .open)
    }

    @Test func aFrameForACallThatNeverWasEndsTheConnection() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(), at: at(0))
        let reaction = machine.frameReceived(.status(CallID(2), .ok), at: at(0))
        #expect(reaction == .close(lost: [CallID(1)]))
        #expect(machine.fault?.kind == .callNeverOpened)
    }

    @Test func cancelIsToldToTheServerOnce() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(), at: at(0))
        _ = machine.framesOut()
        let first = machine.callCancelled(CallID(1))
        let second = machine.callCancelled(CallID(1))
        #expect(first)
        #expect(!second)
        #expect(machine.framesOut() == [.cancel(CallID(1))])
    }

    @Test func aDeadlineEndsTheCallHereAndIsNotToldToTheServer() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(deadlineMs: 100), at: at(0))
        _ = machine.framesOut()
        #expect(machine.wakeAt == at(100))
        let early = machine.timePassed(at: at(99))
        #expect(early == ClientTimeAction())
        let late = machine.timePassed(at: at(100))
        #expect(late == ClientTimeAction(expired: [CallID(1)]))
        #expect(machine.framesOut() == [])
        #expect(machine.callsOpen == 0)
    }

    @Test func anOrderlyFarewellTellsWhichCallsNeverHappened() {
        var machine = greetedClient()
        for _ in 0..<3 { _ = machine.callStarted(ask(), at: at(0)) }
        let farewell = GoAway(lastCall: CallID(1), code: .ok, text: "idle")
        let reaction = machine.frameReceived(.goAway(farewell), at: at(0))
        #expect(reaction == .leaving(neverHappened: [CallID(2), CallID(3)]))
        #expect(machine.phase == .leaving)
        #expect(machine.callsOpen == 1)
        let next = machine.callStarted(ask(), at: at(0))
        #expect(next == .notOpen)
        _ = machine.frameReceived(.status(CallID(1), .ok), at: at(0))
        var output = ByteBuffer()
        let isLast = machine.outputWanted(into: &output, bytesMax: .max)
        #expect(isLast)
    }

    @Test func aFaultOfOursLosesAllCalls() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(), at: at(0))
        let curse = GoAway(lastCall: CallID(1), code: .invalidArgument, text: "bad_flags")
        let reaction = machine.frameReceived(.goAway(curse), at: at(0))
        #expect(reaction == .close(lost: [CallID(1)]))
        #expect(machine.farewell == curse)
        #expect(machine.phase == .closing)
    }

    @Test func aSilentServerIsAskedAndThenGivenUp() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(), at: at(0))
        _ = machine.framesOut()
        let asked = machine.timePassed(at: at(30_000))
        #expect(asked == ClientTimeAction())
        guard case .ping = machine.framesOut().first else {
            Issue.record("no ping")
            return
        }
        let late = machine.timePassed(at: at(50_000))
        #expect(late == ClientTimeAction(lost: [CallID(1)], closes: true))
        #expect(machine.fault?.kind == .keepaliveTimeout)
    }

    @Test func aServerThatDoesNotGreetIsGivenUp() {
        var machine = ClientConnectionMachine(limits: Limits(), hello: hello(), at: at(0))
        let action = machine.timePassed(at: at(5_000))
        #expect(action == ClientTimeAction(closes: true))
        #expect(machine.fault?.kind == .handshakeTimeout)
    }

    @Test func leavingClosesAfterTheLastCall() {
        var machine = greetedClient()
        _ = machine.callStarted(ask(), at: at(0))
        machine.leaveRequested()
        #expect(machine.phase == .leaving)
        var output = ByteBuffer()
        let early = machine.outputWanted(into: &output, bytesMax: .max)
        #expect(!early)
        _ = machine.frameReceived(.status(CallID(1), .ok), at: at(0))
        let late = machine.outputWanted(into: &output, bytesMax: .max)
        #expect(late)
    }

    @Test func furtherMessagesAndTheHalfClose() {
        var machine = greetedClient()
        _ = machine.callStarted(ask([1], ends: false), at: at(0))
        _ = machine.framesOut()
        let allowance = machine.messageSubmitted(CallID(1), OutboundMessage([2]))
        #expect(allowance?.isPositive == true)
        machine.halfCloseSubmitted(CallID(1))
        machine.halfCloseSubmitted(CallID(1))
        let late = machine.messageSubmitted(CallID(1), OutboundMessage([3]))
        #expect(late == nil)
        let part = Part(bytes: ByteBuffer(bytes: [2]), events: 1)
        #expect(machine.framesOut() == [.message(CallID(1), part), .halfClose(CallID(1))])
    }
}
