import PartyBuilding
import Schema

/// One branch: coverage, posts, term and appraisals (A12–A14, B44, C03–C05). Its meetings are
/// records of their own: there are ever more of them.
struct BranchRecord: Record {
    private struct Post {
        let stream: String
        let person: String
        let kind: PostAppointed.PostKind
        let from: LocalDate
    }

    /// A time in a committee post; the last day is not included.
    private struct Service {
        let person: String
        let from: LocalDate
        let to: LocalDate
    }

    private let branch: String
    private var state = BranchState()
    private var isEstablished = false
    private var units: Set<String> = []
    private var departments: Set<String> = []
    private var posts: [Post] = []
    private var services: [Service] = []
    /// Days for which an appraisal counts, and whether it is restated.
    private var appraisals: [(day: LocalDate, isRestated: Bool)] = []
    private var voidAppraisals: [LocalDate] = []

    init(branch: String) {
        self.branch = branch
    }

    static let types: [EventType] = [
        .branchEstablished, .branchCoverageChanged, .jointBranchUnitChanged,
        .democraticAppraisalConcluded, .branchElectionHeld, .postAppointed, .postVacated,
    ]

    static func entity(of fact: Fact) -> String? {
        switch fact.payload {
        case .branchEstablished(let event): event.branchID
        case .branchCoverageChanged, .jointBranchUnitChanged, .democraticAppraisalConcluded:
            fact.streamIdentity
        case .branchElectionHeld(let event): event.branch
        case .postAppointed(let event): event.hasBranch ? event.branch : nil
        default: nil
        }
    }

    mutating func noteVoid(_ item: RecordFact) {
        state.isRestated = true
        if let day = Self.appraisalDay(item) { voidAppraisals.append(day) }
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated, Self.appraisalDay(item) == nil { state.isRestated = true }
        switch item.fact.payload {
        case .branchEstablished(let event):
            establish(event, item)
        case .branchCoverageChanged(let event):
            departments.formUnion(event.added)
            departments.subtract(event.removed)
        case .jointBranchUnitChanged(let event):
            if event.change == .removed {
                units.remove(event.unitOrg)
            } else {
                units.insert(event.unitOrg)
            }
        case .branchElectionHeld(let event):
            state.termTo = LocalDate(yyyymmdd: event.termTo)
        case .postAppointed(let event):
            appoint(event, item)
        case .postVacated:
            vacate(item)
        default:
            if let day = Self.appraisalDay(item) { appraisals.append((day, item.isRestated)) }
        }
    }

    /// The day for which an appraisal counts: its year, also when it is concluded in the next one.
    private static func appraisalDay(_ item: RecordFact) -> LocalDate? {
        guard case .democraticAppraisalConcluded(let event) = item.fact.payload else { return nil }
        return CalendarPeriod(year: Int(event.year))?.lastDay
    }

    private mutating func establish(_ event: BranchEstablished, _ item: RecordFact) {
        isEstablished = true
        state.org = event.orgID
        state.kind = Int64(event.kind.rawValue)
        state.established = item.day
        state.foundingFull = Int64(event.fullCount)
        state.foundingProbationary = Int64(event.probationaryCount)
        departments.formUnion(event.departments)
        units.formUnion(event.units)
        if secretary == nil { state.vacantSince = item.day }
    }

    private var secretary: Post? { posts.last { $0.kind == .secretary } }

    private mutating func appoint(_ event: PostAppointed, _ item: RecordFact) {
        let kinds: [PostAppointed.PostKind] = [.secretary, .deputy, .committeeMember]
        guard kinds.contains(event.postKind) else { return }
        if event.postKind == .secretary, let since = state.vacantSince {
            state.vacantDays += max(0, Int64(item.day.days(since: since)))
            state.vacantSince = nil
        }
        posts.append(
            Post(
                stream: item.fact.stream, person: event.person, kind: event.postKind,
                from: item.day))
    }

    private mutating func vacate(_ item: RecordFact) {
        guard let index = posts.firstIndex(where: { $0.stream == item.fact.stream }) else { return }
        let post = posts.remove(at: index)
        services.append(Service(person: post.person, from: post.from, to: item.day))
        if post.kind == .secretary, secretary == nil { state.vacantSince = item.day }
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        for (day, isRestated) in appraisals {
            try contributions.add(
                BranchHealth.meetingGroup(branch, .appraisal, day), [isRestated ? 1 : 0, 1])
        }
        for day in voidAppraisals {
            try contributions.add(BranchHealth.meetingGroup(branch, .appraisal, day), [1])
        }
        let present = posts.map {
            Service(person: $0.person, from: $0.from, to: RollRecord.forever)
        }
        for service in services + present where service.from < service.to {
            try contributions.add(
                BranchHealth.serviceGroup(service.person, service.from, service.to), [0, 1])
        }
    }

    func row() -> [UInt8]? {
        guard isEstablished else { return nil }
        var state = state
        state.units = Int64(units.count)
        state.departments = Int64(departments.count)
        state.secretary = secretary?.person
        state.committee = Int64(Set(posts.map(\.person)).count)
        return state.encoded
    }
}

/// What the views keep of a branch between two facts.
struct BranchState: Equatable {
    var org = ""
    /// Raw value of `BranchEstablished.Kind`.
    var kind: Int64 = 0
    var established = LocalDate(dayNumber: 0)
    /// Members at establishment; they stand until the roll is kept.
    var foundingFull: Int64 = 0
    var foundingProbationary: Int64 = 0
    var units: Int64 = 0
    var departments: Int64 = 0
    var secretary: String?
    /// Persons in a post of the committee, the secretary included.
    var committee: Int64 = 0
    var vacantSince: LocalDate?
    /// Days without a secretary before `vacantSince`.
    var vacantDays: Int64 = 0
    var termTo: LocalDate?
    var isRestated = false

    init() {}

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.string(org)
        writer.day(established)
        for number in [
            kind, foundingFull, foundingProbationary, units, departments, committee, vacantDays,
        ] {
            writer.signed(number)
        }
        writer.optional(secretary) { $0.string($1) }
        writer.optionalDay(vacantSince)
        writer.optionalDay(termTo)
        writer.bool(isRestated)
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(ModelFault) {
        var reader = ByteReader(bytes)
        org = try reader.string()
        established = try reader.day()
        kind = try reader.signed()
        foundingFull = try reader.signed()
        foundingProbationary = try reader.signed()
        units = try reader.signed()
        departments = try reader.signed()
        committee = try reader.signed()
        vacantDays = try reader.signed()
        secretary = try reader.optionalString()
        vacantSince = try reader.optionalDay()
        termTo = try reader.optionalDay()
        isRestated = try reader.bool()
    }
}
