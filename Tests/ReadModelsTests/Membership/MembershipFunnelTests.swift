import PartyBuilding
import ReadModels
import Schema
import Testing

struct MembershipFunnelTests {
    private func city() -> History {
        var history = History(tenant: "jz")
        history.organisation("jz", on: day(20_200_101))
        history.branch("b1", org: "jz", on: day(20_200_101))
        return history
    }

    /// Application, activist, target, vote and approval of one person.
    private func admit(
        _ history: inout History, _ person: String, vote: Int32, approved: Int32
    ) {
        let stream = "member-\(person)"
        var application = MembershipApplicationSubmitted()
        application.person = person
        application.branch = "b1"
        application.on = 20_210_301
        history.record(application, stream, on: day(20_210_301))
        var interview = ApplicantInterviewed()
        interview.interviewer = "p"
        interview.on = 20_210_315
        history.record(interview, stream, on: day(20_210_315))
        var activist = ActivistDetermined()
        activist.on = 20_210_601
        activist.decidedBy = .committee
        activist.recommendedBy = .members
        history.record(activist, stream, on: day(20_210_601))
        var target = DevelopmentTargetDetermined()
        target.on = 20_220_701
        target.decidedBy = .committee
        history.record(target, stream, on: day(20_220_701))
        var held = AdmissionVoteHeld()
        held.meetingID = "m"
        held.on = vote
        held.passed = true
        history.record(held, stream, on: day(vote))
        var approval = ProbationaryMemberApproved()
        approval.committee = "jz"
        approval.approvedOn = approved
        approval.voteOn = vote
        approval.probationFrom = vote
        approval.probationTo = day(vote).adding(months: 12).yyyymmdd
        approval.category = .youngStaff
        history.record(approval, stream, on: day(approved))
    }

    private func summary(_ history: History, asOf: Int32 = 20_241_231) throws -> [String] {
        try Board(history.facts).rows(
            "membership_funnel", as: MembershipFunnelSummaryRow.self, table: "summary",
            org: "jz", asOf: day(asOf)
        ).filter { $0.admitted > 0 }.map { "\($0.year) \($0.basis) \($0.admitted)" }
    }

    /// G-JZ-03: fifteen admitted in 2023; a vote of 2023 approved in 2024 counts in each year once.
    @Test func admissionsByYear() throws {
        var history = city()
        for number in 1...15 {
            admit(&history, "m\(number)", vote: 20_230_610, approved: 20_230_820)
        }
        #expect(try summary(history) == ["2023 APPROVED 15", "2023 VOTED 15"])
        admit(&history, "late", vote: 20_231_228, approved: 20_240_115)
        #expect(
            try summary(history) == [
                "2023 APPROVED 15", "2023 VOTED 16", "2024 APPROVED 1",
            ])
        // Known at the end of 2023 only the vote had been held.
        let voted = try Board(history.facts).rows(
            "membership_funnel", as: MembershipFunnelPersonRow.self, table: "persons",
            asOf: day(20_231_231), where: [("person", "late")])
        #expect(voted.map(\.stage) == ["AWAITING_APPROVAL"])
        #expect(voted.first?.deadlineOn == 20_240_328)
        #expect(voted.first?.hardDeadlineOn == 20_240_628)
        #expect(voted.first?.blockedReason == "R-MB-14")
    }

    /// Counts by stage, time in a stage, and what comes next.
    @Test func stagesAndOutlook() throws {
        var history = city()
        admit(&history, "m1", vote: 20_230_610, approved: 20_230_820)
        let board = try Board(history.facts)
        let rows = try board.rows(
            "membership_funnel", as: MembershipFunnelRow.self, asOf: day(20_230_901))
        #expect(
            rows.map { "\($0.stage) \($0.inStageNow) \($0.enteredInPeriod) \($0.medianDays)" } == [
                "APPLICANT 0 1 92", "ACTIVIST 0 1 395", "TARGET 0 1 344",
                "AWAITING_APPROVAL 0 1 71", "PROBATIONARY 1 1 0",
            ])
        #expect(rows.last?.hasMedianDays == false)
        func person(_ asOf: Int32) throws -> MembershipFunnelPersonRow {
            try #require(
                board.rows(
                    "membership_funnel", as: MembershipFunnelPersonRow.self, table: "persons",
                    asOf: day(asOf)
                ).first)
        }
        #expect(try person(20_210_310).deadlineOn == 20_210_331)
        #expect(try person(20_210_310).blockedReason == "R-MB-02")
        #expect(try person(20_211_001).nextEarliestOn == 20_220_601)
        #expect(try person(20_211_001).blockedReason == "R-MB-06")
        // Half a year and thirty days without an inspection.
        #expect(try person(20_220_601).blockedReason == "R-MB-05")
        #expect(try person(20_230_901).nextEarliestOn == 20_240_610)
        #expect(try person(20_230_901).category == "YOUNG_STAFF")
        let march = try board.rows(
            "membership_funnel", as: MembershipFunnelRow.self, period: "2021-03",
            asOf: day(20_230_901), where: [("stage", "APPLICANT")])
        #expect(march.map(\.enteredInPeriod) == [1])
        #expect(march.first?.period.text == "2021-03")
    }

    /// Specification 6, number 10: until the day of receipt the origin counts the member.
    @Test func transfersCountOnce() throws {
        var history = city()
        history.branch("b2", org: "jz", on: day(20_200_101))
        history.enrol("p1", branch: "b1", on: day(20_200_201))
        var issued = TransferIssued()
        issued.person = "p1"
        issued.fromBranch = "b1"
        issued.toOrg = "b2"
        issued.letterNoHash = "x"
        issued.issuedOn = 20_200_320
        issued.validTo = 20_200_618
        issued.duesPaidTo = 202_003
        issued.scope = .internal
        history.record(issued, "transfer-t1", on: day(20_200_320))
        var received = TransferReceived()
        received.toBranch = "b2"
        received.receivedOn = 20_200_402
        history.record(received, "transfer-t1", on: day(20_200_402))
        let board = try Board(history.facts)
        func place(_ asOf: Int32) throws -> [String] {
            try board.rows(
                "membership_funnel", as: MembershipFunnelPersonRow.self, table: "persons",
                asOf: day(asOf)
            ).map { "\($0.branch) \($0.inTransit)" }
        }
        #expect(try place(20_200_331) == ["b1 true"])
        #expect(try place(20_200_402) == ["b2 false"])
        let totals = try board.rows(
            "branch_health", as: BranchHealthRow.self, asOf: day(20_200_402))
        #expect(totals.map { "\($0.branch) \($0.total)" } == ["b1 0", "b2 1"])
    }
}
