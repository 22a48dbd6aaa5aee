import PartyBuilding
import Schema

/// One table of one model with what queries look up in the schema.
struct QueryTable: Sendable {
    let model: any ReadModel
    let table: ModelTable
    let descriptor: MessageDescriptor
    let source: RowSource

    /// The tables by the names of their models.
    static func all(_ models: [any ReadModel]) -> [String: [QueryTable]] {
        var tables: [String: [QueryTable]] = [:]
        for model in models {
            tables[model.name] = model.tables.compactMap { table in
                MessageDescriptor.named(table.rowType).map {
                    QueryTable(
                        model: model, table: table, descriptor: $0,
                        source: model.source(of: table.name))
                }
            }
        }
        return tables
    }
}

/// A query that was found usable, in the terms of the models.
struct QueryPlan {
    let model: any ReadModel
    let table: ModelTable
    let source: RowSource
    let org: String?
    let period: CalendarPeriod?
    let asOf: LocalDate
    /// Nil for what is known now.
    let knownAt: Int64?
    /// The instant of asking.
    let now: Int64
    let limit: Int
    let conditions: RowConditions
    /// Key of the last row of the page before.
    let after: [UInt8]?
    /// The only entity whose row the conditions let through; nil when there may be several.
    let entity: EntityKey?
    private let query: ModelQuery

    /// - Throws: `ModelFault` for a query that cannot be used.
    init(_ query: ModelQuery, _ tables: [String: [QueryTable]]) throws(ModelFault) {
        guard let found = tables[query.model] else { throw .unknownModel(query.model) }
        guard let entry = found.first(where: { $0.table.name == query.table }) else {
            throw .unknownModel("\(query.model) \(query.table)")
        }
        if query.period != nil, !entry.model.takesPeriod {
            throw .invalidQuery("\(query.model) has no periods")
        }
        var token: PageToken?
        if let bytes = query.pageToken {
            token = try PageToken(encoded: bytes)
            if token?.filter != PageToken.filter(of: query) {
                throw .invalidQuery("the page token belongs to another query")
            }
        }
        self.query = query
        model = entry.model
        table = entry.table
        source = entry.source
        org = query.org
        period = query.period
        asOf = token?.asOf ?? query.asOf ?? LocalDate(instant: query.now)
        knownAt = token?.knownAt ?? query.knownAt
        now = query.now
        limit = max(0, query.limit)
        after = token?.lastKey
        conditions = try RowConditions(query.conditions, entry.descriptor)
        entity = source.entityKind.flatMap { kind in
            query.conditions.first { $0.column == entry.source.entityColumn && !$0.value.isEmpty }
                .map { EntityKey(kind, $0.value) }
        }
    }

    func token(after key: [UInt8]) -> PageToken {
        PageToken(
            asOf: asOf, knownAt: knownAt, filter: PageToken.filter(of: query), lastKey: key)
    }

    func key(_ basis: AnswerBasis) -> AnswerKey {
        AnswerKey(
            basis: basis, table: table.name, org: org,
            period: period.map { [$0.start.dayNumber, Int32(clamping: $0.months)] })
    }
}

/// Names the rows of a query, whatever its conditions and pages are. The model is named by its
/// generation.
struct AnswerKey: Hashable, Sendable {
    let basis: AnswerBasis
    let table: String
    let org: String?
    /// First day and months.
    let period: [Int32]?
}
