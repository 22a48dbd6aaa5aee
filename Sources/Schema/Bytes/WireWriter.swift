/// Writes the fields of a protobuf message in the order of the calls.
///
/// With calls in ascending order of numbers the bytes are those the generated types write.
package struct WireWriter: Sendable {
    package private(set) var bytes: [UInt8]

    package init() {
        bytes = []
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

    /// A string field.
    package mutating func string(_ text: String, field number: Int) {
        delimited(text.utf8, field: number)
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
