import PartyBuilding
import Schema

/// One activity: who held it, for which brands, and what it delivered (E01–E07).
///
/// Everything counts on the day on which the activity was held, and only once it was held.
struct ActivityRecord: Record {
    private struct Volunteer {
        let person: String
        let isMember: Bool
        let minutes: Int64
        let isRestated: Bool
    }

    private let activity: String
    private var plan: ActivityPlanned?
    private var tenant = ""
    private var heldOn: LocalDate?
    private var volunteers: [Volunteer] = []
    private var servedPersonTimes: Int64 = 0
    private var persons: Int64 = 0
    private var medicines: Int64 = 0
    private var isRestated = false
    private var wasHeldOn: LocalDate?

    init(activity: String) {
        self.activity = activity
    }

    static func isFed(by payload: EventPayload) -> Bool {
        switch payload {
        case .activityPlanned, .activityHeld, .volunteerServiceRecorded, .beneficiariesCounted,
            .medicinesDistributed:
            true
        default: false
        }
    }

    mutating func noteVoid(_ item: RecordFact) {
        isRestated = true
        if case .activityHeld = item.fact.payload { wasHeldOn = item.day }
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated { isRestated = true }
        if tenant.isEmpty { tenant = item.fact.tenant }
        switch item.fact.payload {
        case .activityPlanned(let event):
            plan = event
        case .activityHeld:
            heldOn = item.day
        case .volunteerServiceRecorded(let event):
            volunteers.append(
                Volunteer(
                    person: event.person, isMember: event.isMember, minutes: Int64(event.minutes),
                    isRestated: item.isRestated))
        case .beneficiariesCounted(let event):
            try count(event)
        case .medicinesDistributed(let event):
            medicines = try checkedSum(medicines, event.totalFen, "medicines")
        default: break
        }
    }

    private mutating func count(_ event: BeneficiariesCounted) throws(ModelFault) {
        let value = event.quantity.value
        if event.quantity.unit == .personTime, event.measure == .served {
            servedPersonTimes = try checkedSum(servedPersonTimes, value, "person-times served")
        }
        if event.quantity.unit == .person {
            persons = try checkedSum(persons, value, "persons registered")
        }
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        let marker: Int64 = isRestated ? 1 : 0
        guard let heldOn else {
            if let wasHeldOn {
                try contributions.add(group.activity(wasHeldOn), [1])
            }
            return
        }
        let kind = plan?.kind ?? .unspecified
        func isKind(_ wanted: ActivityPlanned.Kind) -> Int64 { kind == wanted ? 1 : 0 }
        var minutes: Int64 = 0
        for volunteer in volunteers {
            minutes = try checkedSum(minutes, volunteer.minutes, "volunteer minutes")
        }
        try contributions.add(
            group.activity(heldOn),
            [
                marker, 1, isKind(.clinic), isKind(.lecture), isKind(.medicalSupport),
                isKind(.homeVisit), servedPersonTimes, persons, medicines,
                Int64(volunteers.count), minutes,
            ])
        for volunteer in volunteers {
            try contributions.add(
                group.volunteer(heldOn, volunteer.person, isMember: volunteer.isMember),
                [volunteer.isRestated ? 1 : 0, 1])
        }
    }

    private var group: BrandKeys.ActivityGroup {
        let hosts = plan.map { Set($0.hosts).sorted() } ?? []
        return BrandKeys.ActivityGroup(
            hosts: hosts.isEmpty ? ["org-\(tenant)"] : hosts,
            brands: plan.map { Set($0.brandIds).sorted() } ?? [],
            programme: plan.map { $0.hasProgrammeID ? $0.programmeID : "" } ?? "")
    }
}
