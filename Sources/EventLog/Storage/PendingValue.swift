import Checksum
import LogFormat

/// A value of the log in the making: its records one after the other, without header and
/// directory.
///
/// `@unchecked Sendable`: the sequencer's thread appends; once the value is part of a batch that
/// was handed on, nobody changes it any more and both threads read, until the batch is durable and
/// the value is begun anew. For the same reason its variables need no check for overlapping
/// accesses.
final class PendingValue: @unchecked Sendable {
    @exclusivity(unchecked) private(set) var first: UInt64
    /// Room for records; only the first `recordBytes` bytes mean anything.
    @exclusivity(unchecked) private var bytes: [UInt8] = []
    /// Bytes of records.
    @exclusivity(unchecked) private(set) var recordBytes = 0
    /// Where each record ends in `bytes`.
    @exclusivity(unchecked) private var ends: [Int] = []

    private static let roomMin = 4_096
    /// More than values of many records need; a single large one may have had it.
    private static let roomKeptMax = 256 << 10

    init(first: UInt64) {
        self.first = first
    }

    var count: Int { ends.count }

    /// The last position; meaningful once there is a record.
    var last: UInt64 { first + UInt64(count) - 1 }

    /// Whether its room is of a size that is needed again and again.
    var isWorthKeeping: Bool { bytes.count <= Self.roomKeptMax }

    /// Bytes of the value as stored, header and all.
    var storedBytes: Int {
        ValueHeader.size + count * ValueHeader.entrySize + recordBytes
    }

    /// Empties the value, whose room is kept.
    func begin(first: UInt64) {
        self.first = first
        recordBytes = 0
        ends.removeAll(keepingCapacity: true)
    }

    /// Appends the record that `write` appends to the bytes it is given.
    func append(_ write: (inout [UInt8]) -> Void) {
        var record: [UInt8] = []
        write(&record)
        append(count: record.count) { room in room.copyBytes(from: record) }
    }

    /// Appends a record of `size` bytes, which `write` fills.
    func append(count size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        let end = recordBytes + size
        if end > bytes.count {
            let room = max(end, 2 * bytes.count, Self.roomMin)
            bytes.append(contentsOf: repeatElement(0, count: room - bytes.count))
        }
        bytes.withUnsafeMutableBytes { all in
            write(UnsafeMutableRawBufferPointer(rebasing: all[recordBytes..<end]))
        }
        recordBytes = end
        ends.append(end)
    }

    /// Lends the record at a position that the value holds.
    func withRecord<Result>(
        at position: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let range = range(of: Int(position - first))
        return try bytes.withUnsafeBytes { all in
            try body(UnsafeRawBufferPointer(rebasing: all[range]))
        }
    }

    /// Lends every record in order.
    func forEachRecord(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { all in
            for index in ends.indices {
                body(UnsafeRawBufferPointer(rebasing: all[range(of: index)]))
            }
        }
    }

    /// Writes the value as it is stored into `storedBytes` bytes.
    func write(root: MerkleHash, isContinued: Bool, to value: UnsafeMutableRawBufferPointer) {
        var entry = ValueHeader.size
        bytes.withUnsafeBytes { all in
            for index in ends.indices {
                let sum = crc32(UnsafeRawBufferPointer(rebasing: all[range(of: index)]))
                value.storeBytes(
                    of: UInt32(truncatingIfNeeded: ends[index]).littleEndian, toByteOffset: entry,
                    as: UInt32.self)
                value.storeBytes(
                    of: sum.littleEndian, toByteOffset: entry + 4, as: UInt32.self)
                entry += ValueHeader.entrySize
            }
            UnsafeMutableRawBufferPointer(rebasing: value[entry...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: all[..<recordBytes]))
        }
        let header = ValueHeader(
            kind: .rawBatch, first: first, count: UInt32(truncatingIfNeeded: count),
            bodyLength: UInt32(truncatingIfNeeded: storedBytes - ValueHeader.size),
            directoryLength: count * ValueHeader.entrySize, root: root, isContinued: isContinued)
        header.write(to: value)
    }

    private func range(of index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }
}
