import PartyBuilding
import Schema

/// Everything from which the rows of one brand-metrics query are put together.
struct BrandBoard {
    /// Whom a row is about: a brand, or an organisation when `brand` is nil.
    struct Subject: Hashable {
        let org: String
        let brand: String?
    }

    struct Volume {
        let from: LocalDate
        let to: LocalDate
        /// Restated, person-times, persons.
        let measures: [Int64]
    }

    struct Award {
        let day: LocalDate
        let level: String
        let measures: [Int64]
    }

    /// The change of cumulative reads on a day.
    struct Reads {
        let day: LocalDate
        let measures: [Int64]
    }

    /// What belongs to one subject.
    struct Shares {
        /// Places and buckets of the activity board.
        var activities: [Int] = []
        var volumes: [Volume] = []
        var awards: [Award] = []
        var reads: [Reads] = []
    }

    private let ask: RowAsk
    private var brands: [String: BrandRecord.Identity] = [:]
    private var shares: [Subject: Shares] = [:]
    private var activities: ActivityBoard
    private let scope: MemberScope

    init(_ ask: RowAsk) throws {
        self.ask = ask
        scope = try MemberScope(ask.registry, try ask.services.persons())
        activities = ActivityBoard(asOf: ask.asOf)
        var brands: [String: BrandRecord.Identity] = [:]
        try ask.shelf.rows(BrandMetrics.brandKind, asOf: ask.asOf) { id, row in
            brands[id] = try BrandRecord.identity(row)
            return true
        }
        self.brands = brands
        for brand in brands.keys {
            if let subject = subject(ofBrand: brand, tenant: "") { shares[subject] = Shares() }
        }
        let reported = try readVolumes()
        try readActivities(reported)
        try readAwards()
    }

    /// In the order of the rows: organisations by identity, each before its brands.
    var subjects: [Subject] {
        shares.keys.sorted { ($0.org, $0.brand ?? "") < ($1.org, $1.brand ?? "") }
    }

    /// The period asked for, else every period with facts.
    func periods(of subject: Subject) -> [CalendarPeriod] {
        if let period = ask.period { return [period] }
        guard let share = shares[subject] else { return [] }
        var days = Set(share.awards.map(\.day))
        days.formUnion(share.reads.map(\.day))
        for index in share.activities {
            let month = activities.places[index].month
            if let day = LocalDate(year: month / 12, month: month % 12 + 1, day: 1) {
                days.insert(day)
            }
        }
        var periods = Set(days.filter { $0 <= ask.asOf }.flatMap(CalendarPeriod.containing))
        for volume in share.volumes where volume.to <= ask.asOf {
            periods.formUnion(
                CalendarPeriod.containing(volume.from).filter { $0.contains(volume.to) })
        }
        return periods.sorted()
    }

    /// - Returns: the row, and whether it is restated.
    func row(_ subject: Subject, _ period: CalendarPeriod) throws -> (BrandMetricsRow, Bool) {
        let share = shares[subject] ?? Shares()
        let last = min(period.lastDay, ask.asOf)
        let current = try BrandFigures(share, activities, from: period.start, to: last)
        // A period that has not ended is compared with as many days of the year before.
        let priorLast =
            last == period.lastDay ? period.yearBefore.lastDay : last.adding(months: -12)
        let prior = try BrandFigures(
            share, activities, from: period.yearBefore.start, to: priorLast)
        var row = BrandMetricsRow()
        row.org = subject.org
        var isRestated = current.restated > 0
        if let brand = subject.brand {
            row.brand = brand
            if let identity = brands[brand] {
                row.kind = identity.kind
                row.stage = identity.stage
                isRestated = isRestated || identity.isRestated
            }
        }
        row.period = Period(period)
        current.fill(&row)
        row.yoy = BrandFigures.growth(from: prior, to: current)
        let participation = scope.participation(
            of: current.members, in: subject.org, ask.registry, period.start, last)
        row.participationDenominator = participation.members
        row.participationNumerator = participation.served
        if let ratio = Ratio.basisPoints(
            row.participationNumerator, of: row.participationDenominator)
        {
            row.participationBp = ratio
        }
        row.ruleVersion = ask.rules.version
        return (row, isRestated)
    }
}

