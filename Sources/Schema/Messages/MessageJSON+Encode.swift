extension MessageJSON {
    /// The JSON form of a message's bytes.
    ///
    /// It reads what newer versions wrote: fields that this build does not know are left out, and
    /// an unknown enumeration value is written as "UNKNOWN_7".
    /// - Throws: `malformed` when the bytes are not protobuf.
    package static func encode(
        _ descriptor: MessageDescriptor, _ bytes: [UInt8]
    ) throws(SchemaError) -> JSONValue {
        try encode(descriptor, bytes, in: 0..<bytes.count)
    }

    /// The JSON form of the message in a part of `bytes`.
    package static func encode(
        _ descriptor: MessageDescriptor, _ bytes: [UInt8], in range: Range<Int>
    ) throws(SchemaError) -> JSONValue {
        try encode(descriptor, WireReader(bytes, in: range), depth: 1)
    }

    private static func encode(
        _ descriptor: MessageDescriptor, _ start: WireReader, depth: Int
    ) throws(SchemaError) -> JSONValue {
        if depth > SchemaValidator.depthMax {
            throw SchemaError(
                .tooDeep, "is nested deeper than \(SchemaValidator.depthMax) messages",
                zh: "嵌套超过 \(SchemaValidator.depthMax) 层")
        }
        var singles = [JSONValue?](repeating: nil, count: descriptor.fields.count)
        var lists: [Int: [JSONValue]] = [:]
        var reader = start
        while let (place, value) = try nextKnown(of: descriptor, &reader) {
            let field = descriptor.fields[place]
            do {
                if field.isRepeated {
                    let items = try items(field, of: descriptor, value, reader, depth: depth)
                    lists[place, default: []].append(contentsOf: items)
                } else {
                    singles[place] = try single(field, of: descriptor, value, reader, depth: depth)
                }
            } catch {
                throw error.inside(field.name)
            }
        }
        if descriptor.shape == .moment || descriptor.shape == .period {
            return singles.lazy.compactMap { $0 }.first ?? .null
        }
        var object = JSONObject()
        for (place, field) in descriptor.fields.enumerated() {
            if field.isRepeated {
                let items = lists[place] ?? []
                object.append(
                    field.name, field.isJSONObject ? .object(members(items)) : .array(items))
            } else if let value = singles[place] {
                object.append(field.name, value)
            } else if let value = absent(field) {
                object.append(field.name, value)
            }
        }
        return .object(object)
    }

    private static func nextKnown(
        of descriptor: MessageDescriptor, _ reader: inout WireReader
    ) throws(SchemaError) -> (place: Int, value: WireReader.Value)? {
        do {
            while let field = try reader.next() {
                if let place = descriptor.place(number: field.number) {
                    return (place, field.value)
                }
            }
            return nil
        } catch {
            throw SchemaError(error)
        }
    }

    /// What stands for a field that is not in the bytes; nil for a member of a oneof.
    private static func absent(_ field: FieldDescriptor) -> JSONValue? {
        switch field.presence {
        case .oneof: return nil
        case .optional, .repeated: return .null
        case .required:
            switch field.kind {
            case .bool: return .bool(false)
            case .string: return .string("")
            case .bytes: return field.format == .uuid ? .null : .string("")
            case .message, .enumeration: return .null
            case .double, .int32, .int64, .uint32, .uint64, .sint32, .sint64:
                return field.format == nil ? .integer(0) : .null
            }
        }
    }

    private static func items(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ value: WireReader.Value,
        _ reader: WireReader, depth: Int
    ) throws(SchemaError) -> [JSONValue] {
        guard case .bytes(let range) = value, field.kind.isPackable else {
            return [try single(field, of: message, value, reader, depth: depth)]
        }
        var packed = WireReader(reader.bytes, in: range)
        var items: [JSONValue] = []
        while !packed.isAtEnd {
            let item: WireReader.Value
            do { item = try packed.packedItem(field.kind) } catch { throw SchemaError(error) }
            items.append(try single(field, of: message, item, reader, depth: depth))
        }
        return items
    }

    /// The entries of a JSON object; of entries with the same key the last one stands.
    private static func members(_ entries: [JSONValue]) -> JSONObject {
        var members: [JSONObject.Member] = []
        var places: [String: Int] = [:]
        for entry in entries {
            let key = entry["key"].map { $0.stringValue ?? $0.text() } ?? ""
            let member = JSONObject.Member(key: key, value: entry["value"] ?? .null)
            if let place = places[key] {
                members[place] = member
            } else {
                places[key] = members.count
                members.append(member)
            }
        }
        return JSONObject(members)
    }

    private static func single(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ value: WireReader.Value,
        _ reader: WireReader, depth: Int
    ) throws(SchemaError) -> JSONValue {
        switch (field.kind, value) {
        case (.string, .bytes(let range)):
            return .string(reader.text(range))
        case (.bytes, .bytes(let range)):
            let bytes = reader.bytes[range]
            return .string(field.format == .uuid ? UUIDForm.text(bytes) : Hexadecimal.text(bytes))
        case (.message, .bytes(let range)):
            guard let nested = field.message else { return .null }
            return try encode(nested, WireReader(reader.bytes, in: range), depth: depth + 1)
        case (.bool, .varint(let bits)):
            return .bool(bits != 0)
        case (.double, .fixed64(let bits)):
            let number = Double(bitPattern: bits)
            if let whole = Int64(exactly: number) { return .integer(whole) }
            return number.isFinite ? .decimal(number.description) : .null
        case (.enumeration, .varint(let bits)):
            let number = Int32(truncatingIfNeeded: bits)
            return number == 0 ? .null : .string(field.enumeration?.word(number) ?? "")
        case (.int32, .varint(let bits)):
            return text(field, of: message, Int64(Int32(truncatingIfNeeded: bits)))
        case (.sint32, .varint(let bits)), (.sint64, .varint(let bits)):
            return text(field, of: message, ZigZag.decode(bits))
        case (.uint32, .varint(let bits)):
            return text(field, of: message, Int64(UInt32(truncatingIfNeeded: bits)))
        case (.int64, .varint(let bits)):
            return text(field, of: message, Int64(bitPattern: bits))
        case (.uint64, .varint(let bits)):
            guard let number = Int64(exactly: bits) else { return .decimal(String(bits)) }
            return text(field, of: message, number)
        default:
            throw SchemaError(
                .malformed, "is written as another kind than \(field.kind.rawValue)",
                zh: "的编码不是 \(field.kind.rawValue)")
        }
    }

    /// A number in the shape of its format.
    private static func text(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ number: Int64
    ) -> JSONValue {
        switch message.shape {
        case .moment where field.format == .year: return .string(CalendarForm.yearText(number))
        case .period where field.format == .year: return .string(CalendarForm.yearText(number))
        case .period where field.format == nil: return .string(CalendarForm.halfText(number))
        default: break
        }
        if number == 0, field.format != nil, field.format != .instant { return .null }
        return switch field.format {
        case .date: .string(CalendarForm.dayText(number))
        case .yearMonth: .string(CalendarForm.monthText(number))
        case .quarter: .string(CalendarForm.quarterText(number))
        case .instant: .string(InstantForm.text(number))
        case .year, .uuid, .hex, nil: .integer(number)
        }
    }
}
