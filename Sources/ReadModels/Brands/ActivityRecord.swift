import PartyBuilding
import Schema

/// One activity: who held it, for which brands, and what it delivered (E01, E03, E06, E07).
///
/// Who served at it is not part of the record: an activity may have very many volunteers, so their
/// services stand in a series of their own (`ServiceSeries`) and are joined when a query is
/// answered. Everything counts on the day on which the activity was held, and only once it was
/// held.
struct ActivityRecord: Record {
    /// What the views keep of it.
    struct Content {
        /// Full subjects, sorted.
        var hosts: [String] = []
        /// Brand identities, sorted.
        var brands: [String] = []
        /// Empty for none.
        var programme = ""
        var kind = ActivityPlanned.Kind.unspecified
        var heldOn: LocalDate?
        /// The day of a holding that is void: what it touched is restated.
        var wasHeldOn: LocalDate?
        var servedPersonTimes: Int64 = 0
        var persons: Int64 = 0
        var medicines: Int64 = 0
        var isRestated = false
    }

    private var content = Content()
    private var tenant = ""

    static let types: [EventType] = [
        .activityPlanned, .activityHeld, .beneficiariesCounted, .medicinesDistributed,
    ]

    mutating func noteVoid(_ item: RecordFact) {
        content.isRestated = true
        if tenant.isEmpty { tenant = item.fact.tenant }
        if case .activityHeld = item.fact.payload { content.wasHeldOn = item.day }
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated { content.isRestated = true }
        if tenant.isEmpty { tenant = item.fact.tenant }
        switch item.fact.payload {
        case .activityPlanned(let event):
            content.kind = event.kind
            content.hosts = Set(event.hosts).sorted()
            content.brands = Set(event.brandIds).sorted()
            content.programme = event.hasProgrammeID ? event.programmeID : ""
        case .activityHeld:
            content.heldOn = item.day
        case .beneficiariesCounted(let event):
            try count(event)
        case .medicinesDistributed(let event):
            content.medicines = try checkedSum(content.medicines, event.totalFen, "medicines")
        default: break
        }
    }

    private mutating func count(_ event: BeneficiariesCounted) throws(ModelFault) {
        let value = event.quantity.value
        if event.quantity.unit == .personTime, event.measure == .served {
            content.servedPersonTimes = try checkedSum(
                content.servedPersonTimes, value, "person-times served")
        }
        if event.quantity.unit == .person {
            content.persons = try checkedSum(content.persons, value, "persons registered")
        }
    }

    /// Nil as long as it was never held: nothing of it counts.
    func row() -> [UInt8]? {
        guard content.heldOn != nil || content.wasHeldOn != nil else { return nil }
        var writer = ByteWriter()
        let hosts = content.hosts.isEmpty ? ["org-\(tenant)"] : content.hosts
        writer.list(hosts) { $0.string($1) }
        writer.list(content.brands) { $0.string($1) }
        writer.string(content.programme)
        writer.signed(Int64(content.kind.rawValue))
        writer.optionalDay(content.heldOn)
        writer.optionalDay(content.wasHeldOn)
        writer.signed(content.servedPersonTimes)
        writer.signed(content.persons)
        writer.signed(content.medicines)
        writer.bool(content.isRestated)
        return writer.bytes
    }

    static func content(_ row: [UInt8]) throws(ModelFault) -> Content {
        var reader = ByteReader(row)
        var content = Content()
        content.hosts = try reader.list { (reader) throws(ModelFault) in try reader.string() }
        content.brands = try reader.list { (reader) throws(ModelFault) in try reader.string() }
        content.programme = try reader.string()
        let kind = Int(clamping: try reader.signed())
        content.kind = ActivityPlanned.Kind(rawValue: kind) ?? .unspecified
        content.heldOn = try reader.optionalDay()
        content.wasHeldOn = try reader.optionalDay()
        content.servedPersonTimes = try reader.signed()
        content.persons = try reader.signed()
        content.medicines = try reader.signed()
        content.isRestated = try reader.bool()
        return content
    }
}
