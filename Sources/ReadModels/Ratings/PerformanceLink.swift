import PartyBuilding
import Schema

/// PJ-07 年度先锋指数与绩效挂钩: which coefficient applies to the linked share of incentive pay.
struct PerformanceLink: ReadModel {
    static let yearKind: UInt8 = 1

    let name = "performance_link"
    let id = "PJ-07"
    let version: UInt32 = 1
    let takesPeriod = true
    let tables = [ModelTable("rows", "taizhang.ratings.v1.PerformanceLinkRow")]

    let types = AppraisalRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        AppraisalRecord.entity(of: fact).map { [EntityKey(Self.yearKind, $0)] } ?? []
    }

    func makeRecord(_ entity: EntityKey) -> any Record { AppraisalRecord(id: entity.id) }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        var found: [(key: ModelKey, row: PerformanceLinkRow, isRestated: Bool)] = []
        try ask.shelf.rows(Self.yearKind, asOf: ask.asOf) { _, bytes in
            let content = try AppraisalRecord.content(bytes)
            if let period = ask.period, CalendarPeriod(year: Int(content.year)) != period {
                return true
            }
            let org = try org(of: content, ask)
            guard ask.includes(org) else { return true }
            let key = ModelKey().number(Int64(content.year)).text(content.person)
            guard sink.wants(key) else { return true }
            var row = try row(content, ask)
            row.org = org
            found.append((key, row, content.isRestated || row.hasRestatedIndex))
            return true
        }
        for (key, row, isRestated) in found.sorted(by: { $0.key < $1.key }) {
            guard try sink.offer(key, row, restated: isRestated) else { return }
        }
    }

    private func org(of content: AppraisalRecord.Content, _ ask: RowAsk) throws -> String {
        guard let year = CalendarPeriod(year: Int(content.year)) else { return content.tenant }
        let branch = try ask.registry.branch(
            of: content.person, on: min(year.lastDay, ask.asOf))
        return branch.flatMap { ask.registry.branch($0)?.org } ?? content.tenant
    }

    private func row(
        _ content: AppraisalRecord.Content, _ ask: RowAsk
    ) throws -> PerformanceLinkRow {
        var row = PerformanceLinkRow()
        row.year = content.year
        row.person = content.person
        let countable = try content.finals.filter { try isCountable($0, content.person, ask) }
        if let appraisal = content.appraisal {
            let used = content.finals.filter { appraisal.quarters.contains($0.quarter) }
            row.appraised = true
            row.quartersUsed = appraisal.quarters
            row.qScores = used.map { $0.appraisedScore ?? $0.score }
            row.annualIndex = appraisal.index
            if let grade = appraisal.grade { row.grade = grade }
            // What was used, and what became final only afterwards.
            let now = content.finals.filter { final in
                used.contains(final)
                    || (final.appraisedScore == nil && countable.contains(final))
            }
            if content.isRestated || now.count != used.count,
                let index = PioneerScore.annualIndex(now.map(\.score)), index != appraisal.index
            {
                row.restatedIndex = index
            }
        } else {
            row.quartersUsed = countable.map(\.quarter)
            row.qScores = countable.map(\.score)
            if let index = PioneerScore.annualIndex(countable.map(\.score)) {
                row.annualIndex = index
            }
        }
        link(content, ask, &row)
        row.ruleVersion = ask.rules.version
        return row
    }

    private func link(
        _ content: AppraisalRecord.Content, _ ask: RowAsk, _ row: inout PerformanceLinkRow
    ) {
        let share = content.link?.share ?? Int64(ask.rules[.linkedShareBp])
        row.linkedShareBp = share
        if let link = content.link {
            row.coefficientBp = link.coefficient
            row.exportedOn = link.on.yyyymmdd
        } else if row.hasAnnualIndex {
            row.coefficientBp = PioneerScore.coefficient(row.annualIndex)
        }
        if row.hasCoefficientBp,
            let factor = PioneerScore.factor(share: share, coefficient: row.coefficientBp)
        {
            row.factorBp = factor
        }
    }

    /// A quarter counts when the member was on a roll for 45 days of it (R-PI-04). Who is on no
    /// roll at all is not judged by it.
    private func isCountable(
        _ final: AppraisalRecord.Final, _ person: String, _ ask: RowAsk
    ) throws -> Bool {
        let stays = try ask.registry.stays(of: person)
        guard !stays.isEmpty, let quarter = Quarter(yyyyq: final.quarter) else { return true }
        let period = CalendarPeriod.quarter(quarter)
        let days = stays.reduce(0) { sum, stay in
            let from = max(stay.from, period.start)
            let to = min(stay.to, period.end)
            return from < to ? sum + to.days(since: from) : sum
        }
        return days >= ask.rules[.quarterRollDays]
    }
}
