import PartyBuilding
import Schema
import Testing

/// Rolls, transfers, re-admission and appraisal.
@Suite struct RollRulesTests {
    private func office(_ members: Int = 4) throws -> PartyOffice {
        let office = try PartyOffice()
        for branch in ["b1", "b2"] { try office.branch(branch) }
        try office.members(members, of: "b1")
        try office.members(3, of: "b2")
        return office
    }

    private func assign(
        _ office: PartyOffice, _ person: String, to branch: String, from: String,
        reason: String = "INTERNAL", recorded: String? = nil
    ) throws -> Admission {
        try office.record(
            "MemberAssignedToBranch", "member-\(person)",
            #""branch":"\#(branch)","from":"\#(from)","reason":"\#(reason)""#, occurred: from,
            recorded: recorded)
    }

    private func refused(_ body: () throws -> Admission) throws -> String? {
        do {
            _ = try body()
            return nil
        } catch let refusal as Refusal {
            return refusal.rule
        }
    }

    /// X21.
    @Test func aMemberIsOnOneRoll() throws {
        let office = try office()
        let second = try office.refusal(
            "MemberEnrolled", "member-b1-1",
            #""person":"b1-1","branch":"b2","status":"FULL","source_system":"stock""#,
            occurred: "2020-01-01")
        #expect(second?.rule == "R-BR-09")
        for reason in ["NEW", "TRANSFER"] {
            let rule = try refused {
                try assign(office, "b1-1", to: "b2", from: "2020-01-01", reason: reason)
            }
            #expect(rule == "R-BR-09", "\(reason)")
        }
        _ = try assign(office, "b1-1", to: "b2", from: "2020-04-01")
        let membership = try office.office.membership(of: "b1-1")
        #expect(membership.branch(on: try #require(day("2020-03-31"))) == "b1")
        #expect(membership.branch(on: try #require(day("2020-04-01"))) == "b2")
    }

    @Test func placementsCountByTheirDayWhateverTheOrder() throws {
        let office = try office()
        _ = try assign(office, "b1-1", to: "b2", from: "2020-09-01")
        // Recorded later, lies before: in between the member was in a third branch.
        try office.branch("b3")
        _ = try assign(office, "b1-1", to: "b3", from: "2020-04-01", recorded: "2020-10-01")
        let membership = try office.office.membership(of: "b1-1")
        let branches = ["2020-03-31", "2020-04-01", "2020-08-31", "2020-09-01"].map {
            day($0).flatMap { membership.branch(on: $0) }
        }
        #expect(branches == ["b1", "b3", "b3", "b2"])
    }

