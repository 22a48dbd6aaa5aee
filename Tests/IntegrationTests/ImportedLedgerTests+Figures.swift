import Testing

extension ImportedLedgerTests {
    /// Published figures of specification §7, straight from the answers.
    @Suite struct Figures {
        @Test func talentFunnelOfNanan() throws {
            let ledger = try ImportedLedger.required()
            let rows = try ledger.rows([
                "talent_pipeline", "--org", "na-commission", "--period", "2023",
                "--as-of", "2024-05-29", "--where", "org=na-commission", "--where", "track=TOTAL",
            ])
            #expect(
                rows.compactMap { $0["cohort_reached"] as? Int } == [800, 640, 480, 400, 360, 347])
            #expect(
                rows.compactMap { $0["conversion_bp"] as? Int } == [
                    8_000, 7_500, 8_333, 9_000, 9_639,
                ])
            let hired = try #require(rows.last)
            #expect(hired["hired"] as? Int == 347)
            #expect(hired["master_plus_hired"] as? Int == 104)
            #expect(hired["master_plus_bp"] as? Int == 2_997)
            #expect(hired["overall_bp"] as? Int == 4_338)
        }

        @Test func starsOfJinzhou() throws {
            let ledger = try ImportedLedger.required()
            let rows = try ledger.rows([
                "fortress_rating", "--summary", "--org", "jz-orgdept", "--period", "2023",
            ])
            #expect(rows.compactMap { $0["stars"] as? Int } == [5, 4, 3])
            #expect(rows.compactMap { $0["count"] as? Int } == [25, 40, 2])
        }

        @Test func campaignOfJinzhou() throws {
            let ledger = try ImportedLedger.required()
            let row = try ledger.row([
                "brand_metrics", "--org", "jz-orgdept", "--period", "2023",
                "--where", "brand=jz-dqh",
            ])
            #expect(row["activities"] as? Int == 43)
            #expect(row["clinics"] as? Int == 31)
            #expect(row["medicines_fen"] as? Int == 15_000_000)
            #expect(row["volunteers_distinct"] as? Int == 212)
        }

        @Test func admissionsOfJinzhou() throws {
            let ledger = try ImportedLedger.required()
            let row = try ledger.row([
                "membership_funnel", "--summary", "--org", "jz-orgdept", "--where", "year=2023",
                "--where", "basis=APPROVED",
            ])
            #expect(row["admitted"] as? Int == 15)
        }

        @Test func rectificationOfYangqiao() throws {
            let ledger = try ImportedLedger.required()
            let rows = try ledger.rows([
                "rectification_summary", "--org", "yq-bureau", "--as-of", "2019-07-31",
                "--where", "org=yq-bureau",
            ])
            #expect(
                rows.compactMap { $0["source"] as? String } == [
                    "INSPECTION", "SECRETARY_REPORT", "SECRET_VISIT", "SELF_CHECK", "TOTAL",
                ])
            #expect(rows.compactMap { $0["registered"] as? Int } == [18, 3, 3, 6, 30])
            #expect(rows.compactMap { $0["closed"] as? Int } == [18, 3, 3, 6, 30])
            let total = try #require(rows.last)
            #expect(total["open"] as? Int == 0)
            #expect(total["overdue"] as? Int == 0)
            #expect(total["closing_bp"] as? Int == 10_000)
            #expect(total["on_time_bp_original"] as? Int == 9_667)
            #expect(total["on_time_bp_current"] as? Int == 10_000)
        }

        /// The due day itself is on time, the day after is a day late (PJ-08).
        @Test func overdueBeginsBehindTheDueDay() throws {
            let ledger = try ImportedLedger.required()
            func overdue(_ day: String) throws -> Int? {
                try ledger.row([
                    "rectification_ledger", "--org", "yq-bureau", "--as-of", day,
                    "--known-at", "2018-11-30", "--where", "issue=yq-0001",
                ])["overdue_days"] as? Int
            }
            #expect(try overdue("2018-12-18") == 0)
            #expect(try overdue("2018-12-19") == 1)
        }

        @Test func halfYearOfXixiOnTwoClocks() throws {
            let ledger = try ImportedLedger.required()
            let query = [
                "brand_metrics", "--org", "xx-hospital", "--period", "2019H1",
                "--where", "brand=xx-pioneer100",
            ]
            let row = try ledger.row(query)
            #expect(row["clinics"] as? Int == 12)
            #expect(row["lectures"] as? Int == 10)
            #expect(row["medical_support"] as? Int == 4)
            #expect(row["home_visits"] as? Int == 5)
            #expect(row["participation_bp"] as? Int == 10_000)
            for (day, clinics) in [("2019-07-05", 11), ("2019-07-10", 12)] {
                let known = query + ["--as-of", "2019-06-30", "--known-at", day]
                #expect(try ledger.row(known)["clinics"] as? Int == clinics, "known at \(day)")
            }
        }

        @Test func payLinkOfXixi() throws {
            let ledger = try ImportedLedger.required()
            let row = try ledger.row([
                "performance_link", "--org", "xx-hospital", "--period", "2019",
                "--where", "person=xx-m001",
            ])
            #expect(row["q_scores"] as? [Int] == [9_500, 9_250, 8_800, 9_650])
            #expect(row["annual_index"] as? Int == 9_300)
            #expect(row["linked_share_bp"] as? Int == 3_000)
            #expect(row["coefficient_bp"] as? Int == 9_300)
            #expect(row["factor_bp"] as? Int == 9_790)
        }

        @Test func branchesOfPanyu() throws {
            let ledger = try ImportedLedger.required()
            let rows = try ledger.rows([
                "branch_health", "--org", "py-district", "--as-of", "2021-09-13",
            ])
            let serving = rows.filter { $0["kind"] as? String == "IN_SERVICE" }
            #expect(rows.count == 25)
            #expect(serving.count == 22)
            #expect(serving.compactMap { $0["total"] as? Int }.reduce(0, +) == 586)
            #expect(rows.allSatisfy { $0["size_flag"] as? String == "OK" })
            #expect(serving.allSatisfy { $0["election_due_on"] as? String == "2023-08-14" })
        }
    }
}
