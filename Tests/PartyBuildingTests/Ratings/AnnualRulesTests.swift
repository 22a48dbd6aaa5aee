import PartyBuilding
import Schema
import Testing

@Suite struct AnnualRulesTests {
    private let office: PartyOffice
    private let stream = "pioneer-b1-1-2019"

    init() throws {
        office = try PartyOffice()
        try office.branch("b1")
        try office.members(3, of: "b1")
    }

    /// Posts and finalises a quarter of 2019.
    private func finalise(_ number: Int32, _ score: Int32, person: String = "b1-1") throws {
        let posted: [Int32] = [2019_04_08, 2019_07_08, 2019_10_14, 2020_01_06]
        let index = Int(number) - 1
        let from = posted[index]
        let stream = "pioneer-\(person)-2019Q\(number)"
        let published = filled(PioneerScorePublished()) {
            $0.quarter = 20190 + number
            $0.branch = "b1"
            $0.score = score
            $0.postedOn = from
            $0.postTo = from + 4
        }
        try office.record(published, in: stream)
        let final = filled(PioneerScoreFinalised()) {
            $0.quarter = 20190 + number
            $0.finalScore = score
            $0.on = from + 7
            $0.by = "b1-2"
        }
        try office.record(final, in: stream)
    }

    private func appraised(
        _ index: Int32, _ quarters: [Int32] = [20191, 20192, 20193, 20194]
    ) -> AnnualPioneerAppraisalConcluded {
        filled(AnnualPioneerAppraisalConcluded()) {
            $0.year = 2019
            $0.annualIndex = index
            $0.quartersUsed = quarters
        }
    }

    private func appraise(
        _ event: AnnualPioneerAppraisalConcluded, in stream: String? = nil
    ) throws -> Refusal? {
        try office.refusal(event, in: stream ?? self.stream) { $0.occurred = moment(2020_01_20) }
    }

    private func linked(_ coefficient: Int32, share: Int32 = 3_000) -> PerformancePayLinked {
        filled(PerformancePayLinked()) {
            $0.year = 2019
            $0.linkedShareBp = share
            $0.coefficientBp = coefficient
            $0.exportedTo = "HR"
            $0.on = 2020_01_31
        }
    }

    private func finaliseAll() throws {
        for (number, score) in [(1, 9_500), (2, 9_250), (3, 8_800), (4, 9_650)] as [(Int32, Int32)]
        {
            try finalise(number, score)
        }
    }

    /// G-XX-04 and X45.
    @Test func theIndexIsTheMeanAndTheLinkFollows() throws {
        try finaliseAll()
        #expect(try office.refusal(linked(9_300), in: stream)?.rule == "STATE-PIONEER")
        let wrong = try appraise(appraised(9_301))
        #expect(wrong?.rule == "R-PI-04")
        #expect(wrong?.facts.contains(DecidingFact("mean_of_quarters", 9_300)) == true)
        #expect(try appraise(appraised(9_300)) == nil)
        #expect(try appraise(appraised(9_300))?.rule == "STATE-PIONEER")
        let share = try office.refusal(linked(9_300, share: 2_000), in: stream)
        #expect(share?.rule == "R-PI-05")
        #expect(share?.facts.contains(DecidingFact("required_share_bp", 3_000)) == true)
        #expect(try office.refusal(linked(9_200), in: stream)?.rule == "R-PI-05")
        #expect(try office.refusal(linked(9_300), in: stream) == nil)
        #expect(try office.refusal(linked(9_300), in: stream)?.rule == "STATE-PIONEER")
    }

    @Test func everyCountingFinalQuarterIsUsedAndNoOther() throws {
        try finaliseAll()
        let omitted = try appraise(appraised(9_183, [20191, 20192, 20193]))
        #expect(omitted?.rule == "R-PI-04")
        #expect(omitted?.facts.first == DecidingFact("quarter", "2019Q4"))
        #expect(try appraise(appraised(9_300, [20191, 20191, 20193, 20194]))?.rule == "R-PI-04")
        #expect(try appraise(appraised(9_300, [20184]))?.rule == "R-PI-04")
        #expect(try appraise(appraised(9_300, []))?.rule == "R-PI-04")
    }

    /// The three-quarter example of PJ-07: 91.83.
    @Test func aQuarterThatIsNotFinalDoesNotCount() throws {
        try finalise(1, 9_500)
        try finalise(2, 9_250)
        try finalise(3, 8_800)
        #expect(try appraise(appraised(9_300))?.rule == "R-PI-04")
        #expect(try appraise(appraised(9_183, [20191, 20192, 20193])) == nil)
    }

    /// R-PI-04: at least 45 days on the roll make a quarter count.
    @Test func aQuarterWithTooFewDaysOnTheRollDoesNotCount() throws {
        try office.member("late", of: "b1", on: "2019-02-16")
        try finalise(1, 9_500, person: "late")
        try finalise(2, 9_250, person: "late")
        let stream = "pioneer-late-2019"
        let short = try appraise(appraised(9_375, [20191, 20192]), in: stream)
        #expect(short?.rule == "R-PI-04")
        #expect(short?.facts.contains(DecidingFact("days_on_roll", 44)) == true)
        #expect(try appraise(appraised(9_250, [20192]), in: stream) == nil)
    }

    @Test func anAppraisalBelongsToItsYear() throws {
        try finaliseAll()
        #expect(try appraise(appraised(9_300), in: "pioneer-b1-1-2018")?.rule == "INV-H14")
        #expect(try appraise(appraised(9_300), in: "pioneer-b1-1-2019Q4")?.rule == "INV-H14")
    }
}
