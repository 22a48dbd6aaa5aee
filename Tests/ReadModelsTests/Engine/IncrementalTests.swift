import PartyBuilding
import ReadModels
import Schema
import TestSupport
import Testing

@testable import ReadModels

/// Whatever the batching, the corrections and the order in which facts became known, the stored
/// content is what folding everything from scratch gives.
struct IncrementalTests {
    private static let names = ModelEngine.catalogue.map(\.name) + ["registry"]

    private func hashes(_ board: Board) throws -> [[UInt8]] {
        try Self.names.map(board.engine.contentHash)
    }

    /// A row of an answer with the table it belongs to.
    private struct Answer: Hashable {
        let rowType: String
        let key: [UInt8]
        let bytes: [UInt8]

        /// The row without the columns that corrections and the instant of asking change.
        var significant: [UInt8] {
            var kept = WireWriter()
            var reader = WireReader(bytes)
            while let field = try? reader.next() {
                guard field.number != 102, field.number != 101 else { continue }
                switch field.value {
                case .varint(let value): kept.varint(value, field: field.number)
                case .fixed64(let value): kept.fixed64(value, field: field.number)
                case .bytes(let range): kept.delimited(bytes[range], field: field.number)
                case .fixed32(let value): kept.varint(UInt64(value), field: field.number)
                }
            }
            return kept.bytes
        }

        var json: JSONValue {
            get throws {
                guard let descriptor = MessageDescriptor.named(rowType) else { return .null }
                return try MessageJSON.encode(descriptor, bytes)
            }
        }
    }

    /// Rows of every table of every model, in order.
    private func answers(
        _ board: Board, asOf: LocalDate, knownAt: Int64?, except excluded: Set<String> = []
    ) throws -> [Answer] {
        var found: [Answer] = []
        for model in ModelEngine.catalogue where !excluded.contains(model.name) {
            for table in model.tables {
                var query = ModelQuery(model: model.name, now: noon(day(20_991_231)))
                query.table = table.name
                query.asOf = asOf
                query.knownAt = knownAt
                found += try board.engine.rows(query).rows.map {
                    Answer(rowType: table.rowType, key: $0.key, bytes: $0.bytes)
                }
            }
        }
        return found
    }

    @Test func batchingDoesNotMatter() throws {
        try withSeeds(4) { random, seed in
            let facts = try RandomHistory(seed: seed, count: 300).history.facts
            let whole = try Board(facts)
            let expected = try hashes(whole)
            let single = try Board(facts, batch: 1)
            #expect(try hashes(single) == expected, "one fact a batch, seed \(seed)")
            let directory = TemporaryDirectory("views")
            let feed = ListFeed()
            var engine = try ModelEngine(directory: directory.appending("views"), feed: feed)
            var rest = facts[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...40, using: &random)
                feed.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
                try engine.catchUp(batchMax: Int.random(in: 1...20, using: &random))
                if Int.random(in: 0..<5, using: &random) == 0 {
                    // Closed and opened again: nothing in memory may matter.
                    engine.close()
                    engine = try ModelEngine(
                        directory: directory.appending("views"), feed: feed)
                }
            }
            try engine.catchUp()
            let found = try Self.names.map(engine.contentHash)
            #expect(found == expected, "random batches, seed \(seed)")
            engine.close()
        }
    }

    @Test func pastKnowledgeIsFoldedAgain() throws {
        try withSeeds(3) { random, seed in
            let facts = try RandomHistory(seed: seed, count: 250).history.facts
            let board = try Board(facts, batch: 7)
            for _ in 0..<4 {
                let cut = facts[Int.random(in: 0..<facts.count, using: &random)].recordedAt
                let asOf = day(20_180_101).adding(days: Int.random(in: 0..<900, using: &random))
                let past = try answers(board, asOf: asOf, knownAt: cut)
                let then = try Board(facts.filter { $0.recordedAt <= cut })
                let expected = try answers(then, asOf: asOf, knownAt: cut)
                let differences = try differences(past, expected, isExact: true)
                #expect(differences == [], "known at \(cut), as of \(asOf), seed \(seed)")
            }
        }
    }

    /// As-of answers equal those over only the effective facts that count by that day, recorded
    /// without any correction; PJ-07 apart, which remembers what was appraised.
    @Test func validTimeIsACut() throws {
        try withSeeds(3) { random, seed in
            let facts = try RandomHistory(seed: seed, count: 250).history.facts
            let board = try Board(facts, batch: 11)
            for _ in 0..<4 {
                let asOf = day(20_180_101).adding(days: Int.random(in: 0..<900, using: &random))
                let clean = EffectiveFacts.resolve(facts).filter { RecordDay.of($0) <= asOf }
                let plain = clean.map { fact in
                    var fact = fact
                    fact.isCorrected = false
                    fact.isAfterSeal = false
                    return fact
                }
                let expected = try answers(
                    try Board(plain), asOf: asOf, knownAt: nil, except: ["performance_link"])
                let found = try answers(
                    board, asOf: asOf, knownAt: nil, except: ["performance_link"])
                let differences = try differences(found, expected)
                #expect(differences == [], "as of \(asOf), seed \(seed)")
            }
        }
    }

    /// Rows that are not as expected. A row that is there only to say that something was taken
    /// away is no difference.
    ///
    /// - Parameter isExact: every byte counts and every row.
    private func differences(
        _ found: [Answer], _ expected: [Answer], isExact: Bool = false
    ) throws -> [String] {
        var rest: [String: Answer] = [:]
        for answer in expected { rest["\(answer.rowType) \(answer.key)"] = answer }
        var differences: [String] = []
        for answer in found {
            let json = try answer.json
            let key = "\(answer.rowType) \(answer.key)"
            guard let wanted = rest.removeValue(forKey: key) else {
                if isExact || json["restated"] != .bool(true) {
                    differences.append("more: \(json.text())")
                }
                continue
            }
            let isSame =
                isExact
                ? answer == wanted : answer.significant == wanted.significant
            guard !isSame else { continue }
            differences.append("found: \(json.text()) expected: \(try wanted.json.text())")
        }
        for missing in rest.values { differences.append("missing: \(try missing.json.text())") }
        return Array(differences.prefix(3))
    }
}