// MARK: - Reading

extension BrandBoard {
    /// The row of a brand stands under its holder's organisation; nil when not asked for.
    private func subject(ofBrand brand: String, tenant: String) -> Subject? {
        let org = org(ofBrand: brand) ?? tenant
        return ask.includes(org) ? Subject(org: org, brand: brand) : nil
    }

    private func org(ofBrand brand: String) -> String? {
        guard let identity = brands[brand] else { return nil }
        return ask.registry.org(ofSubject: identity.holder) ?? identity.tenant
    }

    /// The organisations and brands whose rows count something of these organisations and brands,
    /// each once.
    private func subjects(orgs: [String], brands: [String]) -> [Subject] {
        var found = Set(orgs.flatMap(ask.rollUp).map { Subject(org: $0, brand: nil) })
        for brand in brands {
            if let subject = subject(ofBrand: brand, tenant: orgs.first ?? "") {
                found.insert(subject)
            }
        }
        return Array(found)
    }

    /// - Returns: the reported periods of each programme.
    private mutating func readVolumes() throws -> [String: [(from: LocalDate, to: LocalDate)]] {
        var reported: [String: [(from: LocalDate, to: LocalDate)]] = [:]
        var found: [(tenant: String, brand: String, volume: Volume)] = []
        try ask.shelf.sums(BrandKeys.volumeTable, asOf: ask.asOf) { group, sums in
            let tenant = try group.text()
            let brand = try group.text()
            let programme = try group.text()
            let from = try group.day()
            let to = try group.day()
            if sums[3] > 0 { reported[programme, default: []].append((from, to)) }
            let measures = try added(sums, [0, 0, 0])
            found.append((tenant, brand, Volume(from: from, to: to, measures: measures)))
        }
        for (tenant, brand, volume) in found {
            let brands = brand.isEmpty ? [] : [brand]
            let orgs = [org(ofBrand: brand) ?? tenant]
            for subject in subjects(orgs: orgs, brands: brands) {
                shares[subject, default: Shares()].volumes.append(volume)
            }
        }
        return reported
    }

    private mutating func readActivities(
        _ reported: [String: [(from: LocalDate, to: LocalDate)]]
    ) throws {
        try activities.read(ask.shelf, ask.services, asOf: ask.asOf) { programme, day in
            reported[programme]?.contains { $0.from <= day && day <= $0.to } ?? false
        }
        let subjects = activities.groups.map { group in
            let orgs = group.hosts.compactMap { ask.registry.org(ofSubject: $0) }
            return self.subjects(orgs: orgs, brands: group.brands)
        }
        for (index, place) in activities.places.enumerated() {
            for subject in subjects[place.group] {
                shares[subject, default: Shares()].activities.append(index)
            }
        }
    }

    private mutating func readAwards() throws {
        var awards: [(recipient: String, tenant: String, award: Award)] = []
        try ask.shelf.sums(BrandKeys.awardTable, asOf: ask.asOf) { group, sums in
            let recipient = try group.text()
            let tenant = try group.text()
            let level = try group.text()
            let award = Award(
                day: try group.day(), level: level, measures: try added(sums, [0, 0]))
            awards.append((recipient, tenant, award))
        }
        for (recipient, tenant, award) in awards {
            let isBrand = subjectKind(recipient) == "brand"
            let brand = isBrand ? subjectIdentity(recipient) : ""
            let owner =
                (isBrand ? org(ofBrand: brand) : ask.registry.org(ofSubject: recipient)) ?? tenant
            for subject in subjects(orgs: [owner], brands: isBrand ? [brand] : []) {
                shares[subject, default: Shares()].awards.append(award)
            }
        }
        var reads: [(tenant: String, reads: Reads)] = []
        try ask.shelf.sums(BrandKeys.readsTable, asOf: ask.asOf) { group, sums in
            let tenant = try group.text()
            reads.append((tenant, Reads(day: try group.day(), measures: try added(sums, [0, 0]))))
        }
        for (tenant, reading) in reads {
            for subject in subjects(orgs: [tenant], brands: []) {
                shares[subject, default: Shares()].reads.append(reading)
            }
        }
    }
}
