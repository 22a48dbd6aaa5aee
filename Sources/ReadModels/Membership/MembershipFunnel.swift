import PartyBuilding
import Schema

/// PJ-12 发展党员漏斗: how many stand at each step, what is blocked, which limits expire.
struct MembershipFunnel: ReadModel {
    static let personKind: UInt8 = 1

    /// What the yearly line counts.
    enum Figure: Int64, CaseIterable {
        case applicants, activists, targets, admittedByApproval, admittedByVote, converted,
            extended, revoked, terminated
    }

    /// Groups (branch, stage): [restated, persons].
    private static let presentTable: UInt8 = 1
    /// Groups (branch, stage, day): [restated, entries].
    private static let entryTable: UInt8 = 2
    /// Groups (branch, stage, last day, days): [0, stays]; a histogram.
    private static let stayTable: UInt8 = 3
    /// Groups (branch, figure, day): [restated, persons].
    private static let yearTable: UInt8 = 4

    let name = "membership_funnel"
    let id = "PJ-12"
    let version: UInt32 = 1
    let takesPeriod = true
    let tables = [
        ModelTable("rows", "taizhang.membership.v1.MembershipFunnelRow"),
        ModelTable("persons", "taizhang.membership.v1.MembershipFunnelPersonRow"),
        ModelTable("summary", "taizhang.membership.v1.MembershipFunnelSummaryRow"),
    ]

    let types = FunnelRecord.types

    /// The rows of persons come each from its own record, but in the order of organisations.
    func source(of table: String) -> RowSource {
        table == "persons"
            ? RowSource(entityKind: Self.personKind, entityColumn: "person") : .whole
    }

    static func presentGroup(_ branch: String, _ stage: FunnelRecord.Stage) -> ModelKey {
        ModelKey().byte(presentTable).text(branch).text(stage.rawValue)
    }

    static func entryGroup(
        _ branch: String, _ stage: FunnelRecord.Stage, _ day: LocalDate
    ) -> ModelKey {
        ModelKey().byte(entryTable).text(branch).text(stage.rawValue).day(day)
    }

    static func stayGroup(
        _ branch: String, _ stage: FunnelRecord.Stage, ended day: LocalDate, days: Int64
    ) -> ModelKey {
        ModelKey().byte(stayTable).text(branch).text(stage.rawValue).day(day).number(days)
    }

    static func yearGroup(_ branch: String, _ figure: Figure, _ day: LocalDate) -> ModelKey {
        ModelKey().byte(yearTable).text(branch).number(figure.rawValue).day(day)
    }

    func entities(of fact: Fact) -> [EntityKey] {
        FunnelRecord.entities(of: fact).map { EntityKey(Self.personKind, $0) }
    }

    func isLinked(_ stream: String) -> Bool { subjectKind(stream) == "transfer" }

    func makeRecord(_ entity: EntityKey) -> any Record { FunnelRecord(person: entity.id) }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        switch ask.table {
        case "persons": try persons(ask, into: sink)
        case "summary": try summary(ask, into: sink)
        default: try stages(ask, into: sink)
        }
    }
}

// MARK: - Stages

extension MembershipFunnel {
    private struct Place: Hashable {
        let branch: String
        let stage: FunnelRecord.Stage
    }

    private struct Counts {
        var present: Int64 = 0
        var entered: Int64 = 0
        var stays = Histogram()
        var restated = false
    }

    private func stages(_ ask: RowAsk, into sink: any RowSink) throws {
        var counts: [Place: Counts] = [:]
        func place(_ group: inout ModelKeyReader) throws -> Place? {
            let branch = try group.text()
            guard let stage = FunnelRecord.Stage(rawValue: try group.text()),
                ask.includes(ask.registry.org(ofBranch: branch))
            else { return nil }
            return Place(branch: branch, stage: stage)
        }
        try ask.shelf.sums(Self.presentTable, asOf: ask.asOf) { group, sums in
            guard let place = try place(&group) else { return }
            counts[place, default: Counts()].present = sums[1]
            if sums[0] > 0 { counts[place, default: Counts()].restated = true }
        }
        try ask.shelf.sums(Self.entryTable, asOf: ask.asOf) { group, sums in
            guard let place = try place(&group),
                try isAsked(try group.day(), ask)
            else { return }
            counts[place, default: Counts()].entered = try checkedSum(
                counts[place]?.entered ?? 0, sums[1], "entries")
            if sums[0] > 0 { counts[place, default: Counts()].restated = true }
        }
        try ask.shelf.sums(Self.stayTable, asOf: ask.asOf) { group, sums in
            guard let place = try place(&group),
                try isAsked(try group.day(), ask)
            else { return }
            try counts[place, default: Counts()].stays.add(try group.number(), sums[1])
        }
        let rows = counts.map { place, counts in
            let org = ask.registry.org(ofBranch: place.branch)
            let key = ModelKey().text(org).text(place.branch).number(place.stage.order)
            return (key: key, row: row(place, org, counts, ask), isRestated: counts.restated)
        }
        for (key, row, isRestated) in rows.sorted(by: { $0.key < $1.key }) {
            guard try sink.offer(key, row, restated: isRestated) else { return }
        }
    }

