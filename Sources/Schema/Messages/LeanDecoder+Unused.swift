import SwiftProtobuf

/// The kinds of fields that the schema does not use.
extension LeanDecoder {
    mutating func decodeSingularFloatField(value: inout Float) throws { throw Unfit() }
    mutating func decodeSingularFloatField(value: inout Float?) throws { throw Unfit() }
    mutating func decodeRepeatedFloatField(value: inout [Float]) throws { throw Unfit() }
    mutating func decodeRepeatedDoubleField(value: inout [Double]) throws { throw Unfit() }
    mutating func decodeSingularSInt32Field(value: inout Int32) throws { throw Unfit() }
    mutating func decodeSingularSInt32Field(value: inout Int32?) throws { throw Unfit() }
    mutating func decodeRepeatedSInt32Field(value: inout [Int32]) throws { throw Unfit() }
    mutating func decodeSingularSInt64Field(value: inout Int64) throws { throw Unfit() }
    mutating func decodeSingularSInt64Field(value: inout Int64?) throws { throw Unfit() }
    mutating func decodeRepeatedSInt64Field(value: inout [Int64]) throws { throw Unfit() }
    mutating func decodeSingularFixed32Field(value: inout UInt32) throws { throw Unfit() }
    mutating func decodeSingularFixed32Field(value: inout UInt32?) throws { throw Unfit() }
    mutating func decodeRepeatedFixed32Field(value: inout [UInt32]) throws { throw Unfit() }
    mutating func decodeSingularFixed64Field(value: inout UInt64) throws { throw Unfit() }
    mutating func decodeSingularFixed64Field(value: inout UInt64?) throws { throw Unfit() }
    mutating func decodeRepeatedFixed64Field(value: inout [UInt64]) throws { throw Unfit() }
    mutating func decodeSingularSFixed32Field(value: inout Int32) throws { throw Unfit() }
    mutating func decodeSingularSFixed32Field(value: inout Int32?) throws { throw Unfit() }
    mutating func decodeRepeatedSFixed32Field(value: inout [Int32]) throws { throw Unfit() }
    mutating func decodeSingularSFixed64Field(value: inout Int64) throws { throw Unfit() }
    mutating func decodeSingularSFixed64Field(value: inout Int64?) throws { throw Unfit() }
    mutating func decodeRepeatedSFixed64Field(value: inout [Int64]) throws { throw Unfit() }
    mutating func decodeSingularGroupField<G: SwiftProtobuf.Message>(value: inout G?) throws {
        throw Unfit()
    }
    mutating func decodeRepeatedGroupField<G: SwiftProtobuf.Message>(value: inout [G]) throws {
        throw Unfit()
    }
    mutating func decodeMapField<KeyType, ValueType: MapValueType>(
        fieldType: _ProtobufMap<KeyType, ValueType>.Type,
        value: inout _ProtobufMap<KeyType, ValueType>.BaseType
    ) throws { throw Unfit() }
    mutating func decodeMapField<KeyType, ValueType>(
        fieldType: _ProtobufEnumMap<KeyType, ValueType>.Type,
        value: inout _ProtobufEnumMap<KeyType, ValueType>.BaseType
    ) throws where ValueType.RawValue == Int { throw Unfit() }
    mutating func decodeMapField<KeyType, ValueType>(
        fieldType: _ProtobufMessageMap<KeyType, ValueType>.Type,
        value: inout _ProtobufMessageMap<KeyType, ValueType>.BaseType
    ) throws { throw Unfit() }
    mutating func decodeExtensionField(
        values: inout ExtensionFieldValueSet, messageType: any SwiftProtobuf.Message.Type,
        fieldNumber: Int
    ) throws { throw Unfit() }
}
