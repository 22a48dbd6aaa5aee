import Foundation
import PartyBuilding
import Schema
import Testing

@Suite struct PioneerRulesTests {
    private let office: PartyOffice
    private let stream = "pioneer-b1-1-2019Q2"

    init() throws {
        office = try PartyOffice()
        try office.branch("b1")
        try office.branch("b2")
        try office.members(3, of: "b1")
    }

    private func points(
        _ points: Int32, on day: Int32 = 2019_05_20, indicator: String = "learning",
        person: String = "b1-1"
    ) -> PioneerPointsRecorded {
        filled(PioneerPointsRecorded()) {
            $0.person = person
            $0.quarter = 20192
            $0.indicatorID = indicator
            $0.points = points
            $0.occurredOn = day
        }
    }

    private func published(
        _ score: Int32 = 9_500, from: Int32 = 2019_07_08, to: Int32 = 2019_07_12,
        branch: String = "b1"
    ) -> PioneerScorePublished {
        filled(PioneerScorePublished()) {
            $0.quarter = 20192
            if !branch.isEmpty { $0.branch = branch }
            $0.score = score
            $0.postedOn = from
            $0.postTo = to
        }
    }

    private func objected(on day: Int32 = 2019_07_10) -> PioneerScoreObjected {
        filled(PioneerScoreObjected()) {
            $0.on = day
            $0.byRef = "someone"
            $0.claim = "志愿服务少计"
        }
    }

    private func final(_ score: Int32 = 9_500, on day: Int32 = 2019_07_13) -> PioneerScoreFinalised
    {
        filled(PioneerScoreFinalised()) {
            $0.quarter = 20192
            $0.finalScore = score
            $0.on = day
            $0.by = "b1-2"
        }
    }

    @Test func pointsPostingFinal() throws {
        try office.record(points(1_500), in: stream)
        try office.record(published(), in: stream)
        try office.record(final(), in: stream)
        let record = try office.office.aggregate(PioneerQuarterRecord.self, "b1-1-2019Q2")
        #expect(record.state == .final)
        #expect(record.finalScore == 9_500)
    }

    /// X43: 2019-07-01 00:30 local is 2019Q3, whatever the clock in UTC says.
    @Test func pointsFallInTheirLocalQuarter() throws {
        let late = try office.refusal(points(100, on: 2019_07_01), in: stream)
        #expect(late?.rule == "R-PI-01")
        #expect(late?.facts.contains(DecidingFact("quarter_of_day", "2019Q3")) == true)
        let midnight = try office.refusal(points(100, on: 2019_06_30), in: stream) {
            $0.occurred = filled(Moment()) { $0.instantUs = instant(2019_07_01, 0, 30) }
        }
        #expect(midnight?.rule == "R-PI-01")
        let evening = try office.refusal(points(100, on: 2019_06_30), in: stream) {
            $0.occurred = filled(Moment()) { $0.instantUs = instant(2019_06_30, 23, 59) }
        }
        #expect(evening == nil)
    }

    @Test func latePointsGoToTheirQuarterUntilItIsFinal() throws {
        try office.record(published(), in: stream)
        let late = try office.refusal(points(100, on: 2019_06_20), in: stream) {
            $0.recorded = 2019_07_09
        }
        #expect(late == nil)
        try office.record(final(), in: stream)
        let tooLate = try office.refusal(points(100, on: 2019_06_21), in: stream)
        #expect(tooLate?.rule == "R-PI-01")
    }

    @Test func pointsBelongToTheStreamOfPersonAndQuarter() throws {
        #expect(try office.refusal(points(100, person: "b1-2"), in: stream)?.rule == "INV-H10")
        #expect(try office.refusal(points(100), in: "pioneer-b1-1-2019Q3")?.rule == "INV-H10")
        #expect(try office.refusal(points(100), in: "pioneer-b1-1-2019")?.rule == "INV-H10")
        let baseless = filled(points(100)) {
            $0.basisEventID = .init(FactID(high: 9, low: 9).bytes)
        }
        #expect(try office.refusal(baseless, in: stream)?.rule == "INV-H10")
    }

