/// Growth of a service volume against the comparable earlier period, and what a claimed growth
/// implies (PJ-04).
///
/// 同比增长 400 % means ×5: a growth of +40,000 bp (specification section 6, number 3).
package enum VolumeGrowth {
    private static let wholeBp: Int64 = 10_000

    /// 10000 · (current − prior) / prior, rounded half-up.
    ///
    /// - Returns: basis points; nil when there was nothing before or the result cannot be held.
    package static func growthBp(current: Int64, prior: Int64) -> Int64? {
        guard prior > 0 else { return nil }
        return Ratio.growthBasisPoints(current: current, prior: prior)
    }

    /// The prior volume that a claimed growth implies: current · 10000 / (10000 + claim), rounded
    /// half-up.
    ///
    /// - Returns: nil when the claim is −100 % or less or the result cannot be held.
    package static func impliedPrior(current: Int64, claimedGrowthBp: Int64) -> Int64? {
        let (divisor, isTooGreat) = wholeBp.addingReportingOverflow(claimedGrowthBp)
        guard !isTooGreat, divisor > 0 else { return nil }
        let (product, overflow) = current.multipliedReportingOverflow(by: wholeBp)
        guard !overflow else { return nil }
        return Ratio.halfUp(product, divisor)
    }

    /// Whether a claimed growth agrees with the computed one within a relative tolerance.
    ///
    /// - Parameter toleranceBp: share of the claim that may be missed, in basis points; 100 is 1 %.
    package static func isConsistent(
        growthBp: Int64, claimedGrowthBp: Int64, toleranceBp: Int64
    ) -> Bool {
        let missed = (Int128(growthBp) - Int128(claimedGrowthBp)).magnitude
        let allowed = Int128(claimedGrowthBp).magnitude * Int128(toleranceBp).magnitude
        return missed * UInt128(wholeBp) <= allowed
    }
}
