import PartyBuilding
import ReadModels
import Schema
import TestSupport
import Testing

@testable import ReadModels

/// Questions for single rows and pages give what the whole answer holds.
struct PointQueryTests {
    private func query(_ model: String, _ table: String, _ asOf: LocalDate) -> ModelQuery {
        var query = ModelQuery(model: model, now: noon(day(20_991_231)))
        query.table = table
        query.asOf = asOf
        return query
    }

    private func tables() -> [(model: String, table: ModelTable)] {
        ModelEngine.catalogue.flatMap { model in model.tables.map { (model.name, $0) } }
    }

    /// Every text column with every value that it has, and one that it has not.
    private func conditions(
        _ rows: [ModelRow], _ descriptor: MessageDescriptor
    ) throws -> Set<ModelQuery.Condition> {
        var found: Set<ModelQuery.Condition> = []
        for row in rows {
            let json = try MessageJSON.encode(descriptor, row.bytes)
            for field in descriptor.fields {
                if let value = json[field.name]?.stringValue {
                    found.insert(.init(column: field.name, value: value))
                }
                if field.kind == .string, !field.isRepeated {
                    found.insert(.init(column: field.name, value: "nobody"))
                }
            }
        }
        return found
    }

    @Test func pointLookupEqualsFilteredWhole() throws {
        try withSeeds(3) { random, seed in
            let board = try Board(try RandomHistory(seed: seed, count: 250).history.facts)
            let asOf = day(20_180_101).adding(days: Int.random(in: 300..<900, using: &random))
            for (model, table) in tables() {
                let descriptor = try #require(MessageDescriptor.named(table.rowType))
                let all = try board.engine.rows(query(model, table.name, asOf)).rows
                for condition in try conditions(all, descriptor) {
                    let expected = try all.filter { row in
                        let json = try MessageJSON.encode(descriptor, row.bytes)
                        return json[condition.column]?.stringValue == condition.value
                    }
                    var point = query(model, table.name, asOf)
                    point.conditions = [condition]
                    let found = try board.engine.rows(point).rows
                    #expect(found == expected, "\(model) \(table.name) \(condition) seed \(seed)")
                    point.limit = 1
                    let page = try board.engine.rows(point)
                    #expect(page.rows == Array(expected.prefix(1)))
                    #expect((page.nextPage != nil) == (expected.count > 1))
                    if let quick = try board.engine.quickRows(point) {
                        #expect(quick.rows == page.rows)
                        #expect(quick.nextPage == page.nextPage)
                        #expect(quick.position == page.position)
                    }
                }
            }
        }
    }

    /// Values that no identity can have, and that are longer than a key of the store may be.
    @Test func valuesOfAnyLengthFindNothing() throws {
        let board = try Board(try RandomHistory(seed: 1, count: 50).history.facts)
        let values = [
            String(repeating: "x", count: 5_000), String(repeating: "党", count: 400),
            "a" + String(repeating: "\u{301}", count: 2_000), String(repeating: "\0", count: 300),
        ]
        for (model, table) in tables() {
            let descriptor = try #require(MessageDescriptor.named(table.rowType))
            for field in descriptor.fields where field.kind == .string && !field.isRepeated {
                for value in values {
                    var point = query(model, table.name, day(20_191_231))
                    point.conditions = [.init(column: field.name, value: value)]
                    #expect(try board.engine.rows(point).rows == [])
                    _ = try board.engine.quickRows(point)
                }
            }
        }
    }

    /// A caller without time is not kept waiting while rows are sorted by a column.
    @Test func sortingByAColumnIsNotQuick() throws {
        let board = try Board(try RandomHistory(seed: 2, count: 250).history.facts)
        var sorted = 0
        for (model, table) in tables() {
            let descriptor = try #require(MessageDescriptor.named(table.rowType))
            _ = try board.engine.rows(query(model, table.name, day(20_191_231)))
            for field in descriptor.fields where field.kind == .string && !field.isRepeated {
                var point = query(model, table.name, day(20_191_231))
                point.conditions = [.init(column: field.name, value: "nobody")]
                point.limit = 1
                let before = try board.engine.quickRows(point)
                let weight = board.engine.built.weight
                _ = try board.engine.rows(point)
                let after = try board.engine.quickRows(point)
                guard before == nil, after != nil, board.engine.built.weight >= weight else {
                    continue
                }
                sorted += 1
            }
        }
        #expect(sorted > 10)
    }

