import NIOCore
import Testing

@testable import Wire

/// What frames lead to: the reaction, what is sent, and the state afterwards.
@Suite struct ServerConnectionMachineTests {
    private func goAway(_ frames: [Frame]) -> GoAway? {
        for case .goAway(let goAway) in frames { return goAway }
        return nil
    }

    private func status(_ frames: [Frame]) -> (CallID, WireStatus)? {
        for case .status(let call, let status) in frames { return (call, status) }
        return nil
    }

    private func expectClosed(
        _ machine: inout ServerConnectionMachine, _ kind: ProtocolFault.Kind,
        _ reaction: ServerReaction, cancelled: [CallID] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(reaction == .close(cancelled: cancelled), sourceLocation: sourceLocation)
        #expect(machine.phase == .closing, sourceLocation: sourceLocation)
        #expect(machine.fault?.kind == kind, sourceLocation: sourceLocation)
        let frames = machine.framesOut(at: at(0))
        #expect(goAway(frames)?.code == kind.code, sourceLocation: sourceLocation)
        #expect(machine.queuedBytes == 0, sourceLocation: sourceLocation)
        #expect(machine.heldBytes == 0, sourceLocation: sourceLocation)
    }

    // MARK: Handshake

    @Test func theGreetingIsAnsweredWithIdentityAndLimits() {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        #expect(machine.phase == .greeting)
        let reaction = machine.frameReceived(.hello(hello()), at: at(1))
        #expect(reaction == .greeted(hello()))
        #expect(machine.phase == .open)
        let frames = machine.framesOut(at: at(1))
        guard case .welcome(let welcome) = frames.first else {
            Issue.record("no welcome in \(frames)")
            return
        }
        #expect(frames.count == 1)
        #expect(welcome.ledger == ledger)
        #expect(welcome.version == 1)
        #expect(welcome.callsMax == 100)
        #expect(welcome.messageBytesMax == 4_194_304)
    }

    @Test func anotherVersionIsRefused() {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        var greeting = hello()
        greeting.versionMin = 2
        greeting.versionMax = 9
        let reaction = machine.frameReceived(.hello(greeting), at: at(0))
        expectClosed(&machine, .versionNotSupported, reaction)
    }

    @Test func anotherLedgerIsRefused() {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        var greeting = hello()
        greeting.ledger = LedgerID(Array(repeating: 7, count: 16))
        let reaction = machine.frameReceived(.hello(greeting), at: at(0))
        expectClosed(&machine, .ledgerMismatch, reaction)
    }

    @Test func callsBeforeTheGreetingAreRefused() {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        let reaction = machine.frameReceived(.open(CallID(1), unary()), at: at(0))
        expectClosed(&machine, .wrongPhase, reaction)
    }

    // MARK: Calls

    @Test func aUnaryCall() {
        var machine = greetedServer()
        let reaction = machine.frameReceived(
            .open(CallID(1), unary(deadlineMs: 700)), at: at(5))
        guard case .open(let call) = reaction else {
            Issue.record("\(reaction)")
            return
        }
        #expect(call.method == "a.B/C")
        #expect(call.deadline == at(705))
        #expect(call.ends)
        #expect(call.message?.bytes == ByteBuffer(string: "ask"))
        #expect(machine.calls[CallID(1)]?.state == .halfClosed)

        let submitted = machine.messageSubmitted(CallID(1), OutboundMessage([65]), at: at(6))
        guard case .queued = submitted else {
            Issue.record("\(submitted)")
            return
        }
        let sends = machine.handlerFinished(CallID(1), .ok, at: at(6))
        #expect(sends)
        #expect(machine.calls[CallID(1)]?.state == .finishing)
        let frames = machine.framesOut(at: at(6))
        #expect(frames == [.message(CallID(1), text("A")), .status(CallID(1), .ok)])
        #expect(machine.callsHeld == 0)
        #expect(machine.idleSince == at(6))
    }

