extension EventPayload {
    /// Decodes the payload of a fact. What this build does not know in it is kept as it is.
    package static func decode(
        type: EventType, bytes: [UInt8]
    ) throws(SchemaError) -> EventPayload {
        do {
            return try decodeMessage(type: type, bytes: bytes)
        } catch {
            throw SchemaError(.malformed, "is no \(type.name): \(error)")
        }
    }

    /// Decodes a payload by the type's number, as an envelope names it.
    package static func decode(
        typeNumber: UInt32, bytes: [UInt8]
    ) throws(SchemaError) -> EventPayload {
        guard let type = EventType(number: typeNumber) else {
            throw SchemaError(.unknownType, "\(typeNumber) is no event type of this version")
        }
        return try decode(type: type, bytes: bytes)
    }

    /// The payload's bytes, fields in ascending order.
    package func serializedBytes() throws(SchemaError) -> [UInt8] {
        try message.encoded()
    }
}
