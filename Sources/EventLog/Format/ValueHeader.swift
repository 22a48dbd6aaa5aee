import Zlib

/// What a value of the log holds after its header.
enum ValueKind: UInt8 {
    /// A directory and records, as they were committed.
    case rawBatch = 1
    /// A directory and deflated frames; this version does not read them.
    case sealedBlock = 2
}

/// The 64 bytes before every value of the log; the layout is in Schemas/log-format.md.
///
/// Its checksum covers the header and the directory behind it; the directory holds the checksums
/// of the records. So one event can be read and proved without touching the rest of its value.
struct ValueHeader: Equatable {
    static let size = 64
    /// Bytes of the directory per record.
    static let entrySize = 8
    /// "TZV1", as it is read in one piece, little-endian.
    private static let magic: UInt32 = 0x3156_5A54
    /// Bytes before the checksum, which they are part of.
    private static let checkedSize = 60
    private static let continuedFlag: UInt8 = 1

    var first: UInt64
    var count: UInt32
    /// Bytes after the header.
    var bodyLength: UInt32
    /// Root of the Merkle tree over all events up to the last one of this value.
    var root: MerkleHash
    /// Whether the next value belongs to the same commit: only with it are the requests whole.
    var isContinued: Bool

    /// The last position in the value.
    var last: UInt64 {
        first + UInt64(count) - 1
    }

    /// Bytes of the directory of a raw batch.
    var directoryLength: Int {
        Int(count) * Self.entrySize
    }

    /// Writes the header of a raw batch in front of its body, which lies in `value` already.
    func write(to value: UnsafeMutableRawBufferPointer) {
        value.storeBytes(of: Self.magic.littleEndian, toByteOffset: 0, as: UInt32.self)
        value[4] = ValueKind.rawBatch.rawValue
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
    static func read(
        _ value: UnsafeRawBufferPointer, at position: UInt64
    ) throws(EventLogError) -> ValueHeader {
        func damaged(_ what: String) -> EventLogError {
            .damaged(position: Position(position), what)
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
        guard ValueKind(rawValue: value[4]) == .rawBatch, value[5] & ~continuedFlag == 0,
            UInt16(littleEndian: value.loadUnaligned(fromByteOffset: 6, as: UInt16.self)) == size
        else {
            throw .unsupportedValue(position: Position(position), kind: value[4])
        }
        let header = ValueHeader(
            first: UInt64(littleEndian: value.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            count: number(16), bodyLength: number(20),
            root: MerkleHash(UnsafeRawBufferPointer(rebasing: value[24..<56])) ?? .empty,
            isContinued: value[5] == continuedFlag)
        guard header.first == position, header.first > 0, header.count > 0,
            Int(header.bodyLength) == value.count - size,
            header.directoryLength == directoryLength,
            !header.first.addingReportingOverflow(UInt64(header.count)).overflow
        else {
            throw damaged("the value's header contradicts its key or length")
        }
        return header
    }

    /// The checksum over header and directory.
    static func checksum(of value: UnsafeRawBufferPointer, directoryLength: Int) -> UInt32 {
        let head = UnsafeRawBufferPointer(rebasing: value[..<checkedSize])
        let directory = UnsafeRawBufferPointer(rebasing: value[size..<size + directoryLength])
        return crc32(directory, continuing: crc32(head))
    }
}
