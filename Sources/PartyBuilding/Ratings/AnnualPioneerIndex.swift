/// Arithmetic of the annual pioneer index and its link to pay (PJ-07, R-PI-04, R-PI-05).
package enum AnnualPioneerIndex {
    /// Whole of a ratio in basis points.
    package static let wholeBp: Int64 = 10_000

    /// The annual index: mean of the final quarters, rounded half-up once.
    ///
    /// - Parameter finals: final scores in centi-points.
    /// - Returns: centi-points; nil without a quarter.
    package static func mean(of finals: [Int64]) -> Int64? { Ratio.mean(finals) }

    /// The coefficient: annual index / 100, capped to 0…1.
    ///
    /// - Parameter index: centi-points; 9300 is 93.00.
    /// - Returns: basis points; 9300 is 0.93.
    package static func coefficientBp(index: Int64) -> Int64 { min(max(index, 0), wholeBp) }

    /// The share of the whole incentive pay that is payable:
    /// (10000 − share + share · coefficient / 10000) / 10000, rounded half-up.
    ///
    /// - Parameters:
    ///   - linkedShareBp: the share that is linked, 3000 for 30 %; clamped to 0…10000.
    ///   - coefficientBp: clamped to 0…10000.
    /// - Returns: basis points; 9790 for 3000 and 9300.
    package static func factorBp(linkedShareBp: Int64, coefficientBp: Int64) -> Int64 {
        let share = min(max(linkedShareBp, 0), wholeBp)
        let coefficient = min(max(coefficientBp, 0), wholeBp)
        return wholeBp - share + (Ratio.halfUp(share * coefficient, wholeBp) ?? 0)
    }
}
