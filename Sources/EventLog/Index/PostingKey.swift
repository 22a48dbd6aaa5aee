import LMDB
import LogFormat

/// Which list of positions: the lists that the index keeps for every event.
enum ListKind: UInt8, Sendable, CaseIterable {
    case stream = 1
    case tag = 2
    case category = 3
    case type = 4
}

/// A list in the index's table: its kind and the interned number of its name, or the type's own
/// number.
struct ListID: Hashable, Comparable, Sendable {
    let kind: ListKind
    let number: UInt32

    static func < (left: ListID, right: ListID) -> Bool {
        left.kind == right.kind
            ? left.number < right.number : left.kind.rawValue < right.kind.rawValue
    }
}

/// The key of a chunk of positions: 1 byte kind, 4 bytes number, 8 bytes first position, all
/// big-endian, so that the chunks of a list lie side by side in order.
struct PostingKey: Equatable, ByteSource {
    static let size = 13

    let list: ListID
    let first: UInt64

    /// Lends the key's bytes.
    borrowing func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Three bytes stand before the key, so that its numbers lie side by side.
        var room = (UInt64(0), UInt64(0))
        let number = UInt64(list.number)
        room.0 = (UInt64(list.kind.rawValue) << 32 | number).bigEndian
        room.1 = first.bigEndian
        return try Swift.withUnsafeBytes(of: &room) { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[3...]))
        }
    }

    init(list: ListID, first: UInt64) {
        self.list = list
        self.first = first
    }

    /// Nil for a key of another shape.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard bytes.count == Self.size, let kind = reader.uint8().flatMap(ListKind.init(rawValue:)),
            let number = reader.uint32BigEndian(), let first = reader.uint64BigEndian()
        else { return nil }
        list = ListID(kind: kind, number: number)
        self.first = first
    }
}
