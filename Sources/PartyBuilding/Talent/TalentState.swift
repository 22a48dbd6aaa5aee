package import Schema

/// One candidate on the way to being hired.
package struct TalentState: Aggregate {
    package static let subject = "talent"
    package static let types: [EventType]? = [
        .candidateRegistered, .candidateStageAdvanced, .talentHired,
    ]

    package let id: String
    package private(set) var registration: CandidateRegistered?
    /// Nil before the registration.
    package private(set) var stage: TalentStage?
    /// Day of the last stage.
    package private(set) var enteredOn: LocalDate?
    package private(set) var hire: TalentHired?

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .candidateRegistered(let event):
            registration = event
            enter(.registered, event.on)
        case .candidateStageAdvanced(let event):
            guard let next = TalentStage(event.to) else { return }
            enter(next, event.on)
        case .talentHired(let event):
            hire = event
            enter(.hired, event.on)
        default: break
        }
    }

    private mutating func enter(_ stage: TalentStage, _ on: Int32) {
        self.stage = stage
        enteredOn = LocalDate(yyyymmdd: on)
    }

    /// Registered and not hired: the pipeline is open.
    package var isOpen: Bool { stage.map { $0 < .hired } ?? false }

    /// The day after the contract's last month; nil while not hired.
    package var contractEnd: LocalDate? {
        guard let hire, let on = LocalDate(yyyymmdd: hire.on) else { return nil }
        return on.adding(months: Int(hire.contractMonths))
    }
}

/// The pipelines that a person ever entered.
package struct PersonCandidacies: Aggregate {
    package static let subject = "person"
    package static let types: [EventType]? = [.candidateRegistered]

    package let id: String
    /// Identities of the talents' streams, in order of recording.
    package private(set) var talents: [String] = []

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        guard case .candidateRegistered(let event) = fact.payload, event.person == id,
            !talents.contains(fact.streamIdentity)
        else { return }
        talents.append(fact.streamIdentity)
    }
}

extension TalentStage {
    /// The stage of a message, nil for none.
    package init?(_ stage: CandidateStageAdvanced.Stage) {
        switch stage {
        case .registered: self = .registered
        case .screened: self = .screened
        case .assessed: self = .assessed
        case .vetted: self = .vetted
        case .posted: self = .posted
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

extension CandidateRegistered.Degree {
    /// Order of the degrees; other ones and none stand lowest.
    var rank: Int {
        switch self {
        case .doctor: 3
        case .master: 2
        case .bachelor: 1
        case .other, .unspecified, .UNRECOGNIZED: 0
        }
    }
}
