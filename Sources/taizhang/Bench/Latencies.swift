import Histogram

/// Times of many calls, kept as a histogram of three digits' precision (HdrHistogram).
struct Latencies: Sendable {
    /// Counts of nanoseconds, from a microsecond on.
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1_000, highestTrackableValue: 3_600_000_000_000)

    /// What a histogram comes to, in nanoseconds.
    struct Summary: Sendable {
        let count: UInt64
        let p50: UInt64
        let p90: UInt64
        let p99: UInt64
        let p999: UInt64
        let max: UInt64
        let mean: UInt64
    }

    /// Counts one time; more than an hour counts as an hour.
    mutating func record(nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, 3_600_000_000_000))
    }

    mutating func add(_ other: Latencies) {
        histogram.add(other.histogram)
    }

    var summary: Summary {
        guard histogram.totalCount > 0 else {
            return Summary(count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0)
        }
        return Summary(
            count: histogram.totalCount, p50: histogram.valueAtPercentile(50),
            p90: histogram.valueAtPercentile(90), p99: histogram.valueAtPercentile(99),
            p999: histogram.valueAtPercentile(99.9), max: histogram.max,
            mean: UInt64(histogram.mean))
    }
}
