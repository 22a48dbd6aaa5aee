package import Schema

/// A branch: its kind, its coverage, the persons that may be on its roll, and what may happen to it
/// only once in a period.
package struct BranchState: Aggregate {
    package static let subject = "branch"
    package static let types: [EventType]? = [
        .branchEstablished, .branchCoverageChanged, .jointBranchUnitChanged,
        .membershipApplicationSubmitted, .memberAssignedToBranch, .memberEnrolled,
        .transferIssued, .transferReceived, .democraticAppraisalConcluded, .branchElectionHeld,
        .postAppointed, .meetingHeld, .modelLearnersSelected,
    ]

    /// The term that an election began.
    package struct Term: Sendable {
        package let electedOn: LocalDate
        package let from: LocalDate
        package let to: LocalDate
        package let stream: String
    }

    package let id: String
    package private(set) var isEstablished = false
    package private(set) var kind = BranchEstablished.Kind.unspecified
    package private(set) var org = ""
    package private(set) var name = ""
    package private(set) var establishedFrom: LocalDate?
    package private(set) var fullAtEstablishment = 0
    package private(set) var departments = CoverageIntervals()
    /// Units of a joint branch.
    package private(set) var units = CoverageIntervals()
    /// Persons who were ever placed here or applied here, each once.
    package private(set) var persons: [String] = []
    /// Transfers that ended here, by the identity of their streams.
    package private(set) var transfersIn: [String] = []
    /// Somebody was put on the roll.
    package private(set) var hasRoll = false
    /// Posts of the branch, by the identity of their streams.
    package private(set) var posts: [String] = []
    package private(set) var terms: [Term] = []
    /// Local days of general meetings.
    package private(set) var generalMeetings: [LocalDate] = []
    package private(set) var appraisedYears: [Int32] = []
    package private(set) var modelLearnerMonths: [Int32] = []
    private var known: Set<String> = []
    private let stream: String

    package init(id: String) {
        self.id = id
        stream = "branch-\(id)"
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .branchEstablished(let event) where event.branchID == id: establish(event, fact)
        case .branchCoverageChanged(let event) where fact.stream == stream:
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            for department in event.removed { departments.end(department, on: on) }
            for department in event.added { departments.begin(department, on: on) }
        case .jointBranchUnitChanged(let event) where fact.stream == stream:
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            if event.change == .added {
                units.begin(event.unitOrg, on: on)
            } else {
                units.end(event.unitOrg, on: on)
            }
        case .democraticAppraisalConcluded(let event) where fact.stream == stream:
            appraisedYears.append(event.year)
        case .modelLearnersSelected(let event) where fact.stream == stream:
            modelLearnerMonths.append(event.month)
        default: applyPeople(fact)
        }
    }

    private mutating func applyPeople(_ fact: Fact) {
        switch fact.payload {
        case .membershipApplicationSubmitted(let event) where event.branch == id:
            meet(event.person)
        case .memberEnrolled(let event) where event.branch == id:
            meet(event.person)
            hasRoll = true
        case .memberAssignedToBranch(let event) where event.branch == id:
            meet(fact.streamIdentity)
            hasRoll = true
        case .transferIssued(let event) where event.fromBranch == id:
            meet(event.person)
        case .transferReceived(let event) where event.toBranch == id:
            transfersIn.append(fact.streamIdentity)
            hasRoll = true
        case .branchElectionHeld(let event) where event.branch == id:
            guard let on = LocalDate(yyyymmdd: event.on),
                let from = LocalDate(yyyymmdd: event.termFrom),
                let to = LocalDate(yyyymmdd: event.termTo)
            else { return }
            terms.append(Term(electedOn: on, from: from, to: to, stream: fact.stream))
        case .postAppointed(let event) where event.branch == id:
            if !posts.contains(fact.streamIdentity) { posts.append(fact.streamIdentity) }
        case .meetingHeld(let event) where event.branch == id && event.kind == .general:
            generalMeetings.append(LocalDate(instant: event.started))
        default:
            break
        }
    }

    private mutating func establish(_ event: BranchEstablished, _ fact: Fact) {
        isEstablished = true
        kind = event.kind
        org = event.orgID
        name = event.name
        establishedFrom = fact.validDay
        fullAtEstablishment = Int(event.fullCount)
        for department in event.departments { departments.begin(department, on: fact.validDay) }
        for unit in event.units { units.begin(unit, on: fact.validDay) }
    }

    private mutating func meet(_ person: String) {
        if known.insert(person).inserted { persons.append(person) }
    }
}
