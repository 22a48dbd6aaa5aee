import PartyBuilding
import Schema

/// PJ-06 季度党员先锋指数: the quarterly score of each member and what it is made of.
struct PioneerIndexQuarter: ReadModel {
    static let quarterKind: UInt8 = 1
    static let schemeKind: UInt8 = 2

    let name = "pioneer_index_quarter"
    let id = "PJ-06"
    let version: UInt32 = 1
    let takesPeriod = true
    let tables = [ModelTable("rows", "taizhang.ratings.v1.PioneerIndexQuarterRow")]

    let types = [.indicatorSchemeAdopted] + PioneerQuarterRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        if case .indicatorSchemeAdopted(let event) = fact.payload {
            return event.schemeKind == .pioneerIndex
                ? [EntityKey(Self.schemeKind, fact.streamIdentity)] : []
        }
        guard PioneerQuarterRecord.types.contains(fact.type) else { return [] }
        return [EntityKey(Self.quarterKind, fact.streamIdentity)]
    }

    func makeRecord(_ entity: EntityKey) -> any Record {
        entity.kind == Self.schemeKind
            ? PioneerSchemeRecord() : PioneerQuarterRecord(id: entity.id)
    }

    private struct Member {
        let key: ModelKey
        let branch: String
        var row: PioneerIndexQuarterRow
        let isRestated: Bool
    }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        var members = try readMembers(ask)
        rank(&members)
        for member in members.sorted(by: { $0.key < $1.key }) where ask.includes(member.row.org) {
            if let period = ask.period {
                guard let quarter = Quarter(yyyyq: member.row.quarter),
                    period.contains(.quarter(quarter))
                else { continue }
            }
            guard try sink.offer(member.key, member.row, restated: member.isRestated) else {
                return
            }
        }
    }

    private func readMembers(_ ask: RowAsk) throws -> [Member] {
        var schemes: [PioneerScheme] = []
        try ask.shelf.rows(Self.schemeKind, asOf: ask.asOf) { _, row in
            schemes += try PioneerSchemeRecord.schemes(row)
            return true
        }
        var members: [Member] = []
        try ask.shelf.rows(Self.quarterKind, asOf: ask.asOf) { _, bytes in
            let content = try PioneerQuarterRecord.content(bytes)
            guard let quarter = Quarter(yyyyq: content.quarter) else { return true }
            let lastDay = min(CalendarPeriod.quarter(quarter).lastDay, ask.asOf)
            let held = try ask.registry.branch(of: content.person, on: lastDay)
            let branch = held ?? content.postedBranch ?? ""
            let scheme = Self.scheme(for: content, quarter, in: schemes)
            var row = try Self.row(content, scheme, ask.rules)
            row.branch = branch
            row.org = ask.registry.branch(branch)?.org ?? content.tenant
            let key = ModelKey().number(Int64(content.quarter)).text(branch).text(content.person)
            members.append(
                Member(key: key, branch: branch, row: row, isRestated: content.isRestated))
            return true
        }
        return members
    }

    /// The scheme in force on the last day of the quarter that knows one of the indicators; of
    /// several the latest.
    static func scheme(
        for content: PioneerQuarterRecord.Content, _ quarter: Quarter, in schemes: [PioneerScheme]
    ) -> PioneerScheme? {
        let lastDay = CalendarPeriod.quarter(quarter).lastDay
        let inForce = schemes.filter { $0.validFrom <= lastDay && $0.tenant == content.tenant }
            .sorted { $0.validFrom < $1.validFrom }
        let fitting = inForce.last { scheme in
            content.points.contains { scheme.indicator($0.indicator) != nil }
        }
        return fitting ?? inForce.last
    }

    private static func row(
        _ content: PioneerQuarterRecord.Content, _ scheme: PioneerScheme?, _ rules: RuleSet
    ) throws -> PioneerIndexQuarterRow {
        let score = try PioneerScore(
            content.points, scheme: scheme, bonusMax: Int64(rules[.bonusMaxCentiPoints]))
        var row = PioneerIndexQuarterRow()
        row.quarter = content.quarter
        row.person = content.person
        row.pointsByDimension = score.byDimension.map { dimension in
            var entry = PioneerIndexQuarterRow.PointsEntry()
            entry.key = dimension.dimension
            entry.value = dimension.points
            return entry
        }
        row.bonus = score.bonus
        row.deductions = score.deductions
        row.score = score.score
        if let day = content.postedOn { row.postedOn = day.yyyymmdd }
        if let day = content.postTo { row.postTo = day.yyyymmdd }
        row.objections = Int32(clamping: content.objections)
        row.final = content.finalScore != nil
        if let final = content.finalScore { row.finalScore = final }
        row.state = content.state.rawValue
        return row
    }

    /// Dense rank by final score inside the branch of a quarter.
    private func rank(_ members: inout [Member]) {
        var scores: [ModelKey: Set<Int64>] = [:]
        func place(_ member: Member) -> ModelKey {
            ModelKey().number(Int64(member.row.quarter)).text(member.branch)
        }
        for member in members where member.row.hasFinalScore {
            scores[place(member), default: []].insert(member.row.finalScore)
        }
        for index in members.indices where members[index].row.hasFinalScore {
            let own = members[index].row.finalScore
            let better = (scores[place(members[index])] ?? []).count { $0 > own }
            members[index].row.rankInBranch = Int32(clamping: better + 1)
        }
    }
}
