import PartyBuilding
import Schema
import Testing

@Suite struct ElectionRulesTests {
    /// Branch `b1` with members `b1-1` … on its roll.
    private func office(_ members: Int, kind: String = "IN_SERVICE") throws -> PartyOffice {
        let office = try PartyOffice()
        try office.branch("b1", full: max(members, 3), kind: kind)
        try office.members(members, of: "b1")
        return office
    }

    private struct Election {
        var id = "e1"
        var on = "2020-08-14"
        var entitled = 7
        var present = 7
        var seats = 3
        var candidates = 4
        /// Votes of candidate 1, 2, …
        var votes = [7, 6, 5, 3]
        var posts = ["SECRETARY", "DEPUTY", "COMMITTEE_MEMBER"]
        var termTo = "2023-08-14"
    }

    private func hold(
        _ office: PartyOffice, envelope: String = "", _ change: (inout Election) -> Void = { _ in }
    ) throws -> Refusal? {
        var election = Election()
        change(&election)
        return try office.refusal(
            "BranchElectionHeld", "election-\(election.id)", payload(election),
            envelope: envelope)
    }

    private func payload(_ election: Election) -> String {
        let candidates = PartyOffice.list((1...election.candidates).map { "b1-\($0)" })
        let votes = election.votes.enumerated().map { #""b1-\#($0 + 1)":\#($1)"# }
        let elected = election.posts.enumerated().map {
            #"{"person":"b1-\#($0 + 1)","post":"\#($1)"}"#
        }
        return #""branch":"b1","on":"\#(election.on)","entitled":\#(election.entitled)"#
            + #","present":\#(election.present),"seats":\#(election.seats)"#
            + #","candidates":\#(candidates),"votes":{\#(votes.joined(separator: ","))}"#
            + #","elected":[\#(elected.joined(separator: ","))],"term_from":"\#(election.on)""#
            + #","term_to":"\#(election.termTo)""#
    }

    /// X05 and X06, G-YQ-05.
    @Test func sevenFullMembersNeedACommittee() throws {
        let office = try office(7)
        let two = try hold(office) {
            $0.posts = ["SECRETARY", "COMMITTEE_MEMBER"]
            $0.votes = [7, 6]
        }
        #expect(two?.rule == "R-BR-04")
        #expect(two?.facts.contains(DecidingFact("elected", 2)) ?? false)
        let one = try hold(office) {
            $0.posts = ["SECRETARY"]
            $0.votes = [7]
        }
        #expect(one?.rule == "R-BR-04")
        #expect(try hold(office) == nil)
    }

    @Test func sixElectASecretaryAlone() throws {
        let office = try office(6)
        let committee = try hold(office) {
            $0.entitled = 6
            $0.present = 6
            $0.votes = [6, 5, 4]
        }
        #expect(committee?.rule == "R-BR-04")
        let alone = try hold(office) {
            $0.entitled = 6
            $0.present = 6
            $0.seats = 1
            $0.candidates = 1
            $0.votes = [5]
            $0.posts = ["SECRETARY"]
        }
        #expect(alone == nil)
    }

    @Test func aBranchWithoutRollCountsItsEstablishment() throws {
        let office = try PartyOffice()
        try office.branch("b1", full: 7)
        let one = try hold(office) {
            $0.posts = ["SECRETARY"]
            $0.votes = [7]
        }
        #expect(one?.rule == "R-BR-04")
    }

    /// X24 and G-RULE-01.
    @Test func fourFifthsArePresent() throws {
        let office = try office(25)
        let absent = try hold(office) {
            $0.entitled = 25
            $0.present = 19
            $0.votes = [19, 18, 17, 3]
        }
        #expect(absent?.rule == "R-LD-02")
        #expect(absent?.facts.contains(DecidingFact("needed", 20)) ?? false)
        let ten = try hold(office) {
            $0.entitled = 25
            $0.present = 20
            $0.votes = [19, 18, 10, 3]
        }
        #expect(ten?.rule == "R-LD-03")
        let eleven = try hold(office) {
            $0.entitled = 25
            $0.present = 20
            $0.votes = [19, 18, 11, 3]
        }
        #expect(eleven == nil)
    }

    @Test func moreVotesElectAndTiesAreVotedAgain() throws {
        let office = try office(7)
        #expect(try hold(office) { $0.votes = [7, 6, 4, 5] }?.rule == "R-LD-03")
        #expect(try hold(office) { $0.votes = [7, 6, 5, 5] }?.rule == "R-LD-03")
        #expect(try hold(office) { $0.votes = [8, 6, 5, 3] }?.rule == "R-LD-03")
        #expect(try hold(office) { $0.votes = [7, 6] }?.rule == "R-LD-03")
        #expect(try hold(office) { $0.votes = [7, 6, 5, 4] } == nil)
    }

    @Test func committeesHaveMoreCandidatesThanSeats() throws {
        let office = try office(7)
        let equal = try hold(office) {
            $0.candidates = 3
            $0.votes = [7, 6, 5]
        }
        #expect(equal?.rule == "R-LD-04")
        #expect(equal?.facts.contains(DecidingFact("needed", 4)) ?? false)
    }

    @Test func numbersOfAnElectionAgree() throws {
        let office = try office(7)
        #expect(try hold(office) { $0.present = 8 }?.rule == "INV-C03")
        #expect(try hold(office) { $0.seats = 2 }?.rule == "INV-C03")
        #expect(try hold(office) { $0.posts = [] }?.rule == "INV-C03")
        #expect(
            try hold(office) { $0.posts = ["SECRETARY", "SECRETARY", "DEPUTY"] }?.rule
                == "R-BR-04")
        #expect(try hold(office) == nil)
        #expect(try hold(office)?.rule == "INV-C03")
    }

