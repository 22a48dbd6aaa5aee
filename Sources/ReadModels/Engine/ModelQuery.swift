package import PartyBuilding

/// A question to a read model.
package struct ModelQuery: Sendable {
    /// A condition: the JSON form of a column equals a value.
    package struct Condition: Hashable, Sendable {
        package let column: String
        package let value: String

        package init(column: String, value: String) {
            self.column = column
            self.value = value
        }
    }

    /// Name of the model, for example `talent_pipeline`.
    package var model: String
    /// "rows", "summary" or "persons".
    package var table = "rows"
    /// Only what belongs to this organisation and those below it.
    package var org: String?
    package var period: CalendarPeriod?
    /// Valid time: the end of this day; nil is today.
    package var asOf: LocalDate?
    /// Record time, inclusive, microseconds since 1970-01-01T00:00:00Z; nil is now.
    package var knownAt: Int64?
    /// The answer must contain the fact at this position.
    package var atLeast: UInt64?
    package var conditions: [Condition] = []
    /// At most so many rows; 0 for all.
    package var limit = 0
    /// Continues behind a page.
    package var pageToken: [UInt8]?
    /// The instant of asking: what "today" and "now" mean.
    package var now: Int64

    package init(model: String, now: Int64) {
        self.model = model
        self.now = now
    }
}

/// The answer to a query, or one page of it.
package struct ModelPage: Sendable {
    /// Full name of the row message.
    package let rowType: String
    package let rows: [ModelRow]
    /// The log position that the rows contain.
    package let position: UInt64
    package let asOf: LocalDate
    package let knownAt: Int64
    /// Durable facts that the rows do not contain yet.
    package let lag: UInt64
    /// Asks for the rows behind these; nil when there are no more.
    package let nextPage: [UInt8]?
    /// What the rows were made from.
    package let standing: AnswerStanding
}

/// A query whose names were looked up, to be asked again at any later instant.
package final class Question: Sendable {
    let model: String
    /// Valid time; nil is the day of asking.
    let asOf: LocalDate?
    /// Record time; nil is the instant of asking.
    let knownAt: Int64?

    /// - Parameter query: one that was answered.
    /// - Returns: nil for one that continues a page, which is hardly ever asked again, and for one
    ///   whose rows depend on the instant of asking.
    package init?(_ query: ModelQuery) {
        guard query.pageToken == nil,
            !query.conditions.contains(where: { $0.column == "known_at" })
        else { return nil }
        model = query.model
        asOf = query.asOf
        knownAt = query.knownAt
    }
}

/// Where the next page begins, and the question that it continues.
struct PageToken {
    let asOf: LocalDate
    /// What the query itself has named. Otherwise each page says what is known when it is asked
    /// for: pages are no snapshots.
    let knownAt: Int64?
    /// Names model, table and conditions: a token fits no other query.
    let filter: [UInt8]
    let lastKey: [UInt8]

    private static let form: UInt8 = 2

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.byte(Self.form)
        writer.day(asOf)
        writer.optional(knownAt) { $0.signed($1) }
        writer.blob(filter)
        writer.blob(lastKey)
        return writer.bytes
    }

    init(asOf: LocalDate, knownAt: Int64?, filter: [UInt8], lastKey: [UInt8]) {
        self.asOf = asOf
        self.knownAt = knownAt
        self.filter = filter
        self.lastKey = lastKey
    }

    /// - Throws: `ModelFault.invalidQuery` for bytes that are no token.
    init(encoded bytes: [UInt8]) throws(ModelFault) {
        var reader = ByteReader(bytes)
        do {
            guard try reader.byte() == Self.form else { throw ModelFault.corrupted("page token") }
            asOf = try reader.day()
            knownAt = try reader.optional { (reader) throws(ModelFault) in try reader.signed() }
            filter = try reader.blob()
            lastKey = try reader.blob()
            // A token comes from outside: days beyond the calendar would not survive arithmetic.
            guard LocalDate(yyyymmdd: asOf.yyyymmdd) == asOf else {
                throw ModelFault.corrupted("page token")
            }
        } catch {
            throw .invalidQuery("the page token is not one of ours")
        }
    }

    /// The fingerprint of what a query asks for.
    static func filter(of query: ModelQuery) -> [UInt8] {
        var writer = ByteWriter()
        writer.string(query.model)
        writer.string(query.table)
        writer.optional(query.org) { $0.string($1) }
        writer.optional(query.period) { $0.string($1.description) }
        writer.list(query.conditions) { writer, condition in
            writer.string(condition.column)
            writer.string(condition.value)
        }
        return fingerprint(writer.bytes)
    }
}
