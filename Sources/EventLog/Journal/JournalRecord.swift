import Checksum
import LogFormat

/// What tells a ledger's journal records from anything else: 16 random bytes that nobody outside
/// learns, so that no event can be made to look like a record.
struct JournalKey: Equatable, Sendable {
    static let size = 16

    let low: UInt64
    let high: UInt64

    /// A new one.
    static func random() -> JournalKey {
        JournalKey(low: .random(in: 0...UInt64.max), high: .random(in: 0...UInt64.max))
    }

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// Nil for bytes of another number.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard let low = reader.uint64(), let high = reader.uint64(), reader.remaining == 0 else {
            return nil
        }
        self.init(low: low, high: high)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: low)
        bytes.append(littleEndian: high)
        return bytes
    }
}

/// One commit as the journal holds it: a header of 64 bytes, the commit's values as they are stored
/// in the log, and zeros up to a whole number of blocks; the layout is in Schemas/log-format.md.
///
/// `@unchecked Sendable`: the bytes are filled before anybody else sees them and never change.
final class JournalRecord: @unchecked Sendable {
    /// Records begin at multiples of this, so that writing one never rewrites bytes of another.
    static let blockSize = 4_096
    static let headerSize = 64
    /// "TZJ1", as it is read in one piece, little-endian.
    private static let magic: UInt32 = 0x314A_5A54
    /// Bytes before the checksum, which covers them and the values.
    private static let checkedSize = 60

    /// One of the commit's values.
    struct Value {
        let first: UInt64
        let last: UInt64
        /// Where it lies in the record's bytes.
        let place: Range<Int>
    }

    let first: UInt64
    let last: UInt64
    let values: [Value]
    /// The log's head after the commit.
    let head: LogHead
    private let room: UnsafeMutableRawBufferPointer

    /// Lays a commit out.
    ///
    /// - Parameters:
    ///   - key: the ledger's key for its journal.
    ///   - commit: at least one value with at least one record each.
    init(key: JournalKey, _ commit: LogCommit) {
        let size = Self.headerSize + commit.values.reduce(0) { $0 + $1.storedBytes }
        room = Self.room(for: size)
        var values: [Value] = []
        values.reserveCapacity(commit.values.count)
        var offset = Self.headerSize
        for (index, value) in commit.values.enumerated() {
            let place = offset..<offset + value.storedBytes
            value.write(
                root: commit.roots[index], isContinued: index + 1 < commit.values.count,
                to: UnsafeMutableRawBufferPointer(rebasing: room[place]))
            values.append(Value(first: value.first, last: value.last, place: place))
            offset = place.upperBound
        }
        self.values = values
        head = commit.head
        first = values.first?.first ?? 0
        last = values.last?.last ?? 0
        Self.clear(room[size...])
        room.storeBytes(of: Self.magic.littleEndian, toByteOffset: 0, as: UInt32.self)
        room.storeBytes(
            of: UInt32(truncatingIfNeeded: size - Self.headerSize).littleEndian, toByteOffset: 4,
            as: UInt32.self)
        room.storeBytes(of: key.low.littleEndian, toByteOffset: 8, as: UInt64.self)
        room.storeBytes(of: key.high.littleEndian, toByteOffset: 16, as: UInt64.self)
        room.storeBytes(of: first.littleEndian, toByteOffset: 24, as: UInt64.self)
        room.storeBytes(of: last.littleEndian, toByteOffset: 32, as: UInt64.self)
        Self.clear(room[40..<Self.checkedSize])
        room.storeBytes(
            of: Self.checksum(UnsafeRawBufferPointer(rebasing: room[..<size])).littleEndian,
            toByteOffset: Self.checkedSize, as: UInt32.self)
    }

    /// Takes over a record that was read from a file, once its values are proved.
    ///
    /// - Parameter read: the record without the zeros behind it.
    init(_ read: JournalReading.Record, values: [Value], head: LogHead) {
        room = Self.room(for: read.bytes.count)
        room.copyBytes(from: read.bytes)
        Self.clear(room[read.bytes.count...])
        self.values = values
        self.head = head
        first = read.first
        last = read.last
    }

    deinit {
        room.deallocate()
    }

    private static func room(for size: Int) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: padded(size), alignment: 64)
    }

    private static func clear(_ room: Slice<UnsafeMutableRawBufferPointer>) {
        UnsafeMutableRawBufferPointer(rebasing: room).initializeMemory(
            as: UInt8.self, repeating: 0)
    }

    /// Bytes that a record of so many bytes takes in a file.
    static func padded(_ size: Int) -> Int {
        (size + blockSize - 1) / blockSize * blockSize
    }

    /// Bytes in a file of the record of a commit.
    static func paddedSize(of batch: [PendingValue]) -> Int {
        padded(headerSize + batch.reduce(0) { $0 + $1.storedBytes })
    }

    /// The whole record as it is written, a whole number of blocks.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(room) }

    /// A value as it is stored in the log; valid as long as the record is.
    func stored(_ value: Value) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: room[value.place])
    }

    /// Looks at the header and the checksum of what may be a record.
    ///
    /// - Parameter bytes: from the beginning of a block on; it may go on behind the record.
    /// - Returns: the record's positions and bytes; nil when it is not a whole record of this
    ///   ledger.
    static func read(
        _ bytes: UnsafeRawBufferPointer, key: JournalKey
    ) -> (first: UInt64, last: UInt64, size: Int)? {
        guard let (found, record) = parse(bytes), found == key else { return nil }
        return record
    }

    /// Whether there is a whole record, be it of another ledger.
    static func isRecord(_ bytes: UnsafeRawBufferPointer) -> Bool {
        parse(bytes) != nil
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer
    ) -> (key: JournalKey, record: (first: UInt64, last: UInt64, size: Int))? {
        var reader = ByteReader(bytes)
        guard reader.uint32() == magic, let length = reader.uint32(),
            let key = reader.take(JournalKey.size).flatMap({ JournalKey($0) }),
            let first = reader.uint64(), let last = reader.uint64(),
            first > 0, first <= last, last < UInt64.max, Int(length) > ValueHeader.size,
            Int(length) <= bytes.count - headerSize
        else { return nil }
        let size = headerSize + Int(length)
        let record = UnsafeRawBufferPointer(rebasing: bytes[..<size])
        let stated = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: checkedSize, as: UInt32.self))
        guard checksum(record) == stated else { return nil }
        return (key, (first, last, size))
    }

    private static func checksum(_ record: UnsafeRawBufferPointer) -> UInt32 {
        crc32(
            UnsafeRawBufferPointer(rebasing: record[headerSize...]),
            continuing: crc32(UnsafeRawBufferPointer(rebasing: record[..<checkedSize])))
    }
}
