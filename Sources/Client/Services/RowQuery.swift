import Schema

import struct Foundation.Data

/// A question to a read model.
public struct RowQuery: Sendable, Equatable {
    /// For example `rectification_ledger`.
    public var model: String
    /// `rows`, `summary` or `persons`; nil for `rows`.
    public var table: String?
    /// Only this organisation and those below it.
    public var organisation: String?
    /// `2019`, `2019H1`, `2019Q2` or `2019-06`.
    public var period: String?
    /// Valid time, the end of this local day, as yyyymmdd; nil for today.
    public var asOf: Int32?
    /// Record time, inclusive, in microseconds since 1970 UTC; nil for now.
    public var knownAtMicroseconds: Int64?
    /// The model must have seen this position; the server waits for it until the deadline.
    public var atLeast: UInt64?
    /// Columns that must have these values, in their JSON form.
    public var columns: [String: String]
    /// At most so many rows; 0 for all.
    public var limit: UInt32
    /// Goes on behind a page.
    public var pageToken: [UInt8]?

    /// A question; what is left out does not restrict.
    public init(
        model: String, table: String? = nil, organisation: String? = nil, period: String? = nil,
        asOf: Int32? = nil, knownAtMicroseconds: Int64? = nil, atLeast: UInt64? = nil,
        columns: [String: String] = [:], limit: UInt32 = 0, pageToken: [UInt8]? = nil
    ) {
        self.model = model
        self.table = table
        self.organisation = organisation
        self.period = period
        self.asOf = asOf
        self.knownAtMicroseconds = knownAtMicroseconds
        self.atLeast = atLeast
        self.columns = columns
        self.limit = limit
        self.pageToken = pageToken
    }

    var message: QueryRequest {
        var message = QueryRequest()
        message.model = model
        if let table { message.table = table }
        if let organisation { message.org = organisation }
        if let period { message.period = period }
        if let asOf { message.asOf = asOf }
        if let knownAtMicroseconds { message.knownAtUs = knownAtMicroseconds }
        if let atLeast { message.atLeast = atLeast }
        for column in columns.keys.sorted() {
            var filter = ColumnFilter()
            filter.column = column
            filter.value = columns[column] ?? ""
            message.where.append(filter)
        }
        message.limit = limit
        if let pageToken { message.pageToken = Data(pageToken) }
        return message
    }
}

/// A row of a read model.
public struct LedgerRow: Sendable, Equatable {
    /// The full name of its message, for example `taizhang.talent.v1.TalentPipelineRow`.
    public let type: String
    /// The protobuf message.
    public let bytes: [UInt8]

    /// The row as JSON, columns in their order.
    ///
    /// - Throws: `TaizhangError` when this client does not know the type of the row.
    public func json() throws(TaizhangError) -> String {
        guard let descriptor = MessageDescriptor.named(type) else {
            throw TaizhangError(.unimplemented, "this client does not know rows of \(type)")
        }
        do { return try MessageJSON.encode(descriptor, bytes).text() } catch {
            throw TaizhangError(.internal, "a row of \(type) cannot be read: \(error)")
        }
    }
}

/// Rows as they arrive.
public struct RowPage: Sendable, Equatable {
    /// The rows, in the order of the model.
    public let rows: [LedgerRow]
    /// The position of the ledger that the rows contain.
    public let position: UInt64
    /// yyyymmdd
    public let asOf: Int32
    /// Record time of the answer: microseconds since 1970 UTC.
    public let knownAtMicroseconds: Int64
    /// For `RowQuery.pageToken`, when there is more than the limit.
    public let nextPage: [UInt8]?

    init(_ response: QueryResponse) {
        rows = response.rows.map { LedgerRow(type: response.rowType, bytes: [UInt8]($0)) }
        position = response.position
        asOf = response.asOf
        knownAtMicroseconds = response.knownAtUs
        nextPage = response.hasNextPage ? [UInt8](response.nextPage) : nil
    }
}

/// Changes of a read model's rows as they arrive.
public struct RowChanges: Sendable, Equatable {
    /// Rows that are new or different, each under its key.
    public let changed: [(key: [UInt8], row: LedgerRow)]
    /// Keys of rows that are gone.
    public let removed: [[UInt8]]
    /// The position of the ledger that the rows contain.
    public let position: UInt64
    /// yyyymmdd
    public let asOf: Int32
    /// All rows of the beginning have come; what follows is news.
    public let isCaughtUp: Bool

    init(_ response: WatchResponse) {
        changed = response.changed.map { watched in
            (
                [UInt8](watched.key),
                LedgerRow(type: response.rowType, bytes: [UInt8](watched.row))
            )
        }
        removed = response.removed.map { [UInt8]($0) }
        position = response.position
        asOf = response.asOf
        isCaughtUp = response.caughtUp
    }

    /// Equal when they say the same changes in the same order.
    public static func == (left: RowChanges, right: RowChanges) -> Bool {
        left.changed.elementsEqual(right.changed, by: ==) && left.removed == right.removed
            && left.position == right.position && left.asOf == right.asOf
            && left.isCaughtUp == right.isCaughtUp
    }
}
