/// Reads the fields of a trailer that make a fact whole, without decoding it into a type.
///
/// Fields that this build does not know are passed over.
package struct TrailerReader: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package private(set) var recordedAt: Int64 = 0
    package private(set) var isLate = false
    package private(set) var isAfterSeal = false
    private let bytes: [UInt8]
    private var tenantRange = 0..<0
    private var filledRange = 0..<0

    /// - Throws: `malformed` when the bytes are no protobuf or a text is not UTF-8.
    package init(_ bytes: [UInt8]) throws(SchemaError) {
        self.bytes = bytes
        var reader = WireReader(bytes)
        do {
            while let field = try reader.next() { take(field) }
        } catch {
            throw SchemaError(error)
        }
        guard UTF8Text.isValid(bytes, tenantRange) else {
            throw SchemaError(
                .malformed, path: "tenant", "is not UTF-8", zh: "不是合法的 UTF-8")
        }
    }

    /// Root of the organisation tree.
    package var tenant: String { String(decoding: bytes[tenantRange], as: UTF8.self) }

    /// Fields of the payload that the server filled in; empty when there are none.
    package var filled: ArraySlice<UInt8> { bytes[filledRange] }

    /// The numbers are those of `core/envelope.proto`.
    private mutating func take(_ field: WireReader.Field) {
        switch (field.number, field.value) {
        case (1, .varint(let bits)): recordedAt = Int64(bitPattern: bits)
        case (2, .bytes(let range)): tenantRange = range
        case (5, .varint(let bits)): isLate = bits != 0
        case (6, .varint(let bits)): isAfterSeal = bits != 0
        case (9, .bytes(let range)): filledRange = range
        default: break
        }
    }
}
