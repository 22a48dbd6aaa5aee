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
        encoded(page, rows, nextPage: nextPage) { _ in }
    }

    /// A page as the only message of its answer, to be sent now and at later instants.
    static func timeless(_ page: ModelPage) -> TimelessMessage {
        var places: [Int] = []
        let bytes = encoded(page, page.rows[...], nextPage: page.nextPage) { places.append($0) }
        return TimelessMessage(bytes: bytes, places: places, knownAt: page.knownAt)
    }

    /// - Parameter instant: told each place where the varint begins that says until when facts
    ///   are known.
    private static func encoded(
        _ page: ModelPage, _ rows: ArraySlice<ModelRow>, nextPage: [UInt8]?,
        _ instant: (Int) -> Void
    ) -> [UInt8] {
        let rowBytes = rows.reduce(0) { $0 + bytes(of: $1) }
        var writer = WireWriter(
            capacity: 48 + page.rowType.utf8.count + rowBytes + (nextPage?.count ?? 0))
        writer.string(page.rowType, field: 1)
        for row in rows {
            writer.delimited(row.bytes, field: 2)
            instant(writer.bytes.count - row.bytes.count + row.knownAtPlace)
        }
        if page.position != 0 { writer.varint(page.position, field: 3) }
        let asOf = page.asOf.yyyymmdd
        if asOf != 0 { writer.varint(UInt64(bitPattern: Int64(asOf)), field: 4) }
        if page.knownAt != 0 {
            let knownAt = UInt64(bitPattern: page.knownAt)
            writer.varint(knownAt, field: 5)
            instant(writer.bytes.count - WireWriter.byteCount(of: knownAt))
        }
        if let nextPage { writer.delimited(nextPage, field: 6) }
        return writer.bytes
    }
}

/// A message that says in some places until when facts are known, and nothing else that changes
/// with the instant of asking.
struct TimelessMessage: Sendable {
    let bytes: [UInt8]
    /// Where a varint of the instant begins.
    private let places: [Int]
    private let knownAt: Int64

    fileprivate init(bytes: [UInt8], places: [Int], knownAt: Int64) {
        self.bytes = bytes
        self.places = places
        self.knownAt = knownAt
    }

    /// The message of another instant.
    ///
    /// - Returns: nil when the instant takes up more or less room.
    func at(_ knownAt: Int64) -> [UInt8]? {
        if knownAt == self.knownAt { return bytes }
        let value = UInt64(bitPattern: knownAt)
        let count = WireWriter.byteCount(of: value)
        guard knownAt != 0, self.knownAt != 0,
            count == WireWriter.byteCount(of: UInt64(bitPattern: self.knownAt))
        else { return nil }
        var bytes = bytes
        bytes.withUnsafeMutableBytes { bytes in
            for place in places where place + count <= bytes.count {
                var rest = value
                for offset in 0..<count - 1 {
                    bytes[place + offset] = UInt8(truncatingIfNeeded: rest) | 0x80
                    rest >>= 7
                }
                bytes[place + count - 1] = UInt8(truncatingIfNeeded: rest)
            }
        }
        return bytes
    }
}
