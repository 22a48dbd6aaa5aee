/// Writes the fields of a protobuf message in the order of the calls.
///
/// With calls in ascending order of numbers the bytes are those the generated types write.
package struct WireWriter: Sendable {
    package private(set) var bytes: [UInt8]

    /// - Parameter capacity: bytes to set aside at once.
    package init(capacity: Int = 0) {
        bytes = []
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    /// A varint field that is left out when it is zero, as proto3 does.
    package mutating func number(_ value: UInt64, field number: Int) {
        if value != 0 { varint(value, field: number) }
    }

    /// A string field that is left out when it is empty, as proto3 does.
    package mutating func text(_ text: String, field number: Int) {
        if !text.isEmpty { string(text, field: number) }
    }

    /// A varint field: integers, booleans and enumerations.
    package mutating func varint(_ value: UInt64, field number: Int) {
        tag(number, wireType: 0)
        varint(value)
    }

    /// A field of 64 bits.
    package mutating func fixed64(_ value: UInt64, field number: Int) {
        tag(number, wireType: 1)
        fixed64(value)
    }

    /// A string, byte string, message or run of packed values.
    package mutating func delimited(_ content: some Collection<UInt8>, field number: Int) {
        tag(number, wireType: 2)
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// A byte string or message.
    package mutating func delimited(_ content: UnsafeRawBufferPointer, field number: Int) {
        beginDelimited(count: content.count, field: number)
        append(content)
    }

    /// The beginning of a byte string or message of so many bytes, which `append` or further
    /// fields must follow with.
    package mutating func beginDelimited(count: Int, field number: Int) {
        tag(number, wireType: 2)
        varint(UInt64(count))
    }

    /// Bytes as they are, as inside what `beginDelimited` began.
    package mutating func append(_ content: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: content)
    }

    /// A string field.
    package mutating func string(_ text: String, field number: Int) {
        tag(number, wireType: 2)
        varint(UInt64(text.utf8.count))
        text.utf8.span.bytes.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// A byte string or message.
    package mutating func delimited(_ content: [UInt8], field number: Int) {
        tag(number, wireType: 2)
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// A repeated field of numbers, at least one.
    package mutating func packed(_ first: UInt64, _ more: [UInt64], field number: Int) {
        tag(number, wireType: 2)
        var size = Self.byteCount(of: first)
        for value in more { size += Self.byteCount(of: value) }
        varint(UInt64(size))
        varint(first)
        for value in more { varint(value) }
    }

    /// Bytes that a varint takes.
    package static func byteCount(of value: UInt64) -> Int {
        max(1, (64 - value.leadingZeroBitCount + 6) / 7)
    }

    /// A number without a tag, as inside packed values.
    package mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// 64 bits without a tag, as inside packed values.
    package mutating func fixed64(_ value: UInt64) {
        for shift in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: value &>> UInt64(8 * shift)))
        }
    }

    private mutating func tag(_ number: Int, wireType: UInt64) {
        varint(UInt64(UInt32(truncatingIfNeeded: number)) << 3 | wireType)
    }
}
