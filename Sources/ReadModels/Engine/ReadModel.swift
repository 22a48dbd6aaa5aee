import PartyBuilding
import Schema

/// One table of a model.
package struct ModelTable: Equatable, Sendable {
    /// "rows", "summary" or "persons".
    package let name: String
    /// Full name of the row message, for example `taizhang.talent.v1.TalentPipelineRow`.
    package let rowType: String

    init(_ name: String, _ rowType: String) {
        self.name = name
        self.rowType = rowType
    }
}

/// A read model of specification section 4: which facts feed it, how they fold into records, and
/// how its rows are read from what the records emitted.
protocol ReadModel: Sendable {
    /// Name in queries, for example `talent_pipeline`.
    var name: String { get }

    /// Identity in the specification, for example `PJ-01`.
    var id: String { get }

    /// Raised when the model's code changes what it stores: the model is then built anew.
    var version: UInt32 { get }

    var tables: [ModelTable] { get }

    /// Whether a query may name a period: the model has a column of periods, quarters or years.
    var takesPeriod: Bool { get }

    /// The entities that a fact belongs to; none when the model does not use it.
    func entities(of fact: Fact) -> [EntityKey]

    /// Whether facts of a stream belong to the entities of all facts of that stream, because only
    /// the first one names them (the receipt of a transfer does not name the person).
    func isLinked(_ stream: String) -> Bool

    /// An empty record of an entity.
    func makeRecord(_ entity: EntityKey) -> any Record

    /// Offers the rows of a table to a sink in ascending order of their keys.
    func rows(_ ask: RowAsk, into sink: RowSink) throws
}

extension ReadModel {
    var takesPeriod: Bool { false }

    func isLinked(_ stream: String) -> Bool { false }
}

/// One question to one model: which rows, of which valid time, and what they are read from.
struct RowAsk {
    let table: String
    let org: String?
    let period: CalendarPeriod?
    let asOf: LocalDate
    let knownAt: Int64
    let shelf: Shelf
    let registry: Registry
    /// The rules in force on `asOf`.
    let rules: RuleSet

    /// Whether an organisation lies in what was asked for.
    func includes(_ org: String) -> Bool {
        guard let asked = self.org else { return true }
        return registry.isInside(org, asked)
    }

    /// The organisations whose rows count something that belongs to `org`: itself and all above it,
    /// as far as they were asked for.
    func rollUp(_ org: String) -> [String] {
        registry.chain(org).filter(includes)
    }

    /// The periods whose rows count a day: the one asked for, or its year, half-year, quarter and
    /// month.
    func periods(_ day: LocalDate) -> [CalendarPeriod] {
        guard let period else { return CalendarPeriod.containing(day) }
        return period.contains(day) ? [period] : []
    }

    /// Fills in the columns of P-LAW-6.
    func stamp(_ row: inout some LawColumns, restated: Bool) {
        row.asOf = asOf.yyyymmdd
        row.knownAt = knownAt
        row.restated = restated
    }
}

/// The columns that every row has (P-LAW-6).
protocol LawColumns {
    var asOf: Int32 { get set }
    var knownAt: Int64 { get set }
    var restated: Bool { get set }
}

extension TalentPipelineRow: LawColumns {}
extension BrandMetricsRow: LawColumns {}
extension FortressRatingRow: LawColumns {}
extension FortressRatingSummaryRow: LawColumns {}
extension PioneerIndexQuarterRow: LawColumns {}
extension PerformanceLinkRow: LawColumns {}
extension RectificationLedgerRow: LawColumns {}
extension RectificationSummaryRow: LawColumns {}
extension MembershipFunnelRow: LawColumns {}
extension MembershipFunnelPersonRow: LawColumns {}
extension MembershipFunnelSummaryRow: LawColumns {}
extension BranchHealthRow: LawColumns {}

/// Collects the rows of one page.
final class RowSink {
    private let after: [UInt8]?
    private let limit: Int
    private let accepts: ([UInt8]) throws -> Bool
    private(set) var rows: [ModelRow] = []
    /// Whether there is a row behind the last one collected.
    private(set) var hasMore = false

    /// - Parameters:
    ///   - after: key of the last row of the page before; only greater keys count.
    ///   - limit: most rows to collect; 0 for all.
    ///   - accepts: the query's conditions on columns.
    init(after: [UInt8]?, limit: Int, accepts: @escaping ([UInt8]) throws -> Bool) {
        self.after = after
        self.limit = limit
        self.accepts = accepts
    }

    /// The text component with which reading may begin, when keys begin with one.
    var firstTextAfter: String? {
        guard let after else { return nil }
        var reader = ModelKeyReader(after)
        return try? reader.text()
    }

    /// Whether a row with this key would be looked at; saves making rows of earlier pages.
    func wants(_ key: ModelKey) -> Bool {
        guard let after else { return true }
        return after.lexicographicallyPrecedes(key.bytes)
    }

    /// Takes a row.
    ///
    /// - Returns: false when the page is full.
    func offer(_ key: ModelKey, _ bytes: [UInt8]) throws -> Bool {
        guard wants(key), try accepts(bytes) else { return true }
        if limit > 0, rows.count >= limit {
            hasMore = true
            return false
        }
        rows.append(ModelRow(key: key.bytes, bytes: bytes))
        return true
    }
}

/// A row of an answer.
package struct ModelRow: Hashable, Sendable {
    /// Names the row inside its table and decides the order; opaque to clients.
    package let key: [UInt8]
    /// The row message.
    package let bytes: [UInt8]
}
