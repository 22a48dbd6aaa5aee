import Checksum

/// What a value of the log holds after its header.
package enum ValueKind: UInt8, Sendable {
    /// A directory and records, as they were committed.
    case rawBatch = 1
    /// A directory and compressed frames.
    case sealedBlock = 2
}

/// The 64 bytes before every value of the log; the layout is in Schemas/log-format.md.
///
/// Its checksum covers the header and the directory behind it; the directory holds the checksums
/// of what follows. So one event can be read and proved without touching the rest of its value.
package struct ValueHeader: Equatable, Sendable {
    /// Bytes of a header.
    package static let size = 64
    /// Bytes of a raw batch's directory per record.
    package static let entrySize = 8
    /// "TZV1", as it is read in one piece, little-endian.
    private static let magic: UInt32 = 0x3156_5A54
    /// Bytes before the checksum, which they are part of.
    private static let checkedSize = 60
    private static let continuedFlag: UInt8 = 1

    package var kind: ValueKind
    /// Position of the first event; the value's key.
    package var first: UInt64
    /// Number of events, at least 1.
    package var count: UInt32
    /// Bytes after the header.
    package var bodyLength: UInt32
    /// Bytes of the directory, which are the first of the body.
    package var directoryLength: Int
    /// Root of the Merkle tree over all events up to the last one of this value.
    package var root: MerkleHash
    /// Whether the next value belongs to the same commit: only with it are the requests whole.
    package var isContinued: Bool

    package init(
        kind: ValueKind, first: UInt64, count: UInt32, bodyLength: UInt32, directoryLength: Int,
        root: MerkleHash, isContinued: Bool
    ) {
        self.kind = kind
        self.first = first
        self.count = count
        self.bodyLength = bodyLength
        self.directoryLength = directoryLength
        self.root = root
        self.isContinued = isContinued
    }

    /// The last position in the value.
    package var last: UInt64 {
        first + UInt64(count) - 1
    }

    /// Writes the header in front of its body, whose directory lies in `value` already.
    package func write(to value: UnsafeMutableRawBufferPointer) {
        value.storeBytes(of: Self.magic.littleEndian, toByteOffset: 0, as: UInt32.self)
        value[4] = kind.rawValue
        value[5] = isContinued ? Self.continuedFlag : 0
        value.storeBytes(of: UInt16(Self.size).littleEndian, toByteOffset: 6, as: UInt16.self)
        value.storeBytes(of: first.littleEndian, toByteOffset: 8, as: UInt64.self)
        value.storeBytes(of: count.littleEndian, toByteOffset: 16, as: UInt32.self)
        value.storeBytes(of: bodyLength.littleEndian, toByteOffset: 20, as: UInt32.self)
        root.withBytes {
            UnsafeMutableRawBufferPointer(rebasing: value[24..<56]).copyMemory(from: $0)
        }
        value.storeBytes(
            of: UInt32(directoryLength).littleEndian, toByteOffset: 56, as: UInt32.self)
        let sum = Self.checksum(
            of: UnsafeRawBufferPointer(value), directoryLength: directoryLength)
        value.storeBytes(of: sum.littleEndian, toByteOffset: Self.checkedSize, as: UInt32.self)
    }

    /// Reads a value's header and proves it and the directory.
    ///
    /// - Parameter position: what the value's key says; the header must say the same.
    package static func read(
        _ value: UnsafeRawBufferPointer, at position: UInt64
    ) throws(FormatFault) -> ValueHeader {
        func damaged(_ what: String) -> FormatFault {
            .damaged(position: position, what)
        }
        func number(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: value.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        guard value.count > size, number(0) == magic else {
            throw damaged("the value does not begin like one")
        }
        let directoryLength = Int(number(56))
        guard directoryLength <= value.count - size,
            checksum(of: value, directoryLength: directoryLength) == number(checkedSize)
        else {
            throw damaged("the checksum of the value's header is wrong")
        }
        guard let kind = ValueKind(rawValue: value[4]), value[5] & ~continuedFlag == 0,
            UInt16(littleEndian: value.loadUnaligned(fromByteOffset: 6, as: UInt16.self)) == size
        else {
            throw .unsupported(position: position, kind: value[4])
        }
        let header = ValueHeader(
            kind: kind,
            first: first(of: value), count: number(16), bodyLength: number(20),
            directoryLength: directoryLength,
            root: MerkleHash(UnsafeRawBufferPointer(rebasing: value[24..<56])) ?? .empty,
            isContinued: value[5] == continuedFlag)
        guard header.first == position, header.first > 0, header.count > 0,
            Int(header.bodyLength) == value.count - size,
            !header.first.addingReportingOverflow(UInt64(header.count)).overflow
        else {
            throw damaged("the value's header contradicts its key or length")
        }
        return header
    }

    /// Bytes of the value at the beginning of `bytes`, not proved.
    ///
    /// - Throws: `FormatFault` when there are fewer.
    package static func storedSize(
        _ bytes: UnsafeRawBufferPointer, at position: UInt64
    ) throws(FormatFault) -> Int {
        guard bytes.count >= size else {
            throw .damaged(position: position, "the value is cut off")
        }
        let body = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
        guard Int(body) <= bytes.count - size else {
            throw .damaged(position: position, "the value is cut off")
        }
        return size + Int(body)
    }

    /// Position of the first event of a value, not proved.
    static func first(of value: UnsafeRawBufferPointer) -> UInt64 {
        UInt64(littleEndian: value.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// The checksum over the header and the directory, of a sealed block without the frames'
    /// entries, which the frames' own checksums cover.
    package static func checksum(
        of value: UnsafeRawBufferPointer, directoryLength: Int
    ) -> UInt32 {
        let head = UnsafeRawBufferPointer(rebasing: value[..<checkedSize])
        let proved =
            value[4] == ValueKind.sealedBlock.rawValue
            ? min(directoryLength, ValueView.sealedProvedSize(first: first(of: value)))
            : directoryLength
        let directory = UnsafeRawBufferPointer(rebasing: value[size..<size + proved])
        return crc32(directory, continuing: crc32(head))
    }
}
