package import Schema

/// One issue or public demand with its persons and dates.
package struct IssueState: Aggregate {
    package static let subject = "issue"
    package static let types: [EventType]? = [
        .issueRegistered, .issueAssigned, .rectificationPlanApproved,
        .rectificationProgressReported, .rectificationSubmitted, .rectificationRejected,
        .issueClosed, .issueDeadlineExtended, .issueReopened,
    ]

    package let id: String
    package private(set) var lifecycle = IssueLifecycle()
    package private(set) var registration: IssueRegistered?
    package private(set) var responsible: String?
    package private(set) var leadOrg: String?
    package private(set) var planApprover: String?
    /// The first due day of the issue, whatever the cycle.
    package private(set) var originalDue: LocalDate?
    package private(set) var currentDue: LocalDate?
    /// Extensions of the running cycle.
    package private(set) var extensions = 0
    /// Highest percentage reported in the running cycle, as last stated.
    package private(set) var progress: Int32 = 0
    package private(set) var submittedOn: LocalDate?
    /// Evidence that came with the last submission.
    package private(set) var submittedEvidence = 0
    package private(set) var closedOn: LocalDate?

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        guard let step = IssueLifecycle.Step(fact.payload) else { return }
        lifecycle.take(step)
        switch fact.payload {
        case .issueRegistered(let event): registration = event
        case .issueAssigned(let event):
            responsible = event.responsiblePerson
            leadOrg = event.leadOrg
            currentDue = LocalDate(yyyymmdd: event.dueOn)
            originalDue = originalDue ?? currentDue
        case .rectificationPlanApproved(let event): planApprover = event.approvedBy
        case .rectificationProgressReported(let event): progress = event.pct
        case .rectificationSubmitted(let event):
            submittedOn = fact.validDay
            submittedEvidence = event.evidence.count + fact.evidence.count
        case .rectificationRejected: progress = 0
        case .issueClosed: closedOn = fact.validDay
        case .issueDeadlineExtended(let event):
            currentDue = LocalDate(yyyymmdd: event.newDue) ?? currentDue
            extensions += 1
        case .issueReopened(let event):
            currentDue = LocalDate(yyyymmdd: event.newDue) ?? currentDue
            extensions = 0
            progress = 0
            submittedOn = nil
            submittedEvidence = 0
            closedOn = nil
        default: break
        }
    }

    /// The state's word, `NONE` before the registration.
    package var word: String { lifecycle.state?.rawValue ?? "NONE" }

    /// The state's Chinese name.
    package var zh: String { lifecycle.state?.zh ?? "未登记" }
}

extension IssueLifecycle.Step {
    /// The step that a fact of this area is, nil for any other fact.
    package init?(_ payload: EventPayload) {
        switch payload {
        case .issueRegistered(let event): self = .registered(.init(event.categoryProposed))
        case .issueAssigned(let event): self = .assigned(.init(event.category))
        case .rectificationPlanApproved: self = .planApproved
        case .rectificationProgressReported: self = .progressReported
        case .rectificationSubmitted: self = .submitted
        case .rectificationRejected: self = .rejected
        case .issueClosed: self = .closed
        case .issueDeadlineExtended: self = .deadlineExtended
        case .issueReopened: self = .reopened
        default: return nil
        }
    }
}

extension IssueLifecycle.Category {
    /// The category of a message; one that is not named is a dated one, the strictest.
    package init(_ category: IssueRegistered.Category) {
        switch category {
        case .immediate: self = .immediate
        case .longTerm: self = .longTerm
        case .deadline, .unspecified, .UNRECOGNIZED: self = .deadline
        }
    }
}
