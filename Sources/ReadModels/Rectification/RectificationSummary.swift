import PartyBuilding
import Schema

/// PJ-09 整改销号率: how many issues of which source, how many closed, how many on time.
struct RectificationSummary: ReadModel {
    static let issueKind: UInt8 = 1

    /// Groups (org, source): [restated, registered, closed, long-term, reopened, closed with a due
    /// day, on time by the original day, on time by the current day].
    private static let countTable: UInt8 = 1
    /// Groups (org, source, due day): [0, open issues that are due on that day].
    private static let dueTable: UInt8 = 2

    let name = "rectification_summary"
    let id = "PJ-09"
    let version: UInt32 = 1
    let tables = [
        ModelTable("rows", "taizhang.rectification.v1.RectificationSummaryRow")
    ]

    static func group(_ org: String, _ source: String) -> ModelKey {
        ModelKey().byte(countTable).text(org).text(source)
    }

    static func dueGroup(_ org: String, _ source: String, _ due: LocalDate) -> ModelKey {
        ModelKey().byte(dueTable).text(org).text(source).day(due)
    }

    let types = IssueRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        guard types.contains(fact.type) else { return [] }
        return [EntityKey(Self.issueKind, fact.streamIdentity)]
    }

    func makeRecord(_ entity: EntityKey) -> any Record {
        IssueSummaryRecord(issue: IssueRecord(issue: entity.id))
    }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        var counts: [Group: [Int64]] = [:]
        func add(_ org: String, _ source: String, _ measures: [Int64]) throws {
            for above in ask.rollUp(org) {
                for group in [Group(above, source), Group(above, Self.total)] {
                    counts[group] = try added(counts[group] ?? [], measures)
                }
            }
        }
        try ask.shelf.sums(Self.countTable, asOf: ask.asOf) { group, sums in
            let org = try group.text()
            let source = try group.text()
            try add(org, source, try added(sums, Array(repeating: 0, count: 9)))
        }
        try ask.shelf.sums(Self.dueTable, asOf: ask.asOf) { group, sums in
            let org = try group.text()
            let source = try group.text()
            guard try group.day() < ask.asOf else { return }
            try add(org, source, [0, 0, 0, 0, 0, 0, 0, 0, sums[1]])
        }
        for (group, measures) in counts.sorted(by: { $0.key.key < $1.key.key }) {
            let row = row(group, measures, ask)
            guard try sink.offer(group.key, row, restated: measures[0] > 0) else { return }
        }
    }

    private static let total = "TOTAL"

    private struct Group: Hashable {
        let org: String
        let source: String

        init(_ org: String, _ source: String) {
            self.org = org
            self.source = source
        }

        /// The total comes behind the sources.
        var key: ModelKey {
            ModelKey().text(org).byte(source == RectificationSummary.total ? 1 : 0).text(source)
        }
    }

    private func row(
        _ group: Group, _ measures: [Int64], _ ask: RowAsk
    ) -> RectificationSummaryRow {
        var row = RectificationSummaryRow()
        row.org = group.org
        row.source = group.source
        row.registered = measures[1]
        row.closed = measures[2]
        row.open = measures[1] - measures[2]
        row.overdue = measures[8]
        row.longTerm = measures[3]
        row.reopened = measures[4]
        row.closingNumerator = measures[2]
        row.closingDenominator = measures[1] - measures[3]
        row.onTimeDenominator = measures[5]
        row.onTimeOriginalNumerator = measures[6]
        row.onTimeCurrentNumerator = measures[7]
        if let ratio = Ratio.basisPoints(row.closingNumerator, of: row.closingDenominator) {
            row.closingBp = ratio
        }
        if let ratio = Ratio.basisPoints(measures[6], of: measures[5]) {
            row.onTimeBpOriginal = ratio
        }
        if let ratio = Ratio.basisPoints(measures[7], of: measures[5]) {
            row.onTimeBpCurrent = ratio
        }
        row.ruleVersion = ask.rules.version
        return row
    }
}

/// The issue as the summary keeps it: sums and no row.
private struct IssueSummaryRecord: Record {
    var issue: IssueRecord

    mutating func apply(_ item: RecordFact) throws(ModelFault) { try issue.apply(item) }

    mutating func noteVoid(_ item: RecordFact) { issue.noteVoid(item) }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        try issue.contribute(to: &contributions)
    }
}
