import PartyBuilding
import Schema
import TestSupport
import Testing

@Suite struct PioneerArithmeticTests {
    private static let scheme = PioneerScheme.standard(bonusCap: 1_000)
    private static let names = [
        "learning", "organisation_life", "volunteering", "post_performance",
        "patient_satisfaction", "discipline",
    ]

    /// G-RULE-10, PJ-06: 22/18/20/17/9/10 with caps 20/20/20/20/10/10, +3, −2 is 95.00.
    @Test func capsBonusDeductionsInOrder() {
        let raw: [Int64] = [2_200, 1_800, 2_000, 1_700, 900, 1_000]
        var points = zip(Self.names, raw).map { (dimension: $0, points: $1) }
        points.append((PioneerScheme.bonusDimension, 300))
        points.append(("discipline", -200))
        let score = PioneerScore(points: points, scheme: Self.scheme)
        #expect(score.dimensions.map(\.capped) == [2_000, 1_800, 2_000, 1_700, 900, 1_000])
        #expect(score.dimensions.map(\.raw) == raw)
        #expect(score.bonus == 300)
        #expect(score.deductions == 200)
        #expect(score.score == 9_500)
    }

    @Test func bonusIsCappedAndTheScoreClamped() {
        let full = zip(Self.names, [2_000, 2_000, 2_000, 2_000, 1_000, 1_000] as [Int64])
            .map { (dimension: $0, points: $1) }
        let best = PioneerScore(
            points: full + [(PioneerScheme.bonusDimension, 5_000)], scheme: Self.scheme)
        #expect(best.bonus == 1_000)
        #expect(best.score == 10_000)
        let worst = PioneerScore(points: [("discipline", -99_999)], scheme: Self.scheme)
        #expect(worst.score == 0)
        #expect(worst.deductions == 99_999)
    }

    @Test func extremePointsNeverTrap() {
        let score = PioneerScore(
            points: [("learning", .max), ("learning", .max), ("volunteering", .min)],
            scheme: Self.scheme)
        #expect(score.score == 0)
        #expect(score.dimensions[0].capped == 2_000)
    }

    @Test func theScoreStaysInsideItsBounds() {
        withSeeds(20) { random, seed in
            let points = (0..<40).map { _ in
                (
                    dimension: Self.names.randomElement(using: &random) ?? "",
                    points: Int64.random(in: -900...900, using: &random)
                )
            }
            let score = PioneerScore(points: points, scheme: Self.scheme)
            let reversed = PioneerScore(points: points.reversed(), scheme: Self.scheme)
            #expect((0...10_000).contains(score.score), "seed \(seed)")
            #expect(score == reversed, "the order of the records must not matter, seed \(seed)")
        }
    }

    @Test func aSchemeIsReadFromItsMessage() {
        let event = filled(IndicatorSchemeAdopted()) {
            $0.dimensions = ["learning", "volunteering"]
            $0.indicators = [
                indicator("L1", "learning", 1_500), indicator("L2", "learning", 500),
                indicator("V1", "volunteering", 2_000), indicator("B1", "bonus", 800),
            ]
        }
        let scheme = PioneerScheme(event)
        #expect(scheme.dimensions.map(\.max) == [2_000, 2_000])
        #expect(scheme.total == 4_000)
        #expect(scheme.bonusCap == 800)
        #expect(scheme.dimension(ofIndicator: "L2") == "learning")
        #expect(scheme.dimension(ofIndicator: "B1") == "bonus")
        #expect(scheme.dimension(ofIndicator: "volunteering") == "volunteering")
        #expect(scheme.dimension(ofIndicator: "X9") == nil)
    }

    /// G-XX-04 and the three-quarter example of PJ-07.
    @Test func annualIndexCoefficientAndFactor() {
        #expect(AnnualPioneerIndex.mean(of: [9_500, 9_250, 8_800, 9_650]) == 9_300)
        #expect(AnnualPioneerIndex.mean(of: [9_500, 9_250, 8_800]) == 9_183)
        #expect(AnnualPioneerIndex.mean(of: []) == nil)
        #expect(AnnualPioneerIndex.mean(of: [1, 2]) == 2)
        #expect(AnnualPioneerIndex.coefficientBp(index: 9_300) == 9_300)
        #expect(AnnualPioneerIndex.coefficientBp(index: 12_000) == 10_000)
        #expect(AnnualPioneerIndex.coefficientBp(index: -1) == 0)
        #expect(AnnualPioneerIndex.factorBp(linkedShareBp: 3_000, coefficientBp: 9_300) == 9_790)
        #expect(AnnualPioneerIndex.factorBp(linkedShareBp: 3_000, coefficientBp: 10_000) == 10_000)
        #expect(AnnualPioneerIndex.factorBp(linkedShareBp: 3_000, coefficientBp: 0) == 7_000)
    }

    @Test func streamsNamePersonAndPeriod() {
        let quarter = PioneerPeriod(identity: "xx-p-7-2019Q2")
        #expect(quarter == Quarter(year: 2019, number: 2).map { .quarter(person: "xx-p-7", $0) })
        #expect(PioneerPeriod(identity: "xx-p-7-2019") == .year(person: "xx-p-7", 2019))
        #expect(PioneerPeriod(identity: "xx-p-7-2019H1") == nil)
        #expect(PioneerPeriod(identity: "2019Q2") == nil)
        #expect(PioneerPeriod(identity: "-2019Q2") == nil)
    }

    private func indicator(
        _ id: String, _ dimension: String, _ max: Int32
    ) -> IndicatorSchemeAdopted.Indicator {
        filled(IndicatorSchemeAdopted.Indicator()) {
            $0.id = id
            $0.dimension = dimension
            $0.max = max
        }
    }
}
