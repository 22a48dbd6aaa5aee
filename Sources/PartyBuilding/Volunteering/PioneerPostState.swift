package import Schema

/// One responsibility area, demonstration post or service desk of members.
package struct PioneerPostState: Aggregate {
    package static let subject = "pioneerpost"
    package static let types: [EventType]? = [.pioneerPostEstablished, .pioneerPostWithdrawn]

    package private(set) var establishedOn: LocalDate?
    package private(set) var withdrawnOn: LocalDate?

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .pioneerPostEstablished: establishedOn = fact.validDay
        case .pioneerPostWithdrawn: withdrawnOn = fact.validDay
        default: break
        }
    }

    package var isActive: Bool { establishedOn != nil && withdrawnOn == nil }
}