    /// Specification section 6, number 10: the roll of April changes, the meeting's electorate not.
    @Test func aBackdatedMoveWarnsAboutMeetings() throws {
        let office = try office()
        try office.record(
            "MeetingHeld", "meeting-m1",
            #""kind":"GENERAL","branch":"b1","started":"2020-04-10T14:00:00+08:00""#
                + #","ended":"2020-04-10T16:00:00+08:00","chair":"b1-1","agenda":["议题"]"#
                + #","first_topic":false,"expected":4,"present_count":4"#, occurred: "2020-04-10")
        let admission = try assign(
            office, "b1-1", to: "b2", from: "2020-04-01", recorded: "2020-04-20")
        #expect(admission.warnings.map(\.rule) == ["R-MB-13"])
        let later = try assign(
            office, "b1-2", to: "b2", from: "2020-04-15", recorded: "2020-04-20")
        #expect(later.warnings.isEmpty)
    }

    @Test func assignmentsNeedAMemberAndABranch() throws {
        let office = try office()
        #expect(
            try refused { try assign(office, "zz", to: "b1", from: "2020-01-01") }
                == "STATE-MEMBER")
        #expect(
            try refused { try assign(office, "b1-1", to: "b9", from: "2020-01-01") }
                == "STATE-MEMBER")
        #expect(
            try refused { try assign(office, "b1-1", to: "b2", from: "2015-12-31") }
                == "INV-B20")
    }

    @Test func theNewMemberIsPlacedOnce() throws {
        let office = try PartyOffice()
        for branch in ["b1", "b2"] { try office.branch(branch, full: 7) }
        try office.members(7, of: "b1")
        try office.develop("p", in: "b1", through: .approval)
        _ = try assign(office, "p", to: "b2", from: "2023-07-15", reason: "NEW")
        #expect(
            try refused { try assign(office, "p", to: "b1", from: "2023-07-20", reason: "NEW") }
                == "R-BR-09")
        let membership = try office.office.membership(of: "p")
        #expect(membership.branch(on: try #require(day("2023-07-14"))) == "b1")
        #expect(membership.branch(on: try #require(day("2023-07-15"))) == "b2")
    }

    private func issue(
        _ office: PartyOffice, _ id: String, _ person: String, from branch: String, on: String,
        validTo: String, scope: String = "INTERNAL"
    ) throws -> Refusal? {
        try office.refusal(
            "TransferIssued", "transfer-\(id)",
            #""person":"\#(person)","from_branch":"\#(branch)","to_org":"h1","letter_no_hash":"l""#
                + #","issued_on":"\#(on)","valid_to":"\#(validTo)","dues_paid_to":"2020-03""#
                + #","scope":"\#(scope)""#)
    }

    private func receive(
        _ office: PartyOffice, _ id: String, in branch: String, on: String
    ) throws -> Refusal? {
        try office.refusal(
            "TransferReceived", "transfer-\(id)",
            #""to_branch":"\#(branch)","received_on":"\#(on)""#)
    }

    /// Specification section 6, number 10: never zero, never two.
    @Test func aTransferMovesOnReceipt() throws {
        let office = try office()
        let letter = try issue(
            office, "t1", "b1-1", from: "b1", on: "2020-03-20", validTo: "2020-06-18")
        #expect(letter == nil)
        let underWay = try office.office.membership(of: "b1-1")
        #expect(underWay.transit(on: try #require(day("2020-03-31")))?.id == "t1")
        #expect(try receive(office, "t1", in: "b1", on: "2020-04-02")?.rule == "INV-B31")
        #expect(try receive(office, "t1", in: "b9", on: "2020-04-02")?.rule == "INV-B31")
        #expect(try receive(office, "t1", in: "b2", on: "2020-03-19")?.rule == "INV-B31")
        #expect(try receive(office, "t1", in: "b2", on: "2020-04-02") == nil)
        #expect(try receive(office, "t1", in: "b2", on: "2020-04-02")?.rule == "STATE-TRANSFER")
        #expect(try receive(office, "t9", in: "b2", on: "2020-04-02")?.rule == "STATE-TRANSFER")
        let membership = try office.office.membership(of: "b1-1")
        #expect(membership.branch(on: try #require(day("2020-04-01"))) == "b1")
        #expect(membership.branch(on: try #require(day("2020-04-02"))) == "b2")
        let first = try #require(day("2020-03-20"))
        for offset in 0..<30 {
            let on = first.adding(days: offset)
            let holders = try ["b1", "b2"].filter {
                try office.office.roll(of: $0, on: on).holds("b1-1")
            }
            #expect(holders.count == 1, "\(on)")
        }
    }

    /// X20.
    @Test func lettersAreValidForNinetyDays() throws {
        let office = try office()
        let long = try issue(
            office, "t1", "b1-1", from: "b1", on: "2020-03-20", validTo: "2020-06-19")
        #expect(long?.rule == "R-MB-25")
        #expect(long?.facts.first == DecidingFact("days", 91))
        #expect(
            try issue(office, "t1", "b1-1", from: "b1", on: "2020-03-20", validTo: "2020-06-18")
                == nil)
        let lapsed = try receive(office, "t1", in: "b2", on: "2020-06-19")
        #expect(lapsed?.rule == "R-MB-25")
        #expect(lapsed?.facts.first == DecidingFact("days", 91))
        #expect(try receive(office, "t1", in: "b2", on: "2020-06-18") == nil)
    }

    @Test func aLapsedLetterIsIssuedAnew() throws {
        let office = try office()
        #expect(
            try issue(office, "t1", "b1-1", from: "b1", on: "2020-03-01", validTo: "2020-03-31")
                == nil)
        let second = try issue(
            office, "t2", "b1-1", from: "b1", on: "2020-03-31", validTo: "2020-04-30")
        #expect(second?.rule == "STATE-TRANSFER")
        #expect(
            try refused { try assign(office, "b1-1", to: "b2", from: "2020-03-31") } == "R-BR-09")
        #expect(
            try issue(office, "t2", "b1-1", from: "b1", on: "2020-04-01", validTo: "2020-04-30")
                == nil)
    }

    @Test func transfersStartWhereTheMemberIs() throws {
        let office = try office()
        #expect(
            try issue(office, "t1", "b1-1", from: "b2", on: "2020-03-01", validTo: "2020-03-31")?
                .rule == "INV-B30")
        #expect(
            try issue(office, "t1", "zz", from: "b2", on: "2020-03-01", validTo: "2020-03-31")?
                .rule == "STATE-TRANSFER")
    }

    @Test func whoLeftTheTreeMayComeBack() throws {
        let office = try office()
        #expect(
            try issue(
                office, "t1", "b1-1", from: "b1", on: "2020-03-01", validTo: "2020-05-01",
                scope: "EXTERNAL") == nil)
        #expect(try receive(office, "t1", in: "elsewhere", on: "2020-03-20") == nil)
        let roll = try office.office.roll(of: "b1", on: try #require(day("2020-03-20")))
        #expect(roll.total == 3)
        let back = try office.refusal(
            "MemberEnrolled", "member-b1-1",
            #""person":"b1-1","branch":"b2","status":"FULL","source_system":"transfer""#,
            occurred: "2022-01-01")
        #expect(back == nil)
        let again = try office.office.roll(of: "b2", on: try #require(day("2022-01-01")))
        #expect(again.holds("b1-1"))
    }

    /// What happened before the end may be recorded after it.
    @Test func transfersAreJudgedOnTheirDay() throws {
        let office = try office()
        try office.record(
            "MembershipEnded", "member-b1-1", #""kind":"DECEASED","on":"2021-05-10","doc":"d""#)
        let after = try issue(
            office, "t1", "b1-1", from: "b1", on: "2021-05-10", validTo: "2021-07-01")
        #expect(after?.rule == "STATE-TRANSFER")
        #expect(
            try issue(office, "t1", "b1-1", from: "b1", on: "2020-03-01", validTo: "2020-05-01")
                == nil)
        #expect(try receive(office, "t1", in: "b2", on: "2020-03-10") == nil)
        let roll = try office.office.roll(of: "b2", on: try #require(day("2021-05-09")))
        #expect(roll.holds("b1-1"))
        let late = try refused { try assign(office, "b1-1", to: "b1", from: "2021-05-10") }
        #expect(late == "STATE-MEMBER")
    }

    /// X02.
    @Test func theFiftyFirstMemberIsNotReceived() throws {
        let office = try PartyOffice()
        try office.branch("b1", full: 50)
        try office.branch("b2")
        try office.members(50, of: "b1")
        try office.members(4, of: "b2")
        #expect(
            try issue(office, "t1", "b2-1", from: "b2", on: "2020-03-01", validTo: "2020-05-01")
                == nil)
        let refusal = try receive(office, "t1", in: "b1", on: "2020-03-10")
        #expect(refusal?.rule == "R-BR-02")
        #expect(refusal?.facts.first == DecidingFact("members", 51))
        #expect(
            try refused { try assign(office, "b2-2", to: "b1", from: "2020-03-10") }
                == "R-BR-02")
        // Loading what is, is no receiving.
        let stock = try office.record(
            "MemberEnrolled", "member-x",
            #""person":"x","branch":"b1","status":"FULL","source_system":"stock""#,
            occurred: "2016-02-01")
        #expect(stock.warnings.map(\.rule) == ["R-BR-02"])
        _ = try assign(office, "b1-1", to: "b2", from: "2020-03-05")
        _ = try assign(office, "b1-2", to: "b2", from: "2020-03-05")
        #expect(try receive(office, "t1", in: "b1", on: "2020-03-10") == nil)
    }

    /// X19.
    @Test func theRemovedWaitFiveYears() throws {
        let office = try office(6)
        for (number, kind) in ["REMOVED", "ADVISED", "EXPELLED", "WITHDRAWN", "DECEASED"]
            .enumerated()
        {
            try office.record(
                "MembershipEnded", "member-b1-\(number + 1)",
                #""kind":"\#(kind)","on":"2018-05-10","doc":"决定""#)
        }
        func apply(_ number: Int, _ on: String) throws -> String? {
            try office.refusal(
                "MembershipApplicationSubmitted", "member-b1-\(number)",
                #""person":"b1-\#(number)","branch":"b1","on":"\#(on)""#)?.rule
        }
        for number in 1...3 {
            #expect(try apply(number, "2021-05-10") == "R-MB-20")
            #expect(try apply(number, "2023-05-09") == "R-MB-20")
            #expect(try apply(number, "2023-05-10") == nil)
        }
        #expect(try apply(4, "2018-06-01") == nil)
        #expect(try apply(5, "2018-06-01") == "STATE-MEMBER")
        let enrolled = try office.refusal(
            "MemberEnrolled", "member-b1-1",
            #""person":"b1-1","branch":"b1","status":"FULL","source_system":"stock""#,
            occurred: "2020-01-01")
        #expect(enrolled?.rule == "R-MB-20")
    }

    private func appraise(
        _ office: PartyOffice, year: Int = 2020, base: Int, _ grades: [(String, String)]
    ) throws -> Refusal? {
        let entries = grades.map { #""\#($0.0)":"\#($0.1)""# }.joined(separator: ",")
        return try office.refusal(
            "DemocraticAppraisalConcluded", "branch-b1",
            #""year":\#(year),"meeting_id":"m","grades":{\#(entries)},"base_count":\#(base)"#,
            occurred: "2020-12-20")
    }

    private func grades(_ excellent: Int, of total: Int) -> [(String, String)] {
        (1...total).map { ("b1-\($0)", $0 <= excellent ? "EXCELLENT" : "QUALIFIED") }
    }

    /// X23 and G-RULE-07.
    @Test func aThirdIsExcellentAtMost() throws {
        let office = try office(7)
        let three = try appraise(office, base: 7, grades(3, of: 7))
        #expect(three?.rule == "R-MB-27")
        #expect(three?.facts.contains(DecidingFact("most", 2)) ?? false)
        #expect(try appraise(office, base: 9, grades(3, of: 7))?.rule == "R-MB-27")
        #expect(try appraise(office, base: 7, grades(2, of: 7)) == nil)
        #expect(try appraise(office, base: 7, grades(2, of: 7))?.rule == "R-MB-27")
        #expect(try appraise(office, year: 2019, base: 7, grades(2, of: 7)) == nil)
    }

    /// X22.
    @Test func probationersAreNotGraded() throws {
        let office = try office(7)
        try office.probationer("new", of: "b1", votedOn: "2020-09-01", on: "2020-10-01")
        let all = grades(2, of: 7)
        let graded = try appraise(office, base: 8, all + [("new", "QUALIFIED")])
        #expect(graded?.rule == "R-MB-27")
        #expect(graded?.text.en.contains("probationary") ?? false)
        #expect(try appraise(office, base: 7, all + [("b2-1", "QUALIFIED")])?.rule == "R-MB-27")
        #expect(try appraise(office, base: 8, all) == nil)
    }
}
