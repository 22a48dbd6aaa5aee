import PartyBuilding
import Schema
import Testing

/// Ratios, majorities and votes.
@Suite struct ShareTests {
    @Test func basisPointsAreHalfUp() {
        #expect(Ratio.basisPoints(104, of: 347) == 2_997)
        #expect(Ratio.basisPoints(101, of: 347) == 2_911)
        #expect(Ratio.basisPoints(105, of: 347) == 3_026)
        #expect(Ratio.basisPoints(19, of: 22) == 8_636)
        #expect(Ratio.basisPoints(319, of: 320) == 9_969)
        #expect(Ratio.basisPoints(1, of: 20_000) == 1)
        #expect(Ratio.basisPoints(-1, of: 20_000) == 0)
        #expect(Ratio.basisPoints(1, of: -20_000) == 0)
        #expect(Ratio.basisPoints(0, of: 0) == nil)
        #expect(Ratio.basisPoints(.max, of: 1) == nil)
        #expect(Ratio.halfUp(.min, -1) == nil)
        #expect(Ratio.halfUp(-5, 2) == -2)
        #expect(Ratio.halfUp(5, 2) == 3)
    }

    @Test func growthAndMeans() {
        #expect(Ratio.growthBasisPoints(current: 21_000, prior: 4_200) == 40_000)
        #expect(Ratio.growthBasisPoints(current: 21_000, prior: 5_250) == 30_000)
        #expect(Ratio.growthBasisPoints(current: 1, prior: 0) == nil)
        #expect(Ratio.growthBasisPoints(current: .max, prior: .min) == nil)
        #expect(Ratio.hundredths(586, of: 22) == 2_664)
        #expect(Ratio.mean([9_500, 9_250, 8_800, 9_650]) == 9_300)
        #expect(Ratio.mean([9_500, 9_250, 8_800]) == 9_183)
        #expect(Ratio.mean([]) == nil)
        #expect(Ratio.mean([.max, 1]) == nil)
    }

    @Test func mediansAndPercentiles() {
        #expect(Ratio.median(sorted: [3]) == 3)
        #expect(Ratio.median(sorted: [1, 2]) == 2)
        #expect(Ratio.median(sorted: [1, 5, 9]) == 5)
        #expect(Ratio.median(sorted: []) == nil)
        #expect(Ratio.percentile(90, sorted: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == 9)
        #expect(Ratio.percentile(90, sorted: [7]) == 7)
        #expect(Ratio.percentile(0, sorted: [7]) == nil)
        #expect(Ratio.percentile(90, sorted: []) == nil)
    }

    /// G-RULE-01 and G-RULE-02.
    @Test func votesAndElectionsHaveTwoDenominators() {
        #expect(Majority.moreThanHalf(of: 25) == 13)
        #expect(Majority.moreThanHalf(of: 24) == 13)
        #expect(!Majority.isMoreThanHalf(12, of: 24))
        #expect(Majority.isAtLeastHalf(12, of: 24))
        #expect(Majority.atLeast((4, 5), of: 25) == 20)
        #expect(Majority.isAtLeast(20, (4, 5), of: 25))
        #expect(!Majority.isAtLeast(19, (4, 5), of: 25))
        #expect(Majority.moreThanHalf(of: 20) == 11)
        #expect(Majority.isAtLeast(.max, (4, 5), of: .max))
    }

    /// G-RULE-07: rounding up is a breach.
    @Test func aThirdIsRoundedDown() {
        #expect([7, 26, 27].map { Majority.atMostOne(in: 3, of: $0) } == [2, 8, 9])
        #expect(Majority.atMostOne(in: 0, of: 7) == 7)
    }

    @Test func writtenOpinionsAreVotesButNoPresence() {
        var tally = Tally()
        tally.electorate = 25
        tally.present = 12
        tally.written = 2
        tally.inFavour = 13
        #expect(!tally.hasQuorum)
        #expect(tally.isCarried)
        #expect(tally.isConsistent)
        tally.present = 13
        #expect(tally.hasQuorum)
        tally.against = 3
        #expect(!tally.isConsistent)
        tally.against = 0
        tally.present = 24
        #expect(!tally.isConsistent)
        tally.present = -1
        #expect(!tally.isConsistent)
    }
}
