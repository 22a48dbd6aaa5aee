import PartyBuilding
import Schema

/// One issue or public demand from its registration on (specification section 2.4.6).
struct IssueRecord: Record {
    enum State: String {
        case registered = "REGISTERED"
        case assigned = "ASSIGNED"
        case planned = "PLANNED"
        case inProgress = "IN_PROGRESS"
        case submitted = "SUBMITTED"
        case closed = "CLOSED"
        case longTerm = "LONG_TERM"
    }

    private let issue: String
    private var isRegistered = false
    private var round: String?
    private var source = ""
    private var org = ""
    private var category = ""
    private var foundOn = LocalDate(dayNumber: 0)
    private var responsible: String?
    private var originalDue: LocalDate?
    private var currentDue: LocalDate?
    private var state = State.registered
    private var cycle: Int32 = 1
    private var submittedOn: LocalDate?
    private var closedOn: LocalDate?
    private var extensions: Int32 = 0
    private var isReopened = false
    private var evidence: Set<[UInt8]> = []
    private var isRestated = false
    /// Where the issue would count if its registration were not void.
    private var voidGroup: (org: String, source: String)?

    init(issue: String) {
        self.issue = issue
    }

    static let types: [EventType] = [
        .issueRegistered, .issueAssigned, .rectificationPlanApproved,
        .rectificationProgressReported, .rectificationSubmitted, .rectificationRejected,
        .issueClosed, .issueDeadlineExtended, .issueReopened,
    ]

    mutating func noteVoid(_ item: RecordFact) {
        isRestated = true
        if case .issueRegistered(let event) = item.fact.payload {
            voidGroup = (event.org, Self.word(event.source))
        }
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated { isRestated = true }
        collect(item.fact.evidence)
        switch item.fact.payload {
        case .issueRegistered(let event): register(event)
        case .issueAssigned(let event): assign(event)
        case .rectificationPlanApproved:
            if state == .assigned || state == .registered { state = .planned }
        case .rectificationProgressReported:
            if state != .submitted, state != .closed { state = .inProgress }
        case .rectificationSubmitted(let event):
            submittedOn = LocalDate(yyyymmdd: event.on)
            if state != .closed { state = .submitted }
            collect(event.evidence)
        case .rectificationRejected:
            if state == .submitted { state = .inProgress }
        case .issueClosed(let event):
            closedOn = LocalDate(yyyymmdd: event.on)
            state = .closed
            collect(event.evidence)
        case .issueDeadlineExtended(let event):
            currentDue = LocalDate(yyyymmdd: event.newDue)
            extensions &+= 1
        case .issueReopened(let event):
            isReopened = true
            cycle &+= 1
            closedOn = nil
            currentDue = LocalDate(yyyymmdd: event.newDue)
            if originalDue == nil { originalDue = currentDue }
            state = .assigned
        default: break
        }
    }

    private mutating func register(_ event: IssueRegistered) {
        isRegistered = true
        round = event.hasRound ? event.round : nil
        source = Self.word(event.source)
        org = event.org
        if category.isEmpty { category = Self.word(event.categoryProposed) }
        foundOn = LocalDate(yyyymmdd: event.foundOn) ?? foundOn
    }

    private mutating func assign(_ event: IssueAssigned) {
        responsible = event.hasResponsiblePerson ? event.responsiblePerson : nil
        category = Self.word(event.category)
        if event.hasDueOn, let due = LocalDate(yyyymmdd: event.dueOn) {
            if originalDue == nil { originalDue = due }
            currentDue = due
        }
        if state == .registered { state = .assigned }
    }

    private mutating func collect(_ references: [EvidenceRef]) {
        for reference in references {
            evidence.insert(
                reference.sha256.isEmpty ? reference.wireBytes : Array(reference.sha256.utf8))
        }
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        guard isRegistered else {
            if let voidGroup {
                try contributions.add(
                    RectificationSummary.group(voidGroup.org, voidGroup.source), [1])
            }
            return
        }
        let isClosed = state == .closed
        let hasDue = isClosed && originalDue != nil
        func onTime(_ due: LocalDate?) -> Int64 {
            guard isClosed, let due, let accepted = submittedOn ?? closedOn else { return 0 }
            return accepted <= due ? 1 : 0
        }
        try contributions.add(
            RectificationSummary.group(org, source),
            [
                isRestated ? 1 : 0, 1, isClosed ? 1 : 0, state == .longTerm ? 1 : 0,
                isReopened ? 1 : 0, hasDue ? 1 : 0, onTime(originalDue), onTime(currentDue),
            ])
        if let currentDue, !isClosed, state != .longTerm {
            try contributions.add(
                RectificationSummary.dueGroup(org, source, currentDue), [0, 1])
        }
    }

    /// The row without the columns that depend on the day of asking.
    func row() -> [UInt8]? {
        guard isRegistered else { return nil }
        var row = RectificationLedgerRow()
        row.issue = issue
        if let round { row.round = round }
        row.source = source
        row.org = org
        row.category = state == .longTerm ? "LONG_TERM" : category
        if let responsible { row.responsible = responsible }
        row.foundOn = foundOn.yyyymmdd
        if let originalDue { row.originalDue = originalDue.yyyymmdd }
        if let currentDue { row.currentDue = currentDue.yyyymmdd }
        row.state = state.rawValue
        row.cycle = cycle
        if let submittedOn { row.submittedOn = submittedOn.yyyymmdd }
        if let closedOn { row.closedOn = closedOn.yyyymmdd }
        row.extensions = extensions
        row.reopened = isReopened
        row.evidenceCount = Int32(clamping: evidence.count)
        row.restated = isRestated
        return row.wireBytes
    }

    private static func word(_ category: IssueRegistered.Category) -> String {
        switch category {
        case .immediate: "IMMEDIATE"
        case .deadline: "DEADLINE"
        case .longTerm: "LONG_TERM"
        case .unspecified, .UNRECOGNIZED: ""
        }
    }

    private static func word(_ source: IssueRegistered.Source) -> String {
        switch source {
        case .inspection: "INSPECTION"
        case .secretaryReport: "SECRETARY_REPORT"
        case .secretVisit: "SECRET_VISIT"
        case .selfCheck: "SELF_CHECK"
        case .publicDemand: "PUBLIC_DEMAND"
        case .audit: "AUDIT"
        case .democraticLife: "DEMOCRATIC_LIFE"
        case .campaign: "CAMPAIGN"
        case .unspecified, .UNRECOGNIZED: ""
        }
    }
}
