/// One member's quarterly pioneer index with the steps that led to it (PJ-06, G-RULE-10).
///
/// Order of operations (specification section 6, number 21): cap per dimension, add the bonus
/// (capped), subtract the deductions, clamp to 0…total. All numbers are integer centi-points, so
/// nothing is rounded on the way.
package struct PioneerScore: Hashable, Sendable {
    /// What one dimension brought.
    package struct DimensionScore: Hashable, Sendable {
        package let dimension: String
        /// Sum of the positive points, before the cap.
        package let raw: Int64
        package let capped: Int64
    }

    /// In the order of the scheme.
    package let dimensions: [DimensionScore]
    /// After its cap.
    package let bonus: Int64
    /// Sum of the negative points, written positive.
    package let deductions: Int64
    package let score: Int64

    /// - Parameters:
    ///   - points: dimension and centi-points of each record; negative points are deductions, the
    ///     dimension `PioneerScheme.bonusDimension` is bonus. Dimensions that the scheme does not
    ///     know bring nothing, for their cap is unknown.
    ///   - scheme: gives the caps and the total.
    package init(points: [(dimension: String, points: Int64)], scheme: PioneerScheme) {
        var raw: [String: Int64] = [:]
        var deductions: Int64 = 0
        for entry in points {
            if entry.points < 0 {
                deductions = deductions.addingClamped(entry.points.negatedClamped)
            } else {
                raw[entry.dimension, default: 0] =
                    raw[entry.dimension, default: 0].addingClamped(entry.points)
            }
        }
        let dimensions = scheme.dimensions.map { dimension in
            let sum = raw[dimension.name] ?? 0
            return DimensionScore(
                dimension: dimension.name, raw: sum, capped: min(sum, dimension.max))
        }
        let bonus = min(raw[PioneerScheme.bonusDimension] ?? 0, scheme.bonusCap)
        let sum = dimensions.reduce(Int64(0)) { $0.addingClamped($1.capped) }
            .addingClamped(bonus).addingClamped(deductions.negatedClamped)
        self.dimensions = dimensions
        self.bonus = bonus
        self.deductions = deductions
        self.score = min(max(sum, 0), scheme.total)
    }
}

extension Int64 {
    /// The sum, or the nearest end of the range: numbers from outside may not trap.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }

    /// The negated number, or the end of the range for the least one.
    var negatedClamped: Int64 { self == .min ? .max : -self }
}
