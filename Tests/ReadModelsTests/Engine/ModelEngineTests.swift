import PartyBuilding
import ReadModels
import Schema
import TestSupport
import Testing

@testable import ReadModels

struct ModelEngineTests {
    private func history() -> History {
        var history = History(tenant: "root")
        history.organisation("root", on: day(20_180_101))
        for number in 1...5 {
            history.branch("b\(number)", org: "root", on: day(20_180_201))
        }
        return history
    }

    private func query(_ limit: Int = 0) -> ModelQuery {
        var query = ModelQuery(model: "branch_health", now: noon(day(20_190_101)))
        query.limit = limit
        return query
    }

    private func branches(_ page: ModelPage) throws -> [String] {
        try page.rows.map { try BranchHealthRow(decoding: $0.bytes).branch }
    }

    @Test func pagesContinueWhereTheyEnded() throws {
        let board = try Board(history().facts)
        var query = query(2)
        var found: [[String]] = []
        repeat {
            let page = try board.engine.rows(query)
            found.append(try branches(page))
            query.pageToken = page.nextPage
        } while query.pageToken != nil
        #expect(found == [["b1", "b2"], ["b3", "b4"], ["b5"]])
    }

    @Test func pageTokenFitsItsQueryOnly() throws {
        let board = try Board(history().facts)
        var other = query(2)
        other.pageToken = try board.engine.rows(query(2)).nextPage
        other.org = "root"
        #expect(throws: ModelFault.invalidQuery("the page token belongs to another query")) {
            try board.engine.rows(other)
        }
        other.pageToken = [1, 2, 3]
        #expect(throws: ModelFault.self) { try board.engine.rows(other) }
    }

    @Test func unusableQueriesAreRefused() throws {
        let board = try Board(history().facts)
        var wrong = query()
        wrong.conditions = [.init(column: "nonsense", value: "1")]
        #expect(throws: ModelFault.invalidQuery("there is no column nonsense")) {
            try board.engine.rows(wrong)
        }
        var table = query()
        table.table = "summary"
        #expect(throws: ModelFault.unknownModel("branch_health summary")) {
            try board.engine.rows(table)
        }
        #expect(throws: ModelFault.unknownModel("no_such")) {
            try board.engine.rows(ModelQuery(model: "no_such", now: 0))
        }
    }

    @Test func otherLogMeansRebuild() throws {
        let directory = TemporaryDirectory("views")
        let path = directory.appending("views")
        let first = try ModelEngine(directory: path, feed: ListFeed(history().facts))
        try first.catchUp()
        first.close()
        let shorter = Array(history().facts.prefix(3))
        let second = try ModelEngine(directory: path, feed: ListFeed(shorter, ledger: 2))
        try second.catchUp()
        #expect(try branches(try second.rows(query())) == ["b1", "b2"])
        second.close()
        // The same ledger, but the log is shorter than what the views have seen.
        let third = try ModelEngine(
            directory: path, feed: ListFeed(Array(shorter.prefix(2)), ledger: 2))
        #expect(try third.status().position == 0)
        try third.catchUp()
        #expect(try branches(try third.rows(query())) == ["b1"])
        third.close()
    }

    @Test func rebuildServesTheSame() throws {
        let facts = try RandomHistory(seed: 5, count: 200).history.facts
        let board = try Board(facts)
        let before = try board.engine.contentHash("rectification_summary")
        try board.engine.rebuild("rectification_summary")
        #expect(try board.engine.status().models.contains { $0.rebuiltTo == 0 })
        try board.engine.catchUp(batchMax: 50)
        #expect(try board.engine.contentHash("rectification_summary") == before)
        #expect(try board.engine.status().models.allSatisfy { $0.rebuiltTo == nil })
        #expect(throws: ModelFault.unknownModel("no_such")) {
            try board.engine.rebuild("no_such")
        }
    }

    /// Sums that no longer fit park their model; the others go on.
    @Test func overflowParksTheModel() throws {
        var history = history()
        for number in 0..<2 {
            var medicines = MedicinesDistributed()
            medicines.totalFen = .max
            history.record(medicines, "activity-a", on: day(20_180_301 + Int32(number)))
        }
        let board = try Board(history.facts)
        let status = try board.engine.status()
        #expect(status.models.filter { $0.parked != nil }.map(\.model) == ["brand_metrics"])
        #expect(throws: ModelFault.self) {
            try board.engine.rows(ModelQuery(model: "brand_metrics", now: 0))
        }
        #expect(try branches(try board.engine.rows(query())).count == 5)
        #expect(status.lag == 0)
    }

    @Test func watchTellsDifferences() throws {
        var history = history()
        let board = try Board(history.facts)
        var watch = ModelWatch(query())
        let first = try watch.refresh(from: board.engine, now: noon(day(20_190_101)))
        #expect(first.changes.added.count == 5)
        let idle = try watch.refresh(from: board.engine, now: noon(day(20_190_101)) + 1)
        #expect(idle.changes.isEmpty)
        let known = history.facts.count
        history.branch("b6", org: "root", on: day(20_180_301))
        history.enrol("p1", branch: "b2", on: day(20_180_401))
        let target = try #require(history.facts.first { $0.stream == "branch-b3" }?.id)
        history.void(target, recorded: day(20_180_501))
        board.feed.append(Array(history.facts[known...]))
        try board.engine.catchUp()
        let next = try watch.refresh(from: board.engine, now: noon(day(20_190_101)) + 2).changes
        #expect(next.added.map { String(decoding: $0.key.dropLast(), as: UTF8.self) } == ["b6"])
        #expect(next.changed.map { String(decoding: $0.key.dropLast(), as: UTF8.self) } == ["b2"])
        #expect(next.removed.map { String(decoding: $0.dropLast(), as: UTF8.self) } == ["b3"])
    }

    /// A fact that comes late and is taken back at once leaves the present as it was, but was
    /// known meanwhile: an answer about that time must not come from what was kept of it.
    @Test func thePastFollowsLateFacts() throws {
        var history = History(tenant: "root")
        history.organisation("root", on: day(20_180_101))
        history.branch("b1", org: "root", on: day(20_180_201))
        history.branch("b2", org: "root", on: day(20_190_101))
        let board = try Board(history.facts)
        var past = query()
        past.asOf = day(20_180_601)
        past.knownAt = noon(day(20_180_601))
        #expect(try branches(try board.engine.rows(past)) == ["b1"])
        let known = history.facts.count
        history.branch("b3", org: "root", on: day(20_180_301))
        history.void(history.facts[known].id, recorded: day(20_190_201))
        var late = Array(history.facts[known...])
        // As of another tree, whose records were brought in only now.
        late[0].recordedAt = noon(day(20_180_401))
        board.feed.append(late)
        try board.engine.catchUp()
        #expect(try branches(try board.engine.rows(query())) == ["b1", "b2"])
        #expect(try branches(try board.engine.rows(past)) == ["b1", "b3"])
    }

    /// What a query reads of the registry is kept for the next ones, and counted.
    @Test func whatIsReadOfTheRegistryIsWeighed() throws {
        var history = history()
        for number in 0..<300 {
            history.enrol("p\(number)", branch: "b1", on: day(20_180_401))
        }
        let board = try Board(history.facts)
        _ = try board.engine.rows(ModelQuery(model: "brand_metrics", now: noon(day(20_190_101))))
        #expect(board.engine.registries.weight > 300 * 200)
    }

    @Test func waitsForAPosition() async throws {
        let facts = history().facts
        let board = try Board(Array(facts.dropLast()))
        let target = UInt64(facts.count)
        var demanding = query()
        demanding.atLeast = target
        let late = try await board.engine.answer(
            demanding, until: .now.advanced(by: .milliseconds(5)))
        #expect(late.position == target - 1)
        let engine = board.engine
        let waiting = Task { [demanding] in
            try await engine.answer(demanding, until: .now.advanced(by: .seconds(60)))
        }
        board.feed.append([facts[facts.count - 1]])
        try engine.catchUp()
        #expect(try await waiting.value.position == target)
    }
}
