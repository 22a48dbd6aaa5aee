package import Schema

/// A person's way through membership, folded from the facts of the stream `member-<person>` and the
/// letters of introduction issued for the person.
///
/// Receipts of transfers carry no person; `Membership` joins them.
package struct MemberState: Aggregate {
    package static let subject = "person"
    package static let types: [EventType]? = [
        .membershipApplicationSubmitted, .activistDetermined, .cultivationInspected,
        .developmentTargetDetermined, .introducersConfirmed, .politicalReviewConcluded,
        .candidateTrainingCompleted, .committeePreReviewConcluded, .applicationFormIssued,
        .admissionVoteHeld, .preApprovalTalkHeld, .probationaryMemberApproved,
        .memberAssignedToBranch, .conversionVoteHeld, .memberConverted, .memberEnrolled,
        .transferIssued, .membershipEnded,
    ]

    /// A stretch of being a member.
    package struct Spell: Sendable {
        /// First day on a roll.
        package let from: LocalDate
        /// From when the person is a full member (valid time): the end of probation, however late
        /// it was approved.
        package var fullFrom: LocalDate?
        /// From when the person may vote: the day the conversion was approved.
        package var votesFrom: LocalDate?
        /// 党龄 counts from here.
        package var seniorityFrom: LocalDate?
        package var probation: Probation?
        /// The last vote on conversion.
        package var conversionVote: ConversionVote?
        /// Last day covered by an inspection during probation.
        package var inspectedTo: LocalDate?
        /// The first day of no longer being a member.
        package var endedOn: LocalDate?
        package var endKind: MembershipEnded.Kind?

        package func covers(_ day: LocalDate) -> Bool {
            from <= day && (endedOn.map { day < $0 } ?? true)
        }
    }

    package struct ConversionVote: Sendable {
        package let on: LocalDate
        package let outcome: ConversionVoteHeld.Outcome
        package let passed: Bool
    }

    /// From a day on the person is on the roll of a branch.
    package struct Placement: Sendable {
        package let from: LocalDate
        package let branch: String
        package let position: UInt64
        /// Follows from the approval alone; nobody assigned the member yet.
        package let isImplied: Bool
    }

    package let id: String
    package private(set) var standing = Standing.none
    package private(set) var development: Development?
    package private(set) var spells: [Spell] = []
    package private(set) var placements: [Placement] = []
    /// Transfers issued, by the identity of their streams.
    package private(set) var transfers: [String] = []
    private let stream: String

    package init(id: String) {
        self.id = id
        stream = "member-\(id)"
    }

    /// The membership that runs or ran last.
    package var spell: Spell? { spells.last }

    package mutating func apply(_ fact: Fact) {
        if case .transferIssued(let event) = fact.payload {
            if event.person == id { transfers.append(fact.streamIdentity) }
            return
        }
        // The person's tag is also on facts where he is a contact, an introducer or a talker.
        guard fact.stream == stream else { return }
        switch fact.payload {
        case .membershipApplicationSubmitted(let event):
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            development = Development(branch: event.branch, appliedOn: on)
            standing = .applicant
        case .memberEnrolled(let event): enrol(event, fact)
        case .memberAssignedToBranch(let event):
            guard let from = LocalDate(yyyymmdd: event.from) else { return }
            place(from, event.branch, fact.position, isImplied: false)
        case .conversionVoteHeld, .memberConverted, .membershipEnded: applyMembership(fact)
        default: applyDevelopment(fact)
        }
    }

    private mutating func applyDevelopment(_ fact: Fact) {
        switch fact.payload {
        case .activistDetermined(let event):
            development?.activistOn = LocalDate(yyyymmdd: event.on)
            standing = .activist
        case .cultivationInspected(let event):
            guard let to = LocalDate(yyyymmdd: event.periodTo) else { return }
            if event.phase == .activist {
                let earlier = development?.inspectedTo ?? to
                development?.inspectedTo = max(earlier, to)
            } else if let last = spells.indices.last {
                let earlier = spells[last].inspectedTo ?? to
                spells[last].inspectedTo = max(earlier, to)
            }
        case .developmentTargetDetermined(let event):
            development?.targetOn = LocalDate(yyyymmdd: event.on)
            standing = .target
        case .introducersConfirmed:
            development?.hasIntroducers = true
        case .politicalReviewConcluded(let event):
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            development?.politicalReview = .init(on: on, passed: event.result == .pass)
        case .candidateTrainingCompleted(let event):
            guard let from = LocalDate(yyyymmdd: event.from),
                let to = LocalDate(yyyymmdd: event.to)
            else { return }
            development?.trainings.append(
                .init(
                    lastDay: to, days: to.days(since: from) + 1,
                    studyHours: Int(event.studyHours), passed: event.passed))
        case .committeePreReviewConcluded(let event):
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            development?.preReview = .init(on: on, passed: event.result == .pass)
        case .applicationFormIssued(let event):
            development?.formIssuedOn = LocalDate(yyyymmdd: event.on)
        case .admissionVoteHeld(let event):
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            development?.vote = .init(on: on, passed: event.passed)
            development?.talkOn = nil
            standing = event.passed ? .awaitingApproval : .target
        case .preApprovalTalkHeld(let event):
            development?.talkOn = LocalDate(yyyymmdd: event.on)
        case .probationaryMemberApproved(let event): admit(event, fact)
        default:
            break
        }
    }

    private mutating func admit(_ event: ProbationaryMemberApproved, _ fact: Fact) {
        guard let approvedOn = LocalDate(yyyymmdd: event.approvedOn),
            let from = LocalDate(yyyymmdd: event.probationFrom),
            let to = LocalDate(yyyymmdd: event.probationTo)
        else { return }
        development?.approvedOn = approvedOn
        var spell = Spell(from: approvedOn)
        spell.probation = Probation(from: from, to: to)
        spells.append(spell)
        if let branch = development?.branch {
            place(approvedOn, branch, fact.position, isImplied: true)
        }
        standing = .probationary
    }

    private mutating func enrol(_ event: MemberEnrolled, _ fact: Fact) {
        var spell = Spell(from: fact.validDay)
        if event.hasProbationFrom, let from = LocalDate(yyyymmdd: event.probationFrom) {
            spell.probation = Probation(votedOn: from, months: Self.enrolledProbationMonths)
        }
        if event.status == .full {
            spell.fullFrom = fact.validDay
            spell.votesFrom = fact.validDay
            spell.seniorityFrom =
                event.hasSeniorityFrom ? LocalDate(yyyymmdd: event.seniorityFrom) : nil
        }
        spells.append(spell)
        place(fact.validDay, event.branch, fact.position, isImplied: false)
        standing = event.status == .full ? .full : .probationary
    }

    /// A file taken over from another register says when probation began but not how long it
    /// lasts; it has been a year under every rule set.
    private static let enrolledProbationMonths = 12

    private mutating func applyMembership(_ fact: Fact) {
        guard let last = spells.indices.last else {
            if case .membershipEnded = fact.payload { standing = .ended }
            return
        }
        switch fact.payload {
        case .conversionVoteHeld(let event):
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            spells[last].conversionVote = ConversionVote(
                on: on, outcome: event.outcome, passed: event.passed)
        case .memberConverted(let event):
            spells[last].fullFrom = LocalDate(yyyymmdd: event.effectiveFrom)
            spells[last].votesFrom = LocalDate(yyyymmdd: event.approvedOn)
            spells[last].seniorityFrom = LocalDate(yyyymmdd: event.seniorityFrom)
            standing = .full
        case .membershipEnded(let event):
            spells[last].endedOn = LocalDate(yyyymmdd: event.on)
            spells[last].endKind = event.kind
            standing = .ended
        default:
            break
        }
    }

    private mutating func place(
        _ from: LocalDate, _ branch: String, _ position: UInt64, isImplied: Bool
    ) {
        placements.append(
            Placement(from: from, branch: branch, position: position, isImplied: isImplied))
    }
}
