/// Ratios and means in integers: exact inside, rounded half-up once (specification P-LAW-5).
package enum Ratio {
    /// `numerator / denominator` rounded half-up to a whole number.
    ///
    /// Half-up means away from nothing but towards plus infinity: 2.5 gives 3 and −2.5 gives −2.
    ///
    /// - Returns: nil when the denominator is 0 or the result cannot be held.
    package static func halfUp(_ numerator: Int64, _ denominator: Int64) -> Int64? {
        guard denominator != 0 else { return nil }
        var quotient = Wide(numerator)
        var divisor = Wide(denominator)
        if denominator < 0 {
            quotient = Wide(0) - quotient
            divisor = Wide(0) - divisor
        }
        // floor((2n + d) / 2d)
        let doubled = quotient * 2 + divisor
        let by = divisor * 2
        let truncated = doubled / by
        let floor = doubled % by < 0 ? truncated - 1 : truncated
        return Int64(exactly: floor)
    }

    /// A ratio in basis points, half-up: 104 of 347 is 2997.
    ///
    /// - Returns: nil when the denominator is 0 ("—", never 0 %) or the result cannot be held.
    package static func basisPoints(_ numerator: Int64, of denominator: Int64) -> Int64? {
        scaled(numerator, of: denominator, by: 10_000)
    }

    /// Growth from `prior` to `current` in basis points, half-up: from 4,200 to 21,000 is +40,000.
    ///
    /// - Returns: nil when `prior` is 0 or the result cannot be held.
    package static func growthBasisPoints(current: Int64, prior: Int64) -> Int64? {
        let (difference, overflow) = current.subtractingReportingOverflow(prior)
        guard !overflow else { return nil }
        return basisPoints(difference, of: prior)
    }

    /// A ratio in hundredths, half-up: 586 in 22 branches is 2664 (26.64).
    package static func hundredths(_ numerator: Int64, of denominator: Int64) -> Int64? {
        scaled(numerator, of: denominator, by: 100)
    }

    /// The mean of values, half-up to a whole unit; nil for no values or when their sum cannot be
    /// held.
    package static func mean(_ values: some Collection<Int64>) -> Int64? {
        var sum: Int64 = 0
        for value in values {
            let (next, overflow) = sum.addingReportingOverflow(value)
            guard !overflow else { return nil }
            sum = next
        }
        return halfUp(sum, Int64(values.count))
    }

    /// The median: the middle value, of an even number the mean of the two middle ones half-up;
    /// nil for no values.
    ///
    /// - Parameter sorted: ascending.
    package static func median(sorted: [Int64]) -> Int64? {
        guard let last = sorted.indices.last else { return nil }
        let upper = (last + 1) / 2
        let lower = last / 2
        return mean([sorted[lower], sorted[upper]])
    }

    /// The percentile by nearest rank; nil for no values or a percentage outside 1…100.
    ///
    /// - Parameter sorted: ascending.
    package static func percentile(_ percent: Int, sorted: [Int64]) -> Int64? {
        guard !sorted.isEmpty, (1...100).contains(percent) else { return nil }
        return sorted[(percent * sorted.count + 99) / 100 - 1]
    }

    private static func scaled(
        _ numerator: Int64, of denominator: Int64, by factor: Int64
    ) -> Int64? {
        let (product, overflow) = numerator.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        return halfUp(product, denominator)
    }

    private typealias Wide = Int128
}
