import PartyBuilding
import Schema

/// PJ-05 星级堡垒榜: where each rating stands; how many branches hold how many stars.
struct FortressRating: ReadModel {
    static let ratingKind: UInt8 = 1

    /// Groups (cycle, stars, branch): [restated, 1].
    private static let starsTable: UInt8 = 1

    let name = "fortress_rating"
    let id = "PJ-05"
    let version: UInt32 = 1
    let takesPeriod = true
    let tables = [
        ModelTable("rows", "taizhang.ratings.v1.FortressRatingRow"),
        ModelTable("summary", "taizhang.ratings.v1.FortressRatingSummaryRow"),
    ]

    static func starsGroup(cycle: Int32, stars: Int32, branch: String) -> ModelKey {
        ModelKey().byte(starsTable).number(Int64(cycle)).number(Int64(stars)).text(branch)
    }

    let types = StarRatingRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        guard types.contains(fact.type) else { return [] }
        return [EntityKey(Self.ratingKind, fact.streamIdentity)]
    }

    func makeRecord(_ entity: EntityKey) -> any Record { StarRatingRecord(id: entity.id) }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        if ask.table == "summary" { return try summary(ask, into: sink) }
        var found: [(key: ModelKey, row: FortressRatingRow, isRestated: Bool)] = []
        try ask.shelf.rows(Self.ratingKind, asOf: ask.asOf) { id, bytes in
            guard var row = FortressRatingRow(wireBytes: bytes) else {
                throw ModelFault.corrupted("rating \(id)")
            }
            row.org = ask.registry.org(ofBranch: row.branch)
            guard ask.includes(row.org), isAsked(row.cycle, ask) else { return true }
            let since = LocalDate(dayNumber: Int32(clamping: row.daysInStage))
            row.daysInStage = Int64(ask.asOf.days(since: since))
            let isRestated = row.restated
            row.restated = false
            found.append((ModelKey().number(Int64(row.cycle)).text(row.branch), row, isRestated))
            return true
        }
        for (key, row, isRestated) in found.sorted(by: { $0.key < $1.key }) {
            guard try sink.offer(key, row, restated: isRestated) else { return }
        }
    }

    /// A dissolved branch keeps its stars but leaves the list; each branch counts once.
    private func summary(_ ask: RowAsk, into sink: any RowSink) throws {
        var counts: [ModelKey: FortressRatingSummaryRow] = [:]
        var restated: Set<ModelKey> = []
        try ask.shelf.sums(Self.starsTable, asOf: ask.asOf) { group, sums in
            guard sums[1] > 0 else { return }
            let cycle = Int32(clamping: try group.number())
            let stars = Int32(clamping: try group.number())
            let org = ask.registry.org(ofBranch: try group.text())
            guard ask.includes(org), isAsked(cycle, ask) else { return }
            let key = ModelKey().number(Int64(cycle)).number(-Int64(stars))
            var row = counts[key] ?? FortressRatingSummaryRow()
            row.cycle = cycle
            row.stars = stars
            row.count = try checkedSum(row.count, 1, "branches")
            if sums[0] > 0 { restated.insert(key) }
            counts[key] = row
        }
        for (key, row) in counts.sorted(by: { $0.key < $1.key }) {
            guard try sink.offer(key, row, restated: restated.contains(key)) else { return }
        }
    }

    private func isAsked(_ cycle: Int32, _ ask: RowAsk) -> Bool {
        guard let period = ask.period else { return true }
        return CalendarPeriod(year: Int(cycle)) == period
    }
}
