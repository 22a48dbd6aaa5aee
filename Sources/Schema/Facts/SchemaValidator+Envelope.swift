extension SchemaValidator {
    /// The version of every payload's schema so far.
    package static let schemaVersion: UInt32 = 1

    /// Checks an envelope with its payload as a client sends it.
    ///
    /// Besides the schema of both: the type is known and named rightly, the stream is one the type
    /// may stand in, the payload's `on` is the local day of `occurred_at`, and one of the two says
    /// when the fact happened. Corrections and voids need neither: they happen when their target
    /// did.
    /// - Returns: the envelope's fields.
    @discardableResult
    package static func validate(envelope bytes: [UInt8]) throws(SchemaError) -> EnvelopeReader {
        try validate(.envelope, bytes)
        let envelope = try EnvelopeReader(bytes)
        guard let type = envelope.type else {
            throw SchemaError(
                .unknownType, path: "type",
                "is \(envelope.typeNumber), which is no event type of this version")
        }
        if envelope.typeName != type.name {
            throw SchemaError(
                .disagreement, path: "type_name",
                "is \(MessageJSON.shown(.string(envelope.typeName))), but type "
                    + "\(type.number) is \(type.name)")
        }
        if let version = envelope.schemaVersion, version != schemaVersion {
            throw SchemaError(
                .outOfRange, path: "schema_version",
                "is \(version); this version knows \(schemaVersion)")
        }
        try checkStream(envelope.stream, of: type)
        do throws(SchemaError) {
            try validate(type.descriptor, bytes, in: envelope.payloadRange)
        } catch {
            throw error.inside("payload")
        }
        try checkDays(of: envelope, type)
        return envelope
    }

    static func checkStream(_ stream: String, of type: EventType) throws(SchemaError) {
        if type.accepts(stream: stream) { return }
        let prefixes = type.streamPrefixes.map { "\($0)-…" }.joined(separator: " or ")
        throw SchemaError(
            .badFormat, path: "stream",
            "is \(MessageJSON.shown(.string(stream))); \(type.name) stands in "
                + (prefixes.isEmpty ? "the stream of its target" : prefixes))
    }

    private static func checkDays(
        of envelope: EnvelopeReader, _ type: EventType
    ) throws(SchemaError) {
        if let from = envelope.effectiveFrom, let to = envelope.effectiveTo, to < from {
            throw SchemaError(
                .disagreement, path: "effective_to",
                "is \(CalendarForm.dayText(Int64(to))), before effective_from")
        }
        guard let occurred = envelope.occurredAt else {
            if type.streamPrefixes.isEmpty
                || type.occurrence(in: envelope.bytes, envelope.payloadRange) != nil
            {
                return
            }
            throw SchemaError(
                .missing, path: "occurred_at",
                "is missing; the payload of \(type.name) does not say when it happened")
        }
        guard let on = type.on(in: envelope.bytes, envelope.payloadRange), on != occurred else {
            return
        }
        if let day = occurred.localDay, on == .date(day) { return }
        throw SchemaError(
            .disagreement, path: "payload.on",
            "is \(on.text), but occurred_at is \(occurred.text); they must be the same local day")
    }
}
