import PartyBuilding
import Schema

/// The facts that set the scenario up, in the order in which the rules admit them.
///
/// Their ids follow from their place, so that a setup that broke off goes on where it was.
struct ScenarioFacts: Sequence, IteratorProtocol {
    private let scenario: BenchScenario
    private var place = 0

    init(_ scenario: BenchScenario) {
        self.scenario = scenario
    }

    /// The next fact as the bytes of an `Envelope`.
    mutating func next() -> [UInt8]? {
        guard place < scenario.setupFacts else { return nil }
        defer { place += 1 }
        return envelope(place)
    }

    private func envelope(_ place: Int) -> [UInt8] {
        var index = place
        if index == 0 { return organisation }
        if index == 1 { return committee }
        index -= 2
        if index < scenario.branches { return branch(index, place) }
        index -= scenario.branches
        if index < 2 * scenario.persons {
            return index % 2 == 0 ? person(index / 2, place) : member(index / 2, place)
        }
        index -= 2 * scenario.persons
        return index % 2 == 0 ? planned(index / 2, place) : held(index / 2, place)
    }

    private var organisation: [UInt8] {
        var event = OrganisationRegistered()
        event.orgID = BenchScenario.organisation
        event.kind = .hospital
        event.name = "基准测试中心医院"
        event.founded = moment
        event.ownership = .district
        return envelope(
            0, BenchScenario.firstStream, .organisationRegistered, event.wireBytes,
            mark: scenario.mark)
    }

    private var committee: [UInt8] {
        var event = OrganisationRegistered()
        event.orgID = BenchScenario.committee
        event.kind = .committee
        event.name = "基准测试中心医院党委"
        event.parentOrg = BenchScenario.organisation
        event.founded = moment
        event.ownership = .district
        return envelope(
            1, "org-\(BenchScenario.committee)", .organisationRegistered, event.wireBytes)
    }

    private func branch(_ index: Int, _ place: Int) -> [UInt8] {
        var event = BranchEstablished()
        event.branchID = scenario.branch(index)
        event.orgID = BenchScenario.organisation
        event.kind = .inService
        event.name = "第\(index + 1)党支部"
        event.approvedOn = moment
        event.approvingCommittee = BenchScenario.committee
        event.doc.title = "关于设置第\(index + 1)党支部的批复"
        event.departments = ["bench-dept-\(index + 1)"]
        event.fullCount = Int32(clamping: Swift.max(3, scenario.persons / scenario.branches))
        return envelope(
            place, "branch-\(scenario.branch(index))", .branchEstablished, event.wireBytes)
    }

    private func person(_ index: Int, _ place: Int) -> [UInt8] {
        let id = scenario.person(index)
        var event = PersonRegistered()
        event.person = id
        event.vaultKeyID = "vk-\(id)"
        event.employerOrg = BenchScenario.organisation
        event.staffNoHash = Hexadecimal.text(Self.eventID(place).suffix(8))
        event.employment = .inService
        return envelope(place, "person-\(id)", .personRegistered, event.wireBytes)
    }

    private func member(_ index: Int, _ place: Int) -> [UInt8] {
        let id = scenario.person(index)
        var event = MemberEnrolled()
        event.person = id
        event.branch = scenario.branch(scenario.home(index))
        event.status = .full
        event.sourceSystem = "党员名册"
        return envelope(place, "member-\(id)", .memberEnrolled, event.wireBytes)
    }

    private func planned(_ index: Int, _ place: Int) -> [UInt8] {
        let kinds: [ActivityPlanned.Kind] = [
            .lecture, .medicalSupport, .homeVisit, .checkup, .guidance, .publicity,
        ]
        var event = ActivityPlanned()
        event.kind = kinds[index % kinds.count]
        event.hosts = ["branch-\(scenario.branch(index % scenario.branches))"]
        event.placeKind = .community
        event.plannedOn = scenario.day.yyyymmdd
        return envelope(place, scenario.activity(index), .activityPlanned, event.wireBytes)
    }

    private func held(_ index: Int, _ place: Int) -> [UInt8] {
        var event = ActivityHeld()
        // From eight in the morning until six in the evening: longer than any service.
        event.started = scenario.day.startInstant + 8 * 3_600_000_000
        event.ended = scenario.day.startInstant + 18 * 3_600_000_000
        return envelope(place, scenario.activity(index), .activityHeld, event.wireBytes)
    }

    private var moment: Moment {
        var moment = Moment()
        moment.date = scenario.day.yyyymmdd
        return moment
    }

    private func envelope(
        _ place: Int, _ stream: String, _ type: EventType, _ payload: [UInt8], mark: String? = nil
    ) -> [UInt8] {
        var envelope = Envelope()
        envelope.eventID = .init(Self.eventID(place))
        envelope.type = type.number
        envelope.typeName = type.name
        envelope.stream = stream
        envelope.payload = .init(payload)
        envelope.occurredAt = moment
        envelope.recordedBy = BenchScenario.clerk
        if let mark { envelope.correlationID = mark }
        return envelope.wireBytes
    }

    /// A UUID of version 8 (RFC 9562, section 5.8) that follows from the place alone.
    private static func eventID(_ place: Int) -> [UInt8] {
        var random = BenchRandom(seed: UInt64(place))
        let first = random.next() & ~0xF000 | 0x8000
        let second = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return [first, second].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word &>> (56 - 8 * UInt64($0))) }
        }
    }
}
