import PartyBuilding
import Schema

/// One person on the way to membership and after it (specification section 2.4.1).
struct FunnelRecord: Record {
    enum Stage: String, CaseIterable {
        case applicant = "APPLICANT"
        case activist = "ACTIVIST"
        case target = "TARGET"
        case awaitingApproval = "AWAITING_APPROVAL"
        case probationary = "PROBATIONARY"
        case full = "FULL"
        case ended = "ENDED"

        /// Place in the order of the stages.
        var order: Int64 { Int64(Stage.allCases.firstIndex(of: self) ?? 0) }
    }

    private struct Entry {
        let stage: Stage
        let day: LocalDate
        let branch: String
        let isRestated: Bool
    }

    private struct Mark {
        let figure: MembershipFunnel.Figure
        let day: LocalDate
        let branch: String
        let measures: [Int64]
    }

    private var status = FunnelStatus()
    private var hasFacts = false
    private var entries: [Entry] = []
    private var marks: [Mark] = []
    private var transfers: Set<String> = []

    init(person: String) {
        status.person = person
    }

    static let types: [EventType] = [
        .membershipApplicationSubmitted, .memberEnrolled, .transferIssued, .transferReceived,
        .applicantInterviewed, .activistDetermined, .cultivationInspected,
        .developmentTargetDetermined, .introducersConfirmed, .politicalReviewConcluded,
        .candidateTrainingCompleted, .committeePreReviewConcluded, .applicationFormIssued,
        .admissionVoteHeld, .preApprovalTalkHeld, .probationaryMemberApproved,
        .memberAssignedToBranch, .memberConverted, .membershipEnded,
    ]

    static func entities(of fact: Fact) -> [String] {
        switch fact.payload {
        case .membershipApplicationSubmitted(let event): [event.person]
        case .memberEnrolled(let event): [event.person]
        case .transferIssued(let event): [event.person]
        case .applicantInterviewed, .activistDetermined, .cultivationInspected,
            .developmentTargetDetermined, .introducersConfirmed, .politicalReviewConcluded,
            .candidateTrainingCompleted, .committeePreReviewConcluded, .applicationFormIssued,
            .admissionVoteHeld, .preApprovalTalkHeld, .probationaryMemberApproved,
            .memberAssignedToBranch, .memberConverted, .membershipEnded:
            [fact.streamIdentity]
        default: []
        }
    }

    mutating func noteVoid(_ item: RecordFact) {
        status.isRestated = true
        guard let figure = Self.figure(of: item.fact.payload) else { return }
        let branch = Self.branch(of: item.fact.payload) ?? status.branch
        marks.append(Mark(figure: figure, day: item.day, branch: branch, measures: [1]))
    }

    private static func branch(of payload: EventPayload) -> String? {
        if case .membershipApplicationSubmitted(let event) = payload { return event.branch }
        return nil
    }

    private static func figure(of payload: EventPayload) -> MembershipFunnel.Figure? {
        switch payload {
        case .membershipApplicationSubmitted: .applicants
        case .activistDetermined: .activists
        case .developmentTargetDetermined: .targets
        case .probationaryMemberApproved: .admittedByApproval
        case .memberConverted: .converted
        case .membershipEnded(let event):
            event.kind == .qualificationRevoked ? .revoked : nil
        default: nil
        }
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        hasFacts = true
        if item.isRestated { status.isRestated = true }
        applyDevelopment(item)
        applyMembership(item)
        // Only now: an application names the branch that it counts for.
        if let figure = Self.figure(of: item.fact.payload) { mark(figure, item.day, item) }
        if case .probationaryMemberApproved(let event) = item.fact.payload {
            mark(.admittedByVote, LocalDate(yyyymmdd: event.voteOn) ?? item.day, item)
        }
    }

    private mutating func mark(
        _ figure: MembershipFunnel.Figure, _ day: LocalDate, _ item: RecordFact
    ) {
        marks.append(
            Mark(
                figure: figure, day: day, branch: status.branch,
                measures: [item.isRestated ? 1 : 0, 1]))
    }

