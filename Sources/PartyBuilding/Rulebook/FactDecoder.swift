import Schema

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
        let envelope = try envelope(bytes)
        guard let id = FactID(bytes: envelope.eventID) else {
            throw refusal(
                zh: "event_id 必须是 16 字节的 UUID，现为 \(envelope.eventID.count) 字节",
                en: "event_id must be a UUID of 16 bytes; it has \(envelope.eventID.count)")
        }
        guard !envelope.recordedBy.isEmpty else {
            throw refusal(
                zh: "缺少 recorded_by：请写明录入人", en: "recorded_by is missing: say who records")
        }
        let payload = try payload(envelope)
        try checkStream(envelope.stream, type: payload.type)
        let (occurred, validDay) = try validTime(envelope, payload)
        let fact = fact(
            envelope, id: id, payload: payload, occurred: occurred, validDay: validDay,
            tags: Subjects.of(
                type: payload.type, stream: envelope.stream, payload: [UInt8](envelope.payload)))
        return Proposal(
            fact: fact,
            recordedAt: envelope.hasRecordedAtUs ? envelope.recordedAtUs : nil,
            tenant: envelope.hasTenant ? envelope.tenant : nil)
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
        body: [UInt8], trailer: [UInt8], position: UInt64, streamVersion: UInt64, tags: [String]
    ) throws -> Fact {
        let envelope = try envelope(body)
        guard let id = FactID(bytes: envelope.eventID) else {
            throw FactDecodingError(
                description: "the fact at position \(position) has no event id of 16 bytes")
        }
        let added: Trailer
        do {
            added = try Trailer(decoding: trailer)
        } catch {
            throw FactDecodingError(
                description: "the trailer of the fact at position \(position) is damaged: \(error)")
        }
        let payload = try payload(envelope, filled: [UInt8](added.filled))
        let (occurred, validDay) = try validTime(envelope, payload)
        var fact = fact(
            envelope, id: id, payload: payload, occurred: occurred, validDay: validDay, tags: tags)
        fact.position = position
        fact.streamVersion = streamVersion
        fact.recordedAt = added.recordedAtUs
        fact.tenant = added.tenant
        fact.settleTime()
        fact.isLate = added.late
        fact.isAfterSeal = added.afterSeal
        return fact
    }

    private static func envelope(_ bytes: [UInt8]) throws -> Envelope {
        do {
            return try Envelope(decoding: bytes)
        } catch {
            throw FactDecodingError(description: "the bytes are not an Envelope: \(error)")
        }
    }

    private static func payload(
        _ envelope: Envelope, filled: [UInt8] = []
    ) throws -> EventPayload {
        guard let type = EventType(rawValue: envelope.type) else {
            throw FactDecodingError(
                description: "event type \(envelope.type) (\(envelope.typeName)) is unknown")
        }
        guard envelope.typeName.isEmpty || envelope.typeName == type.name else {
            throw refusal(
                zh: "类型编号 \(envelope.type) 是 \(type.name)，与 type_name \(envelope.typeName) 不符",
                en: "type \(envelope.type) is \(type.name), but type_name says "
                    + "\(envelope.typeName)")
        }
        // Protobuf merges what follows: the server's fields complete the client's.
        return try EventPayload.decode(type: type, bytes: [UInt8](envelope.payload) + filled)
    }

    /// The stream's prefix is the one of the event type; L01 and L02 go to any stream.
    private static func checkStream(_ stream: String, type: EventType) throws {
        guard type.accepts(stream: stream) else {
            let places = type.streamPrefixes.map { "\($0)-…" }.joined(separator: " / ")
            throw refusal(
                zh: "\(type.name) 应写入 \(places) 流，现为 \(stream)",
                en: "\(type.name) belongs to a stream \(places); this one is \(stream)")
        }
    }

    private static func validTime(
        _ envelope: Envelope, _ payload: EventPayload
    ) throws -> (Moment, LocalDate) {
        let bytes = [UInt8](envelope.payload)
        let days = FactDays(type: payload.type, payload: bytes)
        var occurred = envelope.occurredAt
        if !envelope.hasOccurredAt || occurred.value == nil {
            if payload.type.streamPrefixes.isEmpty {
                // A correction or void that names no time happened when it was recorded.
                return (Moment(), LocalDate(dayNumber: 0))
            }
            guard let own = payload.type.occurrence(in: bytes, 0..<bytes.count) else {
                throw refusal(
                    zh: "缺少 occurred_at：\(payload.type.name) 的内容里没有日期，请写明发生时间",
                    en: "occurred_at is missing: the payload of \(payload.type.name) names no day; "
                        + "say when it happened")
            }
            occurred = Moment()
            occurred.value = own
        }
        guard let last = occurred.lastDay else {
            throw refusal(
                zh: "occurred_at 不是存在的日期", en: "occurred_at is not a day that exists")
        }
        if let on = days.on, on != last || (occurred.precision ?? .year) < .date {
            throw refusal(
                zh: "内容里的 on 是 \(on)，与 occurred_at 的当地日期 \(last) 不一致，请更正其一",
                en: "the payload's on is \(on), but occurred_at lies on \(last) (Asia/Shanghai); "
                    + "correct one of them")
        }
        if let effective = days.effectiveFrom { return (occurred, effective) }
        if envelope.hasEffectiveFrom, let day = LocalDate(yyyymmdd: envelope.effectiveFrom) {
            return (occurred, day)
        }
        return (occurred, last)
    }

    private static func fact(
        _ envelope: Envelope, id: FactID, payload: EventPayload, occurred: Moment,
        validDay: LocalDate, tags: [String]
    ) -> Fact {
        Fact(
            id: id, stream: envelope.stream, payload: payload,
            payloadBytes: [UInt8](envelope.payload), occurred: occurred, validDay: validDay,
            recordedAt: 0, recordedBy: envelope.recordedBy,
            onBehalfOf: envelope.hasOnBehalfOf ? envelope.onBehalfOf : nil, tags: tags,
            sourceDoc: envelope.hasSourceDoc ? envelope.sourceDoc : nil,
            evidence: envelope.evidence,
            lateReason: envelope.hasLateReason ? envelope.lateReason : nil,
            dataClass: envelope.hasDataClass ? envelope.dataClass : nil)
    }

    private static func refusal(zh: String, en: String) -> Refusal {
        Refusal("INV-ENVELOPE", zh: zh, en: en)
    }
}
