package import Schema

/// One award.
struct AwardState: Aggregate {
    static let subject = "award"
    static let types: [EventType]? = [.awardReceived]

    private(set) var award: AwardReceived?

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        if case .awardReceived(let event) = fact.payload { award = event }
    }
}

/// The awards of an organisation tree by what makes two of them the same (R-BD-04).
struct AwardRegister: Aggregate {
    static let subject = "tree"
    static let types: [EventType]? = [.awardReceived]

    private struct Key: Hashable {
        let issuer: String
        let title: String
        let year: Int32
        let recipient: String
    }

    private var streams: [Key: String] = [:]

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        guard case .awardReceived(let event) = fact.payload else { return }
        streams[Self.key(event)] = fact.stream
    }

    /// The award that is the same one: issuer, title, year and recipient.
    func stream(of event: AwardReceived) -> String? { streams[Self.key(event)] }

    private static func key(_ event: AwardReceived) -> Key {
        Key(
            issuer: event.issuer, title: event.title, year: event.on / 10_000,
            recipient: event.recipient)
    }
}

/// The reads of one published item.
package struct ReadershipState: Aggregate {
    package static let subject = "publicity"
    package static let types: [EventType]? = [.readershipReported]

    package private(set) var reads = CumulativeCounter()

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        guard case .readershipReported(let event) = fact.payload,
            let asOf = LocalDate(yyyymmdd: event.readAsOf)
        else { return }
        reads.report(.init(asOf: asOf, value: event.cumulativeReads))
    }
}
