/// What the pioneer index is counted by: dimensions with their caps, and the indicators of each
/// (H01; specification section 2.6).
package struct PioneerScheme: Hashable, Sendable {
    /// The dimension whose points are bonus: it lies outside "Σ max = total" (clarifications).
    package static let bonusDimension = "bonus"

    package struct Dimension: Hashable, Sendable {
        package let name: String
        /// Cap in centi-points: the sum of its indicators' maxima.
        package let max: Int64

        package init(name: String, max: Int64) {
            self.name = name
            self.max = max
        }
    }

    /// In the order in which the scheme names them, without the bonus.
    package let dimensions: [Dimension]
    /// Dimension of each indicator.
    package let dimensionOfIndicator: [String: String]
    /// Centi-points.
    package let bonusCap: Int64

    /// The highest score, centi-points.
    package var total: Int64 { dimensions.reduce(0) { $0.addingClamped($1.max) } }

    package init(
        dimensions: [Dimension], dimensionOfIndicator: [String: String], bonusCap: Int64
    ) {
        self.dimensions = dimensions
        self.dimensionOfIndicator = dimensionOfIndicator
        self.bonusCap = bonusCap
    }

    /// Dimension of an indicator. An indicator named like a dimension belongs to it; so points
    /// can be recorded for a dimension as a whole.
    package func dimension(ofIndicator indicator: String) -> String? {
        if let dimension = dimensionOfIndicator[indicator] { return dimension }
        if indicator == Self.bonusDimension { return indicator }
        return dimensions.contains { $0.name == indicator } ? indicator : nil
    }
}
