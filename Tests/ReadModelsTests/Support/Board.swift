import PartyBuilding
import ReadModels
import Schema
import TestSupport

/// An engine over a history, in a directory that is removed with it.
final class Board {
    let directory = TemporaryDirectory("views")
    let feed: ListFeed
    let engine: ModelEngine

    init(_ facts: [Fact], batch: Int = 4_096) throws {
        feed = ListFeed(facts)
        engine = try ModelEngine(directory: directory.appending("views"), feed: feed)
        try engine.catchUp(batchMax: batch)
    }

    deinit {
        engine.close()
    }

    /// The rows of a model as messages.
    func rows<Row: RowMessage>(
        _ model: String, as type: Row.Type, table: String = "rows", org: String? = nil,
        period: String? = nil, asOf: LocalDate, knownAt: Int64? = nil,
        where conditions: [(String, String)] = []
    ) throws -> [Row] {
        var query = ModelQuery(model: model, now: noon(day(20_991_231)))
        query.table = table
        query.org = org
        query.period = period.flatMap { CalendarPeriod($0) }
        query.asOf = asOf
        query.knownAt = knownAt
        query.conditions = conditions.map { .init(column: $0.0, value: $0.1) }
        return try engine.rows(query).rows.map { try Row(decoding: $0.bytes) }
    }
}

/// A row that a test can read.
protocol RowMessage {
    init(decoding bytes: [UInt8]) throws(SchemaError)
}

extension TalentPipelineRow: RowMessage {}
extension BrandMetricsRow: RowMessage {}
extension FortressRatingRow: RowMessage {}
extension FortressRatingSummaryRow: RowMessage {}
extension PioneerIndexQuarterRow: RowMessage {}
extension PerformanceLinkRow: RowMessage {}
extension RectificationLedgerRow: RowMessage {}
extension RectificationSummaryRow: RowMessage {}
extension MembershipFunnelRow: RowMessage {}
extension MembershipFunnelPersonRow: RowMessage {}
extension MembershipFunnelSummaryRow: RowMessage {}
extension BranchHealthRow: RowMessage {}
