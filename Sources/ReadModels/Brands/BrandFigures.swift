import PartyBuilding
import Schema

/// The figures of one brand or organisation over one stretch of days, both ends included.
struct BrandFigures {
    private(set) var restated: Int64 = 0
    /// In the order of `BrandKeys.activityTable`.
    private var measures = Array(repeating: Int64(0), count: BrandKeys.activityMeasures)
    private var persons: Set<String> = []
    /// Members among the volunteers.
    private(set) var members: Set<String> = []
    private var reads: Int64 = 0
    private var awards: [String: Int64] = [:]

    init(_ shares: BrandBoard.Shares, from first: LocalDate, to last: LocalDate) throws {
        func isInside(_ day: LocalDate) -> Bool { first <= day && day <= last }
        for activity in shares.activities where isInside(activity.day) {
            var own = activity.measures
            if activity.isReportedElsewhere {
                own[6] = 0
                own[7] = 0
            }
            measures = try added(measures, own)
        }
        restated = measures[0]
        for volume in shares.volumes where isInside(volume.from) && isInside(volume.to) {
            restated = try checkedSum(restated, volume.measures[0], "restated")
            measures[6] = try checkedSum(measures[6], volume.measures[1], "person-times served")
            measures[7] = try checkedSum(measures[7], volume.measures[2], "persons registered")
        }
        for service in shares.services where isInside(service.day) {
            persons.insert(service.person)
            if service.isMember { members.insert(service.person) }
        }
        for award in shares.awards where isInside(award.day) {
            restated = try checkedSum(restated, award.measures[0], "restated")
            awards[award.level] = try checkedSum(
                awards[award.level] ?? 0, award.measures[1], "awards")
        }
        // A level, not a flow: everything read up to the end counts.
        for reading in shares.reads where reading.day <= last {
            reads = try checkedSum(reads, reading.measures[1], "reads")
            if isInside(reading.day) {
                restated = try checkedSum(restated, reading.measures[0], "restated")
            }
        }
    }

    func fill(_ row: inout BrandMetricsRow) {
        row.activities = measures[1]
        row.clinics = measures[2]
        row.lectures = measures[3]
        row.medicalSupport = measures[4]
        row.homeVisits = measures[5]
        row.personTimesServed = measures[6]
        row.personsRegistered = measures[7]
        row.medicinesFen = measures[8]
        row.volunteersDistinct = Int64(persons.count)
        row.volunteerPersonTimes = measures[9]
        row.volunteerMinutes = measures[10]
        row.readsLatest = reads
        row.awards = awards.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { level in
            var entry = BrandMetricsRow.AwardsEntry()
            entry.key = level.key
            entry.value = level.value
            return entry
        }
        if let ratio = Ratio.hundredths(measures[6], of: measures[9]) {
            row.perVolunteerRatio = ratio
        }
    }

    /// Growth of each metric in basis points; metrics whose prior value is 0 are left out.
    static func growth(
        from prior: BrandFigures, to current: BrandFigures
    ) -> [BrandMetricsRow.YoyEntry] {
        zip(prior.metrics, current.metrics).compactMap { before, now in
            guard let growth = Ratio.growthBasisPoints(current: now.value, prior: before.value)
            else { return nil }
            var entry = BrandMetricsRow.YoyEntry()
            entry.key = now.name
            entry.value = growth
            return entry
        }
    }

    /// The metrics that are compared year on year, named like their columns.
    private var metrics: [(name: String, value: Int64)] {
        [
            ("activities", measures[1]), ("clinics", measures[2]), ("lectures", measures[3]),
            ("medical_support", measures[4]), ("home_visits", measures[5]),
            ("person_times_served", measures[6]), ("persons_registered", measures[7]),
            ("medicines_fen", measures[8]), ("volunteers_distinct", Int64(persons.count)),
            ("volunteer_person_times", measures[9]), ("volunteer_minutes", measures[10]),
            ("reads_latest", reads),
        ]
    }
}

/// The members on the in-service rolls of an organisation: the denominator of participation.
struct MemberScope {
    private let stays: [Registry.Stay]

    init(_ registry: Registry) throws {
        stays = try registry.stays().filter {
            registry.branch($0.branch)?.kind != .retired
        }
    }

    /// Persons on a roll of the organisation, or of one below it, for a day or more.
    func members(
        of org: String, _ registry: Registry, _ first: LocalDate, _ last: LocalDate
    ) -> Set<String> {
        guard first <= last else { return [] }
        var isInside: [String: Bool] = [:]
        var members: Set<String> = []
        for stay in stays where stay.overlaps(first, last) {
            let inside =
                isInside[stay.branch]
                ?? registry.branch(stay.branch).map { registry.isInside($0.org, org) } ?? false
            isInside[stay.branch] = inside
            if inside { members.insert(stay.person) }
        }
        return members
    }
}
