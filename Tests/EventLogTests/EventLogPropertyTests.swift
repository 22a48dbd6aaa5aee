import TestSupport
import Testing

@testable import EventLog

/// Random histories against the plain model: whatever is submitted, answers, events and every
/// kind of read must be what the array says, over restarts and with a tiny index tail.
@Suite struct EventLogPropertyTests {
    @Test(arguments: testSeeds(6))
    func historiesAgreeWithTheModel(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var fixture = LedgerFixture.tiny()
        var model = LedgerModel()
        for _ in 0..<4 {
            // The journal must make no difference: none, one that is full all the time, one that
            // holds everything until the end.
            switch Int.random(in: 0..<3, using: &random) {
            case 0: fixture.options.journalFileBytes = 0
            case 1: fixture.options.journalFileBytes = 2 * JournalRecord.blockSize
            default: fixture.keepJournal()
            }
            let judge = TestJudge()
            try await fixture.withLog(judge: judge) { log async throws in
                for _ in 0..<Int.random(in: 5...25, using: &random) {
                    try await submitBurst(log, &model, &random)
                    try compareReads(log, model, &random)
                }
                let events = try readAll(log, ReadQuery(.all, maxEvents: 13))
                #expect(events.map(\.timeless) == model.events)
                #expect(events.map(\.ledgerAt) == events.map(\.ledgerAt).sorted())
                #expect(judge.contradictions == [])
                let report = try log.verify()
                #expect(report.isSound, "\(report)")
            }
            try fixture.expectSound()
            #expect(model.events.count > 0)
        }
    }

    /// Submits some requests without waiting in between: the log must decide in this order.
    private func submitBurst(
        _ log: EventLog, _ model: inout LedgerModel, _ random: inout SeededRandom
    ) async throws {
        let outcomes = Outcomes()
        var expected: [LedgerModel.Answer] = []
        let count = Int.random(in: 1...12, using: &random)
        for number in 0..<count {
            let request = randomRequest(model, &random)
            expected.append(model.decide(request))
            log.submit(request) { outcomes.set(number, $0) }
        }
        let answers = try await outcomes.all(count)
        for (answer, expected) in zip(answers, expected) {
            #expect(LedgerModel.Answer(answer) == expected, "\(answer)")
        }
    }

    private func randomRequest(
        _ model: LedgerModel, _ random: inout SeededRandom
    ) -> AppendRequest {
        let kind = Int.random(in: 0..<100, using: &random)
        if kind < 12, !model.events.isEmpty {
            return repeatedRequest(model, &random)
        }
        let count = Bool.random(using: &random) ? 1 : Int.random(in: 1...5, using: &random)
        var request = AppendRequest(events: (0..<count).map { _ in randomDraft(&random) })
        if kind < 40 {
            request.expected = [
                StreamExpectation(
                    stream: randomStream(&random), version: randomVersion(model, &random))
            ]
        }
        if kind >= 30, kind < 60 {
            let head = UInt64(model.events.count)
            request.condition = AppendCondition(
                query: randomEventQuery(&random),
                after: Position(UInt64.random(in: 0...(head + 1), using: &random)))
        }
        request.dryRun = kind >= 90
        return request
    }

    /// Sends recorded events again: as they were, with other bytes, or mixed with new ones.
    private func repeatedRequest(
        _ model: LedgerModel, _ random: inout SeededRandom
    ) -> AppendRequest {
        let start = Int.random(in: 0..<model.events.count, using: &random)
        let end = min(start + Int.random(in: 1...3, using: &random), model.events.count)
        var drafts = model.events[start..<end].map { event in
            EventDraft(
                id: event.id, stream: event.stream, type: event.type, body: event.body)
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            drafts[0] = EventDraft(
                id: drafts[0].id, stream: drafts[0].stream, type: drafts[0].type,
                body: drafts[0].body + [1])
        case 1: drafts.append(randomDraft(&random))
        case 2: drafts.reverse()
        case 3: drafts.append(drafts[0])
        default: break
        }
        return AppendRequest(events: drafts)
    }

