extension FactJSON {
    /// The envelope of a line of JSON.
    /// - Throws: an error with the path in the line, the value found and what is allowed.
    package static func decode(
        line: [UInt8], _ context: ImportContext
    ) throws(SchemaError) -> Imported {
        let value: JSONValue
        do { value = try JSONValue(parsing: line) } catch { throw SchemaError(error) }
        return try decode(value, context)
    }

    /// The envelope of a line that was parsed.
    package static func decode(
        _ line: JSONValue, _ context: ImportContext
    ) throws(SchemaError) -> Imported {
        guard case .object(let object) = line else {
            throw MessageJSON.wrongType(
                line, "an object with type, stream and payload", zh: "含 type、stream、payload 的对象")
        }
        let members = try known(object)
        let type = try type(members["type"])
        guard let stream = try text("stream", members) else {
            throw SchemaError(.missing, path: "stream", "is missing", zh: "缺失")
        }
        try SchemaValidator.checkStream(stream, of: type)
        let payload = try payload(members["payload"], of: type, context)
        let content = try content(members, type, stream, payload, context)
        let given = try eventID(members)
        let id = if let given { given } else { try derivedID(content, context) }

        var writer = WireWriter()
        writer.delimited(id, field: 1)
        let envelope = writer.bytes + content
        try SchemaValidator.validate(envelope: envelope)
        return Imported(
            envelope: envelope, eventID: id, isIDDerived: given == nil, type: type, stream: stream)
    }

    /// The members that are read; null counts as absent.
    private static func known(_ object: JSONObject) throws(SchemaError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for member in object.members where !passedOver.contains(member.key) {
            guard imported.contains(member.key) else {
                throw SchemaError(
                    .unknownField, path: member.key, "is no member of a fact",
                    zh: "不是事实的成员", allowed: imported,
                    suggestion: Suggestion.nearest(to: member.key, among: imported))
            }
            if !member.value.isNull { members[member.key] = member.value }
        }
        return members
    }

    private static func text(
        _ name: String, _ members: [String: JSONValue]
    ) throws(SchemaError) -> String? {
        guard let value = members[name] else { return nil }
        guard case .string(let text) = value else {
            throw MessageJSON.wrongType(value, "a text", zh: "文本").inside(name)
        }
        return text
    }

    private static func type(_ value: JSONValue?) throws(SchemaError) -> EventType {
        guard let value else {
            throw SchemaError(
                .missing, path: "type", "is missing; it is an event's name like BranchEstablished",
                zh: "缺失：应为事件名称，如 BranchEstablished")
        }
        return try eventType(value, at: "type")
    }

    private static func eventType(
        _ value: JSONValue, at path: String
    ) throws(SchemaError) -> EventType {
        guard case .string(let name) = value else {
            throw MessageJSON.wrongType(
                value, "an event's name like BranchEstablished", zh: "事件名称，如 BranchEstablished"
            ).inside(
                path)
        }
        if let type = EventType(name: name) { return type }
        throw SchemaError(
            .unknownType, path: path, "is \(MessageJSON.shown(value)), which is no event type",
            zh: "为 \(MessageJSON.shown(value))，不是事件类型",
            suggestion: EventType(specID: name.uppercased())?.name
                ?? Suggestion.nearest(to: name, among: EventType.all.map(\.name)))
    }

    private static func eventID(
        _ members: [String: JSONValue]
    ) throws(SchemaError) -> [UInt8]? {
        var found: [UInt8]?
        for name in ["event_id", "command_id"] {
            guard let text = try text(name, members) else { continue }
            guard let id = UUIDForm.bytes(text), UUIDForm.isAccepted(id) else {
                throw SchemaError(
                    .badFormat, path: name,
                    "is \(MessageJSON.shown(.string(text))), no UUID of version 4, 7 or 8",
                    zh: "为 \(MessageJSON.shown(.string(text)))，不是第 4、7 或 8 版 UUID")
            }
            if let other = found, other != id {
                throw SchemaError(
                    .disagreement, path: name, "is another id than event_id",
                    zh: "与 event_id 不是同一编号")
            }
            found = id
        }
        return found
    }