    @Test func aStreamOfMessagesAndItsHalfClose() {
        var machine = greetedServer()
        let opened = machine.frameReceived(
            .open(CallID(1), Open(method: "m", credit: plenty)), at: at(0))
        guard case .open(let call) = opened else {
            Issue.record("\(opened)")
            return
        }
        #expect(call.message == nil)
        #expect(!call.ends)
        let first = machine.frameReceived(.message(CallID(1), text("ab", more: true)), at: at(0))
        #expect(first == .none)
        #expect(machine.heldBytes == 2)
        let second = machine.frameReceived(.message(CallID(1), text("c", events: 0)), at: at(0))
        guard case .deliver(CallID(1), let message, ends: false) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(message.bytes == ByteBuffer(string: "abc"))
        #expect(machine.heldBytes == 0)
        let half = machine.frameReceived(.halfClose(CallID(1)), at: at(0))
        #expect(half == .halfClosed(CallID(1)))
        #expect(machine.calls[CallID(1)]?.state == .halfClosed)
    }

    @Test func aMessageAfterTheEndEndsTheCallOnly() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let reaction = machine.frameReceived(.message(call, text("more")), at: at(0))
        #expect(reaction == .cancelled(call, .violation))
        #expect(machine.phase == .open)
        #expect(machine.calls[call]?.state == .abandoned)
        let frames = machine.framesOut(at: at(0))
        #expect(status(frames)?.1.info?.reason == "AFTER_END")
    }

    @Test func theEndInsideAMessageEndsTheCallOnly() {
        var machine = greetedServer()
        let call = machine.opened(1, Open(method: "m", credit: plenty), at: at(0))
        _ = machine.frameReceived(.message(call, text("a", more: true)), at: at(0))
        let reaction = machine.frameReceived(.halfClose(call), at: at(0))
        #expect(reaction == .cancelled(call, .violation))
        #expect(machine.heldBytes == 0)
        let frames = machine.framesOut(at: at(0))
        #expect(status(frames)?.1.info?.reason == "UNFINISHED_MESSAGE")
    }

    @Test func anUnacceptableOpenIsAnsweredAndLeavesNothingBehind() {
        var machine = greetedServer()
        let refusal = WireStatus(.invalidArgument, "bad")
        let reaction = machine.frameReceived(
            .unacceptableOpen(CallID(4), refusal), at: at(0))
        #expect(reaction == .none)
        #expect(machine.callsHeld == 0)
        #expect(machine.lastOpened == CallID(4))
        let frames = machine.framesOut(at: at(0))
        #expect(frames == [.status(CallID(4), refusal)])
    }

    @Test func callNumbersGrow() {
        var machine = greetedServer()
        _ = machine.opened(5, at: at(0))
        let reaction = machine.frameReceived(.open(CallID(5), unary()), at: at(0))
        expectClosed(&machine, .callNotNew, reaction, cancelled: [CallID(5)])
        // Its handler still runs, and still takes up a place until it lets go.
        #expect(machine.callsHeld == 1)
        let sends = machine.handlerFinished(CallID(5), .ok, at: at(0))
        #expect(!sends)
        #expect(machine.callsHeld == 0)
    }

    @Test(arguments: [
        Frame.message(CallID(9), text("x")), .halfClose(CallID(9)), .cancel(CallID(9)),
        .credit(CallID(9), plenty),
    ])
    func aFrameForACallThatNeverWasIsAFault(frame: Frame) {
        var machine = greetedServer()
        let reaction = machine.frameReceived(frame, at: at(0))
        expectClosed(&machine, .callNeverOpened, reaction)
    }

    @Test(arguments: [
        Frame.message(CallID(1), text("x")), .halfClose(CallID(1)), .cancel(CallID(1)),
        .credit(CallID(1), plenty),
    ])
    func aFrameThatCrossedTheEndOfItsCallIsIgnored(frame: Frame) {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        _ = machine.handlerFinished(call, .ok, at: at(0))
        _ = machine.framesOut(at: at(0))
        let reaction = machine.frameReceived(frame, at: at(0))
        #expect(reaction == .none)
        #expect(machine.phase == .open)
    }

    // MARK: Cancel

    @Test func aCancelledCallKeepsItsPlaceUntilItsHandlerLetsGo() {
        var limits = Limits()
        limits.callsMax = 1
        var machine = greetedServer(limits)
        let call = machine.opened(1, at: at(0))
        _ = machine.messageSubmitted(call, OutboundMessage([1]), at: at(0))
        let reaction = machine.frameReceived(.cancel(call), at: at(0))
        #expect(reaction == .cancelled(call, .client))
        #expect(machine.calls[call]?.state == .abandoned)
        #expect(machine.queuedBytes == 0)
        #expect(machine.framesOut(at: at(0)).isEmpty)

        let second = machine.frameReceived(.open(CallID(2), unary()), at: at(0))
        #expect(second == .none)
        let frames = machine.framesOut(at: at(0))
        #expect(status(frames)?.1.info?.reason == "TOO_MANY_CALLS")

        let dropped = machine.messageSubmitted(call, OutboundMessage([1]), at: at(0))
        #expect(dropped == .dropped)
        let sends = machine.handlerFinished(call, .ok, at: at(3))
        #expect(!sends)
        #expect(machine.callsHeld == 0)
        #expect(machine.idleSince == at(3))
    }

    @Test func aCancelDuringTheLastAnswersRemovesTheCall() {
        var machine = greetedServer()
        let call = machine.opened(1, unary(credit: Credit(events: 0, bytes: 0)), at: at(0))
        _ = machine.messageSubmitted(call, OutboundMessage([1, 2]), at: at(0))
        _ = machine.handlerFinished(call, .ok, at: at(0))
        #expect(machine.framesOut(at: at(0)).isEmpty)
        let reaction = machine.frameReceived(.cancel(call), at: at(0))
        #expect(reaction == .none)
        #expect(machine.callsHeld == 0)
        #expect(machine.queuedBytes == 0)
    }

    // MARK: Floods

    @Test func rapidResetIsCutAtItsBudget() {
        var machine = greetedServer()
        var opened = 0
        for number in UInt32(1)...1_000 {
            guard machine.phase == .open else { break }
            let call = machine.opened(number, at: at(0))
            opened += 1
            _ = machine.frameReceived(.cancel(call), at: at(0))
            _ = machine.handlerFinished(call, .ok, at: at(0))
        }
        #expect(opened == 201)
        #expect(machine.fault?.kind == .faultFlood)
    }

    @Test func pingsAreAnsweredOnceAndCutAtTheirBudget() {
        var machine = greetedServer()
        for token in UInt64(1)...20 {
            let reaction = machine.frameReceived(.ping(token), at: at(0))
            #expect(reaction == .none)
        }
        // The peer reads nothing meanwhile: only the last answer is owed.
        #expect(machine.control.readableBytes == 0)
        let frames = machine.framesOut(at: at(0))
        #expect(frames == [.pong(20)])
        let reaction = machine.frameReceived(.ping(21), at: at(0))
        expectClosed(&machine, .pingFlood, reaction)
    }

    @Test func creditFramesAreCutAtTheirBudgetUnlessTheyFollowAnswers() {
        var machine = greetedServer()
        let call = machine.opened(1, Open(method: "m", credit: plenty), at: at(0))
        for _ in 0..<10_000 {
            _ = machine.messageSubmitted(call, OutboundMessage([1]), at: at(0))
            _ = machine.framesOut(at: at(0))
            _ = machine.frameReceived(.credit(call, Credit(events: 1, bytes: 17)), at: at(0))
        }
        #expect(machine.phase == .open)
        for _ in 0..<2_001 {
            _ = machine.frameReceived(.credit(call, Credit(events: 1, bytes: 1)), at: at(0))
        }
        #expect(machine.fault?.kind == .controlFlood)
    }

    @Test func repliesThatCannotBeSentStopTheReading() {
        var limits = Limits()
        limits.faultsBurst = 1_000_000
        var machine = greetedServer(limits)
        let refusal = WireStatus(.invalidArgument, String(repeating: "x", count: 1_000))
        var number: UInt32 = 0
        while machine.wantsInput, number < 10_000 {
            number += 1
            _ = machine.frameReceived(.unacceptableOpen(CallID(number), refusal), at: at(0))
        }
        #expect(number < 100)
        #expect(machine.control.readableBytes < limits.controlBytesMax + 2_000)
        _ = machine.framesOut(at: at(0))
        #expect(machine.wantsInput)
    }

    @Test func answersThatTheSocketDoesNotTakeStopTheReading() {
        var machine = greetedServer()
        let call = machine.opened(
            1, unary(credit: Credit(events: 1_000, bytes: 2_000_000_000)), at: at(0))
        let big = OutboundMessage(Array(repeating: 0, count: 1_048_576))
        _ = machine.messageSubmitted(call, big, at: at(0))
        #expect(!machine.wantsInput)
        _ = machine.framesOut(at: at(0))
        #expect(machine.wantsInput)
    }

    @Test func answersThatWaitForCreditDoNotStopTheReadingButNewCalls() {
        var machine = greetedServer()
        let call = machine.opened(1, unary(credit: Credit(events: 0, bytes: 0)), at: at(0))
        let big = OutboundMessage(Array(repeating: 0, count: 1_100_000))
        _ = machine.messageSubmitted(call, big, at: at(0))
        #expect(machine.wantsInput)
        _ = machine.frameReceived(.open(CallID(2), unary()), at: at(0))
        let frames = machine.framesOut(at: at(0))
        #expect(status(frames)?.1.info?.reason == "ANSWERS_WAIT")
    }

    @Test func unfinishedMessagesAreBoundedTogether() {
        var limits = Limits()
        limits.reassemblyBytesMax = 10
        var machine = greetedServer(limits)
        for number in UInt32(1)...2 {
            let call = machine.opened(number, Open(method: "m", credit: plenty), at: at(0))
            _ = machine.frameReceived(.message(call, text("12345678", more: true)), at: at(0))
        }
        #expect(machine.heldBytes == 8)
        #expect(machine.calls[CallID(2)]?.state == .abandoned)
        let frames = machine.framesOut(at: at(0))
        #expect(status(frames)?.0 == CallID(2))
        #expect(status(frames)?.1.info?.reason == "UNFINISHED_MESSAGES")
        // A handler that finishes early gives the room back.
        _ = machine.handlerFinished(CallID(1), .ok, at: at(0))
        #expect(machine.heldBytes == 0)
    }

    // MARK: Going away

    @Test func theClientsFarewellLetsItsCallsEnd() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let farewell = GoAway(lastCall: CallID(0), code: .ok, text: "")
        let reaction = machine.frameReceived(.goAway(farewell), at: at(0))
        #expect(reaction == .none)
        #expect(machine.phase == .draining)
        _ = machine.handlerFinished(call, .ok, at: at(0))
        var output = ByteBuffer()
        let round = machine.outputWanted(into: &output, bytesMax: .max, at: at(0))
        #expect(round.isLast)
    }

    @Test func theClientsCurseEndsEverything() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        let curse = GoAway(lastCall: CallID(0), code: .internal, text: "")
        let reaction = machine.frameReceived(.goAway(curse), at: at(0))
        #expect(reaction == .close(cancelled: [call]))
        #expect(machine.phase == .closing)
    }

    @Test func aCallThatCrossesOurFarewellNeverHappened() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        machine.drainRequested(at: at(0))
        let farewell = machine.framesOut(at: at(0))
        #expect(goAway(farewell)?.lastCall == call)
        #expect(goAway(farewell)?.code == .ok)
        let reaction = machine.frameReceived(.open(CallID(2), unary()), at: at(0))
        #expect(reaction == .none)
        #expect(machine.callsHeld == 1)
        #expect(machine.framesOut(at: at(0)).isEmpty)
        #expect(machine.phase == .draining)
    }

    @Test func aLostConnectionTellsEveryHandlerOnce() {
        var machine = greetedServer()
        let first = machine.opened(1, at: at(0))
        let second = machine.opened(2, at: at(0))
        _ = machine.frameReceived(.cancel(first), at: at(0))
        let told = machine.connectionLost()
        #expect(told == [second])
        #expect(machine.phase == .closing)
        let again = machine.connectionLost()
        #expect(again == [])
    }
}
