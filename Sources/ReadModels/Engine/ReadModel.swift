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

    /// The types of the facts that the records are folded from; facts of other types never come.
    var types: [EventType] { get }

    /// Whether the model reads the series of volunteer services (E05), which are not folded into
    /// records: an activity may have very many.
    var keepsServices: Bool { get }

    /// Whether a query may name a period: the model has a column of periods, quarters or years.
    var takesPeriod: Bool { get }

    /// The entities that a fact belongs to; none when the model does not use it.
    func entities(of fact: Fact) -> [EntityKey]

    /// Whether facts of a stream belong to the entities of all facts of that stream, because only
    /// the first one names them (the receipt of a transfer does not name the person).
    func isLinked(_ stream: String) -> Bool

    /// An empty record of an entity.
    func makeRecord(_ entity: EntityKey) -> any Record

    /// What the rows of a table are made of.
    func source(of table: String) -> RowSource

    /// Offers the rows of a table to a sink in ascending order of their keys.
    func rows(_ ask: RowAsk, into sink: any RowSink) throws
}

/// What the rows of a table are made of, which decides how a page is read.
struct RowSource {
    /// Each row comes from the record of one entity of this kind.
    var entityKind: UInt8?
    /// The column that holds the entity's identity.
    var entityColumn = ""
    /// The rows are read in the order of the entities, so that a page begins anywhere.
    var isInOrder = false

    /// Rows that are put together from many records.
    static let whole = RowSource()
}

extension ReadModel {
    var takesPeriod: Bool { false }

    var keepsServices: Bool { false }

    func source(of table: String) -> RowSource { .whole }

    func isLinked(_ stream: String) -> Bool { false }
}