    @Test func indicatorsAreThoseOfTheScheme() throws {
        let scheme = SchemeFixture.pioneer(validFrom: 2019_01_01)
        try office.record(scheme, in: "scheme-xx-pioneer") { $0.occurred = moment(2018_12_20) }
        #expect(
            try office.refusal(points(100, indicator: "unknown"), in: stream)?.rule == "INV-H10")
        #expect(try office.refusal(points(100, indicator: "L1"), in: stream) == nil)
        #expect(try office.refusal(points(100, indicator: "bonus"), in: stream) == nil)
    }

    /// X42.
    @Test func aScoreIsFinalOnlyAfterItsPosting() throws {
        let unposted = try office.refusal(final(), in: stream)
        #expect(unposted?.rule == "R-PI-02")
        try office.record(published(), in: stream)
        let running = try office.refusal(final(on: 2019_07_12), in: stream)
        #expect(running?.rule == "R-PI-02")
        #expect(running?.facts.first == DecidingFact("post_to", "2019-07-12"))
        try office.record(objected(), in: stream)
        let objection = try office.refusal(final(on: 2019_07_15), in: stream)
        #expect(objection?.rule == "R-PI-02")
        #expect(objection?.facts == [DecidingFact("state", "OBJECTED")])
        try office.record(published(9_600, from: 2019_07_15, to: 2019_07_19), in: stream)
        #expect(
            try office.refusal(final(9_500, on: 2019_07_20), in: stream)?.rule == "R-PI-02",
            "not the score that was posted")
        #expect(try office.refusal(final(9_600, on: 2019_07_20), in: stream) == nil)
        #expect(try office.refusal(final(9_600, on: 2019_07_21), in: stream)?.rule == "R-PI-03")
    }

    /// G-RULE-08: five working days from 2024-02-06 end on 2024-02-18.
    @Test func aPostingLastsFiveWorkingDays() throws {
        func refusal(_ to: Int32) throws -> Refusal? {
            let event = filled(PioneerScorePublished()) {
                $0.quarter = 20234
                $0.branch = "b1"
                $0.score = 9_000
                $0.postedOn = 2024_02_06
                $0.postTo = to
            }
            return try office.refusal(event, in: "pioneer-b1-1-2023Q4")
        }
        let short = try refusal(2024_02_17)
        #expect(short?.rule == "R-PI-02")
        #expect(short?.facts.contains(DecidingFact("earliest_post_to", "2024-02-18")) == true)
        #expect(try refusal(2024_02_12)?.rule == "R-PI-02")
        #expect(try refusal(2024_02_18) == nil)
    }

    @Test func aPostingOutsideTheCalendarSaysSo() throws {
        let event = filled(PioneerScorePublished()) {
            $0.quarter = 20162
            $0.branch = "b1"
            $0.score = 9_000
            $0.postedOn = 2016_07_08
            $0.postTo = 2016_07_20
        }
        let refusal = try office.refusal(event, in: "pioneer-b1-1-2016Q2")
        #expect(refusal?.rule == "R-PI-02")
        #expect(refusal?.facts == [DecidingFact("day", "2016-07-08")])
    }

    /// X44.
    @Test func aScoreIsPostedInTheMembersBranchOnly() throws {
        let nowhere = try office.refusal(published(branch: ""), in: stream)
        #expect(nowhere?.rule == "R-PI-02")
        let elsewhere = try office.refusal(published(branch: "b2"), in: stream)
        #expect(elsewhere?.rule == "R-PI-02")
        #expect(elsewhere?.facts.contains(DecidingFact("branch_of_member", "b1")) == true)
        let open = try office.refusal(published(), in: stream) { $0.dataClass = .c1 }
        #expect(open?.rule == "R-PI-02")
        #expect(try office.refusal(published(branch: "b1"), in: stream) == nil)
    }

    /// R-PI-03: the branch is the one that held the member on the last day of the quarter.
    @Test func theBranchIsThatOfTheQuartersLastDay() throws {
        try office.record(
            "MemberAssignedToBranch", "member-b1-1",
            #""branch":"b2","from":"2019-07-01","reason":"INTERNAL""#)
        #expect(try office.refusal(published(branch: "b2"), in: stream)?.rule == "R-PI-02")
        #expect(try office.refusal(published(branch: "b1"), in: stream) == nil)
    }

    @Test func anObjectionNeedsAPosting() throws {
        #expect(try office.refusal(objected(), in: stream)?.rule == "STATE-PIONEER")
        try office.record(published(), in: stream)
        #expect(
            try office.refusal(objected(on: 2019_07_07), in: stream)?.rule == "STATE-PIONEER")
        #expect(try office.refusal(objected(), in: stream) == nil)
    }

    @Test func scoresStayInBoundsAndAgreeWithThePoints() throws {
        #expect(try office.refusal(published(10_001), in: stream)?.rule == "R-RT-04")
        #expect(try office.refusal(published(-1), in: stream)?.rule == "R-RT-04")
        let scheme = SchemeFixture.pioneer(validFrom: 2019_01_01)
        try office.record(scheme, in: "scheme-xx-pioneer") { $0.occurred = moment(2018_12_20) }
        try office.record(points(1_500, indicator: "L1"), in: stream)
        try office.record(points(-200, indicator: "V1"), in: stream)
        let wrong = try office.record(published(1_500), in: stream)
        #expect(wrong.warnings.map(\.rule) == ["INV-H11"])
        let right = try office.record(
            published(1_300, from: 2019_07_15, to: 2019_07_19), in: stream)
        #expect(right.warnings.isEmpty)
    }
}

/// Indicator schemes for tests.
enum SchemeFixture {
    static func indicator(
        _ id: String, _ dimension: String, _ max: Int32
    ) -> IndicatorSchemeAdopted.Indicator {
        filled(IndicatorSchemeAdopted.Indicator()) {
            $0.id = id
            $0.dimension = dimension
            $0.max = max
        }
    }

    /// Learning (L1, L2) and volunteering (V1) of 50.00 each, and a bonus of 10.00.
    static func pioneer(validFrom: Int32, version: String = "1") -> IndicatorSchemeAdopted {
        filled(IndicatorSchemeAdopted()) {
            $0.schemeKind = .pioneerIndex
            $0.version = version
            $0.dimensions = ["learning", "volunteering"]
            $0.indicators = [
                indicator("L1", "learning", 3_000), indicator("L2", "learning", 2_000),
                indicator("V1", "volunteering", 5_000), indicator("B1", "bonus", 1_000),
            ]
            $0.validFrom = validFrom
        }
    }
}
