/// An allowance that is used up by single deeds and fills up again with time.
///
/// Kept in thousandths of a token so that slow rates do not lose their fraction.
package struct TokenBucket: Sendable, Equatable {
    private let capacity: Int64
    private let perSecond: Int64
    private var milliTokens: Int64
    private var filledAt: Instant

    /// - Parameters:
    ///   - burst: tokens at the start and at most; fewer than 2^40.
    ///   - perSecond: tokens that come back in a second; fewer than 2^20.
    ///   - now: the moment at which the bucket is full.
    package init(burst: Int64, perSecond: Int64, at now: Instant) {
        capacity = max(0, min(burst, 1 << 40)) * 1_000
        self.perSecond = max(0, min(perSecond, 1 << 20))
        milliTokens = capacity
        filledAt = now
    }

    /// Takes one token; false when there is none.
    package mutating func take(at now: Instant) -> Bool {
        refill(at: now)
        guard milliTokens >= 1_000 else { return false }
        milliTokens -= 1_000
        return true
    }

    /// Puts tokens back, up to the burst.
    package mutating func give(_ count: Int) {
        milliTokens = min(capacity, milliTokens + Int64(max(0, min(count, 1 << 20))) * 1_000)
    }

    private mutating func refill(at now: Instant) {
        // An hour fills every bucket that is used here, and keeps the product small.
        let milliseconds = Int64(
            min(now.nanoseconds(since: filledAt) / 1_000_000, 3_600_000))
        guard milliseconds > 0 else { return }
        milliTokens = min(capacity, milliTokens + milliseconds * perSecond)
        filledAt = now
    }
}