    @Test func pagesTogetherAreTheWhole() throws {
        try withSeeds(3) { random, seed in
            let board = try Board(try RandomHistory(seed: seed, count: 250).history.facts)
            let asOf = day(20_191_231)
            for (model, table) in tables() {
                for org in [nil, "left"] {
                    var query = query(model, table.name, asOf)
                    query.org = org
                    let all = try board.engine.rows(query).rows
                    query.limit = Int.random(in: 1...7, using: &random)
                    var found: [ModelRow] = []
                    repeat {
                        let page = try board.engine.rows(query)
                        #expect(page.rows.count <= query.limit)
                        found += page.rows
                        query.pageToken = page.nextPage
                    } while query.pageToken != nil
                    #expect(found == all, "\(model) \(table.name) seed \(seed)")
                }
            }
        }
    }

    /// What is kept of an answer is used no longer than it holds.
    @Test func answersFollowTheFacts() throws {
        var history = History(tenant: "root")
        history.organisation("root", on: day(20_180_101))
        history.branch("b1", org: "root", on: day(20_180_101))
        history.enrol("p1", branch: "b1", on: day(20_180_201))
        let board = try Board(history.facts)
        var persons = query("membership_funnel", "persons", day(20_190_101))
        persons.conditions = [.init(column: "person", value: "p2")]
        var health = query("branch_health", "rows", day(20_190_101))
        health.conditions = [.init(column: "branch", value: "b1")]
        func total() throws -> Int64? {
            try board.engine.rows(health).rows.first.map {
                try BranchHealthRow(decoding: $0.bytes).total
            }
        }
        #expect(try board.engine.rows(persons).rows.isEmpty)
        #expect(try total() == 1)
        let known = history.facts.count
        let versions = board.engine.contentVersions("branch_health")
        var service = VolunteerServiceRecorded()
        service.person = "p1"
        history.record(service, "activity-a", on: day(20_180_301))
        board.feed.append(Array(history.facts[known...]))
        try board.engine.catchUp()
        #expect(board.engine.contentVersions("branch_health") == versions)
        #expect(try total() == 1)
        history.enrol("p2", branch: "b1", on: day(20_180_401))
        board.feed.append(Array(history.facts[(known + 1)...]))
        try board.engine.catchUp()
        #expect(board.engine.contentVersions("branch_health") != versions)
        #expect(try board.engine.rows(persons).rows.count == 1)
        #expect(try total() == 2)
    }

    /// Whoever names no record time asks for what is known now: facts that were recorded after the
    /// question was put do not make it a question about the past.
    @Test func presentIsWhatIsKnown() throws {
        var history = History(tenant: "root")
        history.organisation("root", on: day(20_180_101))
        for number in 1...3 { history.branch("b\(number)", org: "root", on: day(20_180_101)) }
        let board = try Board(history.facts)
        var query = ModelQuery(model: "branch_health", now: noon(day(20_190_101)))
        query.asOf = day(20_190_101)
        query.limit = 2
        let first = try board.engine.rows(query)
        #expect(first.knownAt == noon(day(20_190_101)))
        let known = history.facts.count
        history.branch("b4", org: "root", on: day(20_180_201), full: 5)
        history.void(history.facts[1].id, recorded: day(20_190_202))
        board.feed.append(Array(history.facts[known...]))
        try board.engine.catchUp()
        query.pageToken = first.nextPage
        let second = try board.engine.rows(query)
        #expect(
            try second.rows.map { try BranchHealthRow(decoding: $0.bytes).branch }
                == ["b3", "b4"])
        #expect(second.knownAt == noon(day(20_190_202)))
        // A time that the query names holds for all of its pages.
        query.pageToken = nil
        query.knownAt = noon(day(20_190_101))
        query.limit = 1
        var past: [String] = []
        repeat {
            let page = try board.engine.rows(query)
            #expect(page.knownAt == noon(day(20_190_101)))
            past += try page.rows.map { try BranchHealthRow(decoding: $0.bytes).branch }
            query.pageToken = page.nextPage
        } while query.pageToken != nil
        #expect(past == ["b1", "b2", "b3", "b4"])
    }

    /// No model looks at a fact of a type that it does not name.
    @Test func typesAreComplete() throws {
        for type in EventType.all {
            let payload = try EventPayload.decode(type: type, bytes: [])
            for prefix in type.streamPrefixes.isEmpty ? ["branch"] : type.streamPrefixes {
                let fact = Fact(
                    id: FactID(high: 1, low: 1), position: 1, stream: "\(prefix)-x-2019",
                    payload: payload, occurred: Moment(day(20_190_101)),
                    validDay: day(20_190_101), recordedAt: 0, recordedBy: "", tags: [])
                for model in ModelEngine.catalogue + [RegistryModel()]
                where !model.types.contains(type) && !type.streamPrefixes.isEmpty {
                    #expect(model.entities(of: fact).isEmpty, "\(model.name) \(type)")
                    #expect(!model.isLinked(fact.stream), "\(model.name) \(type)")
                }
            }
        }
    }
}
