extension FactJSON {
    /// The line of a recorded fact, in the shape that an import reads.
    ///
    /// A payload of a type or version that this build does not know is null, and its bytes stand
    /// in hexadecimal digits beside it as `payload_bytes`.
    /// - Parameter typeOfEvent: the type of a recorded event by its id, for corrections.
    /// - Throws: `malformed` when the bytes are not protobuf.
    package static func encode(
        _ record: Record, typeOfEvent: ([UInt8]) -> EventType? = { _ in nil }
    ) throws(SchemaError) -> JSONValue {
        let envelope = try EnvelopeReader(record.envelope)
        let trailer = try MessageJSON.encode(.trailer, record.trailer)
        var line = JSONObject()
        line.append("position", number(record.position))
        line.append("event_id", .string(UUIDForm.text(envelope.eventID)))
        line.append("type", .string(envelope.typeName))
        line.append("stream", .string(envelope.stream))
        line.append("stream_version", number(record.streamVersion))
        line.append("occurred_at", occurred(envelope))
        line.append("effective_from", day(envelope.effectiveFrom))
        line.append("effective_to", day(envelope.effectiveTo))
        line.append(
            "recorded_at",
            envelope.recordedAt.map { .string(InstantForm.text($0)) }
                ?? trailer["recorded_at_us"] ?? .null)
        line.append("ledger_at", .string(InstantForm.text(record.ledgerAt)))
        line.append("recorded_by", .string(envelope.recordedBy))
        line.append("on_behalf_of", text(envelope.onBehalfOf))
        line.append("tenant", envelope.tenant.map { .string($0) } ?? filled(trailer["tenant"]))
        line.append("source_doc", try sourceDoc(envelope))
        line.append("evidence", .array(try evidence(envelope)))
        line.append("correlation_id", text(envelope.correlationID))
        line.append("causation_id", text(envelope.causationID))
        line.append(
            "schema_version",
            .integer(Int64(envelope.schemaVersion ?? SchemaValidator.schemaVersion)))
        line.append("data_class", dataClass(envelope, trailer))
        line.append("late", trailer["late"] ?? .null)
        line.append("late_reason", text(envelope.lateReason))
        line.append("after_seal", trailer["after_seal"] ?? .null)
        line.append("rule_set_version", filled(trailer["rule_set_version"]))
        line.append("principal", filled(trailer["principal"]))
        line.append("warnings", trailer["warnings"] ?? .array([]))
        line.append("tags", .array(record.tags.map { .string($0) }))
        if let payload = try payload(of: envelope, trailer, typeOfEvent) {
            line.append("payload", payload)
        } else {
            line.append("payload", .null)
            line.append("payload_bytes", .string(Hexadecimal.text(envelope.payload)))
        }
        return .object(line)
    }

    /// Whether an envelope says the same as a recorded fact, though perhaps in other bytes.
    ///
    /// An export writes also what the sender left out and the server knew, so that a line that
    /// comes back has other bytes than the fact it was written from.
    package static func saysTheSame(
        _ envelope: [UInt8], as record: Record, typeOfEvent: ([UInt8]) -> EventType? = { _ in nil }
    ) throws(SchemaError) -> Bool {
        if envelope == record.envelope { return true }
        var other = record
        other.envelope = envelope
        let recorded = try encode(record, typeOfEvent: typeOfEvent)
        return try encode(other, typeOfEvent: typeOfEvent) == recorded
    }

    private static func payload(
        of envelope: EnvelopeReader, _ trailer: JSONValue,
        _ typeOfEvent: ([UInt8]) -> EventType?
    ) throws(SchemaError) -> JSONValue? {
        guard let type = envelope.type,
            envelope.schemaVersion ?? SchemaValidator.schemaVersion == SchemaValidator.schemaVersion
        else { return nil }
        // Bytes behind one another are merged: what the server filled in joins what was sent.
        let filled = trailer["filled"]?.stringValue.flatMap(Hexadecimal.bytes) ?? []
        let value = try MessageJSON.encode(type.descriptor, envelope.payload + filled)
        guard type == .recordCorrected, case .object(let object) = value else { return value }
        return .object(try withReplacement(object, typeOfEvent))
    }

    /// A correction with its replacement as an object and, before it, the type it is of.
    private static func withReplacement(
        _ object: JSONObject, _ typeOfEvent: ([UInt8]) -> EventType?
    ) throws(SchemaError) -> JSONObject {
        guard
            let target = object["target_event"]?.stringValue.flatMap(UUIDForm.bytes)
                .flatMap(typeOfEvent),
            let bytes = Hexadecimal.bytes(object[replacement]?.stringValue ?? "")
        else { return object }
        var whole = JSONObject()
        for member in object.members {
            if member.key == replacement {
                whole.append(replacementType, .string(target.name))
                whole.append(replacement, try MessageJSON.encode(target.descriptor, bytes))
            } else {
                whole.append(member.key, member.value)
            }
        }
        return whole
    }

    private static func occurred(_ envelope: EnvelopeReader) -> JSONValue {
        let own = envelope.type?.occurrence(in: envelope.bytes, envelope.payloadRange)
        return text((envelope.occurredAt ?? own)?.text)
    }

    private static func sourceDoc(_ envelope: EnvelopeReader) throws(SchemaError) -> JSONValue {
        guard let range = envelope.sourceDocRange,
            let descriptor = MessageDescriptor.envelope.field(named: "source_doc")?.message
        else { return .null }
        return try MessageJSON.encode(descriptor, envelope.bytes, in: range)
    }

    private static func evidence(_ envelope: EnvelopeReader) throws(SchemaError) -> [JSONValue] {
        guard let descriptor = MessageDescriptor.envelope.field(named: "evidence")?.message else {
            return []
        }
        var items: [JSONValue] = []
        for range in envelope.evidenceRanges {
            items.append(try MessageJSON.encode(descriptor, envelope.bytes, in: range))
        }
        return items
    }

    private static func dataClass(_ envelope: EnvelopeReader, _ trailer: JSONValue) -> JSONValue {
        guard let given = envelope.dataClass,
            let words = MessageDescriptor.envelope.field(named: "data_class")?.enumeration
        else { return trailer["data_class"] ?? .null }
        return .string(words.word(Int32(truncatingIfNeeded: given.rawValue)))
    }

    private static func number(_ value: UInt64) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .decimal(String(value))
    }

    private static func day(_ value: Int32?) -> JSONValue {
        text(value.map { CalendarForm.dayText(Int64($0)) })
    }

    private static func text(_ value: String?) -> JSONValue {
        value.map { .string($0) } ?? .null
    }

    /// Text that is empty was not filled in.
    private static func filled(_ value: JSONValue?) -> JSONValue {
        value == .string("") ? .null : value ?? .null
    }
}
