import NIOCore
import Testing

@testable import Wire

/// What the passage of time leads to.
@Suite struct ServerConnectionMachineTimeTests {
    private func passes(
        _ machine: inout ServerConnectionMachine, _ milliseconds: UInt32
    ) -> TimeAction {
        machine.timePassed(at: at(milliseconds))
    }

    @Test func aHandshakeHasFiveSeconds() {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        #expect(machine.wakeAt == at(5_000))
        // Bytes that are no greeting give no more time.
        machine.bytesReceived(at: at(4_000))
        let early = passes(&machine, 4_999)
        #expect(early == TimeAction())
        let late = passes(&machine, 5_000)
        #expect(late == TimeAction(closes: true))
        #expect(machine.fault?.kind == .handshakeTimeout)
        #expect(machine.phase == .closing)
    }

    @Test func aFrameThatTricklesIsCut() {
        var machine = greetedServer()
        machine.framesTaken(left: 3, consumed: true, at: at(1_000))
        for second in UInt32(2)...10 {
            machine.bytesReceived(at: at(second * 1_000))
            machine.framesTaken(left: Int(second) + 2, consumed: false, at: at(second * 1_000))
        }
        #expect(machine.wakeAt == at(11_000))
        let late = passes(&machine, 11_000)
        #expect(late.closes)
        #expect(machine.fault?.kind == .partialFrameTimeout)
    }

    @Test func aFrameThatEndsGivesTheNextItsOwnTime() {
        var machine = greetedServer()
        machine.framesTaken(left: 3, consumed: true, at: at(1_000))
        machine.framesTaken(left: 3, consumed: true, at: at(9_000))
        let first = passes(&machine, 12_000)
        #expect(!first.closes)
        machine.framesTaken(left: 0, consumed: true, at: at(13_000))
        let second = passes(&machine, 25_000)
        #expect(!second.closes)
    }

    @Test func aDeadlineEndsTheCallAndFreesItsPlaceWhenTheHandlerLetsGo() {
        var machine = greetedServer()
        let call = machine.opened(1, unary(deadlineMs: 100), at: at(0))
        #expect(machine.wakeAt == at(100))
        let early = passes(&machine, 99)
        #expect(early.cancelled == [])
        let late = passes(&machine, 100)
        #expect(late == TimeAction(cancelled: [call]))
        #expect(machine.calls[call]?.state == .abandoned)
        #expect(machine.framesOut(at: at(100)) == [.status(call, .deadlinePassed)])
        let again = passes(&machine, 200)
        #expect(again == TimeAction())
        _ = machine.handlerFinished(call, .ok, at: at(200))
        #expect(machine.callsHeld == 0)
    }

    @Test func aDeadlineAlsoEndsAnswersThatWaitForCredit() {
        var machine = greetedServer()
        let call = machine.opened(
            1, unary(deadlineMs: 100, credit: Credit(events: 0, bytes: 0)), at: at(0))
        _ = machine.messageSubmitted(call, OutboundMessage([1]), at: at(0))
        _ = machine.handlerFinished(call, .ok, at: at(0))
        let action = passes(&machine, 100)
        #expect(action == TimeAction())
        #expect(machine.framesOut(at: at(100)) == [.status(call, .deadlinePassed)])
        #expect(machine.callsHeld == 0)
        #expect(machine.queuedBytes == 0)
    }

    @Test func theNearestOfManyDeadlinesWakes() {
        var machine = greetedServer()
        _ = machine.opened(1, unary(deadlineMs: 500), at: at(0))
        let second = machine.opened(2, unary(deadlineMs: 100), at: at(0))
        _ = machine.opened(3, unary(deadlineMs: 300), at: at(0))
        #expect(machine.wakeAt == at(100))
        let action = passes(&machine, 100)
        #expect(action.cancelled == [second])
        #expect(machine.wakeAt == at(300))
    }

