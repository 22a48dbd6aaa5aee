/// The person and the period that a stream of the pioneer index names: `pioneer-P-2019Q2` is a
/// person's quarter, `pioneer-P-2019` a person's year.
package enum PioneerPeriod: Hashable, Sendable {
    case quarter(person: String, Quarter)
    case year(person: String, Int)

    /// - Parameter identity: the part of the stream's name behind `pioneer-`; nil when it names
    ///   neither.
    package init?(identity: String) {
        guard let hyphen = identity.utf8.lastIndex(of: UInt8(ascii: "-")) else { return nil }
        let person = String(identity[..<hyphen])
        let text = String(identity[identity.utf8.index(after: hyphen)...])
        guard !person.isEmpty, let period = CalendarPeriod(text) else { return nil }
        switch period {
        case .quarter(let quarter): self = .quarter(person: person, quarter)
        case .year(let year): self = .year(person: person, year)
        case .half, .month: return nil
        }
    }

    package var person: String {
        switch self {
        case .quarter(let person, _), .year(let person, _): person
        }
    }

    /// Identity of a person's quarter, without `pioneer-`.
    package static func identity(person: String, _ quarter: Quarter) -> String {
        "\(person)-\(quarter)"
    }
}
