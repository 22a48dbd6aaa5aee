package import Schema

/// The sealed periods of an organisation (L03).
package struct Seals: Aggregate {
    package static let subject = "org"
    package static let types: [EventType]? = [PeriodSealed.eventType]

    /// One seal: the period, and when the office's records knew it.
    package struct Seal: Sendable {
        package let period: String
        package let firstDay: LocalDate
        package let lastDay: LocalDate
        package let sealedOn: LocalDate
        /// Microseconds.
        package let recordedAt: Int64
    }

    package private(set) var seals: [Seal] = []

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        if let seal = Seal(fact) { seals.append(seal) }
    }

    /// Whether exactly this period is sealed already.
    package func isSealed(_ period: String) -> Bool {
        seals.contains { $0.period == period }
    }
}

extension Seals.Seal {
    /// The seal that a fact sets; nil for every other fact.
    init?(_ fact: Fact) {
        guard case .periodSealed(let event) = fact.payload,
            let first = event.period.firstDay, let last = event.period.lastDay,
            let on = LocalDate(yyyymmdd: event.on)
        else { return nil }
        self.init(
            period: event.period.text, firstDay: first, lastDay: last, sealedOn: on,
            recordedAt: fact.recordedAt)
    }

    /// Whether the sealed period holds a day, for a fact recorded at an instant.
    func holds(_ day: LocalDate, before recordedAt: Int64) -> Bool {
        firstDay <= day && day <= lastDay && self.recordedAt <= recordedAt
    }
}
