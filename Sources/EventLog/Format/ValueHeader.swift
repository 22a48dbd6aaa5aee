import Zlib

/// What a value of the log holds after its header.
enum ValueKind: UInt8 {
    /// Records one after the other, as they were committed.
    case rawBatch = 1
    /// A directory and deflated frames; this version does not read them.
    case sealedBlock = 2
}

/// The 64 bytes before every value of the log; the layout is in Schemas/log-format.md.
struct ValueHeader: Equatable {
    static let size = 64
    /// "TZV1", as it is read in one piece, little-endian.
    private static let magic: UInt32 = 0x3156_5A54
    /// Bytes before the checksum, which they are part of.
    private static let checkedSize = 60

    var first: UInt64
    var count: UInt32
    var bodyLength: UInt32
    /// Root of the Merkle tree over all events up to the last one of this value.
    var root: MerkleHash
    /// Whether the next value belongs to the same commit: only with it are the requests whole.
    var isContinued: Bool

    private static let continuedFlag: UInt8 = 1

    /// The last position in the value.
    var last: UInt64 {
        first + UInt64(count) - 1
    }

    /// Writes the header of a raw batch in front of `body`, which lies behind it in `value`.
    func write(to value: UnsafeMutableRawBufferPointer) {
        value.storeBytes(of: Self.magic.littleEndian, toByteOffset: 0, as: UInt32.self)
        value[4] = ValueKind.rawBatch.rawValue
        value[5] = isContinued ? Self.continuedFlag : 0
        value.storeBytes(of: UInt16(Self.size).littleEndian, toByteOffset: 6, as: UInt16.self)
        value.storeBytes(of: first.littleEndian, toByteOffset: 8, as: UInt64.self)
        value.storeBytes(of: count.littleEndian, toByteOffset: 16, as: UInt32.self)
        value.storeBytes(of: bodyLength.littleEndian, toByteOffset: 20, as: UInt32.self)
        root.withBytes { UnsafeMutableRawBufferPointer(rebasing: value[24..<56]).copyMemory(from: $0) }
        value.storeBytes(of: 0, toByteOffset: 56, as: UInt32.self)
        let sum = Self.checksum(of: UnsafeRawBufferPointer(value))
        value.storeBytes(of: sum.littleEndian, toByteOffset: Self.checkedSize, as: UInt32.self)
    }

    /// Reads and checks a value's header and its checksum.
    ///
    /// - Parameter position: what the value's key says; the header must say the same.
    static func read(
        _ value: UnsafeRawBufferPointer, at position: UInt64
    ) throws(EventLogError) -> ValueHeader {
        func damaged(_ what: String) -> EventLogError {
            .damaged(position: Position(position), what)
        }
        guard value.count > size,
            value.loadUnaligned(fromByteOffset: 0, as: UInt32.self) == magic.littleEndian
        else {
            throw damaged("the value does not begin like one")
        }
        guard let kind = ValueKind(rawValue: value[4]), value[5] & ~continuedFlag == 0,
            value.loadUnaligned(fromByteOffset: 6, as: UInt16.self) == UInt16(size).littleEndian
        else {
            throw .unsupportedValue(position: Position(position), kind: value[4])
        }
        let stored = UInt32(
            littleEndian: value.loadUnaligned(fromByteOffset: checkedSize, as: UInt32.self))
        guard checksum(of: value) == stored else {
            throw damaged("the value's checksum is wrong")
        }
        guard kind == .rawBatch else {
            throw .unsupportedValue(position: Position(position), kind: value[4])
        }
        let header = ValueHeader(
            first: UInt64(littleEndian: value.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            count: UInt32(littleEndian: value.loadUnaligned(fromByteOffset: 16, as: UInt32.self)),
            bodyLength: UInt32(
                littleEndian: value.loadUnaligned(fromByteOffset: 20, as: UInt32.self)),
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

    static func checksum(of value: UnsafeRawBufferPointer) -> UInt32 {
        let head = UnsafeRawBufferPointer(rebasing: value[..<checkedSize])
        let body = UnsafeRawBufferPointer(rebasing: value[size...])
        return crc32(body, continuing: crc32(head))
    }
}
