import Names
package import Schema

/// Why the bytes of a fact cannot be understood.
package struct FactDecodingError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// Makes facts of the bytes that clients send and the log keeps.
package enum FactDecoder {
    /// A proposal from a client's envelope.
    ///
    /// The payload must already have passed the schema's validation.
    ///
    /// - Parameter bytes: a message `Envelope`.
    /// - Throws: `FactDecodingError` for bytes that are no envelope, `Refusal` (`INV-ENVELOPE`)
    ///   for fields that are missing or contradict each other, `SchemaError` for the payload.
    package static func proposal(_ bytes: [UInt8]) throws -> Proposal {
        try proposal(envelope(bytes), isChecked: false)
    }

    /// A proposal from an envelope that has passed the schema's validation as a whole.
    ///
    /// - Throws: `Refusal` (`INV-ENVELOPE`) for fields that are missing or contradict each other.
    package static func proposal(checked envelope: EnvelopeReader) throws -> Proposal {
        try proposal(envelope, isChecked: true)
    }

    private static func proposal(
        _ envelope: EnvelopeReader, isChecked: Bool
    ) throws -> Proposal {
        guard let (high, low) = envelope.eventIDHalves else {
            let count = envelope.eventID.count
            throw refusal(
                zh: "event_id 必须是 16 字节的 UUID，现为 \(count) 字节",
                en: "event_id must be a UUID of 16 bytes; it has \(count)")
        }
        guard envelope.namesRecorder else {
            throw refusal(
                zh: "缺少 recorded_by：请写明录入人", en: "recorded_by is missing: say who records")
        }
        let id = FactID(high: high, low: low)
        let fact = try isChecked ? sent(envelope, id) : said(envelope, id)
        return Proposal(fact: fact, recordedAt: envelope.recordedAt, tenant: envelope.tenant)
    }

    /// A fact whose envelope was checked: its fields are read when they are asked for.
    private static func sent(_ envelope: EnvelopeReader, _ id: FactID) throws -> Fact {
        let type = try type(of: envelope)
        let (occurred, validDay) = try validTime(envelope, type)
        return Fact(
            id: id, type: type, sentAs: envelope, occurred: occurred, validDay: validDay,
            tags: subjects(of: envelope, type))
    }

    private static func said(_ envelope: EnvelopeReader, _ id: FactID) throws -> Fact {
        let payload = try payload(envelope)
        try checkStream(envelope, type: payload.type)
        let (occurred, validDay) = try validTime(envelope, payload.type)
        return try fact(
            envelope, id: id, payload: payload, occurred: occurred, validDay: validDay,
            tags: subjects(of: envelope, payload.type))
    }

    private static func subjects(of envelope: EnvelopeReader, _ type: EventType) -> NameList {
        Subjects.names(
            type: type, stream: envelope.bytes, at: envelope.streamRange, payload: envelope.bytes,
            in: envelope.payloadRange)
    }

    /// A recorded fact.
    ///
    /// - Parameters:
    ///   - body: the client's envelope.
    ///   - trailer: a message `Trailer`.
    ///   - tags: as the log keeps them.
    /// - Throws: `FactDecodingError` or `SchemaError` when the bytes are damaged or of a type this
    ///   version does not know.
    package static func recorded(
        body: [UInt8], trailer: [UInt8], position: UInt64, streamVersion: UInt64,
        tags: some Sequence<String>
    ) throws -> Fact {
        let envelope = try envelope(body)
        guard let (high, low) = envelope.eventIDHalves else {
            throw FactDecodingError(
                description: "the fact at position \(position) has no event id of 16 bytes")
        }
        let added: TrailerReader
        do {
            added = try TrailerReader(trailer)
        } catch {
            throw FactDecodingError(
                description: "the trailer of the fact at position \(position) is damaged: \(error)")
        }
        var fact = try stored(
            envelope, FactID(high: high, low: low), NameList(tags), filled: added.filled)
        fact.position = position
        fact.streamVersion = streamVersion
        fact.recordedAt = added.recordedAt
        fact.tenant = added.tenant
        fact.settleTime()
        fact.isLate = added.isLate
        fact.isAfterSeal = added.isAfterSeal
        return fact
    }

    private static func stored(
        _ envelope: EnvelopeReader, _ id: FactID, _ tags: NameList, filled: ArraySlice<UInt8>
    ) throws -> Fact {
        let type = try type(of: envelope)
        let (occurred, validDay) = try validTime(envelope, type)
        // Most facts are as they were sent, and few of their texts are ever asked for.
        if filled.isEmpty, envelope.isNamed(type), envelope.sourceDocRange == nil,
            envelope.evidenceRanges.isEmpty
        {
            let fact = Fact(
                id: id, type: type, sentAs: envelope, occurred: occurred, validDay: validDay,
                tags: tags)
            try fact.settlePayload()
            return fact
        }
        return try fact(
            envelope, id: id, payload: payload(envelope, filled: filled), occurred: occurred,
            validDay: validDay, tags: tags)
    }

    private static func envelope(_ bytes: [UInt8]) throws -> EnvelopeReader {
        let envelope: EnvelopeReader
        do {
            envelope = try EnvelopeReader(bytes)
        } catch {
            throw FactDecodingError(description: "the bytes are not an Envelope: \(error)")
        }
        guard envelope.hasSoundTexts else {
            throw FactDecodingError(
                description: "the bytes are not an Envelope: a text is not UTF-8")
        }
        return envelope
    }

    private static func type(of envelope: EnvelopeReader) throws -> EventType {
        guard let type = envelope.type else {
            throw FactDecodingError(
                description: "event type \(envelope.typeNumber) (\(envelope.typeName)) is unknown")
        }
        return type
    }

    private static func payload(
        _ envelope: EnvelopeReader, filled: ArraySlice<UInt8> = []
    ) throws -> EventPayload {
        let type = try type(of: envelope)
        guard envelope.isNamed(type) || envelope.typeName.isEmpty else {
            throw refusal(
                zh: "类型编号 \(envelope.typeNumber) 是 \(type.name)，与 type_name "
                    + "\(envelope.typeName) 不符",
                en: "type \(envelope.typeNumber) is \(type.name), but type_name says "
                    + "\(envelope.typeName)")
        }
        guard !filled.isEmpty else {
            return try EventPayload.decode(
                type: type, bytes: envelope.bytes, in: envelope.payloadRange)
        }
        // Protobuf merges what follows: the server's fields complete the client's.
        return try EventPayload.decode(type: type, bytes: envelope.payload + filled)
    }

    /// The stream's prefix is the one of the event type; L01 and L02 go to any stream.
    private static func checkStream(_ envelope: EnvelopeReader, type: EventType) throws {
        guard envelope.isInStream(of: type) else {
            let stream = envelope.stream
            let places = type.streamPrefixes.map { "\($0)-…" }.joined(separator: " / ")
            throw refusal(
                zh: "\(type.name) 应写入 \(places) 流，现为 \(stream)",
                en: "\(type.name) belongs to a stream \(places); this one is \(stream)")
        }
    }

    private static func validTime(
        _ envelope: EnvelopeReader, _ type: EventType
    ) throws -> (MomentValue?, LocalDate) {
        let days = FactDays(type: type, payload: envelope.bytes, in: envelope.payloadRange)
        var value = envelope.occurredAt
        if value == nil {
            if type.streamPrefixes.isEmpty {
                // A correction or void that names no time happened when it was recorded.
                return (nil, LocalDate(dayNumber: 0))
            }
            guard let own = type.occurrence(in: envelope.bytes, envelope.payloadRange) else {
                throw refusal(
                    zh: "缺少 occurred_at：\(type.name) 的内容里没有日期，请写明发生时间",
                    en: "occurred_at is missing: the payload of \(type.name) names no day; "
                        + "say when it happened")
            }
            value = own
        }
        guard let occurred = value, let last = occurred.lastDay else {
            throw refusal(
                zh: "occurred_at 不是存在的日期", en: "occurred_at is not a day that exists")
        }
        if let on = days.on, on != last || occurred.precision < .date {
            throw refusal(
                zh: "内容里的 on 是 \(on)，与 occurred_at 的当地日期 \(last) 不一致，请更正其一",
                en: "the payload's on is \(on), but occurred_at lies on \(last) (Asia/Shanghai); "
                    + "correct one of them")
        }
        if let effective = days.effectiveFrom { return (occurred, effective) }
        if let from = envelope.effectiveFrom, let day = LocalDate(yyyymmdd: from) {
            return (occurred, day)
        }
        return (occurred, last)
    }

    private static func fact(
        _ envelope: EnvelopeReader, id: FactID, payload: EventPayload, occurred: MomentValue?,
        validDay: LocalDate, tags: NameList
    ) throws -> Fact {
        var sourceDoc: DocRef?
        var evidence: [EvidenceRef] = []
        do {
            if let range = envelope.sourceDocRange {
                sourceDoc = try DocRef(decoding: Array(envelope.bytes[range]))
            }
            for range in envelope.evidenceRanges {
                evidence.append(try EvidenceRef(decoding: Array(envelope.bytes[range])))
            }
        } catch {
            throw FactDecodingError(description: "the bytes are not an Envelope: \(error)")
        }
        return Fact(
            id: id, stream: envelope.stream, payload: payload, sentIn: envelope.bytes,
            at: envelope.payloadRange, occurred: occurred, validDay: validDay,
            recordedBy: envelope.recordedBy, onBehalfOf: envelope.onBehalfOf, tags: tags,
            sourceDoc: sourceDoc, evidence: evidence, lateReason: envelope.lateReason,
            dataClass: envelope.dataClass)
    }

    private static func refusal(zh: String, en: String) -> Refusal {
        Refusal("INV-ENVELOPE", zh: zh, en: en)
    }
}
