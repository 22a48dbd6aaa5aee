import EventLog
import Synchronization
import TestSupport
import Testing

@Suite struct IdempotencyTests {
    @Test func aRepeatedRequestGetsTheFirstAnswerForEver() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.checkpointMilliseconds = 1
        let request = AppendRequest(
            events: [draft(10, stream: "a-1"), draft(11, stream: "b-1", type: 3)],
            expected: [StreamExpectation(stream: "a-1", version: .none)])
        var first: AppendResult?
        try await fixture.withLog(judge: TestJudge()) { log async throws in
            first = try await log.append(request).result
            let again = try await log.append(request)
            #expect(again == first.map { .duplicate($0) })
            // Late: the ids have long left memory.
            for number in 100..<200 {
                _ = try await log.append(AppendRequest(events: [draft(UInt64(number))]))
            }
            #expect(try await log.append(request) == first.map { .duplicate($0) })
        }
        try await fixture.withLog(judge: TestJudge()) { log async throws in
            #expect(try await log.append(request) == first.map { .duplicate($0) })
            #expect(log.head == Position(102))
        }
        #expect(first?.trailers.count == 2)
        try fixture.expectSound()
    }

    @Test func anIDInFlightGetsTheOutcomeOfTheFirst() async throws {
        let fixture = LedgerFixture()
        try await fixture.withLog { log async throws in
            let outcomes = Outcomes()
            let request = AppendRequest(events: [draft(1)])
            for number in 0..<50 { log.submit(request) { outcomes.set(number, $0) } }
            let answers = try await outcomes.all(50)
            let results = try answers.map { try $0.get().result }
            #expect(Set(results.map(\.first)) == [.first])
            #expect(answers.count { (try? $0.get()) == .appended(results[0]) } == 1)
            #expect(log.head == .first)
        }
    }

    @Test func otherBytesOrMixedIDsAreErrors() async throws {
        let fixture = LedgerFixture.tiny()
        try await fixture.withLog { log async throws in
            _ = try await log.append(AppendRequest(events: [draft(1), draft(2)]))
            _ = try await log.append(AppendRequest(events: [draft(3)]))
            for wrong in [
                draft(1, body: [1]), draft(1, stream: "other-1"), draft(1, type: 9),
            ] {
                let failure = await log.outcome(of: AppendRequest(events: [wrong])).failure
                guard case .idReused(testID(1)) = failure else {
                    Issue.record("\(String(describing: failure))")
                    continue
                }
            }
            for mixed in [[1, 4], [4, 1], [2, 1], [2, 3, 4], [1, 3]] as [[UInt64]] {
                let request = AppendRequest(events: mixed.map { draft($0) })
                let failure = await log.outcome(of: request).failure
                guard case .mixedIDs = failure else {
                    Issue.record("\(mixed): \(String(describing: failure))")
                    continue
                }
            }
            let twice = await log.outcome(of: AppendRequest(events: [draft(5), draft(5)])).failure
            guard case .idReused = twice else {
                Issue.record("\(String(describing: twice))")
                return
            }
            #expect(log.head == Position(3))
        }
    }

    /// The check of ids comes before those of versions, condition and rules.
    @Test func aRepeatedRequestIsNotJudgedAgain() async throws {
        let fixture = LedgerFixture()
        let judge = TestJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            let request = AppendRequest(
                events: [draft(1)],
                expected: [StreamExpectation(stream: "issue-1", version: .none)],
                condition: AppendCondition(query: EventQuery(types: [1]), after: .zero))
            let first = try await log.append(request).result
            #expect(try await log.append(request) == .duplicate(first))
            var dry = request
            dry.dryRun = true
            #expect(try await log.append(dry) == .duplicate(first))
            #expect(judge.state.withLock { $0.judged } == 1)
        }
    }
}
