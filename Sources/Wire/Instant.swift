/// A moment of a monotonic clock, in nanoseconds since an origin that is the caller's.
///
/// Wire reads no clock: every event that needs the time is told it.
package struct Instant: Comparable, Hashable, Sendable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment this many milliseconds later; the end of time instead of an overflow.
    package func advanced(byMs milliseconds: UInt32) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(
            UInt64(milliseconds) * 1_000_000)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// Nanoseconds since an earlier moment, zero when it is later.
    package func nanoseconds(since earlier: Instant) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
