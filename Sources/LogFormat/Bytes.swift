/// Little-endian numbers and varints appended to a byte array.
extension [UInt8] {
    /// Appends two bytes, the lowest first.
    package mutating func append(littleEndian value: UInt16) {
        append(UInt8(truncatingIfNeeded: value))
        append(UInt8(truncatingIfNeeded: value >> 8))
    }

    /// Appends four bytes, the lowest first.
    package mutating func append(littleEndian value: UInt32) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends eight bytes, the lowest first.
    package mutating func append(littleEndian value: UInt64) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends four bytes, the highest first.
    package mutating func append(bigEndian value: UInt32) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends eight bytes, the highest first.
    package mutating func append(bigEndian value: UInt64) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends an unsigned LEB128 number: seven bits a byte, lowest first.
    package mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Reads numbers out of bytes of unknown origin; every read is checked against the end.
@usableFromInline
package struct ByteReader {
    @usableFromInline let bytes: UnsafeRawBufferPointer
    /// Offset of the next byte.
    @usableFromInline package internal(set) var offset = 0

    /// Reads from the first byte on; valid only as long as the bytes are.
    @inlinable
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Bytes not read yet.
    @inlinable package var remaining: Int {
        bytes.count - offset
    }

    /// The next byte; nil at the end.
    @inlinable
    package mutating func uint8() -> UInt8? {
        guard remaining >= 1 else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Four bytes, the lowest first; nil when there are fewer.
    @inlinable
    package mutating func uint32() -> UInt32? {
        integer(UInt32.self).map(UInt32.init(littleEndian:))
    }

    /// Eight bytes, the lowest first; nil when there are fewer.
    @inlinable
    package mutating func uint64() -> UInt64? {
        integer(UInt64.self).map(UInt64.init(littleEndian:))
    }

    /// Four bytes, the highest first; nil when there are fewer.
    @inlinable
    package mutating func uint32BigEndian() -> UInt32? {
        integer(UInt32.self).map(UInt32.init(bigEndian:))
    }

    /// Eight bytes, the highest first; nil when there are fewer.
    @inlinable
    package mutating func uint64BigEndian() -> UInt64? {
        integer(UInt64.self).map(UInt64.init(bigEndian:))
    }

    /// An unsigned LEB128 number; nil when it does not end or does not fit 64 bits.
    @inlinable
    package mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            let part = UInt64(byte & 0x7F)
            if shift == 63, part > 1 { return nil }
            value |= part << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { return nil }
        }
        return nil
    }

    /// The next `count` bytes as they lie.
    @inlinable
    package mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, remaining >= count else { return nil }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    @inlinable
    mutating func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { return nil }
        defer { offset += size }
        return bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
    }
}