    @Test func aTermLastsThreeYears() throws {
        let office = try office(7)
        #expect(try hold(office) { $0.termTo = "2025-08-14" }?.rule == "R-LD-01")
        #expect(try hold(office) { $0.termTo = "2022-08-14" }?.rule == "R-LD-01")
        #expect(try hold(office) { $0.termTo = "2023-08-13" } == nil)
    }

    @Test func onlyFullMembersOfTheBranchAreElected() throws {
        let office = try office(7)
        try office.probationer("b1-8", of: "b1", votedOn: "2020-01-01", on: "2020-02-01")
        let nominated = try hold(office) { $0.candidates = 8 }
        #expect(nominated?.rule == "R-MB-19")
        let counted = try hold(office) {
            $0.entitled = 8
            $0.present = 8
        }
        #expect(counted?.rule == "R-MB-19")
        try office.record(
            "MembershipEnded", "member-b1-1", #""kind":"WITHDRAWN","on":"2020-08-01","doc":"d""#)
        try office.member("b1-9", of: "b1", on: "2020-08-02")
        #expect(try hold(office)?.rule == "R-MB-19")
    }

    /// X58.
    @Test func temporaryBranchesDoNotElect() throws {
        #expect(try hold(office(7, kind: "TEMPORARY"))?.rule == "R-BR-10")
    }

    /// X25 as far as an election alone can show it; G-PY-08.
    @Test func anElectionIsAYearLateAtMost() throws {
        let office = try office(7)
        #expect(try hold(office) == nil)
        let term = try office.office.aggregate(BranchState.self, "b1").terms.last
        #expect(term?.to == day("2023-08-14"))
        #expect(term?.to.adding(months: -6) == day("2023-02-14"))
        func next(_ on: String, _ to: String, envelope: String = "") throws -> String? {
            try hold(office, envelope: envelope) {
                $0.id = "e2"
                $0.on = on
                $0.termTo = to
            }?.rule
        }
        let approval = #""source_doc":"批复""#
        #expect(try next("2024-10-14", "2027-10-14") == "R-LD-05")
        #expect(try next("2023-02-13", "2026-02-13") == "R-LD-05")
        #expect(try next("2024-10-14", "2027-10-14", envelope: approval) == nil)
    }

    @Test func aLateElectionWithinTheYearIsAWarning() throws {
        let office = try office(7)
        #expect(try hold(office) == nil)
        var late = Election()
        late.on = "2024-08-14"
        late.termTo = "2027-08-14"
        let admission = try office.record("BranchElectionHeld", "election-e2", payload(late))
        #expect(admission.warnings.map(\.rule) == ["R-LD-05"])
    }
}

@Suite struct PostRulesTests {
    private func office() throws -> PartyOffice {
        let office = try PartyOffice()
        for branch in ["b1", "b2"] {
            try office.branch(branch)
            try office.members(3, of: branch)
        }
        return office
    }

