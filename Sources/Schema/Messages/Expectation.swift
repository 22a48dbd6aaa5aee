extension FieldDescriptor {
    /// What the JSON value has to be, for messages: "a whole number (fen)", "a day like …".
    package func expectation(in message: MessageDescriptor) -> String {
        switch kind {
        case .bool: return "true or false"
        case .double: return "a number"
        case .string:
            if subjectInFull { return "a subject like \"branch-b1\"" }
            return subject == nil ? "a text" : "an id"
        case .bytes: return format == .uuid ? "a UUID" : "a text of hexadecimal digits"
        case .enumeration:
            return "one of " + (enumeration?.words ?? []).joined(separator: ", ")
        case .message:
            return self.message?.expectation ?? "an object"
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64:
            switch format {
            case .date: return "a day like \"2019-07-31\""
            case .yearMonth: return "a month like \"2019-07\""
            case .quarter: return "a quarter like \"2019Q2\""
            case .year: return "a year like 2019"
            case .instant: return "an instant like \"2019-07-31T09:00:00+08:00\""
            case .uuid, .hex, nil:
                if message.shape == .period { return "a half-year like \"2019H1\"" }
                return unit.map { "a whole number (\($0))" } ?? "a whole number"
            }
        }
    }

    /// The same for the whole field, a repeated one included.
    package func wholeExpectation(in message: MessageDescriptor) -> String {
        guard isRepeated else { return expectation(in: message) }
        return isJSONObject ? "an object" : "an array, each item \(expectation(in: message))"
    }
}

extension MessageDescriptor {
    /// What the JSON form of the message has to be.
    package var expectation: String {
        switch shape {
        case .plain: "an object"
        case .moment:
            "a text like \"2019-07-31\", \"2019-07\", \"2019Q2\", \"2019\" or "
                + "\"2019-07-31T09:00:00+08:00\""
        case .period: "a text like \"2019\", \"2019H1\", \"2019Q2\" or \"2019-06\""
        case .docRef: "an object with a field of DocRef, or a text, the title"
        case .evidenceRef: "an object with a field of EvidenceRef, or a text, SHA-256 or caption"
        }
    }
}

extension SchemaError {
    static func missing(
        _ field: FieldDescriptor, of message: MessageDescriptor
    ) -> SchemaError {
        SchemaError(
            .missing,
            "is missing; \(message.name) needs it (\(field.wholeExpectation(in: message)))",
            zh: "缺失：\(message.name) 须填此项（\(field.wholeExpectationZH(in: message))）"
        ).inside(field.name)
    }

    static func id(_ text: String) -> SchemaError {
        SchemaError(
            .badFormat,
            "is \(JSONValue.string(text).text()); an id is 1 to \(SubjectForm.idMax) of "
                + "A-Z a-z 0-9 . _ -",
            zh: "为 \(JSONValue.string(text).text())，编号须由 1 至 \(SubjectForm.idMax) 个 "
                + "A-Z a-z 0-9 . _ - 组成")
    }

    /// The error of a repeated field with this number of items, nil when the number is allowed.
    static func itemCount(_ field: FieldDescriptor, _ count: Int) -> SchemaError? {
        if let least = field.minItems, count < least {
            return SchemaError(
                .itemCount, "has \(count) items, at least \(least) are needed",
                zh: "有 \(count) 项，至少须有 \(least) 项"
            ).inside(field.name)
        }
        if let most = field.maxItems, count > most {
            return SchemaError(
                .itemCount, "has \(count) items, at most \(most) are allowed",
                zh: "有 \(count) 项，至多 \(most) 项"
            ).inside(field.name)
        }
        return nil
    }
}
