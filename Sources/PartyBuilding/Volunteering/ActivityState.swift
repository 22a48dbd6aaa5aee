package import Schema

/// One activity from its plan to its counts (specification section 2.4.5).
package struct ActivityState: Aggregate {
    package static let subject = "activity"
    package static let types: [EventType]? = [
        .activityPlanned, .activityHeld, .volunteerServiceRecorded, .beneficiariesCounted,
        .medicinesDistributed,
    ]

    package let id: String
    package private(set) var plan: ActivityPlanned?
    package private(set) var held: ActivityHeld?
    /// Last local day on which it was held.
    package private(set) var heldOn: LocalDate?
    /// Who served, each once (R-VO-02).
    package private(set) var volunteers: Set<String> = []
    /// What was counted, each once (R-VO-04).
    package private(set) var measures: Set<BeneficiariesCounted.Measure> = []

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .activityPlanned(let event): plan = event
        case .activityHeld(let event):
            held = event
            heldOn = fact.validDay
        case .volunteerServiceRecorded(let event): volunteers.insert(event.person)
        case .beneficiariesCounted(let event): measures.insert(event.measure)
        default: break
        }
    }

    package var isHeld: Bool { held != nil }

    /// How long it lasted, in whole minutes; nil when the two instants are not both known.
    package var minutes: Int64? { held?.minutes }

    /// Where it stands, in the words of the specification.
    package var word: String {
        if !measures.isEmpty { return "COUNTED" }
        if isHeld { return "HELD" }
        return plan == nil ? "NONE" : "PLANNED"
    }
}

extension ActivityHeld {
    /// Whole minutes from start to end; nil when either is unknown or the difference cannot be
    /// held.
    package var minutes: Int64? {
        guard hasStarted, hasEnded else { return nil }
        let (length, overflow) = ended.subtractingReportingOverflow(started)
        return overflow ? nil : length / 60_000_000
    }
}
