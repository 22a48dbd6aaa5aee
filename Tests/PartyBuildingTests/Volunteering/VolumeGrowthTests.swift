import PartyBuilding
import Testing

@Suite struct VolumeGrowthTests {
    /// PJ-04, G-NA-03: +400 % is ×5.
    @Test func growthOfTheVaccineService() {
        #expect(VolumeGrowth.growthBp(current: 21_000, prior: 4_200) == 40_000)
        #expect(VolumeGrowth.growthBp(current: 21_000, prior: 5_250) == 30_000)
        #expect(VolumeGrowth.growthBp(current: 900, prior: 1_000) == -1_000)
        #expect(VolumeGrowth.growthBp(current: 5, prior: 0) == nil)
    }

    @Test func impliedPriorOfAClaim() {
        #expect(VolumeGrowth.impliedPrior(current: 21_000, claimedGrowthBp: 40_000) == 4_200)
        #expect(VolumeGrowth.impliedPrior(current: 21_000, claimedGrowthBp: -10_000) == nil)
        #expect(VolumeGrowth.impliedPrior(current: .max, claimedGrowthBp: 0) == nil)
    }

    @Test func aClaimHoldsWithinItsTolerance() {
        func holds(_ growth: Int64) -> Bool {
            VolumeGrowth.isConsistent(growthBp: growth, claimedGrowthBp: 40_000, toleranceBp: 100)
        }
        #expect(holds(40_000))
        #expect(holds(40_400))
        #expect(!holds(40_401))
        #expect(holds(39_600))
        #expect(!holds(30_000))
        #expect(
            !VolumeGrowth.isConsistent(growthBp: .min, claimedGrowthBp: .max, toleranceBp: 100))
    }
}
