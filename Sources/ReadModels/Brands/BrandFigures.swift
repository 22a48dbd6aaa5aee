import PartyBuilding
import Schema

/// The figures of one brand or organisation over one stretch of days, both ends included.
///
/// The stretch begins with a month and ends with one, or with the query's day, or a year before.
struct BrandFigures {
    private(set) var restated: Int64 = 0
    /// In the order of `ActivityBoard.Bucket`.
    private var measures = Array(repeating: Int64(0), count: ActivityBoard.width)
    private var persons = PersonSet()
    /// Members among the volunteers.
    private(set) var members = PersonSet()
    private var reads: Int64 = 0
    private var awards: [String: Int64] = [:]

    init(
        _ shares: BrandBoard.Shares, _ board: ActivityBoard, from first: LocalDate,
        to last: LocalDate
    ) throws {
        func isInside(_ day: LocalDate) -> Bool { first <= day && day <= last }
        let firstMonth = ActivityBoard.month(first)
        let lastMonth = ActivityBoard.month(last)
        let isWhole = ActivityBoard.month(last.adding(days: 1)) != lastMonth
        for index in shares.activities {
            let place = board.places[index]
            guard firstMonth <= place.month, place.month <= lastMonth else { continue }
            // Only what counts by the query's day is there at all.
            if place.month == lastMonth, place.isBehindCut, !isWhole { continue }
            let bucket = board.buckets[index]
            measures = try added(measures, bucket.measures)
            persons.formUnion(bucket.persons)
            members.formUnion(bucket.members)
        }
        restated = measures[0]
        for volume in shares.volumes where isInside(volume.from) && isInside(volume.to) {
            restated = try checkedSum(restated, volume.measures[0], "restated")
            measures[6] = try checkedSum(measures[6], volume.measures[1], "person-times served")
            measures[7] = try checkedSum(measures[7], volume.measures[2], "persons registered")
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
    private struct Stay {
        let stay: Registry.Stay
        /// Number of the person in the series of services; nil for who has none.
        let number: Int?
    }

    private let stays: [Stay]

    /// - Parameter numbers: of the persons in the series of volunteer services.
    init(_ registry: Registry, _ numbers: [String: Int]) throws {
        stays = try registry.stays().filter {
            registry.branch($0.branch)?.kind != .retired
        }.map { Stay(stay: $0, number: numbers[$0.person]) }
    }

    /// How many persons were on a roll of the organisation, or of one below it, for a day or more,
    /// and how many of them served.
    func participation(
        of served: PersonSet, in org: String, _ registry: Registry, _ first: LocalDate,
        _ last: LocalDate
    ) -> (members: Int64, served: Int64) {
        guard first <= last else { return (0, 0) }
        var isInside: [String: Bool] = [:]
        var members: Set<String> = []
        var servants = 0
        for entry in stays where entry.stay.overlaps(first, last) {
            let branch = entry.stay.branch
            let inside =
                isInside[branch]
                ?? registry.branch(branch).map { registry.isInside($0.org, org) } ?? false
            isInside[branch] = inside
            guard inside, members.insert(entry.stay.person).inserted else { continue }
            if let number = entry.number, served.contains(number) { servants += 1 }
        }
        return (Int64(members.count), Int64(servants))
    }
}
