import Testing
import Wire

@testable import Client

@Suite struct SendGateTests {
    @Test func messagesPassWhileThereIsCreditAndTakeItAway() async throws {
        let gate = SendGate()
        gate.add(Credit(events: 2, bytes: 100))
        #expect(try await gate.pass(bytes: 10, events: 1))
        #expect(try await gate.pass(bytes: 500, events: 1))
        let third = Task { try await gate.pass(bytes: 1, events: 1) }
        // The debt of the second message is paid first.
        gate.add(Credit(events: 1, bytes: 442))
        #expect(!third.isCancelled)
        gate.add(Credit(events: 0, bytes: 1))
        #expect(try await third.value)
    }

    @Test func whoWaitsIsToldWhenTheCallIsOver() async throws {
        let gate = SendGate()
        let waiting = Task { try await gate.pass(bytes: 1, events: 1) }
        await Task.yield()
        gate.close()
        #expect(try await waiting.value == false)
        #expect(try await gate.pass(bytes: 1, events: 0) == false)
    }

    @Test func whoWaitsMayGiveUp() async {
        let gate = SendGate()
        let waiting = Task { try await gate.pass(bytes: 1, events: 1) }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
