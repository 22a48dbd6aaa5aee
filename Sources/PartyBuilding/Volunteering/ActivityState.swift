package import Schema

/// One activity from its plan to its counts (specification section 2.4.5).
package struct ActivityState: Aggregate {
    package static let subject = "activity"
    package static let types: [EventType]? = [
        .activityPlanned, .activityHeld, .volunteerServiceRecorded, .beneficiariesCounted,
        .medicinesDistributed,
    ]

    package let id: String
    package private(set) var isPlanned = false
    package private(set) var plannedKind: ActivityPlanned.Kind?
    package private(set) var isHeld = false
    /// How long it lasted, in whole minutes; nil when the two instants are not both known.
    package private(set) var minutes: Int64?
    /// What was counted, each once (R-VO-04).
    package private(set) var measures: Set<BeneficiariesCounted.Measure> = []
    /// Who served, each once (R-VO-02).
    private var volunteers = NameMarks()

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .activityPlanned(let event):
            isPlanned = true
            plannedKind = event.kind
        case .activityHeld(let event):
            isHeld = true
            minutes = event.minutes
        case .volunteerServiceRecorded(let event): volunteers.insert(event.person)
        case .beneficiariesCounted(let event): measures.insert(event.measure)
        default: break
        }
    }

    /// False when somebody has surely not served; true is to be confirmed by the facts.
    /// Inlined, so that the state is not copied for it.
    @inline(__always)
    func mayHaveServed(_ person: String) -> Bool { volunteers.mayContain(person) }

    package mutating func foresee() -> UInt64 { volunteers.foresee() }

    /// Where it stands, in the words of the specification.
    package var word: String {
        if !measures.isEmpty { return "COUNTED" }
        if isHeld { return "HELD" }
        return isPlanned ? "PLANNED" : "NONE"
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