    private mutating func applyDevelopment(_ item: RecordFact) {
        switch item.fact.payload {
        case .membershipApplicationSubmitted(let event):
            status.branch = event.branch
            enter(.applicant, item)
        case .applicantInterviewed:
            status.isInterviewed = true
        case .activistDetermined:
            status.inspectedTo = item.day
            enter(.activist, item)
        case .cultivationInspected(let event):
            status.inspectedTo = LocalDate(yyyymmdd: event.periodTo) ?? item.day
        case .developmentTargetDetermined:
            enter(.target, item)
        case .introducersConfirmed(let event):
            status.introducers = Int64(event.introducers.count)
        case .politicalReviewConcluded(let event):
            status.isReviewed = event.result == .pass
        case .candidateTrainingCompleted(let event):
            status.trainedHours = event.passed ? Int64(event.studyHours) : 0
        case .committeePreReviewConcluded(let event):
            status.isPreReviewed = event.result == .pass
        case .applicationFormIssued:
            status.hasForm = true
        case .admissionVoteHeld(let event) where event.passed:
            status.votedOn = LocalDate(yyyymmdd: event.on) ?? item.day
            enter(.awaitingApproval, item)
        case .preApprovalTalkHeld:
            status.isTalkedTo = true
        default: break
        }
    }

    private mutating func applyMembership(_ item: RecordFact) {
        switch item.fact.payload {
        case .probationaryMemberApproved(let event):
            status.probationTo = LocalDate(yyyymmdd: event.probationTo)
            status.category = Self.word(event.category)
            enter(.probationary, item)
        case .memberAssignedToBranch(let event):
            status.branch = event.branch
        case .memberConverted:
            enter(.full, item)
        case .memberEnrolled(let event):
            status.branch = event.branch
            if event.hasProbationFrom, let from = LocalDate(yyyymmdd: event.probationFrom) {
                status.probationTo = from.adding(months: 12)
            }
            enter(event.status == .full ? .full : .probationary, item)
        case .transferIssued:
            transfers.insert(item.fact.stream)
        case .transferReceived(let event):
            if transfers.remove(item.fact.stream) != nil { status.branch = event.toBranch }
        case .membershipEnded:
            enter(.ended, item)
        default: break
        }
    }

    private mutating func enter(_ stage: Stage, _ item: RecordFact) {
        status.stage = stage
        status.enteredOn = item.day
        entries.append(
            Entry(
                stage: stage, day: item.day, branch: status.branch, isRestated: item.isRestated))
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        let marker: Int64 = status.isRestated ? 1 : 0
        if let stage = status.stage {
            try contributions.add(
                MembershipFunnel.presentGroup(status.branch, stage), [marker, 1])
        }
        for entry in entries {
            try contributions.add(
                MembershipFunnel.entryGroup(entry.branch, entry.stage, entry.day),
                [entry.isRestated ? 1 : 0, 1])
        }
        for (entry, next) in zip(entries, entries.dropFirst()) {
            try contributions.add(
                MembershipFunnel.stayGroup(
                    entry.branch, entry.stage, ended: next.day,
                    days: Int64(next.day.days(since: entry.day))),
                [0, 1])
        }
        for mark in marks {
            try contributions.add(
                MembershipFunnel.yearGroup(mark.branch, mark.figure, mark.day), mark.measures)
        }
    }

    func row() -> [UInt8]? {
        guard hasFacts, status.stage != nil else { return nil }
        var status = status
        status.isInTransit = !transfers.isEmpty
        return status.encoded
    }

    private static func word(_ category: ProbationaryMemberApproved.Category) -> String? {
        switch category {
        case .medicalExpert: "MEDICAL_EXPERT"
        case .disciplineLeader: "DISCIPLINE_LEADER"
        case .youngStaff: "YOUNG_STAFF"
        case .other: "OTHER"
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}
