/// Walks the fields of a protobuf message in bytes that are not its own, for as long as they are
/// lent.
///
/// Wrong bytes end the walk, never trap it. Source: the encoding page of the protobuf
/// documentation.
struct LentFields {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// A field: its number, and its value or where its bytes are.
    enum Value {
        case number(UInt64)
        case bytes(UnsafeRawBufferPointer)
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next field; nil at the end.
    @inline(__always)
    mutating func next() -> (number: Int, value: Value)? {
        guard position < bytes.count, let tag = varint() else { return nil }
        switch tag & 7 {
        case 0:
            guard let value = varint() else { return nil }
            return (Int(truncatingIfNeeded: tag >> 3), .number(value))
        case 1: return skip(8, tag)
        case 5: return skip(4, tag)
        case 2:
            guard let length = varint(), length <= UInt64(bytes.count - position)
            else { return nil }
            let start = position
            position += Int(length)
            return (
                Int(truncatingIfNeeded: tag >> 3),
                .bytes(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
            )
        default: return nil
        }
    }

    private mutating func skip(_ count: Int, _ tag: UInt64) -> (number: Int, value: Value)? {
        guard bytes.count - position >= count else { return nil }
        position += count
        return (Int(truncatingIfNeeded: tag >> 3), .number(0))
    }

    @inline(__always)
    private mutating func varint() -> UInt64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            result |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return result }
            shift += 7
        }
        return nil
    }
}

/// What a load needs of a `RecordResponse`.
struct RecordAnswer {
    private(set) var isRecorded = false
    private(set) var first: UInt64 = 0
    private(set) var last: UInt64 = 0

    init(_ message: UnsafeRawBufferPointer) {
        var fields = LentFields(message)
        while let field = fields.next() {
            switch field {
            case (1, .number(let outcome)): isRecorded = outcome == 1
            case (2, .number(let position)): first = position
            case (3, .number(let position)):
                last = position
                // Nothing behind it is of interest; the server writes fields in their order.
                return
            default: continue
            }
        }
    }
}

/// A fact in a `ReadResponse`, as far as a measurement looks at it.
struct LentFact {
    private(set) var position: UInt64 = 0
    private(set) var streamVersion: UInt64 = 0
    private(set) var envelope = UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ message: UnsafeRawBufferPointer) {
        var fields = LentFields(message)
        while let field = fields.next() {
            switch field {
            case (1, .number(let value)): position = value
            case (2, .number(let value)): streamVersion = value
            case (5, .bytes(let bytes)):
                envelope = bytes
                return
            default: continue
            }
        }
    }

    /// The last eight bytes of an event's id, which stands first in what this program writes.
    static func idLow(_ envelope: UnsafeRawBufferPointer) -> UInt64? {
        guard envelope.count >= 18, envelope[0] == 0x0A, envelope[1] == 16 else { return nil }
        return UInt64(bigEndian: envelope.loadUnaligned(fromByteOffset: 10, as: UInt64.self))
    }
}
