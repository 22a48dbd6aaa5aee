import Foundation
import TestSupport
import Testing

/// `taizhang bench` with sizes at which nothing takes long: that it counts rightly, never how fast
/// it is.
@Suite struct BenchTests {
    @Test func appendRecordsWhatItSaysAndMoreInTheSameLedger() throws {
        let directory = TemporaryDirectory("taizhang-bench")
        let data = directory.appending("ledger")
        let sizes = ["--streams", "64", "--persons", "30", "--data", data]
        let first = try BenchResults(
            [
                "append", "--connections", "3", "--in-flight", "4", "--events", "500",
            ] + sizes)
        // Two facts for the organisation and its committee, one a branch, two a person, two an
        // activity.
        let setup = 2 + 8 + 2 * 30 + 2 * 64
        #expect(try first.number("setup", "facts") == setup)
        #expect(try first.flag("setup", "reused") == false)
        #expect(try first.number("append", "events") == 500)
        #expect(try first.number("append", "calls") == 500)
        #expect(try first.number("append", "refused") == 0)
        #expect(try first.number("append", "head") == setup + 500)
        #expect(try first.number("append", "server_cpu_ns_per_event") > 0)
        #expect(try first.number("append", "server_rss_bytes") > 0)
        try first.expectPercentilesInOrder("append", "latency_us")

        let second = try BenchResults(
            [
                "append", "--connections", "2", "--in-flight", "1", "--batch", "8", "--events",
                "403",
                "--threads", "2", "--sustained",
            ] + sizes)
        #expect(try second.flag("setup", "reused") == true)
        let phases = second.objects("append")
        #expect(phases.compactMap { $0["phase"] as? String } == ["burst", "sustained"])
        for phase in phases {
            #expect(phase["events"] as? Int == 403)
            // Each thread ends with what is left of its half.
            #expect(phase["calls"] as? Int == 52)
        }
        let end = try #require(phases.last)
        for position in ["head", "index_position", "models_position"] {
            #expect(end[position] as? Int == setup + 903, "\(position)")
        }

        let server = try RunningServer(data: data)
        #expect(try server.head() == setup + 903)
        let services = try server.output([
            "read", "--type", "VolunteerServiceRecorded", "--json",
        ]).objects()
        #expect(services.count == 903)
        let ids = Set(services.compactMap { $0["event_id"] as? String })
        #expect(ids.count == 903)
        #expect(server.stop() == 0)
    }

    @Test func payloadsHaveTheSizeThatIsAskedFor() throws {
        for bytes in [60, 127, 128, 300, 5_000, 20_000] {
            let directory = TemporaryDirectory("taizhang-bench")
            let data = directory.appending("ledger")
            _ = try BenchResults([
                "append", "--connections", "1", "--in-flight", "2", "--batch", "8", "--streams",
                "64", "--persons", "10", "--events", "40", "--payload", "\(bytes)", "--data", data,
            ])
            let read = try BenchResults(["read", "--rounds", "1", "--data", data])
            let payloads = try read.number("replay", "bytes")
            let alone = try BenchResults([
                "read", "--rounds", "1", "--data", data, "--events", "\(2 + 8 + 20 + 128)",
            ])
            #expect(try payloads - alone.number("replay", "bytes") == 40 * bytes)
        }
    }

    @Test func readVisitsEveryEvent() throws {
        let results = try BenchResults([
            "read", "--record", "700", "--rounds", "2", "--streams", "20",
        ])
        let setup = try results.number("setup", "facts")
        #expect(try results.number("replay", "events") == setup + 700)
        #expect(try results.number("replay", "rounds") == 2)
        #expect(try results.number("streams", "streams") == 20)
        #expect(try results.number("streams", "events") >= 40)
        try results.expectPercentilesInOrder("streams", "latency_us")
        let directory = try #require(results.objects("setup").first?["directory"] as? String)
        #expect(!FileManager.default.fileExists(atPath: directory))
    }

    @Test(arguments: [[], ["--rate", "2000"], ["--batch", "4"]])
    func subscribersSeeEveryPosition(_ arguments: [String]) throws {
        let results = try BenchResults(
            [
                "subscribe", "--subscribers", "3", "--events", "400", "--streams", "600",
                "--connections", "4",
            ] + arguments)
        #expect(try results.number("subscribe", "events") == 400)
        #expect(try results.number("subscribe", "delivered") == 1_200)
        #expect(try results.number("subscribe", "lost") == 0)
        for key in ["append_latency_us", "delivery_latency_us", "behind_commit_us"] {
            try results.expectPercentilesInOrder("subscribe", key)
        }
    }

    @Test func everyQueryFindsItsRow() throws {
        let results = try BenchResults([
            "query", "--connections", "3", "--in-flight", "2", "--events", "100",
        ])
        #expect(try results.number("query", "queries") == 100)
        #expect(try results.number("query", "rows") == 100)
        try results.expectPercentilesInOrder("query", "latency_us")
    }

