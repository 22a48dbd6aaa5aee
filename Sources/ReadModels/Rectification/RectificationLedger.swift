import PartyBuilding
import Schema

/// PJ-08 整改台账: one row an issue, with what is open, overdue and who is responsible.
struct RectificationLedger: ReadModel {
    static let issueKind: UInt8 = 1

    let name = "rectification_ledger"
    let id = "PJ-08"
    let version: UInt32 = 1
    let tables = [
        ModelTable("rows", "taizhang.rectification.v1.RectificationLedgerRow")
    ]

    let types = IssueRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        guard types.contains(fact.type) else { return [] }
        return [EntityKey(Self.issueKind, fact.streamIdentity)]
    }

    func source(of table: String) -> RowSource {
        RowSource(entityKind: Self.issueKind, entityColumn: "issue", isInOrder: true)
    }

    func makeRecord(_ entity: EntityKey) -> any Record {
        IssueLedgerRecord(issue: IssueRecord(issue: entity.id))
    }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        try ask.entities(Self.issueKind, after: sink.firstTextAfter) { id, bytes in
            guard var row = RectificationLedgerRow(wireBytes: bytes) else {
                throw ModelFault.corrupted("row of issue \(id)")
            }
            guard ask.includes(row.org) else { return true }
            Self.complete(&row, asOf: ask.asOf)
            let isRestated = row.restated
            row.restated = false
            return try sink.offer(ModelKey().text(id), row, restated: isRestated)
        }
    }

    /// Fills in what depends on the day of asking. The due day itself is on time until its end.
    private static func complete(_ row: inout RectificationLedgerRow, asOf: LocalDate) {
        let closed = row.hasClosedOn ? LocalDate(yyyymmdd: row.closedOn) : nil
        if let found = LocalDate(yyyymmdd: row.foundOn) {
            row.daysOpen = Int64((closed ?? asOf).days(since: found))
        }
        let isExempt = row.state == "CLOSED" || row.state == "LONG_TERM"
        if !isExempt, row.hasCurrentDue, let due = LocalDate(yyyymmdd: row.currentDue), due < asOf {
            row.overdueDays = Int64(asOf.days(since: due))
        }
    }
}

/// The issue as the ledger keeps it: a row and no sums.
private struct IssueLedgerRecord: Record {
    var issue: IssueRecord

    mutating func apply(_ item: RecordFact) throws(ModelFault) { try issue.apply(item) }

    mutating func noteVoid(_ item: RecordFact) { issue.noteVoid(item) }

    func row() -> [UInt8]? { issue.row() }
}
