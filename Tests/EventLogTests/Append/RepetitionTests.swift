import EventLog
import Synchronization
import Testing

/// What a judge has to say of requests that never come to judgement.
@Suite struct RepetitionTests {
    /// Takes bodies for the same when they differ only in case, and remembers what failed.
    private final class CaseJudge: Judge {
        let failures = Mutex<[UInt64]>([])

        func judge(_ request: AppendRequest, at moment: JudgeMoment) -> Verdict {
            request.events[0].stream == "forbidden-1" ? .refuse(CancellationError()) : .admit()
        }

        func discard(from position: Position) {}
        func settled(through position: Position) {}

        func saysTheSame(
            _ draft: EventDraft, as recorded: RecordedEvent, view: SequencerView
        ) -> Bool {
            // The judge may look around while it compares.
            guard (try? view.event(withID: draft.id)) == recorded else { return false }
            return Self.lower(draft.body) == Self.lower(recorded.body)
        }

        func failed(_ request: AppendRequest) {
            failures.withLock { $0.append(request.events[0].id.low & 0xFFFF) }
        }

        private static func lower(_ bytes: [UInt8]) -> String {
            String(decoding: bytes, as: UTF8.self).lowercased()
        }
    }

    private func spelled(_ number: UInt64, _ text: String) -> EventDraft {
        draft(number, body: Array(text.utf8))
    }

    @Test func otherBytesMayStateTheSame() async throws {
        let fixture = LedgerFixture.tiny()
        let judge = CaseJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            let first = try await log.append(AppendRequest(events: [spelled(1, "Word")])).result
            let again = try await log.append(AppendRequest(events: [spelled(1, "WORD")]))
            #expect(again == .duplicate(first))
            let other = await log.outcome(of: AppendRequest(events: [spelled(1, "Sword")]))
            guard case .idReused? = other.failure else {
                Issue.record("\(other)")
                return
            }
            let elsewhere = EventDraft(
                id: testID(1), stream: "issue-2", type: 1, body: Array("Word".utf8))
            let moved = await log.outcome(of: AppendRequest(events: [elsewhere]))
            guard case .idReused? = moved.failure else {
                Issue.record("\(moved)")
                return
            }
            #expect(log.head == Position(1))
        }
        // The ids have left memory.
        try await fixture.withLog(judge: judge) { log async throws in
            let again = try await log.append(AppendRequest(events: [spelled(1, "wOrD")]))
            #expect(again.result.first == .first)
        }
        try fixture.expectSound()
    }

    @Test func withoutAJudgeOnlyTheSameBytesAreTheSame() async throws {
        let fixture = LedgerFixture()
        try await fixture.withLog { log async throws in
            _ = try await log.append(AppendRequest(events: [spelled(1, "Word")]))
            let other = await log.outcome(of: AppendRequest(events: [spelled(1, "WORD")]))
            #expect(other.failure != nil)
        }
    }

    /// The judge hears of every request that fails, also of those it never saw.
    @Test func theJudgeHearsOfFailures() async throws {
        let fixture = LedgerFixture()
        let judge = CaseJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            _ = try await log.append(AppendRequest(events: [spelled(1, "a")]))
            _ = await log.outcome(of: AppendRequest(events: [spelled(1, "b")]))
            _ = await log.outcome(
                of: AppendRequest(
                    events: [spelled(2, "a")],
                    expected: [StreamExpectation(stream: "issue-1", version: .none)]))
            _ = await log.outcome(
                of: AppendRequest(
                    events: [spelled(3, "a")],
                    condition: AppendCondition(query: EventQuery(types: [1]), after: .zero)))
            _ = await log.outcome(
                of: AppendRequest(events: [draft(4, stream: "forbidden-1")]))
            _ = try await log.append(AppendRequest(events: [spelled(5, "a")]))
            #expect(judge.failures.withLock { $0 } == [1, 2, 3, 4])
        }
        try fixture.expectSound()
    }
}
