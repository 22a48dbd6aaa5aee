import Foundation
import TestSupport
import Testing

/// Starting and ending of servers on one data directory.
@Suite struct LifecycleTests {
    @Test func aTerminatedServerEndsInOrderAndKeepsItsLedger() throws {
        let directory = TemporaryDirectory("taizhang-life")
        let data = directory.appending("ledger")
        let first = try RunningServer(data: data)
        let count = try first.importDemo(["YQ"]).accepted
        let subscriber = try first.start(["subscribe", "--json"])
        #expect(subscriber.output.waitForLines { $0.count == count } != nil)
        let digest = try first.output(["replay", "--quiet"]).output
        #expect(first.stop() == 0)
        #expect(first.process.errors.text().contains("stopped with \(count) facts"))

        let second = try RunningServer(data: data)
        #expect(try second.head() == count)
        #expect(try second.output(["replay", "--quiet"]).output == digest)
        second.process.signal(SIGINT)
        #expect(second.process.wait() == 0)
    }

    /// Index and views follow from the log.
    @Test func whatIsDerivedMayBeDeleted() throws {
        let directory = TemporaryDirectory("taizhang-derived")
        let data = directory.appending("ledger")
        let first = try RunningServer(data: data)
        let count = try first.importDemo(["YQ"]).accepted
        let query = [
            "query", "rectification_ledger", "--as-of", "2019-06-30", "--known-at", "2019-07-31",
            "--at-least", "\(count)", "--json",
        ]
        let rows = try first.output(query).output
        #expect(!rows.isEmpty)
        #expect(first.stop() == 0)
        for name in ["index", "views"] {
            try FileManager.default.removeItem(atPath: "\(data)/\(name)")
        }

        let second = try RunningServer(data: data)
        #expect(try second.head() == count)
        #expect(try second.importDemo(["YQ"]) == ImportCounts(duplicates: count))
        #expect(try second.output(query).output == rows)
        #expect(second.stop() == 0)
        #expect(try Executable.run(["verify", "--data", data]).status == 0)
    }

    @Test func aPortInUseIs78() throws {
        let directory = TemporaryDirectory("taizhang-port")
        let server = try RunningServer(data: directory.appending("one"))
        let other = try Executable.run([
            "serve", "--data", directory.appending("two"), "--listen", server.address,
            "--lang", "en",
        ])
        #expect(other.status == 78)
        #expect(other.errors.contains("the address \(server.address) is in use"), "\(other.errors)")
        #expect(try server.head() == 0)
        #expect(server.stop() == 0)
    }

    @Test func aDataDirectoryInUseIs78() throws {
        let directory = TemporaryDirectory("taizhang-data")
        let data = directory.appending("ledger")
        let server = try RunningServer(data: data)
        let second = ["serve", "--data", data, "--listen", "127.0.0.1:0"]
        let holder = "\(server.process.processID)"
        for arguments in [second, ["verify", "--data", data]] {
            let finished = try Executable.run(arguments + ["--lang", "en"])
            #expect(finished.status == 78)
            #expect(finished.errors.contains(data), "\(finished.errors)")
            #expect(finished.errors.contains("in use by process \(holder)"), "\(finished.errors)")
        }
        #expect(try server.importDemo(["YQ"]).refused == 0)
        #expect(server.stop() == 0)
    }

    @Test func aDirectoryThatCannotBeMadeIs74() throws {
        let directory = TemporaryDirectory("taizhang-file")
        let file = directory.appending("file")
        try "no directory".write(toFile: file, atomically: true, encoding: .utf8)
        let finished = try Executable.run(
            ["serve", "--data", file + "/ledger", "--listen", "127.0.0.1:0", "--lang", "en"])
        #expect(finished.status == 74)
        #expect(finished.errors.contains(file), "\(finished.errors)")
    }
}
