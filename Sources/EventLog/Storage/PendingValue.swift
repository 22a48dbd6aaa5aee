/// A value of the log in the making: records one after the other, without the header.
///
/// `@unchecked Sendable`: the sequencer's thread appends; once the value is part of a batch that
/// was handed on, nobody changes it any more and both threads read.
final class PendingValue: @unchecked Sendable {
    let first: UInt64
    /// Each record behind its length in four bytes, little-endian.
    private(set) var bytes: [UInt8] = []
    /// Where each record begins in `bytes`, behind its length.
    private var offsets: [Int] = []

    init(first: UInt64) {
        self.first = first
        bytes.reserveCapacity(4_096)
    }

    var count: Int { offsets.count }

    /// The last position; meaningful once there is a record.
    var last: UInt64 { first + UInt64(count) - 1 }

    /// Appends a record of `size` bytes, which `write` must append.
    func append(size: Int, _ write: (inout [UInt8]) -> Void) {
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: size))
        offsets.append(bytes.count)
        write(&bytes)
    }

    /// Takes the records from `index` on away again.
    func truncate(to index: Int) {
        guard index < offsets.count else { return }
        bytes.removeSubrange((offsets[index] - 4)...)
        offsets.removeSubrange(index...)
    }

    /// Lends the record at a position that the value holds.
    func withRecord<Result>(
        at position: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let index = Int(position - first)
        let end = index + 1 < offsets.count ? offsets[index + 1] - 4 : bytes.count
        let range = offsets[index]..<end
        return try bytes.withUnsafeBytes { all in
            try body(UnsafeRawBufferPointer(rebasing: all[range]))
        }
    }

    /// Lends every record in order.
    func forEachRecord(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { all in
            for index in offsets.indices {
                let end = index + 1 < offsets.count ? offsets[index + 1] - 4 : all.count
                body(UnsafeRawBufferPointer(rebasing: all[offsets[index]..<end]))
            }
        }
    }
}
