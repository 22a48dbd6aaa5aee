import SwiftProtobuf

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Decodes the generated messages without the library's detours.
///
/// Being of this module, it is compiled into every message's own code. It takes what the server
/// itself has let pass: fields of this schema in their own wire types, text that is UTF-8. Of
/// anything else it throws `Unfit`, and the library decodes the bytes instead, which keeps what is
/// unknown and says what is wrong; so the result is always the library's.
struct LeanDecoder: SwiftProtobuf.Decoder {
    /// These bytes are not for this decoder.
    struct Unfit: Error {}

    private let bytes: [UInt8]
    private var position: Int
    private let end: Int
    private let depth: Int
    /// Texts are known to be UTF-8.
    private let isChecked: Bool
    private var wireType: UInt64 = 0
    /// The last field's value has not been taken.
    private var isPending = false

    /// - Parameters:
    ///   - range: clamped to the bytes.
    ///   - isChecked: `SchemaValidator` has let the bytes pass: texts are not looked at again.
    init(_ bytes: [UInt8], in range: Range<Int>, isChecked: Bool = false) {
        let part = range.clamped(to: 0..<bytes.count)
        self.init(bytes, part, depth: 1, isChecked)
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>, depth: Int, _ isChecked: Bool) {
        self.isChecked = isChecked
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
        self.depth = depth
    }

    /// The message in all of the bytes that are left.
    mutating func message<M: SwiftProtobuf.Message>(_ type: M.Type = M.self) throws -> M {
        var message = M()
        try message.decodeMessage(decoder: &self)
        return message
    }

    mutating func nextFieldNumber() throws -> Int? {
        if isPending { throw Unfit() }
        guard position < end else { return nil }
        let tag = try varint()
        guard tag >> 3 >= 1, tag >> 3 <= 0x1FFF_FFFF else { throw Unfit() }
        wireType = tag & 7
        isPending = true
        return Int(tag >> 3)
    }

    mutating func handleConflictingOneOf() throws {}

    // MARK: Values

