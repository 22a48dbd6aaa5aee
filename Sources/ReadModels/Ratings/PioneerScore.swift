import PartyBuilding
import Schema

/// A version of the pioneer-index scheme: its dimensions with their maxima (H01).
struct PioneerScheme: Equatable {
    struct Indicator: Equatable {
        let id: String
        let dimension: String
        let max: Int64
    }

    /// The dimension that lies outside the total.
    static let bonus = "bonus"

    var validFrom: LocalDate
    var tenant: String
    /// In the order of the scheme.
    var dimensions: [String]
    var indicators: [Indicator]

    func indicator(_ id: String) -> Indicator? { indicators.first { $0.id == id } }

    /// The most a dimension can give: the sum of its indicators' maxima.
    func maximum(of dimension: String) -> Int64 {
        indicators.reduce(0) { $1.dimension == dimension ? $0 &+ $1.max : $0 }
    }
}

/// Points of one indicator in one quarter.
struct IndicatorPoints: Equatable {
    let indicator: String
    /// Sum of the positive points.
    var gained: Int64
    /// Sum of the negative points, without its sign.
    var lost: Int64
}

/// The score of one member in one quarter, computed from the points.
///
/// Order of operations (specification 6, number 21): cap each dimension, add the capped bonus,
/// subtract the deductions, clamp to 0…total.
struct PioneerScore: Equatable {
    private(set) var byDimension: [(dimension: String, points: Int64)] = []
    private(set) var bonus: Int64 = 0
    private(set) var deductions: Int64 = 0
    private(set) var score: Int64 = 0

    /// - Parameters:
    ///   - scheme: nil when none is known: every indicator then is its own dimension without cap.
    ///   - bonusMax: cap of the bonus when the scheme names none.
    init(
        _ points: [IndicatorPoints], scheme: PioneerScheme?, bonusMax: Int64
    ) throws(ModelFault) {
        var dimensions = (scheme?.dimensions ?? []).filter { $0 != PioneerScheme.bonus }
        var gained: [String: Int64] = [:]
        for entry in points {
            let dimension = Self.dimension(of: entry.indicator, scheme)
            deductions = try checkedSum(deductions, entry.lost, "deductions")
            gained[dimension] = try checkedSum(gained[dimension] ?? 0, entry.gained, "points")
            if dimension != PioneerScheme.bonus, !dimensions.contains(dimension) {
                dimensions.append(dimension)
            }
        }
        var sum: Int64 = 0
        var total: Int64 = 0
        for dimension in dimensions {
            let maximum = scheme?.maximum(of: dimension) ?? 0
            let points = gained[dimension] ?? 0
            let capped = maximum > 0 ? min(points, maximum) : points
            byDimension.append((dimension, capped))
            sum = try checkedSum(sum, capped, "score")
            total = try checkedSum(total, maximum, "total")
        }
        let bonusCap = scheme?.maximum(of: PioneerScheme.bonus) ?? 0
        bonus = min(gained[PioneerScheme.bonus] ?? 0, bonusCap > 0 ? bonusCap : bonusMax)
        let raw = try checkedSum(try checkedSum(sum, bonus, "score"), -deductions, "score")
        score = max(0, total > 0 ? min(raw, total) : raw)
    }

    private static func dimension(of indicator: String, _ scheme: PioneerScheme?) -> String {
        if let known = scheme?.indicator(indicator) { return known.dimension }
        return indicator
    }

    static func == (left: PioneerScore, right: PioneerScore) -> Bool {
        left.byDimension.elementsEqual(right.byDimension, by: ==)
            && left.bonus == right.bonus && left.deductions == right.deductions
            && left.score == right.score
    }

    /// The annual index: the mean of the quarters' scores, half-up to 0.01 (R-PI-04).
    static func annualIndex(_ scores: [Int64]) -> Int64? { Ratio.mean(scores) }

    /// The coefficient in basis points: index / 100, at most 1 (R-PI-05). A centi-point of the
    /// index is a basis point of the coefficient.
    static func coefficient(_ index: Int64) -> Int64 { min(10_000, max(0, index)) }

    /// The payable share of the whole incentive pay in basis points.
    static func factor(share: Int64, coefficient: Int64) -> Int64? {
        let (product, overflow) = share.multipliedReportingOverflow(by: coefficient)
        guard !overflow, let linked = Ratio.halfUp(product, 10_000) else { return nil }
        let (unlinked, underflow) = Int64(10_000).subtractingReportingOverflow(share)
        guard !underflow else { return nil }
        let (factor, tooLarge) = unlinked.addingReportingOverflow(linked)
        return tooLarge ? nil : factor
    }
}