    @Test func anUnfinishedMessageHasItsTime() {
        var machine = greetedServer()
        let call = machine.opened(1, Open(method: "m", credit: plenty), at: at(0))
        _ = machine.frameReceived(.message(call, text("a", more: true)), at: at(0))
        machine.bytesReceived(at: at(50_000))
        _ = machine.frameReceived(.message(call, text("b", events: 0, more: true)), at: at(50_000))
        let action = passes(&machine, 60_000)
        #expect(action.cancelled == [call])
        #expect(machine.heldBytes == 0)
        let frames = machine.framesOut(at: at(60_000))
        #expect(frames.contains(.status(call, .messageTimeout)))
    }

    @Test func aSilentPeerIsAskedAndThenGivenUp() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        #expect(machine.wakeAt == at(30_000))
        let asked = passes(&machine, 30_000)
        #expect(asked == TimeAction())
        guard case .ping = machine.framesOut(at: at(30_000)).first else {
            Issue.record("no ping")
            return
        }
        #expect(machine.wakeAt == at(50_000))
        let late = passes(&machine, 50_000)
        #expect(late == TimeAction(cancelled: [call], closes: true))
        #expect(machine.fault?.kind == .keepaliveTimeout)
    }

    @Test func anySignOfLifeAnswersThePing() {
        var machine = greetedServer()
        _ = machine.opened(1, at: at(0))
        _ = passes(&machine, 30_000)
        machine.bytesReceived(at: at(49_000))
        let action = passes(&machine, 50_000)
        #expect(!action.closes)
        #expect(machine.wakeAt == at(79_000))
    }

    @Test func aConnectionWithoutCallsIsClosedInAnOrderlyWay() {
        var machine = greetedServer()
        machine.bytesReceived(at: at(899_000))
        let action = passes(&machine, 900_000)
        #expect(action == TimeAction())
        #expect(machine.phase == .draining)
        #expect(machine.fault == nil)
        var output = ByteBuffer()
        let round = machine.outputWanted(into: &output, bytesMax: .max, at: at(900_000))
        #expect(round.isLast)
        let frames = decodeAll(&output, as: .client)
        #expect(frames == [.goAway(GoAway(lastCall: CallID(0), code: .ok, text: "idle"))])
    }

    @Test func aCallKeepsTheConnection() {
        var machine = greetedServer()
        _ = machine.opened(1, at: at(0))
        machine.bytesReceived(at: at(899_000))
        _ = passes(&machine, 900_000)
        #expect(machine.phase == .open)
    }

    @Test func aPeerThatTakesNothingIsCut() {
        var machine = greetedServer()
        machine.writabilityChanged(false, at: at(1_000))
        machine.writabilityChanged(false, at: at(20_000))
        machine.bytesReceived(at: at(30_000))
        let early = passes(&machine, 30_999)
        #expect(!early.closes)
        let late = passes(&machine, 31_000)
        #expect(late.closes)
        #expect(machine.fault?.kind == .writeStalled)
    }

    @Test func aPeerThatTakesAgainIsNotCut() {
        var machine = greetedServer()
        machine.writabilityChanged(false, at: at(1_000))
        machine.writabilityChanged(true, at: at(30_000))
        machine.bytesReceived(at: at(30_000))
        let action = passes(&machine, 31_000)
        #expect(!action.closes)
    }

    @Test func drainingEndsWithTheLastCallOrItsTime() {
        var machine = greetedServer()
        let call = machine.opened(1, at: at(0))
        machine.drainRequested(at: at(0))
        _ = machine.framesOut(at: at(0))
        machine.bytesReceived(at: at(29_999))
        let early = passes(&machine, 29_999)
        #expect(!early.closes)
        let late = passes(&machine, 30_000)
        #expect(late == TimeAction(cancelled: [call], closes: true))
        let frames = machine.framesOut(at: at(30_000))
        guard case .status(call, let status) = frames.first else {
            Issue.record("\(frames)")
            return
        }
        #expect(status.code == .unavailable)
        #expect(machine.phase == .closing)
    }

    @Test func drainingBeforeTheGreetingSaysSoAndCloses() {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        machine.drainRequested(at: at(0))
        #expect(machine.phase == .closing)
        let frames = machine.framesOut(at: at(0))
        guard case .goAway(let goAway) = frames.first else {
            Issue.record("\(frames)")
            return
        }
        #expect(goAway.code == .unavailable)
    }
}