    private mutating func varint() throws -> UInt64 {
        guard position < end else { throw Unfit() }
        let first = bytes[position]
        position += 1
        if first < 0x80 { return UInt64(first) }
        var result = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while position < end {
            let byte = bytes[position]
            position += 1
            if shift == 63 && byte > 1 { throw Unfit() }
            result |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return result }
            shift += 7
        }
        throw Unfit()
    }

    private mutating func number() throws -> UInt64 {
        guard wireType == 0 else { throw Unfit() }
        isPending = false
        return try varint()
    }

    private mutating func delimited() throws -> Range<Int> {
        guard wireType == 2 else { throw Unfit() }
        isPending = false
        let length = try varint()
        guard length <= UInt64(end - position) else { throw Unfit() }
        let range = position..<(position + Int(length))
        position = range.upperBound
        return range
    }

    private mutating func fixed64() throws -> UInt64 {
        guard wireType == 1 else { throw Unfit() }
        isPending = false
        return try littleEndian()
    }

    private mutating func littleEndian() throws -> UInt64 {
        guard end - position >= 8 else { throw Unfit() }
        var result: UInt64 = 0
        for index in 0..<8 { result |= UInt64(bytes[position + index]) &<< UInt64(8 * index) }
        position += 8
        return result
    }

    private mutating func text() throws -> String {
        let range = try delimited()
        guard isChecked || UTF8Text.isValid(bytes, range) else { throw Unfit() }
        return UTF8Text.string(sound: bytes, range)
    }

    /// Every item of a repeated field, alone or packed.
    private mutating func items(_ take: (UInt64) throws -> Void) throws {
        guard wireType == 2 else {
            try take(try number())
            return
        }
        let range = try delimited()
        var packed = LeanDecoder(bytes, range, depth: depth, isChecked)
        while packed.position < packed.end { try take(try packed.varint()) }
    }

    private static func word<E: SwiftProtobuf.Enum>(_ bits: UInt64) throws -> E
    where E.RawValue == Int {
        guard let word = E(rawValue: Int(Int32(truncatingIfNeeded: bits))) else { throw Unfit() }
        return word
    }

    private mutating func inside() throws -> LeanDecoder {
        guard depth < SchemaValidator.depthMax else { throw Unfit() }
        return LeanDecoder(bytes, try delimited(), depth: depth + 1, isChecked)
    }

    // MARK: Kinds that the schema uses

    mutating func decodeSingularDoubleField(value: inout Double) throws {
        value = Double(bitPattern: try fixed64())
    }
    mutating func decodeSingularDoubleField(value: inout Double?) throws {
        value = Double(bitPattern: try fixed64())
    }
    mutating func decodeSingularInt32Field(value: inout Int32) throws {
        value = Int32(truncatingIfNeeded: try number())
    }
    mutating func decodeSingularInt32Field(value: inout Int32?) throws {
        value = Int32(truncatingIfNeeded: try number())
    }
    mutating func decodeRepeatedInt32Field(value: inout [Int32]) throws {
        try items { value.append(Int32(truncatingIfNeeded: $0)) }
    }
    mutating func decodeSingularInt64Field(value: inout Int64) throws {
        value = Int64(bitPattern: try number())
    }
    mutating func decodeSingularInt64Field(value: inout Int64?) throws {
        value = Int64(bitPattern: try number())
    }
    mutating func decodeRepeatedInt64Field(value: inout [Int64]) throws {
        try items { value.append(Int64(bitPattern: $0)) }
    }
    mutating func decodeSingularUInt32Field(value: inout UInt32) throws {
        value = UInt32(truncatingIfNeeded: try number())
    }
    mutating func decodeSingularUInt32Field(value: inout UInt32?) throws {
        value = UInt32(truncatingIfNeeded: try number())
    }
    mutating func decodeRepeatedUInt32Field(value: inout [UInt32]) throws {
        try items { value.append(UInt32(truncatingIfNeeded: $0)) }
    }
    mutating func decodeSingularUInt64Field(value: inout UInt64) throws { value = try number() }
    mutating func decodeSingularUInt64Field(value: inout UInt64?) throws { value = try number() }
    mutating func decodeRepeatedUInt64Field(value: inout [UInt64]) throws {
        try items { value.append($0) }
    }
    mutating func decodeSingularBoolField(value: inout Bool) throws { value = try number() != 0 }
    mutating func decodeSingularBoolField(value: inout Bool?) throws { value = try number() != 0 }
    mutating func decodeRepeatedBoolField(value: inout [Bool]) throws {
        try items { value.append($0 != 0) }
    }
    mutating func decodeSingularStringField(value: inout String) throws { value = try text() }
    mutating func decodeSingularStringField(value: inout String?) throws { value = try text() }
    mutating func decodeRepeatedStringField(value: inout [String]) throws {
        value.append(try text())
    }
    mutating func decodeSingularBytesField(value: inout Data) throws {
        value = Data(bytes[try delimited()])
    }
    mutating func decodeSingularBytesField(value: inout Data?) throws {
        value = Data(bytes[try delimited()])
    }
    mutating func decodeRepeatedBytesField(value: inout [Data]) throws {
        value.append(Data(bytes[try delimited()]))
    }
    mutating func decodeSingularEnumField<E: SwiftProtobuf.Enum>(value: inout E) throws
    where E.RawValue == Int {
        value = try Self.word(try number())
    }
    mutating func decodeSingularEnumField<E: SwiftProtobuf.Enum>(value: inout E?) throws
    where E.RawValue == Int {
        value = try Self.word(try number())
    }
    mutating func decodeRepeatedEnumField<E: SwiftProtobuf.Enum>(value: inout [E]) throws
    where E.RawValue == Int {
        try items { value.append(try Self.word($0)) }
    }
    mutating func decodeSingularMessageField<M: SwiftProtobuf.Message>(value: inout M?) throws {
        var inner = try inside()
        var message = value ?? M()
        try message.decodeMessage(decoder: &inner)
        value = message
    }
    mutating func decodeRepeatedMessageField<M: SwiftProtobuf.Message>(
        value: inout [M]
    ) throws {
        var inner = try inside()
        value.append(try inner.message())
    }
}
