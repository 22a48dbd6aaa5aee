import EventLog
import Foundation
import PartyBuilding
import ReadModels
import Schema
import TestSupport
import Testing

/// The views over a real log: appended, followed, closed and opened again.
struct EventLogFeedTests {
    /// Admits everything and stamps it with a trailer.
    private final class Stamp: Judge {
        func judge(_ request: AppendRequest, at moment: JudgeMoment) -> Verdict {
            var trailer = Trailer()
            trailer.recordedAtUs = moment.ledgerAt
            trailer.tenant = "root"
            trailer.principal = "test"
            let bytes = trailer.wireBytes
            return .admit(request.events.map { _ in Addition(trailer: bytes) })
        }

        func discard(from position: Position) {}

        func settled(through position: Position) {}
    }

    private func draft(_ fact: Fact, _ number: UInt64) throws -> EventDraft {
        var envelope = Envelope()
        let id = EventID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | number)
        envelope.eventID = Data(id.bytes)
        envelope.type = fact.type.number
        envelope.typeName = fact.type.name
        envelope.stream = fact.stream
        envelope.payload = Data(try fact.payload.serializedBytes())
        envelope.occurredAt = fact.occurred
        envelope.recordedBy = "tester"
        return EventDraft(
            id: id, stream: fact.stream, type: fact.type.number, tags: [],
            body: try envelope.encoded())
    }

    private func history() -> History {
        var history = History()
        history.organisation("root", on: day(20_180_101))
        for number in 1...4 {
            history.branch("b\(number)", org: "root", on: day(20_180_201))
            history.enrol("p\(number)", branch: "b\(number)", on: day(20_180_301))
        }
        return history
    }

    private func append(_ facts: ArraySlice<Fact>, to log: EventLog) async throws {
        for fact in facts {
            let request = AppendRequest(
                events: [try draft(fact, fact.position)], expected: [], condition: nil)
            _ = try await log.append(request)
        }
    }

    @Test func followsALog() async throws {
        let directory = TemporaryDirectory("log")
        let log = try EventLog.open(
            directory: directory.path, options: EventLogOptions(), judge: Stamp())
        let views = directory.appending("views")
        let facts = history().facts
        try await append(facts.prefix(5), to: log)
        let engine = try ModelEngine(directory: views, feed: EventLogFeed(log))
        engine.start()
        // Appended while the views follow: the wake-up brings them.
        try await append(facts.dropFirst(5), to: log)
        var query = ModelQuery(model: "branch_health", now: noon(day(20_991_231)))
        query.asOf = day(20_190_101)
        query.atLeast = UInt64(facts.count)
        let page = try await engine.answer(query, until: .now.advanced(by: .seconds(60)))
        #expect(page.position == UInt64(facts.count))
        let rows = try page.rows.map { try BranchHealthRow(decoding: $0.bytes) }
        #expect(rows.map { "\($0.branch) \($0.total)" } == ["b1 1", "b2 1", "b3 1", "b4 1"])
        let status = try engine.status()
        #expect(status.lag == 0)
        #expect(status.unreadable == 0)
        let hash = try engine.contentHash("branch_health")
        engine.close()

        // Opened again, the views are where they were; in another folder they become the same.
        let again = try ModelEngine(directory: views, feed: EventLogFeed(log))
        #expect(try again.status().position == UInt64(facts.count))
        #expect(try again.contentHash("branch_health") == hash)
        again.close()
        let other = try ModelEngine(
            directory: directory.appending("other"), feed: EventLogFeed(log))
        try other.catchUp(batchMax: 2)
        #expect(try other.contentHash("branch_health") == hash)
        other.close()
        log.close()
    }
}
