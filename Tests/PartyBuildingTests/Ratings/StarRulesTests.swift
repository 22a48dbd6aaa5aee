import PartyBuilding
import Schema
import Testing

@Suite struct StarRulesTests {
    private let office: PartyOffice
    private let stream = "star-b1-2023"

    /// root (the city) – bureau – hospital with its committee – branch b1.
    init() throws {
        office = try PartyOffice()
        try office.org("bureau", kind: "COMMISSION", parent: "root")
        try office.org("office", kind: "COMMITTEE", parent: "bureau")
        try office.org("hospital", kind: "HOSPITAL", parent: "bureau")
        try office.org("committee", kind: "COMMITTEE", parent: "hospital")
        try office.record(
            "BranchEstablished", "branch-b1",
            PartyOffice.established("b1", org: "hospital", committee: "committee"))
    }

    private func assessed(
        branch: String = "b1", stars: Int32 = 5, by: String = "p1"
    ) -> StarRatingSelfAssessed {
        filled(StarRatingSelfAssessed()) {
            $0.cycle = 2023
            $0.branch = branch
            $0.selfStars = stars
            $0.selfScore = 9_600
            $0.on = 2023_11_01
            $0.by = by
        }
    }

    private func examined(
        by: String = "p2", org: String = "committee", on: Int32 = 2023_11_10
    ) -> StarRatingExamined {
        filled(StarRatingExamined()) {
            $0.stars = 5
            $0.score = 9_550
            $0.on = on
            $0.by = by
            $0.org = org
        }
    }

    private func reviewed(by: String = "p3", org: String = "office") -> StarRatingReviewed {
        filled(StarRatingReviewed()) {
            $0.stars = 4
            $0.opinion = "同意四星"
            $0.on = 2023_11_20
            $0.by = by
            $0.org = org
        }
    }

    private func confirmed(by: String = "p4", org: String = "root") -> StarRatingConfirmed {
        filled(StarRatingConfirmed()) {
            $0.stars = 4
            $0.on = 2023_12_01
            $0.by = by
            $0.org = org
            $0.validTo = 2024_12_31
        }
    }

    @Test func fourStagesInOrder() throws {
        try office.record(assessed(), in: stream)
        try office.record(examined(), in: stream)
        try office.record(reviewed(), in: stream)
        try office.record(confirmed(), in: stream)
        let state = try office.office.aggregate(StarRatingState.self, "b1-2023")
        #expect(state.stage == .confirmed)
        #expect(state.decisions.map(\.stars) == [5, 5, 4, 4])
    }

    /// X39.
    @Test func noConfirmationBeforeTheReview() throws {
        #expect(try office.refusal(examined(), in: stream)?.rule == "R-RT-01")
        try office.record(assessed(), in: stream)
        try office.record(examined(), in: stream)
        let early = try office.refusal(confirmed(), in: stream)
        #expect(early?.rule == "R-RT-01")
        #expect(early?.facts.first == DecidingFact("stage", "EXAMINED"))
        try office.record(reviewed(), in: stream)
        #expect(try office.refusal(confirmed(), in: stream) == nil)
        #expect(try office.refusal(confirmed(by: "p9"), in: stream)?.rule == "R-RT-01")
    }

    /// X40.
    @Test func everyStageHasAnotherPersonAndOrganisation() throws {
        try office.record(assessed(), in: stream)
        let samePerson = try office.refusal(examined(by: "p1"), in: stream)
        #expect(samePerson?.rule == "R-RT-01")
        #expect(samePerson?.facts.first == DecidingFact("by", "p1"))
        try office.record(examined(), in: stream)
        let sameOrg = try office.refusal(reviewed(org: "committee"), in: stream)
        #expect(sameOrg?.facts.first == DecidingFact("org", "committee"))
    }

    @Test func everyStageIsOfItsLevel() throws {
        try office.record(assessed(), in: stream)
        #expect(
            try office.refusal(examined(org: "bureau"), in: stream)?.facts.last
                == DecidingFact("expected_org", "hospital"))
        try office.record(examined(org: "hospital"), in: stream)
        #expect(
            try office.refusal(reviewed(org: "root"), in: stream)?.facts.last
                == DecidingFact("expected_org", "bureau"))
        try office.record(reviewed(org: "bureau"), in: stream)
        #expect(
            try office.refusal(confirmed(org: "office"), in: stream)?.facts.last
                == DecidingFact("expected_org", "root"))
        try office.org("org-dept", kind: "COMMITTEE", parent: "root")
        #expect(try office.refusal(confirmed(org: "org-dept"), in: stream) == nil)
    }

    /// X41.
    @Test func oneRatingPerBranchAndCycle() throws {
        try office.record(assessed(), in: stream)
        try office.record(examined(), in: stream)
        try office.record(reviewed(), in: stream)
        try office.record(confirmed(), in: stream)
        let second = try office.refusal(assessed(by: "p8"), in: stream)
        #expect(second?.rule == "R-RT-02")
        #expect(second?.facts == [DecidingFact("stage", "CONFIRMED")])
        #expect(try office.refusal(assessed(), in: "star-b1-x-2023")?.rule == "INV-H04")
    }

    @Test func aBranchMustExistAtTheEndOfTheCycle() throws {
        try office.record(
            "BranchEstablished", "branch-b2",
            PartyOffice.established("b2", on: "2024-01-05", org: "hospital"))
        let refusal = try office.refusal(assessed(branch: "b2"), in: "star-b2-2023")
        #expect(refusal?.rule == "R-RT-02")
        #expect(refusal?.facts.first == DecidingFact("established_on", "2024-01-05"))
    }

    @Test func starsDatesAndValidityAreSound() throws {
        #expect(try office.refusal(assessed(stars: 6), in: stream)?.rule == "INV-STARS")
        #expect(try office.refusal(assessed(stars: 0), in: stream)?.rule == "INV-STARS")
        try office.record(assessed(), in: stream)
        #expect(try office.refusal(examined(on: 2023_10_31), in: stream)?.rule == "R-RT-01")
        try office.record(examined(), in: stream)
        try office.record(reviewed(), in: stream)
        let expired = filled(confirmed()) { $0.validTo = 2023_11_30 }
        #expect(try office.refusal(expired, in: stream)?.rule == "INV-H07")
    }
}
