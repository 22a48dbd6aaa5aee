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
        try validate(envelope: bytes, in: 0..<bytes.count)
    }

    /// The same of an envelope that is a part of `bytes`.
    @discardableResult
    package static func validate(
        envelope bytes: [UInt8], in range: Range<Int>
    ) throws(SchemaError) -> EnvelopeReader {
        try validate(.envelope, bytes, in: range)
        let envelope = try EnvelopeReader(bytes, in: range)
        guard let type = envelope.type else {
            throw SchemaError(
                .unknownType, path: "type",
                "is \(envelope.typeNumber), which is no event type of this version",
                zh: "为 \(envelope.typeNumber)，不是本版本的事件类型")
        }
        if !envelope.isNamed(type) {
            throw SchemaError(
                .disagreement, path: "type_name",
                "is \(MessageJSON.shown(.string(envelope.typeName))), but type "
                    + "\(type.number) is \(type.name)",
                zh: "为 \(MessageJSON.shown(.string(envelope.typeName)))，"
                    + "但类型 \(type.number) 是 \(type.name)")
        }
        if let version = envelope.schemaVersion, version != schemaVersion {
            throw SchemaError(
                .outOfRange, path: "schema_version",
                "is \(version); this version knows \(schemaVersion)",
                zh: "为 \(version)，本版本只认 \(schemaVersion)")
        }
        if !envelope.isInStream(of: type) { try checkStream(envelope.stream, of: type) }
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
                + (prefixes.isEmpty ? "the stream of its target" : prefixes),
            zh: "为 \(MessageJSON.shown(.string(stream)))，\(type.name) 应写入"
                + (prefixes.isEmpty ? "所更正事实的流" : " \(prefixes.replacing(" or ", with: " 或 ")) 流"))
    }

    private static func checkDays(
        of envelope: EnvelopeReader, _ type: EventType
    ) throws(SchemaError) {
        if let from = envelope.effectiveFrom, let to = envelope.effectiveTo, to < from {
            throw SchemaError(
                .disagreement, path: "effective_to",
                "is \(CalendarForm.dayText(Int64(to))), before effective_from",
                zh: "为 \(CalendarForm.dayText(Int64(to)))，早于 effective_from")
        }
        guard let occurred = envelope.occurredAt else {
            if type.streamPrefixes.isEmpty
                || type.occurrence(in: envelope.bytes, envelope.payloadRange) != nil
            {
                return
            }
            throw SchemaError(
                .missing, path: "occurred_at",
                "is missing; the payload of \(type.name) does not say when it happened",
                zh: "缺失：\(type.name) 的内容没有写明发生时间")
        }
        guard let on = type.on(in: envelope.bytes, envelope.payloadRange), on != occurred else {
            return
        }
        if let day = occurred.localDay, on == .date(day) { return }
        throw SchemaError(
            .disagreement, path: "payload.on",
            "is \(on.text), but occurred_at is \(occurred.text); they must be the same local day",
            zh: "为 \(on.text)，但 occurred_at 为 \(occurred.text)：二者须是同一天")
    }
}
