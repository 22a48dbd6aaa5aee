import PartyBuilding
import Schema

/// An office in memory that judges facts written as JSON, the way an importer sends them.
///
/// The tree `root` with the hospital `h1` is registered on 2010-01-01. What is recorded late gets a
/// reason and evidence, so that only the rule under test can refuse it.
final class PartyOffice {
    let log = MemoryLog()
    let office: Office
    let rulebook = Rulebook(digest: { testDigest($0) })
    private var position: UInt64 = 0
    private var clock: Int64 = 0
    private var serial: UInt64 = 0

    init(capacity: Int = 200_000) throws {
        office = Office(source: log, capacity: capacity)
        try org("root", kind: "COMMITTEE", parent: nil)
        try org("h1", kind: "HOSPITAL", parent: "root")
    }

    /// Records a fact.
    ///
    /// - Parameters:
    ///   - payload: the members of the JSON payload, without the braces.
    ///   - occurred: `occurred_at`; left out, the day the payload names.
    ///   - recorded: the day of recording; left out, the day it occurred or the last recording,
    ///     whichever is later.
    ///   - envelope: further members of the line.
    @discardableResult
    func record(
        _ type: String, _ stream: String, _ payload: String, occurred: String? = nil,
        recorded: String? = nil, envelope: String = ""
    ) throws -> Admission {
        let id = nextID()
        var line = #"{"event_id":"\#(id)","type":"\#(type)","stream":"\#(stream)""#
        line += #","recorded_by":"clerk","tenant":"root","payload":{\#(payload)}"#
        if let occurred { line += #","occurred_at":"\#(occurred)""# }
        if !envelope.isEmpty { line += ",\(envelope)" }
        let context = FactJSON.ImportContext(
            hash: { _ in [UInt8](repeating: 0, count: 32) }, occurrence: { _ in 0 },
            typeOfEvent: { _ in nil })
        let imported = try FactJSON.decode(line: Array((line + "}").utf8), context)
        var proposal = try FactDecoder.proposal(imported.envelope)
        settle(&proposal, recorded: recorded.flatMap { day($0) })
        return try admit(proposal)
    }

    /// The refusal of a fact, nil when it is admitted.
    func refusal(
        _ type: String, _ stream: String, _ payload: String, occurred: String? = nil,
        recorded: String? = nil, envelope: String = ""
    ) throws -> Refusal? {
        do {
            try record(
                type, stream, payload, occurred: occurred, recorded: recorded, envelope: envelope)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    func nextID() -> FactID {
        serial += 1
        return FactID(high: 0x0190_0000_0000_7000, low: 1 << 63 | serial)
    }

    func settle(_ proposal: inout Proposal, recorded: LocalDate?) {
        let happened = proposal.fact.occurred.lastDay ?? LocalDate(dayNumber: 0)
        let workday = (recorded ?? happened).startInstant + 18 * 3_600_000_000
        clock = max(clock, workday)
        proposal.recordedAt = clock
        if LocalDate(instant: clock).days(since: happened) > 7 {
            if proposal.fact.lateReason == nil { proposal.fact.lateReason = "补录" }
            if proposal.fact.evidence.isEmpty { proposal.fact.evidence = [EvidenceRef()] }
        }
    }

    func admit(
        _ proposal: Proposal, actor: Actor = Actor(principal: "test")
    ) throws -> Admission {
        let next = position + 1
        do {
            let admission = try rulebook.admit(
                proposal, at: next, version: 1, now: .max, actor: actor, office: office)
            position = next
            log.append(admission.fact)
            office.visible(through: next)
            office.settled(through: next)
            return admission
        } catch {
            office.discard(from: next)
            throw error
        }
    }
}

extension PartyOffice {
    func org(_ id: String, kind: String, parent: String?) throws {
        let above = parent.map { #","parent_org":"\#($0)""# } ?? ""
        try record(
            "OrganisationRegistered", "org-\(id)",
            #""org_id":"\#(id)","kind":"\#(kind)","name":"组织\#(id)","founded":"2000""#
                + #","ownership":"COUNTY"\#(above)"#, occurred: "2010-01-01")
    }

    /// A branch of `h1`.
    func branch(
        _ id: String, full: Int = 3, probationary: Int = 0, kind: String = "IN_SERVICE",
        departments: [String] = [], units: [String] = [], on: String = "2015-01-01"
    ) throws {
        try record(
            "BranchEstablished", "branch-\(id)",
            Self.established(
                id, full: full, probationary: probationary, kind: kind, departments: departments,
                units: units, on: on))
    }

    static func established(
        _ id: String, full: Int = 3, probationary: Int = 0, kind: String = "IN_SERVICE",
        departments: [String] = [], units: [String] = [], on: String = "2015-01-01",
        org: String = "h1", committee: String = "root"
    ) -> String {
        #""branch_id":"\#(id)","org_id":"\#(org)","kind":"\#(kind)","name":"支部\#(id)""#
            + #","approved_on":"\#(on)","approving_committee":"\#(committee)","doc":"批复""#
            + #","departments":\#(list(departments)),"units":\#(list(units))"#
            + #","full_count":\#(full),"probationary_count":\#(probationary)"#
    }

    static func list(_ names: [String]) -> String {
        "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    /// A full member taken over into the register.
    func member(
        _ person: String, of branch: String, on: String = "2016-01-01",
        since: String = "2010-07-01"
    ) throws {
        try record(
            "MemberEnrolled", "member-\(person)",
            #""person":"\#(person)","branch":"\#(branch)","status":"FULL""#
                + #","seniority_from":"\#(since)","source_system":"stock""#, occurred: on)
    }

    /// Full members `<branch>-1`, `<branch>-2`, …
    func members(_ count: Int, of branch: String, on: String = "2016-01-01") throws {
        for number in 1...count { try member("\(branch)-\(number)", of: branch, on: on) }
    }

    /// A probationary member taken over into the register.
    func probationer(
        _ person: String, of branch: String, votedOn: String, on: String
    ) throws {
        try record(
            "MemberEnrolled", "member-\(person)",
            #""person":"\#(person)","branch":"\#(branch)","status":"PROBATIONARY""#
                + #","probation_from":"\#(votedOn)","source_system":"stock""#, occurred: on)
    }

    /// Whole life of `person` in `branch` up to a step, with days that satisfy every rule.
    func develop(_ person: String, in branch: String, through last: Step) throws {
        for step in Step.allCases {
            try take(step, person, branch)
            if step == last { return }
        }
    }

    /// The steps of a development with days around an activist of 2022-03-15.
    enum Step: CaseIterable {
        case application, activist, inspection, target, introducers, review, training
        case committeeReview, preReview, form, vote, talk, approval
    }

    private func take(_ step: Step, _ person: String, _ branch: String) throws {
        let stream = "member-\(person)"
        switch step {
        case .application:
            try record(
                "MembershipApplicationSubmitted", stream,
                #""person":"\#(person)","branch":"\#(branch)","on":"2021-12-01""#)
        case .activist:
            try record(
                "ActivistDetermined", stream,
                #""on":"2022-03-15","decided_by":"GENERAL_MEETING","recommended_by":"MEMBERS""#)
        case .inspection:
            for (from, to) in [("2022-03-15", "2022-09-14"), ("2022-09-15", "2023-03-14")] {
                try record(
                    "CultivationInspected", stream,
                    #""phase":"ACTIVIST","period_from":"\#(from)","period_to":"\#(to)""#
                        + #","opinion":"好""#, occurred: to)
            }
        case .target:
            try record(
                "DevelopmentTargetDetermined", stream,
                #""on":"2023-03-20","decided_by":"GENERAL_MEETING","prior_unit_months":0"#)
        case .introducers:
            try record(
                "IntroducersConfirmed", stream,
                #""introducers":["\#(branch)-1","\#(branch)-2"],"on":"2023-03-25""#)
        case .review:
            try record(
                "PoliticalReviewConcluded", stream,
                #""on":"2023-04-10","result":"PASS","ref":"h-1""#)
        case .training:
            try record(
                "CandidateTrainingCompleted", stream,
                #""from":"2023-04-15","to":"2023-04-17","study_hours":24,"passed":true"#)
        case .committeeReview:
            try record(
                "BranchCommitteeReviewConcluded", stream,
                #""on":"2023-05-05","meeting_id":"m-review","opinion":"同意""#)
        case .preReview:
            try record(
                "CommitteePreReviewConcluded", stream,
                #""on":"2023-05-20","result":"PASS","committee":"root""#)
        case .form:
            try record(
                "ApplicationFormIssued", stream, #""form_no_hash":"f-1","on":"2023-06-01""#)
        case .vote:
            try record("AdmissionVoteHeld", stream, Self.vote(on: "2023-06-20"))
        case .talk:
            try record(
                "PreApprovalTalkHeld", stream, #""talker":"official","on":"2023-07-01""#)
        case .approval:
            try record(
                "ProbationaryMemberApproved", stream, Self.approval(on: "2023-07-10"))
        }
    }

    /// An admission vote; the numbers default to a branch of seven.
    static func vote(
        on: String, electorate: Int = 7, present: Int = 6, written: Int = 0, inFavour: Int = 6,
        passed: Bool = true
    ) -> String {
        #""meeting_id":"m-vote","on":"\#(on)","tally":{"electorate":\#(electorate)"#
            + #","present":\#(present),"written":\#(written),"in_favour":\#(inFavour)}"#
            + #","electorate_snapshot_hash":"e-1","passed":\#(passed)"#
    }

    static func approval(
        on: String, voteOn: String = "2023-06-20", to: String = "2024-06-20",
        committee: String = "root"
    ) -> String {
        #""committee":"\#(committee)","approved_on":"\#(on)","vote_on":"\#(voteOn)""#
            + #","probation_from":"\#(voteOn)","probation_to":"\#(to)","category":"OTHER""#
    }
}

/// The day of `yyyy-mm-dd`.
func day(_ text: String) -> LocalDate? {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3 else { return nil }
    return LocalDate(year: parts[0], month: parts[1], day: parts[2])
}
