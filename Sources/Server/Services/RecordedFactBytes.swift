import EventLog
import LogFormat
import Schema

/// Writes a message `ReadResponse` straight from the log's records, without a message object
/// between them: this is the path of every replay and subscription.
struct RecordedFactBytes {
    private var writer: WireWriter
    /// Events written.
    private(set) var count: UInt64 = 0

    /// - Parameter capacity: bytes to set aside at once.
    init(capacity: Int = 0) {
        writer = WireWriter(capacity: capacity)
    }

    /// Adds a message `RecordedFact`.
    mutating func add(_ record: StoredRecord, at position: UInt64) {
        let ledgerAt = UInt64(bitPattern: record.ledgerAt)
        let (stream, body) = (record.streamBytes, record.body)
        var size =
            3 + Self.size(of: position) + Self.size(of: record.streamVersion)
            + Self.size(of: ledgerAt) + Self.delimitedSize(stream.count)
            + Self.delimitedSize(body.count) + Self.delimitedSize(record.trailerCount)
        record.forEachTag { size += Self.delimitedSize($0.count) }
        writer.beginDelimited(count: size, field: 1)
        writer.varint(position, field: 1)
        writer.varint(record.streamVersion, field: 2)
        writer.varint(ledgerAt, field: 3)
        writer.delimited(stream, field: 4)
        record.forEachTag { writer.delimited($0, field: 4) }
        writer.delimited(body, field: 5)
        writer.beginDelimited(count: record.trailerCount, field: 6)
        record.forEachTrailerPiece { writer.append($0) }
        count += 1
    }

    /// The whole message.
    ///
    /// - Parameters:
    ///   - next: everything before it has been considered.
    ///   - isCaughtUp: all that was there has been delivered.
    consuming func finish(next: Position, head: Position, isCaughtUp: Bool) -> [UInt8] {
        writer.varint(next.value, field: 2)
        writer.varint(head.value, field: 3)
        if isCaughtUp { writer.varint(1, field: 4) }
        return writer.bytes
    }

    /// Bytes of a field of the given length with a number below 16.
    private static func delimitedSize(_ count: Int) -> Int {
        1 + size(of: UInt64(count)) + count
    }

    private static func size(of value: UInt64) -> Int {
        WireWriter.byteCount(of: value)
    }
}
