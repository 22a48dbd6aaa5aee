import Foundation
import TestSupport
import Testing

/// A server that was started on a ledger with many facts a stream knows none of their states yet.
@Suite struct ColdStartTests {
    /// A recorded service as somebody would record it a second time.
    private static func again(_ fact: [String: Any]) throws -> String {
        let fields = ["type", "stream", "occurred_at", "recorded_by", "tenant", "payload"]
        let kept = fact.filter { fields.contains($0.key) }
        return String(
            decoding: try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys),
            as: UTF8.self)
    }

    /// It judges as before: expected versions over many connections hold, who has served is known,
    /// and what follows a refused line is not recorded.
    @Test func aRestartedServerJudgesAsBefore() throws {
        let directory = TemporaryDirectory("taizhang-cold")
        let data = directory.appending("ledger")
        let sizes = ["--streams", "24", "--persons", "400", "--data", data]
        let first = try BenchResults(
            ["append", "--connections", "3", "--in-flight", "4", "--events", "4000"] + sizes)
        let head = try first.number("append", "head")

        let second = try BenchResults(
            ["append", "--connections", "3", "--in-flight", "4", "--events", "600"] + sizes)
        #expect(try second.flag("setup", "reused") == true)
        #expect(try second.number("append", "refused") == 0)
        #expect(try second.number("append", "head") == head + 600)

        let server = try RunningServer(data: data)
        let services = try server.output([
            "read", "--type", "VolunteerServiceRecorded", "--limit", "40", "--json",
        ]).objects()
        let repeated = try services.map(Self.again)
        // Several lines at once: each is the first of its stream that is judged, or behind one.
        let finished = try server.run(
            ["import", "-", "--keep-going", "--json"], input: repeated.ndjson)
        #expect(try ImportCounts(finished) == ImportCounts(refused: 40))
        #expect(finished.errors.components(separatedBy: "R-VO-02").count - 1 == 40)
        #expect(server.stop() == 0)

        // Nothing behind the first refused line is recorded, although that one is judged late.
        let again = try RunningServer(data: data)
        let founded = """
            {"type":"OrganisationRegistered","stream":"org-cold","occurred_at":"2018-07-02",\
            "recorded_by":"clerk","tenant":"bench","payload":{"org_id":"cold",\
            "kind":"HOSPITAL","name":"x","parent_org":"bench","founded":"2000",\
            "ownership":"COUNTY"}}
            """
        let stopped = try again.run(
            ["import", "-", "--json"], input: [repeated[0], founded].ndjson)
        #expect(try ImportCounts(stopped) == ImportCounts(refused: 1))
        #expect(try again.head() == head + 600)
        #expect(try again.output(["verify", "--json"]).output.contains(#""sound":true"#))
        #expect(again.stop() == 0)
    }
}
