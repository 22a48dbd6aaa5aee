import PartyBuilding
import Schema
import Testing

/// From application to approval.
@Suite struct DevelopmentRulesTests {
    /// A branch of seven full members in which `p` has reached a step.
    private func office(
        through step: PartyOffice.Step?, members: Int = 7
    ) throws -> PartyOffice {
        let office = try PartyOffice()
        try office.branch("b1", full: members)
        try office.members(members, of: "b1")
        if let step { try office.develop("p", in: "b1", through: step) }
        return office
    }

    @Test func theWholeWayIsAccepted() throws {
        let office = try office(through: .approval)
        let membership = try office.office.membership(of: "p")
        #expect(membership.member.standing == .probationary)
        #expect(membership.branch(on: try #require(day("2023-07-09"))) == nil)
        #expect(membership.branch(on: try #require(day("2023-07-10"))) == "b1")
        #expect(membership.member.spell?.probation?.to == day("2024-06-20"))
        let roll = try office.office.roll(of: "b1", on: try #require(day("2023-07-10")))
        #expect(roll.full.count == 7 && roll.probationary == ["p"] && roll.voters == 7)
    }

    private func apply(_ office: PartyOffice, _ person: String, on: String) throws -> Refusal? {
        try office.refusal(
            "MembershipApplicationSubmitted", "member-\(person)",
            #""person":"\#(person)","branch":"b1","on":"\#(on)""#)
    }

    @discardableResult
    private func register(_ office: PartyOffice, _ person: String, born: Int) throws -> Admission {
        try office.record(
            "PersonRegistered", "person-\(person)",
            #""person":"\#(person)","vault_key_id":"v","employer_org":"h1","staff_no_hash":"s""#
                + #","birth_year":\#(born),"employment":"IN_SERVICE""#, occurred: "2020-01-01")
    }

    @Test func applicantsAreEighteen() throws {
        let office = try office(through: nil)
        try register(office, "young", born: 2006)
        #expect(try apply(office, "young", on: "2023-12-31")?.rule == "R-MB-01")
        let admission = try office.record(
            "MembershipApplicationSubmitted", "member-young",
            #""person":"young","branch":"b1","on":"2024-01-01""#)
        #expect(admission.warnings.map(\.rule) == ["R-MB-01"])
        try register(office, "older", born: 1990)
        #expect(try apply(office, "older", on: "2024-01-02") == nil)
        #expect(try apply(office, "older", on: "2024-01-02")?.rule == "STATE-MEMBER")
        #expect(try apply(office, "b1-1", on: "2024-01-02")?.rule == "STATE-MEMBER")
    }

    @Test func oneHumanHasOneFile() throws {
        let office = try office(through: nil)
        #expect(try register(office, "one", born: 1990).warnings.isEmpty)
        let again = #expect(throws: Refusal.self) { try register(office, "one", born: 1990) }
        #expect(again?.rule == "INV-B01")
        // Equal numbers prove nothing: a human decides.
        #expect(try register(office, "two", born: 1990).warnings.map(\.rule) == ["INV-B01"])
    }

    @Test func aLateInterviewIsAWarning() throws {
        let office = try office(through: .application)
        func interview(_ on: String) throws -> [String] {
            try office.record(
                "ApplicantInterviewed", "member-p", #""interviewer":"b1-1","on":"\#(on)""#
            ).warnings.map(\.rule)
        }
        #expect(try interview("2021-12-31").isEmpty)
        #expect(try interview("2022-01-01") == ["R-MB-02"])
        let before = try office.refusal(
            "ApplicantInterviewed", "member-p", #""interviewer":"b1-1","on":"2021-11-30""#)
        #expect(before?.rule == "STATE-MEMBER")
        let own = try office.refusal(
            "ApplicantInterviewed", "member-p", #""interviewer":"p","on":"2022-01-02""#)
        #expect(own?.rule == "STATE-MEMBER")
    }

    @Test func smallBranchesHaveNoCommitteeToDecide() throws {
        let office = try office(through: .application, members: 6)
        let admission = try office.record(
            "ActivistDetermined", "member-p",
            #""on":"2022-03-15","decided_by":"COMMITTEE","recommended_by":"UNION""#)
        #expect(admission.warnings.map(\.rule) == ["R-MB-03"])
    }

    private func target(_ on: String, prior: Int = 0) -> (String, String, String) {
        (
            "DevelopmentTargetDetermined", "member-p",
            #""on":"\#(on)","decided_by":"COMMITTEE","prior_unit_months":\#(prior)"#
        )
    }

    /// X08 and G-RULE-03, a year later than there.
    @Test func activistsWaitAFullYear() throws {
        let office = try office(through: .inspection)
        let early = target("2023-03-14")
        let refusal = try office.refusal(early.0, early.1, early.2)
        #expect(refusal?.rule == "R-MB-06")
        #expect(refusal?.facts.contains(DecidingFact("earliest", "2023-03-15")) ?? false)
        let due = target("2023-03-15")
        #expect(try office.refusal(due.0, due.1, due.2) == nil)
    }

    @Test func monthsInAPreviousUnitCount() throws {
        let office = try office(through: .activist)
        try office.record(
            "CultivationInspected", "member-p",
            #""phase":"ACTIVIST","period_from":"2022-03-15","period_to":"2022-08-31""#
                + #","opinion":"好""#, occurred: "2022-08-31")
        let early = target("2022-09-14", prior: 6)
        #expect(try office.refusal(early.0, early.1, early.2)?.rule == "R-MB-06")
        let due = target("2022-09-15", prior: 6)
        #expect(try office.refusal(due.0, due.1, due.2) == nil)
    }

    @Test func aMissingInspectionBlocksUntilMadeGood() throws {
        let office = try office(through: .activist)
        let blocked = target("2023-03-20")
        let refusal = try office.refusal(blocked.0, blocked.1, blocked.2)
        #expect(refusal?.rule == "R-MB-05")
        #expect(refusal?.facts.contains(DecidingFact("due", "2022-10-15")) ?? false)
        let late = try office.record(
            "CultivationInspected", "member-p",
            #""phase":"ACTIVIST","period_from":"2022-03-15","period_to":"2023-03-15""#
                + #","opinion":"好""#, occurred: "2023-03-15")
        #expect(late.warnings.map(\.rule) == ["R-MB-05"])
        #expect(try office.refusal(blocked.0, blocked.1, blocked.2) == nil)
    }

    @Test func inspectedPeriodsAreOrdered() throws {
        let office = try office(through: .activist)
        func inspect(_ from: String, _ to: String, phase: String = "ACTIVIST") throws -> String? {
            try office.refusal(
                "CultivationInspected", "member-p",
                #""phase":"\#(phase)","period_from":"\#(from)","period_to":"\#(to)""#
                    + #","opinion":"好""#, occurred: "2022-09-14")?.rule
        }
        #expect(try inspect("2022-09-14", "2022-03-15") == "INV-B08")
        #expect(try inspect("2022-03-15", "2099-03-15") == "INV-B08")
        #expect(try inspect("2022-03-15", "2022-09-14", phase: "PROBATION") == "STATE-MEMBER")
        #expect(try inspect("2022-03-15", "2022-09-14") == nil)
    }

    private func named(
        _ type: String, _ field: String, _ persons: [String], on: String, _ office: PartyOffice
    ) throws -> String? {
        try office.refusal(
            type, "member-p", #""\#(field)":\#(PartyOffice.list(persons)),"on":"\#(on)""#)?.rule
    }

    @Test func contactsAreOneOrTwoVotersOfTheBranch() throws {
        let office = try office(through: .activist)
        try office.branch("b2")
        try office.members(3, of: "b2")
        func assign(_ persons: String...) throws -> String? {
            try named(
                "CultivationContactsAssigned", "contacts", persons, on: "2022-04-01", office)
        }
        #expect(try assign() == "R-MB-04")
        #expect(try assign("b1-1", "b1-2", "b1-3") == "R-MB-04")
        #expect(try assign("b1-1", "b1-1") == "R-MB-04")
        #expect(try assign("b1-1", "b2-1") == "R-MB-04")
        #expect(try assign("b1-1", "stranger") == "R-MB-04")
        #expect(try assign("b1-1", "b1-2") == nil)
        #expect(try assign("b1-3") == nil)
    }

    @Test func introducersAreTwoFullMembers() throws {
        let office = try office(through: .target)
        try office.probationer("new", of: "b1", votedOn: "2022-09-01", on: "2022-10-01")
        func confirm(_ persons: String...) throws -> String? {
            try named("IntroducersConfirmed", "introducers", persons, on: "2023-03-25", office)
        }
        #expect(try confirm("b1-1") == "R-MB-07")
        #expect(try confirm("b1-1", "b1-2", "b1-3") == "R-MB-07")
        #expect(try confirm("b1-1", "b1-1") == "R-MB-07")
        #expect(try confirm("b1-1", "new") == "R-MB-07")
        #expect(try confirm("b1-1", "b1-2") == nil)
    }

    @Test func stagesAreFiledOnceReached() throws {
        let office = try office(through: .target)
        func file(_ stage: String, _ on: String) throws -> String? {
            try office.refusal(
                "StageFiledWithSuperior", "member-p",
                #""stage":"\#(stage)","committee":"root","filed_on":"\#(on)""#)?.rule
        }
        #expect(try file("ADMISSION", "2023-04-01") == "INV-B06")
        #expect(try file("TARGET", "2023-03-19") == "INV-B06")
        #expect(try file("TARGET", "2023-03-20") == nil)
        #expect(try file("ACTIVIST", "2022-03-20") == nil)
    }

    private func vote(
        _ office: PartyOffice, on: String = "2023-06-20", electorate: Int = 7, present: Int = 6,
        written: Int = 0, inFavour: Int = 6, passed: Bool = true
    ) throws -> Refusal? {
        try office.refusal(
            "AdmissionVoteHeld", "member-p",
            PartyOffice.vote(
                on: on, electorate: electorate, present: present, written: written,
                inFavour: inFavour, passed: passed))
    }

    /// X09, and the rest of what R-MB-08 asks for.
    @Test(arguments: [
        (PartyOffice.Step.introducers, "political review"), (.review, "training"),
        (.committeeReview, "pre-review"), (.preReview, "form"),
    ])
    func votesNeedTheirPreparation(_ step: PartyOffice.Step, _ missing: String) throws {
        let office = try office(through: step)
        let refusal = try vote(office)
        #expect(refusal?.rule == "R-MB-08")
        #expect(refusal?.text.en.contains(missing) ?? false)
    }

    @Test func aFailedReviewIsNoReview() throws {
        let office = try office(through: .form)
        try office.record(
            "PoliticalReviewConcluded", "member-p",
            #""on":"2023-06-10","result":"FAIL","ref":"h-2""#)
        #expect(try vote(office)?.rule == "R-MB-08")
        try office.record(
            "PoliticalReviewConcluded", "member-p",
            #""on":"2023-06-19","result":"PASS","ref":"h-3""#)
        #expect(try vote(office, on: "2023-06-18")?.rule == "R-MB-08")
        #expect(try vote(office) == nil)
    }

    @Test func trainingsAddUp() throws {
        let office = try office(through: .review)
        func train(_ from: String, _ to: String, _ hours: Int) throws -> [String] {
            try office.record(
                "CandidateTrainingCompleted", "member-p",
                #""from":"\#(from)","to":"\#(to)","study_hours":\#(hours),"passed":true"#
            ).warnings.map(\.rule)
        }
        #expect(try train("2023-04-15", "2023-04-16", 12) == ["R-MB-08"])
        let review = (
            "BranchCommitteeReviewConcluded", "member-p",
            #""on":"2023-05-05","meeting_id":"m","opinion":"同意""#
        )
        #expect(try office.refusal(review.0, review.1, review.2)?.rule == "INV-B13")
        #expect(try train("2023-04-22", "2023-04-23", 12) == ["R-MB-08"])
        #expect(try office.refusal(review.0, review.1, review.2) == nil)
        let backwards = try office.refusal(
            "CandidateTrainingCompleted", "member-p",
            #""from":"2023-04-23","to":"2023-04-22","study_hours":24,"passed":true"#)
        #expect(backwards?.rule == "INV-B12")
    }

    @Test func theFormFollowsAPassedPreReview() throws {
        let office = try office(through: .committeeReview)
        let form = (
            "ApplicationFormIssued", "member-p", #""form_no_hash":"f","on":"2023-06-01""#
        )
        #expect(try office.refusal(form.0, form.1, form.2)?.rule == "INV-B15")
        let byBranch = try office.refusal(
            "CommitteePreReviewConcluded", "member-p",
            #""on":"2023-05-20","result":"PASS","committee":"b1""#)
        #expect(byBranch?.rule == "R-MB-14")
        try office.record(
            "CommitteePreReviewConcluded", "member-p",
            #""on":"2023-05-20","result":"PASS","committee":"root""#)
        #expect(try office.refusal(form.0, form.1, form.2) == nil)
    }

    /// X10, X11 and G-RULE-01: quorum and majority are of the electorate.
    @Test func quorumAndMajority() throws {
        let office = try office(through: .form, members: 25)
        let absent = try vote(office, electorate: 25, present: 12, written: 2, inFavour: 14)
        #expect(absent?.rule == "R-MB-10")
        #expect(absent?.facts.contains(DecidingFact("needed", 13)) ?? false)
        #expect(try vote(office, electorate: 25, present: 20, inFavour: 12)?.rule == "R-MB-11")
        let hidden = try vote(office, electorate: 25, present: 20, inFavour: 13, passed: false)
        #expect(hidden?.rule == "R-MB-11")
        #expect(try vote(office, electorate: 25, present: 14, inFavour: 15)?.rule == "R-MB-10")
        #expect(try vote(office, electorate: 0, present: 0, inFavour: 0)?.rule == "R-MB-10")
        #expect(try vote(office, electorate: 25, present: 13, inFavour: 13) == nil)
    }

    /// X12: a vote stands in one person's stream and has no field for another candidate.
    @Test func aVoteHasOneCandidate() throws {
        let fields = EventType.admissionVoteHeld.descriptor.fields
        #expect(!fields.contains { $0.subject == "person" })
        let office = try office(through: .form)
        #expect(throws: SchemaError.self) {
            try office.record(
                "AdmissionVoteHeld", "member-p",
                PartyOffice.vote(on: "2023-06-20") + #","candidates":["p","q"]"#)
        }
    }

    @Test func aFailedVoteLeavesATarget() throws {
        let office = try office(through: .form)
        #expect(try vote(office, inFavour: 3, passed: false) == nil)
        #expect(try office.office.membership(of: "p").member.standing == .target)
        #expect(try vote(office, on: "2023-09-20") == nil)
        #expect(try office.office.membership(of: "p").member.standing == .awaitingApproval)
    }

    /// X13.
    @Test func probationaryMembersAreNotCounted() throws {
        let office = try office(through: .form)
        try office.probationer("new", of: "b1", votedOn: "2023-01-01", on: "2023-02-01")
        let refusal = try vote(office, electorate: 8, present: 8, inFavour: 8)
        #expect(refusal?.rule == "R-MB-19")
        #expect(refusal?.facts.contains(DecidingFact("voting_members", 7)) ?? false)
        let fewer = try office.record(
            "AdmissionVoteHeld", "member-p",
            PartyOffice.vote(on: "2023-06-20", electorate: 6, present: 6))
        #expect(fewer.warnings.map(\.rule) == ["R-MB-13"])
    }

    @Test func anElectorateBeyondTheRollIsAWarning() throws {
        let office = try office(through: .form)
        let admission = try office.record(
            "AdmissionVoteHeld", "member-p",
            PartyOffice.vote(on: "2023-06-20", electorate: 25, present: 20, inFavour: 13))
        #expect(admission.warnings.map(\.rule) == ["R-MB-13"])
    }

    private func approve(
        _ office: PartyOffice, on: String = "2023-07-10", voteOn: String = "2023-06-20",
        to: String = "2024-06-20", committee: String = "root"
    ) throws -> Refusal? {
        try office.refusal(
            "ProbationaryMemberApproved", "member-p",
            PartyOffice.approval(on: on, voteOn: voteOn, to: to, committee: committee))
    }

    /// X14.
    @Test func approvalWithinSixMonths() throws {
        let office = try office(through: .talk)
        let late = try approve(office, on: "2023-12-21")
        #expect(late?.rule == "R-MB-14")
        #expect(late?.facts.contains(DecidingFact("latest", "2023-12-20")) ?? false)
        let admission = try office.record(
            "ProbationaryMemberApproved", "member-p", PartyOffice.approval(on: "2023-12-20"))
        #expect(admission.warnings.map(\.rule) == ["R-MB-14"])
    }

    @Test func aSpecialReasonExplainsThreeMonths() throws {
        let office = try office(through: .talk)
        let admission = try office.record(
            "ProbationaryMemberApproved", "member-p", PartyOffice.approval(on: "2023-11-01"),
            envelope: #""late_reason":"外出援助""#)
        #expect(admission.warnings.isEmpty)
    }

    @Test func anExpiredVoteIsHeldAgain() throws {
        let office = try office(through: .talk)
        #expect(try vote(office, on: "2023-12-20")?.rule == "STATE-MEMBER")
        #expect(try vote(office, on: "2023-12-21") == nil)
        #expect(try approve(office, on: "2023-12-28")?.rule == "R-MB-14")
        try office.record(
            "PreApprovalTalkHeld", "member-p", #""talker":"official","on":"2023-12-25""#)
        let old = try approve(office, on: "2023-12-28")
        #expect(old?.rule == "R-MB-15")
        #expect(
            try approve(office, on: "2023-12-28", voteOn: "2023-12-21", to: "2024-12-21") == nil)
    }

    /// X15.
    @Test func branchesDoNotApprove() throws {
        let office = try office(through: .talk)
        try office.branch("t1", kind: "TEMPORARY")
        for committee in ["b1", "branch-b1", "t1", "nowhere"] {
            #expect(try approve(office, committee: committee)?.rule == "R-MB-14", "\(committee)")
        }
        #expect(try approve(office, committee: "h1") == nil)
    }

    @Test func approvalFollowsVoteAndTalk() throws {
        #expect(try approve(office(through: .form))?.rule == "STATE-MEMBER")
        #expect(try approve(office(through: .vote))?.rule == "R-MB-14")
        let office = try office(through: .talk)
        #expect(try approve(office, on: "2023-06-19")?.rule == "STATE-MEMBER")
        #expect(try approve(office, on: "2023-06-30")?.rule == "R-MB-14")
        #expect(try approve(office, on: "2023-07-01") == nil)
        #expect(try approve(office)?.rule == "STATE-MEMBER")
    }

    /// G-RULE-04: probation runs from the vote.
    @Test func probationRunsFromTheVote() throws {
        let office = try office(through: .talk)
        #expect(try approve(office, to: "2024-07-10")?.rule == "R-MB-15")
        #expect(try approve(office, voteOn: "2023-06-21", to: "2024-06-21")?.rule == "R-MB-15")
        #expect(try approve(office) == nil)
    }

    /// The part of R-BR-10 that admission reaches.
    @Test func temporaryBranchesDoNotAdmit() throws {
        let office = try PartyOffice()
        try office.branch("t1", kind: "TEMPORARY")
        try office.members(3, of: "t1")
        try office.develop("p", in: "t1", through: .form)
        #expect(try vote(office, electorate: 3, present: 3, inFavour: 3)?.rule == "R-BR-10")
    }

    @Test func stepsFollowTheirOrder() throws {
        let office = try office(through: .application)
        #expect(try vote(office)?.rule == "STATE-MEMBER")
        let steps = [
            ("IntroducersConfirmed", #""introducers":["b1-1","b1-2"],"on":"2023-03-25""#),
            ("PoliticalReviewConcluded", #""on":"2023-04-10","result":"PASS","ref":"h""#),
            (
                "CandidateTrainingCompleted",
                #""from":"2023-04-15","to":"2023-04-17","study_hours":24,"passed":true"#
            ),
            ("PreApprovalTalkHeld", #""talker":"official","on":"2023-07-01""#),
            ("OathTaken", #""on":"2023-07-01","place":"礼堂""#),
            ("ConversionRequested", #""on":"2023-07-01""#),
            (
                "DevelopmentTargetDetermined",
                #""on":"2023-03-20","decided_by":"COMMITTEE","prior_unit_months":0"#
            ),
        ]
        for (type, payload) in steps {
            let refusal = try office.refusal(type, "member-p", payload)
            #expect(refusal?.rule == "STATE-MEMBER", "\(type)")
            #expect(refusal?.facts.first == DecidingFact("state", "APPLICANT"), "\(type)")
        }
    }
}