    private func randomDraft(_ random: inout SeededRandom) -> EventDraft {
        let time = UInt64.random(in: 0...1_000_000, using: &random)
        let isOrdered = Int.random(in: 0..<3, using: &random) > 0
        let id =
            isOrdered
            ? EventID.version7(milliseconds: time, random: &random)
            : EventID(high: random.next(), low: random.next())
        let size = Int.random(in: 0...120, using: &random)
        var body = (0..<size).map { _ in UInt8.random(in: 0...0xFE, using: &random) }
        if Int.random(in: 0..<12, using: &random) == 0 { body.insert(0xFF, at: 0) }
        return EventDraft(
            id: id, stream: randomStream(&random), type: UInt32.random(in: 1...6, using: &random),
            tags: (0..<Int.random(in: 0...3, using: &random)).map { _ in randomTag(&random) },
            body: body)
    }

    private func randomStream(_ random: inout SeededRandom) -> String {
        let categories = ["issue", "branch", "person", "plain"]
        let category = categories[Int.random(in: 0..<4, using: &random)]
        return category == "plain"
            ? category : "\(category)-\(Int.random(in: 1...5, using: &random))"
    }

    /// Some tags are names of streams too, and some are nobody's.
    private func randomTag(_ random: inout SeededRandom) -> String {
        Bool.random(using: &random)
            ? randomStream(&random) : "org-\(Int.random(in: 1...4, using: &random))"
    }

    private func randomVersion(
        _ model: LedgerModel, _ random: inout SeededRandom
    ) -> ExpectedVersion {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .any
        case 1: .none
        case 2: .exists
        default: .exactly(UInt64.random(in: 0...12, using: &random))
        }
    }

    private func randomEventQuery(_ random: inout SeededRandom) -> EventQuery {
        EventQuery(
            (0..<Int.random(in: 0...3, using: &random)).map { _ in
                EventQuery.Alternative(
                    types: (0..<Int.random(in: 0...2, using: &random)).map { _ in
                        UInt32.random(in: 1...7, using: &random)
                    },
                    tags: (0..<Int.random(in: 0...2, using: &random)).map { _ in
                        randomTag(&random)
                    },
                    streams: (0..<max(0, Int.random(in: -3...2, using: &random))).map { _ in
                        randomStream(&random)
                    },
                    categories: (0..<max(0, Int.random(in: -3...2, using: &random))).map { _ in
                        ["issue", "branch", "person", "plain", "nobody"]
                            .randomElement(using: &random) ?? ""
                    })
            })
    }

    private func compareReads(
        _ log: EventLog, _ model: LedgerModel, _ random: inout SeededRandom
    ) throws {
        for _ in 0..<4 {
            let scope: ReadQuery.Scope =
                switch Int.random(in: 0..<5, using: &random) {
                case 0: .all
                case 1: .stream(randomStream(&random))
                case 2:
                    .category(["issue", "branch", "nobody"].randomElement(using: &random) ?? "")
                case 3: .tag(randomTag(&random))
                default: .matching(randomEventQuery(&random))
                }
            let head = UInt64(model.events.count)
            var query = ReadQuery(
                scope, direction: Bool.random(using: &random) ? .forwards : .backwards,
                maxEvents: Int.random(in: 1...9, using: &random),
                maxBytes: Int.random(in: 1...2_000, using: &random))
            if Bool.random(using: &random) {
                query.types = [UInt32.random(in: 1...6, using: &random), 4]
            }
            if Int.random(in: 0..<3, using: &random) == 0 { query.tags = [randomTag(&random)] }
            if Bool.random(using: &random) {
                query.from = Position(UInt64.random(in: 0...(head + 2), using: &random))
            }
            let events = try readAll(log, query)
            #expect(events.map(\.timeless) == model.read(query), "\(query)")
        }
        let stream = randomStream(&random)
        #expect(try log.streamVersion(stream) == model.version(stream))
        if let event = model.events.randomElement(using: &random) {
            #expect(try log.event(withID: event.id)?.timeless == event)
        }
        #expect(try log.event(withID: testID(UInt64.max >> 20)) == nil)
    }
}
