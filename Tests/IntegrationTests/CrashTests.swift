import Foundation
import TestSupport
import Testing

/// A server that is killed loses nothing that it has acknowledged.
@Suite struct CrashTests {
    @Test func whatWasAcknowledgedOutlivesAKill() throws {
        let directory = TemporaryDirectory("taizhang-crash")
        let data = directory.appending("ledger")
        let lines = try DemoData.names.flatMap(DemoData.lines)
        let server = try RunningServer(data: data)
        let subscriber = try server.start(["subscribe", "--json"])
        let importer = try server.start(["import", "-", "--json"])

        // A stretch that is on disk for certain, then a longer one that is cut off by the kill.
        try importer.send(Array(lines[..<500]).ndjson)
        #expect(subscriber.output.waitForLines { $0.count >= 500 } != nil)
        let rest = Array(lines[500...]).ndjson
        let feeding = Thread {
            try? importer.send(rest)
        }
        feeding.start()
        #expect(subscriber.output.waitForLines { $0.count >= 700 } != nil)
        server.process.signal(SIGKILL)
        #expect(server.process.wait() == -SIGKILL)
        let importStatus = importer.wait()
        importer.closeInput()
        #expect(importStatus == 69)
        subscriber.signal(SIGKILL)
        _ = subscriber.wait()

        let counts = try ImportCounts(
            Finished(
                status: importStatus, output: importer.output.text(),
                errors: importer.errors.text()))
        let seen = try subscriber.output.lines.map(jsonObject)
        #expect(counts.accepted >= 500)
        #expect(counts.refused == 0)

        let again = try RunningServer(data: data)
        let head = try again.head()
        #expect(head >= counts.accepted, "an acknowledged fact is lost")
        #expect(head >= seen.count, "a delivered fact is lost")
        let kept = try again.output(["read", "--json"]).objects()
        #expect(kept.count == head)
        for (before, after) in zip(seen, kept) {
            #expect(before["event_id"] as? String == after["event_id"] as? String)
            #expect(before["position"] as? Int == after["position"] as? Int)
        }
        #expect(try again.output(["verify", "--json"]).output.contains(#""sound":true"#))

        let rerun = try again.importDemo(DemoData.names)
        #expect(rerun == ImportCounts(accepted: lines.count - head, duplicates: head))
        #expect(try again.output(["replay", "--rules", "--quiet"]).status == 0)
        #expect(again.stop() == 0)
        #expect(try Executable.run(["verify", "--data", data]).status == 0)
    }
}
