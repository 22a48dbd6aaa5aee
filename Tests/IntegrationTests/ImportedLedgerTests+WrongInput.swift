import Foundation
import TestSupport
import Testing

extension ImportedLedgerTests {
    /// Wrong input is refused with a message that names place, field and value, and with the
    /// documented exit code.
    @Suite struct WrongInput {
        /// Imports one bad line behind two good ones, which are known already.
        private func importBehindGoodLines(_ line: String) throws -> Finished {
            let ledger = try ImportedLedger.required()
            let directory = TemporaryDirectory("taizhang-wrong")
            let path = directory.appending("facts.ndjson")
            let text = (try DemoData.lines("YQ").prefix(2) + [line]).ndjson
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return try ledger.run(["import", "--json", path])
        }

        private func person(_ members: String) -> String {
            """
            {"type":"PersonRegistered","stream":"person-yq-new","occurred_at":"2020-01-10",\
            "recorded_by":"yq-p09","tenant":"yq-bureau",\(members)}
            """
        }

        @Test(arguments: [
            (#"{"type":"IssueClosed","#, "column 23"),
            (#"{"type":"PersonRegistred","stream":"person-a"}"#, "did you mean PersonRegistered?"),
            (#"{"type":"PersonRegistered","payload":{}}"#, "stream is missing"),
            (#"["not an object"]"#, "an object with type, stream and payload"),
            (#"{"type":"IssueClosed","stream":"person-a","payload":{}}"#, "person-a"),
        ])
        func aLineThatIsNoFact(line: String, problem: String) throws {
            let finished = try importBehindGoodLines(line)
            #expect(finished.status == 65)
            #expect(finished.errors.contains("facts.ndjson:3: "), "\(finished.errors)")
            #expect(finished.errors.contains(problem), "\(finished.errors)")
            #expect(try ImportCounts(finished) == ImportCounts(refused: 1, duplicates: 2))
        }

        @Test(arguments: [
            (#""payload":{"person":"yq-new"}"#, "payload.vault_key_id is missing"),
            (#""payload":{"persn":"yq-new"}"#, "did you mean person?"),
            (
                #""payload":{"person":"yq-new","vault_key_id":"v","employer_org":"yq-centre","#
                    + #""staff_no_hash":"h","employment":"in_service"}"#,
                #"payload.employment is "in_service""#
            ),
            (
                #""recorded_at":"2020-13-01T00:00:00+08:00","payload":{"person":"yq-new","#
                    + #""vault_key_id":"v","employer_org":"yq-centre","staff_no_hash":"h","#
                    + #""employment":"IN_SERVICE"}"#, "2020-13-01"
            ),
        ])
        func aFieldOrValueThatTheSchemaDoesNotKnow(members: String, problem: String) throws {
            let finished = try importBehindGoodLines(person(members))
            #expect(finished.status == 65)
            #expect(finished.errors.contains("facts.ndjson:3: "), "\(finished.errors)")
            #expect(finished.errors.contains(problem), "\(finished.errors)")
        }

        private func dryRun(_ fact: String) throws -> Finished {
            try ImportedLedger.required().run(["record", "--dry-run", fact])
        }

        /// A fact of one of the programmes, recorded late.
        private func late(
            _ type: String, _ stream: String, _ day: String, _ tenant: String, _ payload: String
        ) -> String {
            """
            {"type":"\(type)","stream":"\(stream)","occurred_at":"\(day)",\
            "recorded_by":"\(tenant.prefix(2))-p09","tenant":"\(tenant)","late_reason":"补录",\
            "evidence":["登记册"],"payload":\(payload)}
            """
        }

        @Test func personsWherePersonTimesAreCounted() throws {
            let finished = try dryRun(
                late(
                    "ServiceVolumeReported", "programme-na-visit", "2024-03-31", "na-commission",
                    #"{"period_from":"2024-03-01","period_to":"2024-03-31","measure":"入户慰问","#
                        + #""quantity":{"value":67,"unit":"PERSON","qualifier":"EXACT"}}"#))
            #expect(finished.status == 1)
            for word in ["R-GEN-06", "入户慰问", "PERSON_TIME", "PERSON"] {
                #expect(finished.errors.contains(word), "\(finished.errors)")
            }
        }

        @Test(arguments: [15, 15_000_000]) func moneyInTenThousandsOfYuan(sum: Int) throws {
            let finished = try dryRun(
                late(
                    "MedicinesDistributed", "activity-jz-act02", "2023-05-19", "jz-orgdept",
                    #"{"lines":[{"drug_code":"d1","qty":5,"unit":"盒","fen":\#(sum)}],"#
                        + #""total_fen":15,"donor":"捐赠"}"#))
            #expect(finished.status == 1)
            #expect(finished.errors.contains("R-GEN-06"), "\(finished.errors)")
            #expect(finished.errors.contains("15"), "\(finished.errors)")
            #expect(finished.errors.contains("fen"), "\(finished.errors)")
        }

        @Test func moneyThatIsNoWholeNumber() throws {
            let finished = try dryRun(
                late(
                    "MedicinesDistributed", "activity-jz-act02", "2023-05-19", "jz-orgdept",
                    #"{"lines":[{"drug_code":"d1","qty":5,"unit":"盒","fen":1500}],"#
                        + #""total_fen":"15万","donor":"捐赠"}"#))
            #expect(finished.status == 65)
            #expect(finished.errors.contains(#"payload.total_fen is "15万""#), "\(finished.errors)")
        }

        @Test func aRuleThatRefuses() throws {
            let finished = try dryRun(
                late(
                    "IssueClosed", "issue-yq-0001", "2019-12-31", "yq-bureau",
                    #"{"on":"2019-12-31","acceptor":"yq-p03","acceptor_org":"yq-bureau","#
                        + #""evidence":["照片"]}"#))
            #expect(finished.status == 1)
            #expect(finished.errors.contains("STATE-ISSUE"), "\(finished.errors)")
            #expect(finished.errors.contains("CLOSED"), "\(finished.errors)")
        }

        @Test func historyThatRunsBackwards() throws {
            let line = try DemoData.line("YQ", with: #""type":"IssueClosed""#)
            let finished = try importBehindGoodLines(line.replacing("yq-0001", with: "yq-9999"))
            #expect(finished.status == 1)
            for word in ["facts.ndjson:3: ", "INV-RECORD-TIME", "2018-12-14T17:30:00+08:00"] {
                #expect(finished.errors.contains(word), "\(finished.errors)")
            }
        }

        @Test func anEventIDUsedForAnotherFact() throws {
            let ledger = try ImportedLedger.required()
            let known = try #require(
                try ledger.run(["read", "--stream", "org-yq-bureau", "--json", "--limit", "1"])
                    .objects().first?["event_id"] as? String)
            let line = try DemoData.lines("YQ")[0]
                .replacing("{\"type\"", with: "{\"event_id\":\"\(known)\",\"type\"")
            let finished = try ledger.run(["record", line.replacing("2000", with: "2001")])
            #expect(finished.status == 65)
            #expect(finished.errors.contains("R-GEN-01"), "\(finished.errors)")
            #expect(finished.errors.contains(known), "\(finished.errors)")
        }

        @Test func aVersionThatIsNotTheStreams() throws {
            let fact = try DemoData.lines("YQ")[2].replacing("yq-p01", with: "yq-p98")
                .replacing("2018-07-02T17:30:40", with: "2020-02-02T17:30:40")
            let finished = try ImportedLedger.required().run(
                ["record", fact, "--expect", "person-yq-p98=3"])
            #expect(finished.status == 75)
            #expect(finished.errors.contains("R-GEN-09"), "\(finished.errors)")
            #expect(finished.errors.contains("person-yq-p98 has 0 facts"), "\(finished.errors)")
        }

        @Test(arguments: [
            (["query", "talent_pipelin"], 66, "Did you mean talent_pipeline?"),
            (["query", "talent_pipeline", "--where", "orgg=x"], 64, "Did you mean org?"),
            (["query", "talent_pipeline", "--as-of", "2024-02-30"], 64, "2024-02-30"),
            (["query", "talent_pipeline", "--period", "2024Q5"], 64, "2024Q5"),
            (["query", "rectification_summary", "--period", "2024"], 64, "rectification_summary"),
            (["query", "talent_pipeline", "--known-at", "yesterday"], 64, "yesterday"),
            (["query", "fortress_rating", "--persons"], 64, "persons"),
            (["read", "--type", "IssueClose"], 64, "Did you mean IssueClosed?"),
            (["import", "/nonexistent.ndjson"], 66, "/nonexistent.ndjson"),
            (["import", "/"], 64, "is a directory"),
            (["record", "--expect", "a=b", "{}"], 64, "a=b"),
            (["verify", "--data", "/nonexistent"], 66, "/nonexistent"),
        ])
        func aCommandThatNamesWhatIsNotThere(
            arguments: [String], status: Int32, problem: String
        ) throws {
            let finished = try ImportedLedger.required().run(arguments)
            #expect(finished.status == status, "\(finished.errors)")
            #expect(finished.errors.hasPrefix("error: "), "\(finished.errors)")
            #expect(finished.errors.contains(problem), "\(finished.errors)")
            #expect(finished.output.isEmpty)
        }
    }
}
