import PartyBuilding
import Schema

/// One candidate from registration to hire (specification section 2.4.10).
struct CandidateRecord: Record {
    /// The stages of the funnel in their order.
    enum Stage: Int, CaseIterable {
        case registered, screened, assessed, vetted, posted, hired

        var word: String {
            switch self {
            case .registered: "REGISTERED"
            case .screened: "SCREENED"
            case .assessed: "ASSESSED"
            case .vetted: "VETTED"
            case .posted: "POSTED"
            case .hired: "HIRED"
            }
        }

        init?(_ stage: CandidateStageAdvanced.Stage) {
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

    private struct Entry {
        let stage: Stage
        let day: LocalDate
        let isRestated: Bool
    }

    private struct Hire {
        let org: String
        let day: LocalDate
        let isMasterPlus: Bool
        let isDoctor: Bool
        let isHighLevel: Bool
        let isRestated: Bool
    }

    private var org: String?
    private var isDirect = false
    /// In order of valid time.
    private var entries: [Entry] = []
    private var hires: [Hire] = []
    private var voids: [(stage: Stage, day: LocalDate)] = []
    /// The organisation that a void registration named; only what is restated is shown there.
    private var voidOrg: String?

    static let types: [EventType] = [
        .candidateRegistered, .candidateStageAdvanced, .talentHired,
    ]

    mutating func noteVoid(_ item: RecordFact) {
        switch item.fact.payload {
        case .candidateRegistered(let event):
            voidOrg = event.org
            voids.append((.registered, item.day))
        case .candidateStageAdvanced(let event):
            if let stage = Stage(event.to) { voids.append((stage, item.day)) }
        case .talentHired:
            voids.append((.hired, item.day))
        default: break
        }
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        func enter(_ stage: Stage, _ on: Int32) {
            let day = LocalDate(yyyymmdd: on) ?? item.day
            entries.append(Entry(stage: stage, day: day, isRestated: item.isRestated))
        }
        switch item.fact.payload {
        case .candidateRegistered(let event):
            org = event.org
            enter(.registered, event.on)
        case .candidateStageAdvanced(let event):
            isDirect = event.track == .direct
            if let stage = Stage(event.to) { enter(stage, event.on) }
        case .talentHired(let event):
            enter(.hired, event.on)
            hires.append(
                Hire(
                    org: event.org, day: LocalDate(yyyymmdd: event.on) ?? item.day,
                    isMasterPlus: event.degreeAtHire == .master || event.degreeAtHire == .doctor,
                    isDoctor: event.degreeAtHire == .doctor, isHighLevel: event.highLevel,
                    isRestated: item.isRestated))
        default: break
        }
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        let track = isDirect ? "DIRECT" : "STANDARD"
        guard let org = org ?? hires.last?.org else {
            guard let voidOrg else { return }
            let group = TalentPipeline.Group(org: voidOrg, track: track)
            for void in voids {
                try contributions.add(group.flow(void.stage, void.day), [1])
            }
            return
        }
        let group = TalentPipeline.Group(org: org, track: track)
        for entry in entries {
            try contributions.add(
                group.flow(entry.stage, entry.day), [entry.isRestated ? 1 : 0, 1])
        }
        for void in voids {
            try contributions.add(group.flow(void.stage, void.day), [1])
        }
        for hire in hires {
            try contributions.add(
                TalentPipeline.Group(org: hire.org, track: group.track).hire(hire.day),
                [
                    hire.isRestated ? 1 : 0, 1, hire.isMasterPlus ? 1 : 0, hire.isDoctor ? 1 : 0,
                    hire.isHighLevel ? 1 : 0,
                ])
        }
        try contributeSpells(group, &contributions)
        try contributeCohort(group, &contributions)
    }

    /// Completed spells under the stage they were spent in; the open one apart.
    private func contributeSpells(
        _ group: TalentPipeline.Group, _ contributions: inout Contributions
    ) throws(ModelFault) {
        for (entry, next) in zip(entries, entries.dropFirst()) {
            let days = Int64(next.day.days(since: entry.day))
            try contributions.add(
                group.spell(entry.stage, ended: next.day, days: days),
                [entry.isRestated || next.isRestated ? 1 : 0, 1])
        }
        if let last = entries.last, last.stage != .hired {
            try contributions.add(
                group.open(last.stage, since: last.day), [last.isRestated ? 1 : 0, 1])
        }
    }

    /// What the candidate has reached, under the day of registration.
    private func contributeCohort(
        _ group: TalentPipeline.Group, _ contributions: inout Contributions
    ) throws(ModelFault) {
        guard let registered = entries.first(where: { $0.stage == .registered }) else { return }
        let furthest = entries.map(\.stage.rawValue).max() ?? 0
        for stage in Stage.allCases where stage.rawValue <= furthest {
            guard isDirect || entries.contains(where: { $0.stage == stage }) else { continue }
            try contributions.add(
                group.cohort(stage, registered: registered.day),
                [registered.isRestated ? 1 : 0, 1])
        }
    }
}
