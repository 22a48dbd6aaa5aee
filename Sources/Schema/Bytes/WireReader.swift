/// Walks the fields of a protobuf message without decoding it into a type.
///
/// Every access is checked against the bounds, so that any bytes at all give fields or an error,
/// never a trap. Nested messages and strings are ranges of the same array: nothing is copied.
/// Source: the encoding page of the protobuf documentation; groups are refused.
package struct WireReader: Sendable {
    /// One field as it stands in the bytes.
    package struct Field: Equatable, Sendable {
        package let number: Int
        package let value: Value

        package init(number: Int, value: Value) {
            self.number = number
            self.value = value
        }
    }

    /// A field's value before it is known what kind of field it is.
    package enum Value: Equatable, Sendable {
        case varint(UInt64)
        case fixed64(UInt64)
        /// Where the string, bytes, message or packed values are.
        case bytes(Range<Int>)
        case fixed32(UInt32)
    }

    package let bytes: [UInt8]
    /// Offset of the next byte in `bytes`.
    package private(set) var position: Int
    /// Offset after the last byte that belongs to the message.
    package let end: Int

    /// Walks all of `bytes`.
    package init(_ bytes: [UInt8]) {
        self.init(bytes, in: 0..<bytes.count)
    }

    /// Walks a part of `bytes`; what of the range lies outside the array is cut off.
    package init(_ bytes: [UInt8], in range: Range<Int>) {
        let part = range.clamped(to: 0..<bytes.count)
        self.bytes = bytes
        position = part.lowerBound
        end = part.upperBound
    }

    package var isAtEnd: Bool { position >= end }

    /// The next field, nil at the end.
    package mutating func next() throws(WireError) -> Field? {
        if isAtEnd { return nil }
        let start = position
        let tag = try varint()
        let number = tag >> 3
        guard number >= 1, number <= 0x1FFF_FFFF else { throw WireError(.fieldNumber, at: start) }
        let value: Value
        switch tag & 7 {
        case 0: value = .varint(try varint())
        case 1: value = .fixed64(try littleEndian(byteCount: 8))
        case 2: value = .bytes(try lengthDelimited())
        case 5: value = .fixed32(UInt32(truncatingIfNeeded: try littleEndian(byteCount: 4)))
        default: throw WireError(.wireType(UInt8(tag & 7)), at: start)
        }
        return Field(number: Int(number), value: value)
    }

    /// A base-128 number of at most 64 bits.
    package mutating func varint() throws(WireError) -> UInt64 {
        let start = position
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            // The tenth byte holds the 64th bit alone.
            if shift == 63 && byte > 1 { throw WireError(.varintTooLong, at: start) }
            result |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return result }
            shift += 7
        }
        throw WireError(.truncated, at: start)
    }

    /// Goes on behind what was looked at otherwise; never back, never beyond the end.
    mutating func skip(to offset: Int) { position = min(max(offset, position), end) }

    private mutating func lengthDelimited() throws(WireError) -> Range<Int> {
        let start = position
        let length = try varint()
        guard length <= UInt64(end - position) else { throw WireError(.truncated, at: start) }
        let range = position..<(position + Int(length))
        position = range.upperBound
        return range
    }

    mutating func littleEndian(byteCount: Int) throws(WireError) -> UInt64 {
        guard byteCount <= end - position else { throw WireError(.truncated, at: position) }
        var result: UInt64 = 0
        for index in 0..<byteCount {
            result |= UInt64(bytes[position + index]) &<< UInt64(8 * index)
        }
        position += byteCount
        return result
    }
}

extension WireReader {
    /// The text of a range of `bytes`; what is not UTF-8 is replaced.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }
}
