import Foundation
import TestSupport
import Testing

/// Subscriptions and watches while facts are being recorded.
@Suite struct LiveTests {
    /// Half of an import is under way, its process still waiting for more: the subscriber has that
    /// half already.
    @Test func aSubscriptionSeesFactsWhileTheImportRuns() throws {
        let directory = TemporaryDirectory("taizhang-live")
        let server = try RunningServer(data: directory.appending("ledger"))
        let lines = try DemoData.lines("YQ")
        let half = lines.count / 2
        let subscriber = try server.start(["subscribe", "--json", "--limit", "\(lines.count)"])
        let importer = try server.start(["import", "-", "--json"])

        try importer.send(Array(lines[..<half]).ndjson)
        let first = try #require(subscriber.output.waitForLines { $0.count >= half })
        #expect(first.count == half)
        #expect(importer.isRunning)

        try importer.send(Array(lines[half...]).ndjson)
        importer.closeInput()
        #expect(importer.wait() == 0)
        #expect(subscriber.wait() == 0)
        let facts = try subscriber.output.lines.map(jsonObject)
        #expect(facts.compactMap { $0["position"] as? Int } == Array(1...lines.count))
        let types = try lines.map { try jsonObject($0)["type"] as? String }
        #expect(facts.map { $0["type"] as? String } == types)
        #expect(server.stop() == 0)
    }

    @Test func aSubscriptionGoesOnFromAPositionOrFromTheEnd() throws {
        let directory = TemporaryDirectory("taizhang-live")
        let server = try RunningServer(data: directory.appending("ledger"))
        let lines = try DemoData.lines("YQ")
        _ = try server.output(["import", "-"], input: Array(lines[..<100]).ndjson)
        let later = try server.start(["subscribe", "--json", "--from", "91", "--limit", "20"])
        let fresh = try server.start(["subscribe", "--from-end", "--limit", "10"])
        #expect(fresh.errors.wait(for: "now live") != nil)
        _ = try server.output(["import", "-"], input: Array(lines[100..<110]).ndjson)
        #expect(later.wait() == 0)
        #expect(fresh.wait() == 0)
        let positions = try later.output.lines.map(jsonObject).compactMap { $0["position"] as? Int }
        #expect(positions == Array(91...110))
        #expect(fresh.output.lines.count == 10)
        #expect(fresh.output.lines.first?.contains("     101  ") == true)
    }

    @Test func aWatchChangesAsIssuesClose() throws {
        let directory = TemporaryDirectory("taizhang-live")
        let server = try RunningServer(data: directory.appending("ledger"))
        let lines = try DemoData.lines("YQ")
        let closings = lines.indices.filter { lines[$0].contains(#""type":"IssueClosed""#) }
        // An organisation that is not there yet cannot be asked for.
        _ = try server.output(["import", "-"], input: Array(lines[..<2]).ndjson)
        let watch = try server.start([
            "watch", "rectification_summary", "--org", "yq-bureau", "--where", "org=yq-bureau",
            "--where", "source=TOTAL", "--json",
        ])
        let importer = try server.start(["import", "-"])
        var sent = 2
        for wanted in [1, 10, 29, 30] {
            let next = closings[wanted - 1] + 1
            try importer.send(Array(lines[sent..<next]).ndjson)
            sent = next
            let seen = watch.output.waitForLines { Self.closed($0).last == wanted }
            #expect(seen != nil, "\(wanted) closed: \(watch.output.soFar)")
        }
        let counts = Self.closed(watch.output.lines)
        #expect(counts == counts.sorted())
        watch.signal(SIGINT)
        #expect(watch.wait() != 0)
        importer.closeInput()
        #expect(importer.wait() == 0)
        #expect(server.stop() == 0)
    }

    /// The closed issues of every row that a watch has printed.
    private static func closed(_ lines: [String]) -> [Int] {
        lines.compactMap { line in
            let row = try? jsonObject(line)["row"] as? [String: Any]
            return row?["closed"] as? Int
        }
    }

    @Test func aWatchForPeopleTellsWhatChanged() throws {
        let directory = TemporaryDirectory("taizhang-live")
        let server = try RunningServer(data: directory.appending("ledger"))
        let lines = try DemoData.lines("YQ")
        let closing = try #require(lines.firstIndex { $0.contains(#""type":"IssueClosed""#) })
        _ = try server.output(["import", "-"], input: Array(lines[..<closing]).ndjson)
        let watch = try server.start([
            "watch", "rectification_summary", "--org", "yq-bureau", "--where", "source=TOTAL",
            "--where", "org=yq-bureau",
        ])
        #expect(watch.errors.wait(for: "what follows are changes") != nil)
        _ = try server.output(["import", "-"], input: lines[closing] + "\n")
        let text = try #require(watch.output.wait(for: "~ yq-bureau TOTAL: "))
        #expect(text.contains("closed 0 → 1"), "\(text)")
        #expect(server.stop() == 0)
    }
}