    private func isAsked(_ day: LocalDate, _ ask: RowAsk) throws -> Bool {
        ask.period?.contains(day) ?? true
    }

    private func row(
        _ place: Place, _ org: String, _ counts: Counts, _ ask: RowAsk
    ) -> MembershipFunnelRow {
        var row = MembershipFunnelRow()
        row.org = org
        row.branch = place.branch
        row.stage = place.stage.rawValue
        if let period = ask.period { row.period = Period(period) }
        row.inStageNow = counts.present
        row.enteredInPeriod = counts.entered
        if let median = Ratio.median(sorted: counts.stays.sorted) { row.medianDays = median }
        return row
    }
}

// MARK: - Persons

extension MembershipFunnel {
    private func persons(_ ask: RowAsk, into sink: any RowSink) throws {
        var rows: [(key: ModelKey, row: MembershipFunnelPersonRow, isRestated: Bool)] = []
        try ask.entities(Self.personKind) { _, bytes in
            let status = try FunnelStatus(encoded: bytes)
            let org = ask.registry.org(ofBranch: status.branch)
            guard ask.includes(org) else { return true }
            let key = ModelKey().text(org).text(status.branch).text(status.person)
            if sink.wants(key) {
                rows.append((key, row(status, org, ask), status.isRestated))
            }
            return true
        }
        for (key, row, isRestated) in rows.sorted(by: { $0.key < $1.key }) {
            guard try sink.offer(key, row, restated: isRestated) else { return }
        }
    }

    private func row(
        _ status: FunnelStatus, _ org: String, _ ask: RowAsk
    ) -> MembershipFunnelPersonRow {
        let outlook = status.outlook(ask.rules, asOf: ask.asOf)
        var row = MembershipFunnelPersonRow()
        row.org = org
        row.branch = status.branch
        row.person = status.person
        row.stage = status.stage?.rawValue ?? ""
        row.enteredOn = status.enteredOn.yyyymmdd
        row.daysInStage = Int64(ask.asOf.days(since: status.enteredOn))
        if let day = outlook.nextEarliest { row.nextEarliestOn = day.yyyymmdd }
        if let day = outlook.deadline { row.deadlineOn = day.yyyymmdd }
        if let day = outlook.hardDeadline { row.hardDeadlineOn = day.yyyymmdd }
        if let rule = outlook.blocked { row.blockedReason = rule }
        if let category = status.category { row.category = category }
        row.inTransit = status.isInTransit
        return row
    }
}

// MARK: - Summary

extension MembershipFunnel {
    private func summary(_ ask: RowAsk, into sink: any RowSink) throws {
        var years: [Int: [Int64]] = [:]
        let width = Figure.allCases.count
        try ask.shelf.sums(Self.yearTable, asOf: ask.asOf) { group, sums in
            let branch = try group.text()
            let figure = try group.number()
            let day = try group.day()
            guard ask.includes(ask.registry.org(ofBranch: branch)),
                ask.period?.contains(day) ?? true, figure >= 0, figure < Int64(width)
            else { return }
            var measures = Array(repeating: Int64(0), count: width + 1)
            measures[Int(figure)] = sums[1]
            measures[width] = sums[0]
            years[day.year] = try added(years[day.year] ?? [], measures)
        }
        for (year, measures) in years.sorted(by: { $0.key < $1.key }) {
            for (index, basis) in ["APPROVED", "VOTED"].enumerated() {
                let admitted: Figure = index == 0 ? .admittedByApproval : .admittedByVote
                var row = MembershipFunnelSummaryRow()
                row.year = Int32(clamping: year)
                row.basis = basis
                row.applicants = measures[Int(Figure.applicants.rawValue)]
                row.activists = measures[Int(Figure.activists.rawValue)]
                row.targets = measures[Int(Figure.targets.rawValue)]
                row.admitted = measures[Int(admitted.rawValue)]
                row.converted = measures[Int(Figure.converted.rawValue)]
                row.extended = measures[Int(Figure.extended.rawValue)]
                row.revoked = measures[Int(Figure.revoked.rawValue)]
                row.terminated = measures[Int(Figure.terminated.rawValue)]
                let key = ModelKey().number(Int64(year)).number(Int64(index))
                let isRestated = measures[width] > 0
                guard try sink.offer(key, row, restated: isRestated) else { return }
            }
        }
    }
}
