import Foundation
import TestSupport
import Testing

/// Imports that meet lines which are refused or are no facts.
@Suite struct ImportTests {
    /// The beginning of a programme with two bad lines in it: one that a rule refuses, one that is
    /// no fact.
    private struct Mixed {
        let good = try? DemoData.lines("YQ").prefix(12).map { $0 }
        let refused = """
            {"type":"BranchEstablished","stream":"branch-yq-x","occurred_at":"2018-07-02",\
            "recorded_at":"2018-07-02T17:32:00+08:00","recorded_by":"yq-p09","tenant":"yq-bureau",\
            "payload":{"branch_id":"yq-x","org_id":"nowhere","kind":"IN_SERVICE","name":"x",\
            "approved_on":"2018-07","approving_committee":"yq-bureau","doc":"批复",\
            "full_count":7,"probationary_count":0}}
            """
        let noFact = #"{"type":"Nonsense"}"#

        func lines() throws -> [String] {
            let good = try #require(good)
            return Array(good[..<6]) + [refused] + Array(good[6..<9]) + [noFact]
                + Array(good[9...])
        }
    }

    @Test func itStopsAtTheFirstRefusedLine() throws {
        let directory = TemporaryDirectory("taizhang-import")
        let server = try RunningServer(data: directory.appending("ledger"))
        let path = directory.appending("mixed.ndjson")
        try Mixed().lines().ndjson.write(toFile: path, atomically: true, encoding: .utf8)
        let finished = try server.run(["import", path, "--json"])
        #expect(finished.status == 1)
        #expect(finished.errors.contains("mixed.ndjson:7: "), "\(finished.errors)")
        #expect(finished.errors.contains("nowhere"), "\(finished.errors)")
        #expect(finished.errors.contains("no later line was recorded"), "\(finished.errors)")
        #expect(try ImportCounts(finished) == ImportCounts(accepted: 6, refused: 1))
        #expect(try server.head() == 6)
        #expect(server.stop() == 0)
    }

    @Test func itKeepsGoingAndWritesOutWhatWasRefused() throws {
        let directory = TemporaryDirectory("taizhang-import")
        let server = try RunningServer(data: directory.appending("ledger"))
        let mixed = Mixed()
        let path = directory.appending("mixed.ndjson")
        let refused = directory.appending("refused.ndjson")
        try mixed.lines().ndjson.write(toFile: path, atomically: true, encoding: .utf8)
        let finished = try server.run(
            ["import", path, "--keep-going", "--refused", refused, "--json"])
        #expect(finished.status == 1)
        #expect(finished.errors.contains("mixed.ndjson:7: "), "\(finished.errors)")
        #expect(finished.errors.contains("mixed.ndjson:11: "), "\(finished.errors)")
        #expect(try ImportCounts(finished) == ImportCounts(accepted: 12, refused: 2))
        let kept = try String(contentsOfFile: refused, encoding: .utf8)
        #expect(Set(kept.split(separator: "\n").map(String.init)) == [mixed.refused, mixed.noFact])
        #expect(server.stop() == 0)
    }

    @Test func severalFactsAreRecordedAllOrNone() throws {
        let directory = TemporaryDirectory("taizhang-record")
        let server = try RunningServer(data: directory.appending("ledger"))
        let good = try Array(DemoData.lines("YQ").prefix(3))
        let mixed = (good + [Mixed().refused]).ndjson
        let none = try server.run(["record", "-"], input: mixed)
        #expect(none.status == 1)
        #expect(none.errors.contains("nowhere"), "\(none.errors)")
        #expect(try server.head() == 0)
        let all = try server.run(["record", "-", "--json"], input: good.ndjson)
        #expect(all.status == 0, "\(all.errors)")
        #expect(try all.objects().first?["last_position"] as? Int == 3)
        let again = try server.run(["record", "-", "--json"], input: good.ndjson)
        #expect(try again.objects().first?["outcome"] as? String == "DUPLICATE")
        #expect(try server.head() == 3)
        #expect(server.stop() == 0)
    }

    /// What one ledger exports another imports: equal history, equal rows.
    @Test func anExportMakesTheSameLedgerElsewhere() throws {
        let directory = TemporaryDirectory("taizhang-round")
        let one = try RunningServer(data: directory.appending("one"))
        let two = try RunningServer(data: directory.appending("two"))
        let count = try one.importDemo(["JZ", "YQ", "XX"]).accepted
        let file = directory.appending("export.ndjson")
        _ = try one.output(["export", "--output", file])
        let imported = try two.output(["import", file, "--json"])
        #expect(try ImportCounts(imported) == ImportCounts(accepted: count))

        let digest = ["replay", "--quiet", "--json"]
        #expect(try one.output(digest).output == two.output(digest).output)
        let moment = ["--as-of", "2024-12-31", "--known-at", "2024-12-31", "--json"]
        for query in [
            ["brand_metrics"], ["fortress_rating"], ["fortress_rating", "--summary"],
            ["pioneer_index_quarter"], ["performance_link"], ["rectification_ledger"],
            ["rectification_summary"], ["membership_funnel", "--persons"],
            ["membership_funnel", "--summary"], ["branch_health"],
        ] {
            let rows = try one.output(["query"] + query + moment).output
            #expect(!rows.isEmpty)
            #expect(try two.output(["query"] + query + moment).output == rows, "\(query)")
        }
        // The export of the copy differs in what the servers say only: when each recorded it.
        let facts = try one.output(["export"]).objects()
        let copies = try two.output(["export"]).objects()
        #expect(facts.count == copies.count)
        for (fact, copy) in zip(facts, copies) {
            for member in ["event_id", "type", "stream", "recorded_at", "position"] {
                #expect("\(fact[member] ?? "")" == "\(copy[member] ?? "")")
            }
        }
        #expect(one.stop() == 0)
        #expect(two.stop() == 0)
    }
}
