extension EventPayload {
    /// Decodes the payload of a fact. What this build does not know in it is kept as it is.
    package static func decode(
        type: EventType, bytes: [UInt8]
    ) throws(SchemaError) -> EventPayload {
        try decode(type: type, bytes: bytes, in: 0..<bytes.count)
    }

    /// Decodes a payload that is a part of `bytes`.
    ///
    /// - Parameters:
    ///   - range: clamped to the bytes.
    ///   - isChecked: `SchemaValidator` has let the payload pass.
    package static func decode(
        type: EventType, bytes: [UInt8], in range: Range<Int>, isChecked: Bool = false
    ) throws(SchemaError) -> EventPayload {
        var lean = LeanDecoder(bytes, in: range, isChecked: isChecked)
        if let payload = try? decodeMessage(type: type, &lean) { return payload }
        do {
            let part = Array(bytes[range.clamped(to: 0..<bytes.count)])
            return try decodeMessage(type: type, bytes: part)
        } catch {
            throw SchemaError(
                .malformed, "is no \(type.name): \(error)", zh: "不是 \(type.name)：\(error)")
        }
    }

    /// Decodes a payload by the type's number, as an envelope names it.
    package static func decode(
        typeNumber: UInt32, bytes: [UInt8]
    ) throws(SchemaError) -> EventPayload {
        guard let type = EventType(number: typeNumber) else {
            throw SchemaError(
                .unknownType, "\(typeNumber) is no event type of this version",
                zh: "\(typeNumber) 不是本版本的事件类型")
        }
        return try decode(type: type, bytes: bytes)
    }

    /// The payload's bytes, fields in ascending order.
    package func serializedBytes() throws(SchemaError) -> [UInt8] {
        try message.encoded()
    }
}