    private func appoint(
        _ office: PartyOffice, _ post: String, _ person: String, _ kind: String = "SECRETARY",
        branch: String? = "b1", department: String? = nil, from: String = "2020-08-14"
    ) throws -> Refusal? {
        let place =
            (branch.map { #","branch":"\#($0)""# } ?? "")
            + (department.map { #","department":"\#($0)""# } ?? "")
        return try office.refusal(
            "PostAppointed", "post-\(post)",
            #""person":"\#(person)","post_kind":"\#(kind)"\#(place),"from":"\#(from)""#
                + #","method":"ELECTION""#)
    }

    private func vacate(_ office: PartyOffice, _ post: String, on: String) throws -> Refusal? {
        try office.refusal("PostVacated", "post-\(post)", #""on":"\#(on)","reason":"换届""#)
    }

    /// X26.
    @Test func aSecretaryIsAFullMemberOfTheBranch() throws {
        let office = try office()
        try office.probationer("new", of: "b1", votedOn: "2020-01-01", on: "2020-02-01")
        #expect(try appoint(office, "s1", "new")?.rule == "R-LD-07")
        #expect(try appoint(office, "s1", "b2-1")?.rule == "R-LD-07")
        #expect(try appoint(office, "s1", "stranger")?.rule == "R-LD-07")
        #expect(try appoint(office, "s1", "b1-1") == nil)
    }

    @Test func committeeMembersAreFullMembers() throws {
        let office = try office()
        #expect(try appoint(office, "c1", "b2-1", "COMMITTEE_MEMBER")?.rule == "R-MB-19")
        #expect(try appoint(office, "c1", "b1-2", "DEPUTY") == nil)
    }

    @Test func littleSeniorityIsAWarning() throws {
        let office = try office()
        try office.member("junior", of: "b1", on: "2020-01-01", since: "2019-08-15")
        let admission = try office.record(
            "PostAppointed", "post-s1",
            #""person":"junior","post_kind":"SECRETARY","branch":"b1","from":"2020-08-14""#
                + #","method":"ELECTION""#)
        #expect(admission.warnings.map(\.rule) == ["R-LD-07"])
    }

    @Test func onePersonHoldsOneSecretaryPost() throws {
        let office = try office()
        #expect(try appoint(office, "s1", "b1-1") == nil)
        try office.record(
            "MemberAssignedToBranch", "member-b1-1",
            #""branch":"b2","from":"2021-01-01","reason":"INTERNAL""#, occurred: "2021-01-01")
        let second = try appoint(office, "s2", "b1-1", branch: "b2", from: "2021-01-02")
        #expect(second?.rule == "R-LD-08")
        #expect(try vacate(office, "s1", on: "2021-01-02") == nil)
        #expect(try appoint(office, "s2", "b1-1", branch: "b2", from: "2021-01-02") == nil)
    }

    @Test func anEarlierSecretaryPostMayBeRecordedLate() throws {
        let office = try office()
        #expect(try appoint(office, "s1", "b1-1") == nil)
        let earlier = try office.record(
            "PostAppointed", "post-s0",
            #""person":"b1-1","post_kind":"SECRETARY","branch":"b1","from":"2016-08-14""#
                + #","method":"ELECTION""#)
        #expect(earlier.warnings.map(\.rule) == ["R-LD-08"])
        #expect(try vacate(office, "s0", on: "2019-08-14") == nil)
        let third = try appoint(office, "s3", "b1-1", from: "2021-01-01")
        #expect(third?.rule == "R-LD-08")
    }

    @Test func aSecretaryOfACommitteeNeedsNoBranch() throws {
        let office = try office()
        func appoint(_ person: String) throws -> [String] {
            try office.record(
                "PostAppointed", "post-\(person)",
                #""person":"\#(person)","post_kind":"SECRETARY","org":"h1","from":"2020-08-14""#
                    + #","method":"ELECTION""#
            ).warnings.map(\.rule)
        }
        #expect(try appoint("b1-1").isEmpty)
        #expect(try appoint("outsider") == ["R-LD-07"])
        try office.probationer("new", of: "b1", votedOn: "2020-01-01", on: "2020-02-01")
        let refusal = #expect(throws: Refusal.self) { try appoint("new") }
        #expect(refusal?.rule == "R-LD-07")
    }

    @Test func aSecondSecretaryOfABranchIsAWarning() throws {
        let office = try office()
        #expect(try appoint(office, "s1", "b1-1") == nil)
        let admission = try office.record(
            "PostAppointed", "post-s2",
            #""person":"b1-2","post_kind":"SECRETARY","branch":"b1","from":"2023-08-14""#
                + #","method":"ELECTION""#)
        #expect(admission.warnings.map(\.rule) == ["R-BR-04"])
    }

    @Test func postsAreFilledThenVacated() throws {
        let office = try office()
        #expect(try vacate(office, "s1", on: "2020-08-14")?.rule == "STATE-POST")
        #expect(try appoint(office, "s1", "b1-1") == nil)
        #expect(try appoint(office, "s1", "b1-2")?.rule == "STATE-POST")
        #expect(try vacate(office, "s1", on: "2020-08-13")?.rule == "STATE-POST")
        #expect(try vacate(office, "s1", on: "2021-08-14") == nil)
        #expect(try vacate(office, "s1", on: "2021-08-14")?.rule == "STATE-POST")
        #expect(try appoint(office, "s1", "b1-2", from: "2021-08-13")?.rule == "STATE-POST")
        #expect(try appoint(office, "s1", "b1-2", from: "2021-08-14") == nil)
        #expect(try appoint(office, "x", "b1-3", "DIRECTOR", branch: nil)?.rule == "INV-C04")
        #expect(try appoint(office, "x", "b1-3", branch: "b9")?.rule == "INV-C04")
    }
}

@Suite struct CultivationRulesTests {
    private func office() throws -> PartyOffice {
        let office = try PartyOffice()
        try office.branch("b1", full: 7)
        try office.members(7, of: "b1")
        return office
    }

    private func start(
        _ office: PartyOffice, _ id: String, _ person: String, _ direction: String,
        from: String = "2020-08-14"
    ) throws -> Refusal? {
        try office.refusal(
            "CultivationStarted", "cultivation-\(id)",
            #""person":"\#(person)","direction":"\#(direction)","from":"\#(from)""#)
    }

    private func convert(
        _ office: PartyOffice, _ id: String, by proof: FactID, on: String = "2021-08-20"
    ) throws -> Refusal? {
        try office.refusal(
            "CultivationConverted", "cultivation-\(id)",
            #""on":"\#(on)","proving_event_id":"\#(proof)","new_role":"科室负责人""#)
    }

    private func appoint(
        _ office: PartyOffice, _ post: String, _ person: String, _ kind: String, from: String
    ) throws -> FactID {
        try office.record(
            "PostAppointed", "post-\(post)",
            #""person":"\#(person)","post_kind":"\#(kind)","branch":"b1","department":"d1""#
                + #","from":"\#(from)","method":"APPOINTMENT""#
        ).fact.id
    }

    @Test func aConversionNeedsAProvingFactOfThePerson() throws {
        let office = try office()
        let old = try appoint(office, "h0", "b1-1", "DEPUTY_HEAD", from: "2019-01-01")
        #expect(try start(office, "c1", "b1-1", "SECRETARY_TO_HEAD") == nil)
        let secretary = try appoint(office, "s1", "b1-1", "SECRETARY", from: "2020-08-14")
        let other = try appoint(office, "h2", "b1-2", "DEPARTMENT_HEAD", from: "2021-08-20")
        let unknown = FactID(high: 0x7000, low: 1 << 63)
        #expect(try convert(office, "c1", by: unknown)?.rule == "R-LD-09")
        #expect(try convert(office, "c1", by: other)?.rule == "R-LD-09")
        #expect(try convert(office, "c1", by: secretary)?.rule == "R-LD-09")
        #expect(try convert(office, "c1", by: old)?.rule == "R-LD-09")
        let head = try appoint(office, "h1", "b1-1", "DEPARTMENT_HEAD", from: "2021-08-20")
        #expect(
            try convert(office, "c1", by: head, on: "2020-08-13")?.rule == "STATE-CULTIVATION")
        #expect(try convert(office, "c1", by: head) == nil)
        #expect(try convert(office, "c1", by: head)?.rule == "STATE-CULTIVATION")
        #expect(try convert(office, "c9", by: head)?.rule == "STATE-CULTIVATION")
    }

    @Test func theTwoDirectionsExcludeEachOther() throws {
        let office = try office()
        #expect(try start(office, "c1", "b1-1", "HEAD_TO_SECRETARY") == nil)
        #expect(try start(office, "c2", "b1-1", "SECRETARY_TO_HEAD") == nil)
        let secretary = try appoint(office, "s1", "b1-1", "SECRETARY", from: "2020-09-01")
        #expect(try convert(office, "c1", by: secretary) == nil)
        let head = try appoint(office, "h1", "b1-1", "DEPARTMENT_HEAD", from: "2021-08-01")
        #expect(try convert(office, "c2", by: head)?.rule == "R-LD-09")
    }

    @Test func admissionsProveTheWayIntoTheParty() throws {
        let office = try office()
        #expect(try start(office, "c1", "p", "BACKBONE_TO_MEMBER", from: "2021-01-01") == nil)
        try office.develop("p", in: "b1", through: .talk)
        let approval = try office.record(
            "ProbationaryMemberApproved", "member-p", PartyOffice.approval(on: "2023-07-10"))
        #expect(try convert(office, "c1", by: approval.fact.id, on: "2023-07-10") == nil)
    }

    @Test func onePerPersonAndDirectionAtATime() throws {
        let office = try office()
        #expect(try start(office, "c1", "b1-1", "MEMBER_TO_BACKBONE") == nil)
        #expect(
            try start(office, "c1", "b1-2", "MEMBER_TO_BACKBONE")?.rule == "STATE-CULTIVATION")
        #expect(try start(office, "c2", "b1-1", "MEMBER_TO_BACKBONE")?.rule == "INV-C10")
        #expect(try start(office, "c2", "b1-1", "SECRETARY_TO_HEAD") == nil)
        let head = try appoint(office, "h1", "b1-1", "DEPARTMENT_HEAD", from: "2021-08-20")
        #expect(try convert(office, "c1", by: head) == nil)
        #expect(
            try start(office, "c3", "b1-1", "MEMBER_TO_BACKBONE", from: "2021-09-01") == nil)
    }
}
