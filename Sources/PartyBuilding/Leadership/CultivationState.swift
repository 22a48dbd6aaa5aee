package import Schema

/// One person's cultivation in one direction.
package struct CultivationState: Aggregate {
    package static let subject = "cultivation"
    package static let types: [EventType]? = [.cultivationStarted, .cultivationConverted]

    package enum Stage: Sendable {
        case none, open, converted
    }

    package let id: String
    package private(set) var person = ""
    package private(set) var direction = CultivationStarted.Direction.unspecified
    package private(set) var startedOn: LocalDate?
    package private(set) var convertedOn: LocalDate?

    package init(id: String) { self.id = id }

    package var stage: Stage {
        if startedOn == nil { return .none }
        return convertedOn == nil ? .open : .converted
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .cultivationStarted(let event):
            person = event.person
            direction = event.direction
            startedOn = LocalDate(yyyymmdd: event.from)
        case .cultivationConverted(let event):
            convertedOn = LocalDate(yyyymmdd: event.on)
        default:
            break
        }
    }
}

extension Office {
    /// The cultivations a person was ever taken into.
    package func cultivations(of person: String) throws -> [CultivationState] {
        try aggregate(PersonState.self, person).cultivations.map {
            try aggregate(CultivationState.self, $0)
        }
    }
}
