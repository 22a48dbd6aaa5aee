extension MessageJSON {
    /// The bytes of a message's JSON form.
    ///
    /// A missing boolean is false and a missing repeated field is empty; any other missing required
    /// value is an error, null counts as missing. Unknown members are errors.
    /// - Throws: an error with the path, the value found and what is allowed.
    package static func decode(
        _ descriptor: MessageDescriptor, _ value: JSONValue
    ) throws(SchemaError) -> [UInt8] {
        try decode(descriptor, value, depth: 1)
    }

    static func decode(
        _ descriptor: MessageDescriptor, _ value: JSONValue, depth: Int
    ) throws(SchemaError) -> [UInt8] {
        if depth > SchemaValidator.depthMax {
            throw SchemaError(
                .tooDeep, "is nested deeper than \(SchemaValidator.depthMax) messages",
                zh: "嵌套超过 \(SchemaValidator.depthMax) 层")
        }
        switch (descriptor.shape, value) {
        case (.moment, .string(let text)): return try moment(text, descriptor)
        case (.period, .string(let text)): return try period(text, descriptor)
        case (.docRef, .string(let text)):
            return try decode(descriptor, .members(["title": .string(text)]), depth: depth)
        case (.evidenceRef, .string(let text)):
            let name = SchemaValidator.isDigest(text.lowercased()) ? "sha256" : "caption"
            let text = name == "sha256" ? text.lowercased() : text
            return try decode(descriptor, .members([name: .string(text)]), depth: depth)
        case (.plain, .object(let object)), (.docRef, .object(let object)),
            (.evidenceRef, .object(let object)):
            return try decode(descriptor, object, depth: depth)
        default:
            throw wrongType(value, descriptor.expectation, zh: descriptor.expectationZH)
        }
    }

    private static func decode(
        _ descriptor: MessageDescriptor, _ object: JSONObject, depth: Int
    ) throws(SchemaError) -> [UInt8] {
        var values = [JSONValue?](repeating: nil, count: descriptor.fields.count)
        for member in object.members {
            guard let place = descriptor.place(named: member.key) else {
                throw unknownMember(member.key, of: descriptor)
            }
            values[place] = member.value.isNull ? nil : member.value
        }
        var writer = WireWriter()
        var oneofs: [String] = []
        for (field, value) in zip(descriptor.fields, values) {
            guard let value else {
                if field.isRequired && field.kind != .bool {
                    throw SchemaError.missing(field, of: descriptor)
                }
                if field.isRepeated, let error = SchemaError.itemCount(field, 0) { throw error }
                continue
            }
            if case .oneof(let name) = field.presence {
                if oneofs.contains(name) {
                    throw SchemaError(
                        .duplicate, "is a second value of \(name)", zh: "是 \(name) 的第二个值"
                    ).inside(field.name)
                }
                oneofs.append(name)
            }
            try write(field, of: descriptor, value, &writer, depth: depth)
        }
        if descriptor.shape != .plain && writer.bytes.isEmpty {
            throw SchemaError(
                .missing, "is empty; it needs at least one field", zh: "为空：至少须有一个字段")
        }
        return writer.bytes
    }

    /// Writes a field, a repeated one included, from its JSON value.
    static func write(
        _ field: FieldDescriptor, of descriptor: MessageDescriptor, _ value: JSONValue,
        _ writer: inout WireWriter, depth: Int
    ) throws(SchemaError) {
        do throws(SchemaError) {
            if field.isRepeated {
                try writeItems(field, of: descriptor, value, &writer, depth: depth)
            } else {
                let scalar = try scalar(field, of: descriptor, value, depth: depth)
                try write(scalar, field, of: descriptor, &writer)
            }
        } catch {
            throw error.inside(field.name)
        }
    }

    private static func unknownMember(
        _ key: String, of descriptor: MessageDescriptor
    ) -> SchemaError {
        let names = descriptor.fields.map(\.name)
        return SchemaError(
            .unknownField, "is no field of \(descriptor.name)",
            zh: "不是 \(descriptor.name) 的字段", allowed: names,
            suggestion: Suggestion.nearest(to: key, among: names)
        ).inside(key)
    }

    /// Writes a singular value; zeros only where protobuf keeps them apart from absence.
    private static func write(
        _ scalar: Scalar, _ field: FieldDescriptor, of descriptor: MessageDescriptor,
        _ writer: inout WireWriter
    ) throws(SchemaError) {
        if field.presence == .required && scalar.isZero {
            if field.isRequiredInBytes && field.kind != .message {
                throw SchemaError(
                    .missing,
                    "is empty; \(descriptor.name) needs it "
                        + "(\(field.expectation(in: descriptor)))",
                    zh: "为空：\(descriptor.name) 须填此项"
                        + "（\(field.expectationZH(in: descriptor))）")
            }
            if field.kind != .message { return }
        }
        scalar.write(field.number, &writer)
    }

    private static func writeItems(
        _ field: FieldDescriptor, of descriptor: MessageDescriptor, _ value: JSONValue,
        _ writer: inout WireWriter, depth: Int
    ) throws(SchemaError) {
        let items: [JSONValue]
        switch value {
        case .array(let elements): items = elements
        case .object(let object) where field.isJSONObject: items = try entries(object, field)
        default:
            throw wrongType(
                value, field.wholeExpectation(in: descriptor),
                zh: field.wholeExpectationZH(in: descriptor))
        }
        if let error = SchemaError.itemCount(field, items.count) {
            // The caller adds the field's name.
            throw SchemaError(.itemCount, error.problem, zh: error.problemZH)
        }
        var packed = WireWriter()
        var keys: Set<String> = []
        for (index, item) in items.enumerated() {
            let scalar: Scalar
            do throws(SchemaError) {
                if item.isNull { throw SchemaError(.missing, "is null", zh: "为 null") }
                scalar = try self.scalar(field, of: descriptor, item, depth: depth)
            } catch {
                throw name(error, of: item, at: index, in: value)
            }
            if field.isJSONObject, let key = key(of: item), !keys.insert(key).inserted {
                throw SchemaError(
                    .duplicate, "has the key \"\(key)\" twice", zh: "键 \"\(key)\" 出现两次")
            }
            if field.kind.isPackable {
                scalar.writePacked(&packed)
            } else {
                scalar.write(field.number, &writer)
            }
        }
        if field.kind.isPackable && !packed.bytes.isEmpty {
            writer.delimited(packed.bytes, field: field.number)
        }
    }

    /// Items of an object are named by their key, those of an array by their index.
    private static func name(
        _ error: SchemaError, of item: JSONValue, at index: Int, in value: JSONValue
    ) -> SchemaError {
        guard case .object = value, let key = key(of: item) else {
            return error.inside(item: index)
        }
        if error.path == "value" || error.path == "key" {
            return SchemaError(
                error.kind, error.problem, zh: error.problemZH, allowed: error.allowed,
                suggestion: error.suggestion
            ).inside(key)
        }
        return error.inside(key)
    }

    /// The members of a JSON object as entries; keys of numbers become numbers again.
    private static func entries(
        _ object: JSONObject, _ field: FieldDescriptor
    ) throws(SchemaError) -> [JSONValue] {
        let key = field.message?.field(named: "key")
        return object.members.map { member in
            let isText = key?.kind.isPackable != true || key?.kind == .enumeration
            let isPlainNumber = !isText && (key?.format == nil || key?.format == .year)
            let number = isPlainNumber ? Int64(member.key).map(JSONValue.integer) : nil
            return .members(["key": number ?? .string(member.key), "value": member.value])
        }
    }

    /// The text by which an entry of a JSON object is told apart.
    private static func key(of entry: JSONValue) -> String? {
        entry["key"].flatMap { $0.stringValue ?? $0.integerValue.map { String($0) } }
    }

    static func wrongType(
        _ value: JSONValue, _ expectation: String, zh: String
    ) -> SchemaError {
        SchemaError(
            .wrongType, "is \(shown(value)); it must be \(expectation)",
            zh: "为 \(shown(value))，应为\(zh)")
    }

    /// A value as it is quoted in messages: short ones in full, others by their kind.
    static func shown(_ value: JSONValue) -> String {
        switch value {
        case .array, .object: return value.kindName
        case .null, .bool, .integer, .decimal, .string:
            let text = value.text()
            return text.utf8.count <= 80 ? text : String(text.prefix(60)) + "…"
        }
    }
}