    /// The envelope's bytes without its id, fields in ascending order.
    private static func content(
        _ members: [String: JSONValue], _ type: EventType, _ stream: String, _ payload: [UInt8],
        _ context: ImportContext
    ) throws(SchemaError) -> [UInt8] {
        let descriptor = MessageDescriptor.envelope
        var writer = WireWriter()
        for field in descriptor.fields {
            switch field.name {
            case "event_id": break
            case "type": writer.varint(UInt64(type.number), field: field.number)
            case "type_name": writer.string(type.name, field: field.number)
            case "stream": writer.string(stream, field: field.number)
            case "payload": writer.delimited(payload, field: field.number)
            case "occurred_at" where members[field.name] == nil:
                if let moment = type.occurrence(in: payload, 0..<payload.count) {
                    writer.delimited(MessageJSON.bytes(of: moment), field: field.number)
                }
            case "recorded_by" where members[field.name] == nil:
                guard let name = context.recordedBy else {
                    throw SchemaError.missing(field, of: descriptor)
                }
                writer.string(name, field: field.number)
            default:
                let name = field.name == "recorded_at_us" ? "recorded_at" : field.name
                guard let value = members[name] else { continue }
                do throws(SchemaError) {
                    try MessageJSON.write(field, of: descriptor, value, &writer, depth: 1)
                } catch {
                    throw name == field.name ? error : error.renamed(field.name, name)
                }
            }
        }
        return writer.bytes
    }

    private static func derivedID(
        _ content: [UInt8], _ context: ImportContext
    ) throws(SchemaError) -> [UInt8] {
        let digest = context.hash(content)
        let envelope = try EnvelopeReader(content)
        let day = envelope.occurredAt?.firstLocalDay
        let instant: Int64 =
            if case .instantUs(let instant) = envelope.occurredAt { instant } else {
                day.flatMap(InstantForm.startOfLocalDay) ?? envelope.recordedAt ?? 0
            }
        return DerivedEventID.derive(
            content: digest, occurrence: context.occurrence(digest), instant: instant,
            hash: context.hash)
    }
}

extension FactJSON {
    private static func payload(
        _ value: JSONValue?, of type: EventType, _ context: ImportContext
    ) throws(SchemaError) -> [UInt8] {
        guard let value else {
            throw SchemaError(
                .missing, path: "payload",
                "is missing; it is an object with the fields of \(type.name)",
                zh: "缺失：应为含 \(type.name) 各字段的对象")
        }
        do throws(SchemaError) {
            guard type == .recordCorrected, case .object(let object) = value else {
                return try MessageJSON.decode(type.descriptor, value)
            }
            return try correction(object, context)
        } catch {
            throw error.inside("payload")
        }
    }

    /// The payload of a correction: its replacement is an object of the target's type.
    private static func correction(
        _ given: JSONObject, _ context: ImportContext
    ) throws(SchemaError) -> [UInt8] {
        var object = given
        let target = try target(of: object, context)
        object[replacementType] = nil
        if let whole = object[replacement], case .object = whole {
            guard let target else {
                throw SchemaError(
                    .missing, path: replacement,
                    "cannot be read: the type of target_event is not known; add \(replacementType)",
                    zh: "无法读取：不知道 target_event 的类型，请补充 \(replacementType)")
            }
            do {
                let bytes = try MessageJSON.decode(target.descriptor, whole)
                object[replacement] = .string(Hexadecimal.text(bytes))
            } catch {
                throw error.inside(replacement)
            }
        }
        if let target, case .array(let mask)? = object["mask"] {
            try check(mask: mask, target)
        }
        return try MessageJSON.decode(EventType.recordCorrected.descriptor, .object(object))
    }

    /// The type of a correction's target: what the line says, else what is recorded under its id.
    private static func target(
        of object: JSONObject, _ context: ImportContext
    ) throws(SchemaError) -> EventType? {
        let recorded = object["target_event"]?.stringValue.flatMap(UUIDForm.bytes)
            .flatMap(context.typeOfEvent)
        guard let hint = object[replacementType], !hint.isNull else { return recorded }
        let type = try eventType(hint, at: replacementType)
        if let recorded, recorded != type {
            throw SchemaError(
                .disagreement, path: replacementType,
                "is \(type.name), but target_event is \(recorded.name)",
                zh: "为 \(type.name)，但 target_event 是 \(recorded.name)")
        }
        return type
    }

    private static func check(mask: [JSONValue], _ target: EventType) throws(SchemaError) {
        let names = target.descriptor.fields.map(\.name)
        for (index, item) in mask.enumerated() {
            guard case .string(let name) = item, !names.contains(name) else { continue }
            throw SchemaError(
                .unknownField, "is \(MessageJSON.shown(item)), no field of \(target.name)",
                zh: "为 \(MessageJSON.shown(item))，不是 \(target.name) 的字段",
                allowed: names, suggestion: Suggestion.nearest(to: name, among: names)
            ).inside(item: index).inside("mask")
        }
    }
}
