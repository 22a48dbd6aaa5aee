import PartyBuilding
import Schema
import Testing

/// Specification section 0.3.
@Suite struct ClaimIntervalTests {
    @Test(
        arguments: [
            (40, 41, 49), (200, 201, 299), (600, 601, 699), (6_000, 6_001, 6_999), (300, 301, 399),
            (1_000, 1_001, 1_999), (7, 8, 7),
        ] as [(Int64, Int64, Int64)])
    func overAcceptsLessThanOneUnitOfTheLeadingDigit(
        _ stated: Int64, _ lowest: Int64, _ highest: Int64
    ) {
        let interval = ClaimInterval(stated, .over)
        #expect(interval.lowest == lowest)
        #expect(interval.highest == highest)
    }

    @Test func aboveIsOpenWhenReadSo() {
        let interval = ClaimInterval(3_000_000, .over, isOpenEnded: true)
        #expect(interval.contains(9_999_999))
        #expect(!interval.contains(3_000_000))
    }

    @Test func nearIsBelow() {
        let interval = ClaimInterval(3_000, .nearBelow)
        #expect(interval == ClaimInterval(lowest: 2_900, highest: 2_999))
        let heads = (0...347).filter { count in
            Ratio.basisPoints(Int64(count), of: 347).map { interval.contains($0) } ?? false
        }
        #expect(heads == [101, 102, 103, 104])
    }

    @Test func theOtherWords() {
        #expect(ClaimInterval(6_739, .exact) == ClaimInterval(lowest: 6_739, highest: 6_739))
        #expect(Quantity(5, .book, .atLeast).claimInterval.contains(5))
        #expect(!Quantity(5, .book, .atLeast).claimInterval.contains(4))
        #expect(Quantity(50, .person, .atMost).claimInterval.contains(50))
        #expect(!Quantity(50, .person, .atMost).claimInterval.contains(51))
        #expect(Quantity(2_500, .bp, .approx).claimInterval.contains(2_480))
        var bare = Quantity()
        bare.value = 8
        #expect(bare.claimInterval == ClaimInterval(lowest: 8, highest: 8))
    }

    @Test(arguments: [Qualifier.exact, .over, .nearBelow, .atLeast, .atMost, .approx])
    func noClaimTraps(_ qualifier: Qualifier) {
        for value: Int64 in [0, 1, .max, .min, -7] {
            _ = ClaimInterval(value, qualifier).contains(value)
        }
        #expect(ClaimInterval(.max, .atLeast).contains(.max))
    }
}