    @Test func aRunningServersLedgerIsLeftAloneUnlessToldOtherwise() throws {
        let directory = TemporaryDirectory("taizhang-bench")
        let server = try RunningServer(data: directory.appending("ledger"))
        let append = [
            "append", "--connections", "1", "--in-flight", "2", "--streams", "16", "--persons",
            "10", "--events", "50",
        ]
        for command in [append, ["subscribe", "--events", "10"]] {
            let refused = try server.run(["bench"] + command)
            #expect(refused.status == 64)
            #expect(refused.errors.contains("--into-this-ledger"), "\(refused.errors)")
        }
        let unread = try server.run(["bench", "read"])
        #expect(unread.status == 66)
        #expect(try server.head() == 0)

        let recorded = try server.output(["bench"] + append + ["--into-this-ledger", "--json"])
        let results = try BenchResults(recorded)
        #expect(try results.number("append", "events") == 50)
        #expect(results.objects("append").first?["server_rss_bytes"] is NSNull)
        #expect(try server.head() == 2 + 8 + 20 + 32 + 50)
        #expect(try server.output(["bench", "read", "--json"]).status == 0)
        #expect(server.stop() == 0)
    }

    @Test func aFullScenarioAndImpossibleSizesAreExplained() throws {
        let full = try Executable.run([
            "bench", "append", "--connections", "1", "--in-flight", "2", "--streams", "8",
            "--persons", "8", "--events", "65", "--lang", "en",
        ])
        #expect(full.status == 1)
        #expect(full.errors.contains("--persons"), "\(full.errors)")
        for (arguments, word) in [
            (["append", "--streams", "10"], "streams"),
            (["append", "--payload", "10"], "--payload"),
            (["append", "--events", "1", "--seconds", "1"], "--seconds"),
            (["query", "--where", "branch"], "--where"),
        ] {
            let wrong = try Executable.run(["bench"] + arguments + ["--lang", "en"])
            #expect(wrong.status == 64)
            #expect(wrong.errors.contains(word), "\(wrong.errors)")
        }
    }

    @Test func peopleGetATableInTheirLanguage() throws {
        let arguments = [
            "bench", "append", "--connections", "1", "--in-flight", "1", "--streams", "8",
            "--persons", "8", "--events", "20",
        ]
        let chinese = try Executable.run(arguments + ["--lang", "zh"])
        #expect(chinese.output.contains("每秒事件"))
        #expect(chinese.output.contains("p99.9"))
        let english = try Executable.run(arguments + ["--lang", "en"])
        #expect(english.output.contains("events per second"))
    }

    /// Whoever kills the bench does not leave its server behind.
    @Test func theServerEndsWithTheBench() throws {
        let directory = TemporaryDirectory("taizhang-bench")
        let data = directory.appending("ledger")
        let bench = try RunningProcess([
            "bench", "append", "--connections", "1", "--in-flight", "1", "--streams", "64",
            "--seconds", "60", "--data", data, "--json",
        ])
        #expect(bench.output.wait(for: #""bench":"setup""#) != nil)
        bench.signal(SIGKILL)
        _ = bench.wait()
        // The directory is free as soon as the server has ended in order.
        var status: Int32 = 1
        for _ in 0..<200 where status != 0 {
            status = try Executable.run(["verify", "--data", data, "--lang", "en"]).status
            if status != 0 { usleep(50_000) }
        }
        #expect(status == 0)
    }
}

/// What a bench printed with `--json`.
struct BenchResults {
    private let results: [[String: Any]]

    /// Runs a bench that must succeed.
    init(_ arguments: [String]) throws {
        let finished = try Executable.run(["bench"] + arguments + ["--json", "--lang", "en"])
        try #require(finished.status == 0, "\(arguments): \(finished.errors)")
        try self.init(finished)
    }

    init(_ finished: Finished) throws {
        results = try finished.objects()
    }

    /// The results of one kind.
    func objects(_ name: String) -> [[String: Any]] {
        results.filter { $0["bench"] as? String == name }
    }

    func number(_ name: String, _ key: String) throws -> Int {
        try #require(objects(name).first?[key] as? Int, "\(name) has no number \(key)")
    }

    func flag(_ name: String, _ key: String) throws -> Bool {
        try #require(objects(name).first?[key] as? Bool, "\(name) has no flag \(key)")
    }

    /// Percentiles grow with their rank.
    func expectPercentilesInOrder(_ name: String, _ key: String) throws {
        let percentiles = try #require(objects(name).first?[key] as? [String: Int])
        let values = ["p50", "p90", "p99", "p999", "max"].compactMap { percentiles[$0] }
        #expect(values.count == 5)
        #expect(values == values.sorted(), "\(key): \(percentiles)")
    }
}
