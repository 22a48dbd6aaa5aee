import Testing

@testable import Wire

@Suite struct TokenBucketTests {
    @Test func givesItsBurstAndThenNothing() {
        var bucket = TokenBucket(burst: 3, perSecond: 1, at: at(0))
        let taken = (0..<4).map { _ in bucket.take(at: at(0)) }
        #expect(taken == [true, true, true, false])
    }

    @Test func fillsWithTime() {
        var bucket = TokenBucket(burst: 1, perSecond: 2, at: at(0))
        let first = bucket.take(at: at(0))
        #expect(first)
        let second = bucket.take(at: at(499))
        #expect(!second)
        let third = bucket.take(at: at(1_000))
        #expect(third)
    }

    @Test func keepsTheFractionOfASlowRate() {
        var bucket = TokenBucket(burst: 1, perSecond: 1, at: at(0))
        let first = bucket.take(at: at(0))
        #expect(first)
        // Ten looks of 100 ms each are one token.
        let taken = (1...10).map { bucket.take(at: at(UInt32($0) * 100)) }
        #expect(taken == Array(repeating: false, count: 9) + [true])
    }

    @Test func neverHoldsMoreThanItsBurst() {
        var bucket = TokenBucket(burst: 2, perSecond: 1_000, at: at(0))
        bucket.give(1_000_000)
        let first = bucket.take(at: at(1_000_000))
        #expect(first)
        let second = bucket.take(at: at(1_000_000))
        #expect(second)
        let third = bucket.take(at: at(1_000_000))
        #expect(!third)
    }

    @Test func aClockThatGoesBackGivesNothing() {
        var bucket = TokenBucket(burst: 1, perSecond: 1_000, at: at(5_000))
        let first = bucket.take(at: at(5_000))
        #expect(first)
        let second = bucket.take(at: at(0))
        #expect(!second)
    }

    @Test func extremeNumbersDoNotOverflow() {
        var bucket = TokenBucket(burst: .max, perSecond: .max, at: at(0))
        bucket.give(.max)
        let first = bucket.take(at: Instant(nanoseconds: .max))
        #expect(first)
        var empty = TokenBucket(burst: .min, perSecond: .min, at: at(0))
        let second = empty.take(at: Instant(nanoseconds: .max))
        #expect(!second)
    }
}
