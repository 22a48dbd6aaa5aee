import EventLog
import LogFormat
import Schema

/// Writes a message `ReadResponse` straight from the log's records, without a message object
/// between them: this is the path of every filtered replay and of every stream.
struct RecordedFactBytes: ~Copyable {
    private var room: UnsafeMutableRawBufferPointer
    /// Bytes of the room that are written.
    private var used = 0
    /// Events written.
    private(set) var count: UInt64 = 0

    /// What the fields behind the last event take at most.
    private static let endBytesMax = 3 * (1 + 10)

    /// - Parameter capacity: bytes to set aside at once.
    init(capacity: Int = 0) {
        room = .allocate(byteCount: max(capacity, Self.endBytesMax), alignment: 16)
    }

    deinit {
        room.deallocate()
    }

    /// Adds a message `RecordedFact`.
    mutating func add(_ record: StoredRecord, at position: UInt64) {
        let ledgerAt = UInt64(bitPattern: record.ledgerAt)
        let (stream, body) = (record.streamBytes, record.body)
        let (version, trailerCount) = (record.streamVersion, record.trailerCount)
        var size =
            Self.numberSize(position) + Self.numberSize(version) + Self.numberSize(ledgerAt)
            + Self.delimitedSize(stream.count)
            + Self.delimitedSize(body.count) + Self.delimitedSize(trailerCount)
        record.forEachTag { size += Self.delimitedSize($0.count) }
        makeRoom(for: Self.delimitedSize(size) + Self.endBytesMax)
        var out = WireRoom(room, from: used)
        out.beginDelimited(count: size, field: 1)
        out.number(position, field: 1)
        out.number(version, field: 2)
        out.number(ledgerAt, field: 3)
        out.delimited(stream, field: 4)
        record.forEachTag { out.delimited($0, field: 4) }
        out.delimited(body, field: 5)
        out.beginDelimited(count: trailerCount, field: 6)
        record.forEachTrailerPiece { out.append($0) }
        // A wrong size would show as a wrong message and not as damaged memory.
        used = min(out.count, room.count)
        count += 1
    }

    /// The whole message.
    ///
    /// - Parameters:
    ///   - next: everything before it has been considered.
    ///   - isCaughtUp: all that was there has been delivered.
    mutating func finish(next: Position, head: Position, isCaughtUp: Bool) -> [UInt8] {
        var out = WireRoom(room, from: used)
        out.number(next.value, field: 2)
        out.number(head.value, field: 3)
        if isCaughtUp { out.number(1, field: 4) }
        return [UInt8](UnsafeRawBufferPointer(rebasing: room[..<min(out.count, room.count)]))
    }

    private mutating func makeRoom(for count: Int) {
        guard room.count - used < count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(used + count, room.count * 2), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<used]))
        room.deallocate()
        room = larger
    }

    /// Bytes of a varint field with a number below 16, which is left out when it is zero.
    private static func numberSize(_ value: UInt64) -> Int {
        value == 0 ? 0 : 1 + WireWriter.byteCount(of: value)
    }

    /// Bytes of a field of the given length with a number below 16.
    private static func delimitedSize(_ count: Int) -> Int {
        1 + WireWriter.byteCount(of: UInt64(count)) + count
    }
}
