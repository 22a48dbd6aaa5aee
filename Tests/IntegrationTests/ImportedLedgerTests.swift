import Foundation
import TestSupport
import Testing

/// What a user sees of a ledger with all demonstration data. Nothing here records a fact; the
/// suite's trait checks that at the end.
@Suite(.importedLedger) struct ImportedLedgerTests {
    @Test func everyFactOfTheDemonstrationDataIsAccepted() throws {
        let ledger = try ImportedLedger.required()
        #expect(ledger.counts == ImportCounts(accepted: try DemoData.count()))
    }

    @Test func importingTheSameFilesAgainRecordsNothing() throws {
        let ledger = try ImportedLedger.required()
        let again = try ledger.run(["import", "--json"] + DemoData.names.map(DemoData.path))
        #expect(again.status == 0)
        #expect(try ImportCounts(again) == ImportCounts(duplicates: DemoData.count()))
    }

    @Test func todaysRulesAdmitAllOfHistory() throws {
        let ledger = try ImportedLedger.required()
        let replay = try ledger.run(["replay", "--rules", "--json"])
        #expect(replay.status == 0, "\(replay.output)")
        let end = try #require(try replay.objects().last)
        #expect(end["facts"] as? Int == ledger.counts.accepted)
        #expect(end["refused"] as? Int == 0)
    }

    @Test func verifyThroughTheServerFindsItSound() throws {
        let ledger = try ImportedLedger.required()
        let verify = try ledger.run(["verify", "--json"])
        #expect(verify.status == 0)
        let report = try #require(try verify.objects().last)
        #expect(report["sound"] as? Bool == true)
        #expect(report["facts"] as? Int == ledger.counts.accepted)
        #expect(report["index_skipped"] as? String == "")
    }

    @Test func aDryRunIsJudgedButRecordsNothing() throws {
        let ledger = try ImportedLedger.required()
        let fact = """
            {"type":"PersonRegistered","stream":"person-yq-new","occurred_at":"2020-01-10",
            "recorded_by":"yq-p09","tenant":"yq-bureau","late_reason":"补录","evidence":["登记册"],
            "payload":{"person":"yq-new","vault_key_id":"vk-yq-new","employer_org":"yq-centre",
            "staff_no_hash":"00112233aabbccdd","employment":"IN_SERVICE"}}
            """.replacing("\n", with: "")
        let answer = try ledger.run(["record", "--dry-run", "--json", fact])
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(try answer.objects().first?["outcome"] as? String == "ADMITTED")
        #expect(try ledger.run(["read", "--stream", "person-yq-new"]).output.isEmpty)
    }

    @Test func readGivesTheFactsOfASubjectInOrder() throws {
        let ledger = try ImportedLedger.required()
        let facts = try ledger.run(["read", "--stream", "issue-yq-0001", "--json"]).objects()
        #expect(
            facts.compactMap { $0["type"] as? String } == [
                "IssueRegistered", "IssueAssigned", "RectificationPlanApproved",
                "RectificationProgressReported", "RectificationSubmitted", "IssueClosed",
            ])
        #expect(facts.compactMap { $0["stream_version"] as? Int } == Array(1...6))
        let last = try #require(facts.last)
        #expect(
            last["tags"] as? [String] == [
                "issue-yq-0001", "org-yq-bureau", "person-yq-p03", "tree-yq-bureau",
            ])
        let byTag = try ledger.run(["read", "--tag", "person-yq-p03", "--json"]).objects()
        #expect(byTag.contains { $0["event_id"] as? String == last["event_id"] as? String })
    }

    @Test func readGoesBackwardsAndKeepsToItsLimit() throws {
        let ledger = try ImportedLedger.required()
        let facts = try ledger.run(
            ["read", "--type", "IssueClosed", "--backwards", "--limit", "3", "--json"]
        ).objects()
        let positions = facts.compactMap { $0["position"] as? Int }
        #expect(positions.count == 3)
        #expect(positions == positions.sorted(by: >))
        #expect(facts.allSatisfy { $0["type"] as? String == "IssueClosed" })
    }

    @Test func csvHasOneLineARowBelowItsHeading() throws {
        let ledger = try ImportedLedger.required()
        let query = ["fortress_rating", "--summary", "--org", "jz-orgdept", "--period", "2023"]
        let csv = try ledger.run(["query"] + query + ["--csv"])
        #expect(csv.status == 0)
        #expect(csv.lines.first?.hasPrefix("cycle,stars,count,") == true)
        #expect(
            csv.lines.dropFirst().map { $0.split(separator: ",").prefix(3) } == [
                ["2023", "5", "25"], ["2023", "4", "40"], ["2023", "3", "2"],
            ])
    }

    /// The demonstration's own comparison, which covers every figure that the models show.
    @Test func theDemonstrationMeetsEveryPublishedFigure() throws {
        let ledger = try ImportedLedger.required()
        let show = try Self.show(ledger.address)
        #expect(show.status == 0, "\(show.output)\(show.errors)")
        #expect(!show.output.contains("✗"))
        for key in ["G-NA-02", "G-XX-01", "G-XX-05", "G-JZ-01", "G-YQ-01", "G-PY-02"] {
            #expect(show.lines.contains { $0.contains(key) && $0.hasSuffix("✓") })
        }
    }

    @Test func theDemonstrationSaysWhatALedgerLacks() throws {
        let directory = TemporaryDirectory("taizhang-empty")
        let server = try RunningServer(data: directory.appending("ledger"))
        let show = try Self.show(server.address)
        #expect(show.status == 1)
        #expect(show.lines.contains { $0.contains("G-NA-02") && $0.hasSuffix("✗") })
        #expect(server.stop() == 0)
    }

    private static func show(_ address: String) throws -> Finished {
        let program = Repository.root.appending(path: "Tools/demo-data/show.py").path
        return try Executable.run(
            "/usr/bin/env", ["python3", program, "--brief", "--lang", "en", "--server", address],
            environment: ["TAIZHANG_EXECUTABLE": Executable.path])
    }
}
