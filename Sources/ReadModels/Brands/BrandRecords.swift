import PartyBuilding
import Schema

/// One brand: its name, kind, holder and stage (J01, J02).
struct BrandRecord: Record {
    /// What a row shows of a brand.
    struct Identity {
        var kind = ""
        var stage = ""
        /// Organisation or branch, as a full subject.
        var holder = ""
        var tenant = ""
        var isRestated = false
    }

    private var identity = Identity()
    private var isNamed = false

    mutating func noteVoid(_ item: RecordFact) {
        identity.isRestated = true
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated { identity.isRestated = true }
        switch item.fact.payload {
        case .brandProposed(let event):
            isNamed = true
            identity.kind = Self.word(event.kind)
            identity.holder = event.holder
            identity.tenant = item.fact.tenant
            if identity.stage.isEmpty { identity.stage = "NAMED" }
        case .brandStageAdvanced(let event):
            identity.stage = Self.word(event.to)
        default: break
        }
    }

    func row() -> [UInt8]? {
        guard isNamed else { return nil }
        var writer = ByteWriter()
        for text in [identity.kind, identity.stage, identity.holder, identity.tenant] {
            writer.string(text)
        }
        writer.bool(identity.isRestated)
        return writer.bytes
    }

    static func identity(_ row: [UInt8]) throws(ModelFault) -> Identity {
        var reader = ByteReader(row)
        return Identity(
            kind: try reader.string(), stage: try reader.string(), holder: try reader.string(),
            tenant: try reader.string(), isRestated: try reader.bool())
    }

    private static func word(_ kind: BrandProposed.Kind) -> String {
        switch kind {
        case .connotation: "CONNOTATION"
        case .integrity: "INTEGRITY"
        case .service: "SERVICE"
        case .learning: "LEARNING"
        case .branch: "BRANCH"
        case .welfare: "WELFARE"
        case .science: "SCIENCE"
        case .hospital: "HOSPITAL"
        case .unspecified, .UNRECOGNIZED: ""
        }
    }

    private static func word(_ stage: BrandStageAdvanced.Stage) -> String {
        switch stage {
        case .planned: "PLANNED"
        case .shaped: "SHAPED"
        case .consolidated: "CONSOLIDATED"
        case .unspecified, .UNRECOGNIZED: ""
        }
    }
}

/// One service programme: the brand it belongs to and the volumes it reported (E08, E09).
struct ProgrammeRecord: Record {
    private struct Volume {
        let from: LocalDate
        let to: LocalDate
        let personTimes: Int64
        let persons: Int64
        let isRestated: Bool
        let isVoid: Bool
    }

    private let programme: String
    private var brand = ""
    private var tenant = ""
    private var volumes: [Volume] = []

    init(programme: String) {
        self.programme = programme
    }

    mutating func noteVoid(_ item: RecordFact) {
        guard case .serviceVolumeReported(let event) = item.fact.payload else { return }
        if tenant.isEmpty { tenant = item.fact.tenant }
        append(event, isRestated: true, isVoid: true)
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if tenant.isEmpty { tenant = item.fact.tenant }
        switch item.fact.payload {
        case .serviceProgrammeLaunched(let event):
            brand = event.hasBrandID ? event.brandID : ""
        case .serviceVolumeReported(let event):
            append(event, isRestated: item.isRestated, isVoid: false)
        default: break
        }
    }

    private mutating func append(_ event: ServiceVolumeReported, isRestated: Bool, isVoid: Bool) {
        guard let from = LocalDate(yyyymmdd: event.periodFrom),
            let to = LocalDate(yyyymmdd: event.periodTo)
        else { return }
        let unit = event.quantity.unit
        volumes.append(
            Volume(
                from: from, to: to,
                personTimes: unit == .personTime ? event.quantity.value : 0,
                persons: unit == .person ? event.quantity.value : 0,
                isRestated: isRestated, isVoid: isVoid))
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        for volume in volumes {
            // The last measure says that there is a report, whatever its volume.
            try contributions.add(
                ModelKey().byte(BrandKeys.volumeTable).text(tenant).text(brand).text(programme)
                    .day(volume.from).day(volume.to),
                volume.isVoid
                    ? [1] : [volume.isRestated ? 1 : 0, volume.personTimes, volume.persons, 1])
        }
    }
}

/// One award and whom it was given to (J07).
struct AwardRecord: Record {
    private struct Grant {
        let event: AwardReceived
        let day: LocalDate
        let tenant: String
        let measures: [Int64]
    }

    private var award: Grant?
    /// Grants that were taken back: what they touched is restated.
    private var voids: [Grant] = []

    mutating func noteVoid(_ item: RecordFact) {
        if let grant = Self.grant(item, [1]) { voids.append(grant) }
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if let grant = Self.grant(item, [item.isRestated ? 1 : 0, 1]) { award = grant }
    }

    private static func grant(_ item: RecordFact, _ measures: [Int64]) -> Grant? {
        guard case .awardReceived(let event) = item.fact.payload else { return nil }
        return Grant(event: event, day: item.day, tenant: item.fact.tenant, measures: measures)
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        for grant in voids + (award.map { [$0] } ?? []) {
            try contributions.add(
                ModelKey().byte(BrandKeys.awardTable).text(grant.event.recipient)
                    .text(grant.tenant).text(Self.word(grant.event.level)).day(grant.day),
                grant.measures)
        }
    }

    private static func word(_ level: AwardReceived.Level) -> String {
        switch level {
        case .national: "NATIONAL"
        case .provincialMunicipality: "PROVINCIAL_MUNICIPALITY"
        case .city: "CITY"
        case .district: "DISTRICT"
        case .county: "COUNTY"
        case .hospital: "HOSPITAL"
        case .unspecified, .UNRECOGNIZED: ""
        }
    }
}

/// The cumulative reads of one publicity item (J06): levels, not increments.
///
/// A level contributes its difference to the level read before it, so that the sum up to a day is
/// the latest level of that day.
struct ReadershipRecord: Record {
    private struct Reading {
        let day: LocalDate
        let reads: Int64
        let isRestated: Bool
    }

    private var tenant = ""
    /// By the day of reading.
    private var readings: [Reading] = []
    private var voidDays: [LocalDate] = []

    mutating func noteVoid(_ item: RecordFact) {
        guard case .readershipReported(let event) = item.fact.payload else { return }
        if tenant.isEmpty { tenant = item.fact.tenant }
        voidDays.append(LocalDate(yyyymmdd: event.readAsOf) ?? item.day)
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        guard case .readershipReported(let event) = item.fact.payload else { return }
        if tenant.isEmpty { tenant = item.fact.tenant }
        let reading = Reading(
            day: LocalDate(yyyymmdd: event.readAsOf) ?? item.day, reads: event.cumulativeReads,
            isRestated: item.isRestated)
        let index = readings.firstIndex { $0.day > reading.day } ?? readings.endIndex
        readings.insert(reading, at: index)
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        func key(_ day: LocalDate) -> ModelKey {
            ModelKey().byte(BrandKeys.readsTable).text(tenant).day(day)
        }
        var before: Int64 = 0
        for reading in readings {
            let change = try subtracted([reading.reads], [before])[0]
            try contributions.add(key(reading.day), [reading.isRestated ? 1 : 0, change])
            before = reading.reads
        }
        for day in voidDays { try contributions.add(key(day), [1]) }
    }
}
