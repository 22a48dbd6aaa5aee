package import Schema

extension PioneerScheme {
    /// The scheme of a message: the cap of a dimension is the sum of its indicators' maxima.
    package init(_ event: IndicatorSchemeAdopted) {
        var caps: [String: Int64] = [:]
        var dimensions: [String: String] = [:]
        for indicator in event.indicators {
            caps[indicator.dimension, default: 0] =
                caps[indicator.dimension, default: 0].addingClamped(Int64(indicator.max))
            dimensions[indicator.id] = indicator.dimension
        }
        self.init(
            dimensions: event.dimensions.filter { $0 != Self.bonusDimension }
                .map { Dimension(name: $0, max: caps[$0] ?? 0) },
            dimensionOfIndicator: dimensions, bonusCap: caps[Self.bonusDimension] ?? 0)
    }

    /// The scheme in use where none was adopted (specification section 2.6).
    ///
    /// - Parameter bonusCap: centi-points, from the rule set.
    package static func standard(bonusCap: Int64) -> PioneerScheme {
        PioneerScheme(
            dimensions: [
                Dimension(name: "learning", max: 2_000),
                Dimension(name: "organisation_life", max: 2_000),
                Dimension(name: "volunteering", max: 2_000),
                Dimension(name: "post_performance", max: 2_000),
                Dimension(name: "patient_satisfaction", max: 1_000),
                Dimension(name: "discipline", max: 1_000),
            ],
            dimensionOfIndicator: [:], bonusCap: bonusCap)
    }
}

/// The indicator schemes of an organisation tree, every version of them.
package struct IndicatorSchemes: Aggregate {
    package static let subject = "tree"
    package static let types: [EventType]? = [.indicatorSchemeAdopted]

    package struct Version: Sendable {
        package let stream: String
        package let kind: IndicatorSchemeAdopted.SchemeKind
        package let version: String
        package let validFrom: LocalDate
        package let scheme: PioneerScheme
    }

    /// In order of recording.
    package private(set) var versions: [Version] = []

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        guard case .indicatorSchemeAdopted(let event) = fact.payload,
            let from = LocalDate(yyyymmdd: event.validFrom)
        else { return }
        versions.append(
            Version(
                stream: fact.stream, kind: event.schemeKind, version: event.version,
                validFrom: from, scheme: PioneerScheme(event)))
    }

    /// The pioneer schemes that count in a quarter, one of each stream.
    ///
    /// The version is fixed per period (R-RT-04): the latest one in force on the first day; a
    /// scheme that begins inside the quarter counts when there was none before.
    package func pioneerSchemes(in quarter: Quarter) -> [PioneerScheme] {
        let period = CalendarPeriod.quarter(quarter)
        var streams: [String] = []
        for version in versions where version.kind == .pioneerIndex {
            if !streams.contains(version.stream) { streams.append(version.stream) }
        }
        return streams.compactMap { stream in
            let own = versions.filter {
                $0.stream == stream && $0.kind == .pioneerIndex && $0.validFrom <= period.lastDay
            }
            let before = own.filter { $0.validFrom <= period.start }
            let chosen =
                before.max { $0.validFrom < $1.validFrom }
                ?? own.min { $0.validFrom < $1.validFrom }
            return chosen?.scheme
        }
    }
}
