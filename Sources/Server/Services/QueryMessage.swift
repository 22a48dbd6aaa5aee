import PartyBuilding
import ReadModels
import Schema

/// Writes the messages of an answer (`QueryResponse`) without copying rows more than once.
enum QueryMessage {
    /// The most bytes that a row takes in a message.
    static func bytes(of row: ModelRow) -> Int { row.bytes.count + 6 }

    /// - Parameters:
    ///   - page: where the rows come from.
    ///   - rows: those that this message holds.
    ///   - nextPage: where the next page begins; nil for nowhere.
    static func encoded(
        _ page: ModelPage, _ rows: ArraySlice<ModelRow>, nextPage: [UInt8]?
    ) -> [UInt8] {
        let rowBytes = rows.reduce(0) { $0 + bytes(of: $1) }
        var writer = WireWriter(
            capacity: 48 + page.rowType.utf8.count + rowBytes + (nextPage?.count ?? 0))
        writer.string(page.rowType, field: 1)
        for row in rows { writer.delimited(row.bytes, field: 2) }
        if page.position != 0 { writer.varint(page.position, field: 3) }
        let asOf = page.asOf.yyyymmdd
        if asOf != 0 { writer.varint(UInt64(bitPattern: Int64(asOf)), field: 4) }
        if page.knownAt != 0 { writer.varint(UInt64(bitPattern: page.knownAt), field: 5) }
        if let nextPage { writer.delimited(nextPage, field: 6) }
        return writer.bytes
    }
}
