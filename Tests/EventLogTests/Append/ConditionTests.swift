import EventLog
import TestSupport
import Testing

@Suite struct ConditionTests {
    /// The same condition must hold or fail whether the events it is about are in the index's
    /// table, in its tail in memory, or in both.
    @Test(arguments: [1, 30, 10_000])
    func conditionsAreExactWhereverTheEventsAre(checkpointEvents: Int) async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.checkpointEvents = checkpointEvents
        fixture.options.overlayMaxEvents = 4 * checkpointEvents
        try await fixture.withLog { log async throws in
            for number in 1...100 as ClosedRange<UInt64> {
                let event = draft(
                    number, stream: "s-\(number % 5)", type: UInt32(number % 7),
                    tags: number % 10 == 0 ? ["ten"] : [])
                _ = try await log.append(AppendRequest(events: [event]))
            }
            try await check(log, EventQuery(tags: ["ten"]), after: 89, first: 90)
            try await check(log, EventQuery(tags: ["ten"]), after: 99, first: 100)
            try await check(log, EventQuery(tags: ["ten"]), after: 100, first: nil)
            try await check(log, EventQuery(tags: ["ten"]), after: 0, first: 10)
            try await check(log, EventQuery(types: [3], tags: ["ten"]), after: 0, first: 10)
            try await check(log, EventQuery(types: [3], tags: ["ten"]), after: 10, first: 80)
            try await check(log, EventQuery(types: [3], tags: ["ten"]), after: 80, first: nil)
            try await check(
                log, EventQuery(types: [3], tags: ["ten", "s-1"]), after: 0, first: nil)
            try await check(log, EventQuery(tags: ["s-4"]), after: 95, first: 99)
            try await check(log, EventQuery(tags: ["nobody"]), after: 0, first: nil)
            try await check(log, EventQuery(), after: 50, first: 51)
            try await check(log, EventQuery([]), after: 0, first: nil)
            try await check(
                log,
                EventQuery([.init(tags: ["nobody"]), .init(types: [6]), .init(tags: ["ten"])]),
                after: 90, first: 97)
        }
        try fixture.expectSound()
    }

    private func check(
        _ log: EventLog, _ query: EventQuery, after: UInt64, first: UInt64?
    ) async throws {
        let request = AppendRequest(
            events: [draft(1_000_000 + after)],
            condition: AppendCondition(query: query, after: Position(after)), dryRun: true)
        switch await log.outcome(of: request) {
        case .success(.admitted): #expect(first == nil, "\(query) after \(after)")
        case .failure(.conditionFailed(let position)):
            #expect(first == position.value, "\(query) after \(after)")
        case let other: Issue.record("\(other)")
        }
    }

    /// Two requests with the same condition in one batch: only one can win.
    @Test func conditionsSeeEventsThatAreNotDurableYet() async throws {
        let fixture = LedgerFixture()
        try await fixture.withLog { log async throws in
            let outcomes = Outcomes()
            for number in 0..<200 {
                let request = AppendRequest(
                    events: [draft(UInt64(number + 1), stream: "s-\(number)", tags: ["seat"])],
                    condition: AppendCondition(query: EventQuery(tags: ["seat"]), after: .zero))
                log.submit(request) { outcomes.set(number, $0) }
            }
            let answers = try await outcomes.all(200)
            #expect(answers.count { (try? $0.get()) != nil } == 1)
            #expect(log.head == .first)
        }
    }

    @Test func expectedVersionsOfSeveralStreams() async throws {
        let fixture = LedgerFixture()
        try await fixture.withLog { log async throws in
            _ = try await log.append(
                AppendRequest(events: [draft(1, stream: "a-1"), draft(2, stream: "a-1")]))
            var request = AppendRequest(events: [draft(3, stream: "b-1")])
            request.expected = [
                StreamExpectation(stream: "a-1", version: .exactly(2)),
                StreamExpectation(stream: "b-1", version: .none),
                StreamExpectation(stream: "c-1", version: .any),
            ]
            #expect(try await log.append(request).result.versions == [1])
            request.events = [draft(4, stream: "a-1")]
            request.expected = [StreamExpectation(stream: "b-1", version: .exactly(2))]
            let failure = await log.outcome(of: request).failure
            guard case .wrongExpectedVersion("b-1", .exactly(2), 1) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            request.expected = [StreamExpectation(stream: "d-1", version: .exists)]
            guard
                case .wrongExpectedVersion("d-1", .exists, 0) = await log.outcome(of: request)
                    .failure
            else {
                Issue.record("a missing stream passed for an existing one")
                return
            }
            #expect(try log.streamVersion("a-1") == 2)
        }
    }
}
