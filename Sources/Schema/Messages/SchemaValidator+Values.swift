extension SchemaValidator {
    /// Checks a value against its field.
    /// - Returns: whether the value is anything but zero or empty.
    static func checkValue(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ value: WireReader.Value,
        in reader: WireReader, depth: Int
    ) throws(SchemaError) -> Bool {
        switch (field.kind, value) {
        case (.string, .bytes(let range)):
            try checkText(field, of: message, reader, range)
            return !range.isEmpty
        case (.bytes, .bytes(let range)):
            if field.format == .uuid, !UUIDForm.isAccepted(reader.bytes[range]) {
                throw SchemaError(
                    .badFormat, "is no UUID of version 4, 7 or 8", zh: "不是第 4、7 或 8 版 UUID")
            }
            return !range.isEmpty
        case (.message, .bytes(let range)):
            guard let nested = field.message else { return false }
            if depth >= depthMax {
                throw SchemaError(
                    .tooDeep, "is nested deeper than \(depthMax) messages",
                    zh: "嵌套超过 \(depthMax) 层")
            }
            try validate(nested, reader.bytes, in: range, depth: depth + 1)
            return true
        case (.double, .fixed64(let bits)):
            let number = Double(bitPattern: bits)
            if !number.isFinite {
                throw SchemaError(.outOfRange, "is \(number)", zh: "为 \(number)")
            }
            return number != 0
        case (.enumeration, .varint(let bits)):
            return try checkWord(field, bits)
        case (.bool, .varint(let bits)):
            if bits > 1 {
                throw SchemaError(
                    .outOfRange, "is \(bits), which is neither 0 nor 1",
                    zh: "为 \(bits)，既不是 0 也不是 1")
            }
            return bits == 1
        case (.int32, .varint), (.int64, .varint), (.uint32, .varint), (.uint64, .varint),
            (.sint32, .varint), (.sint64, .varint):
            guard case .varint(let bits) = value else { return false }
            let number = try integer(field.kind, bits)
            try checkNumber(field, of: message, number)
            return number != 0
        default:
            throw SchemaError(
                .wrongType, "is written as another kind than \(field.kind.rawValue)",
                zh: "的编码不是 \(field.kind.rawValue)")
        }
    }

    /// The number that a varint of an integer field stands for.
    static func integer(
        _ kind: FieldDescriptor.Kind, _ bits: UInt64
    ) throws(SchemaError) -> Int64 {
        let number: Int64?
        switch kind {
        case .int32: number = Int32(exactly: Int64(bitPattern: bits)).map(Int64.init)
        case .sint32: number = Int32(exactly: ZigZag.decode(bits)).map(Int64.init)
        case .sint64: number = ZigZag.decode(bits)
        case .uint32: number = UInt32(exactly: bits).map(Int64.init)
        case .uint64: number = Int64(exactly: bits)
        default: number = Int64(bitPattern: bits)
        }
        guard let number else {
            throw SchemaError(
                .outOfRange, "does not fit \(kind.rawValue)", zh: "超出 \(kind.rawValue) 的范围")
        }
        return number
    }

    /// Checks a number's limits and, when it stands for a day or period, that this exists.
    static func checkNumber(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ number: Int64
    ) throws(SchemaError) {
        if !IntegerLimit.contains(number) {
            throw SchemaError(
                .outOfRange, "is \(number); the limit is ±\(IntegerLimit.max)",
                zh: "为 \(number)，上限为 ±\(IntegerLimit.max)")
        }
        // A zero is an absent value, which the required fields are asked for at the end.
        if number == 0 && field.presence == .required { return }
        let exists =
            switch field.format {
            case .date: CalendarForm.isDay(number)
            case .yearMonth: CalendarForm.isMonth(number)
            case .quarter: CalendarForm.isQuarter(number)
            case .year: CalendarForm.isYear(number)
            case .instant, .uuid, .hex, nil:
                !(message.shape == .period && field.name == "half") || CalendarForm.isHalf(number)
            }
        if !exists {
            throw SchemaError(
                .badFormat, "is \(number), which is not \(field.expectation(in: message))",
                zh: "为 \(number)，应为\(field.expectationZH(in: message))")
        }
    }

    private static func checkWord(
        _ field: FieldDescriptor, _ bits: UInt64
    ) throws(SchemaError) -> Bool {
        guard let enumeration = field.enumeration else { return false }
        guard let number = Int32(exactly: Int64(bitPattern: bits)),
            number == 0 || enumeration.value(number: number) != nil
        else {
            throw SchemaError(
                .unknownEnumValue, "is \(Int64(bitPattern: bits)), which \(enumeration.name) lacks",
                zh: "为 \(Int64(bitPattern: bits))，\(enumeration.name) 没有此值",
                allowed: enumeration.words)
        }
        // Of a required field an absent value is reported at the end.
        if number == 0 && field.presence != .required {
            throw SchemaError(
                .unknownEnumValue, "is unspecified", zh: "未指明", allowed: enumeration.words)
        }
        return number != 0
    }

    private static func checkText(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ reader: WireReader,
        _ range: Range<Int>
    ) throws(SchemaError) {
        if !UTF8Text.isValid(reader.bytes, range) {
            throw SchemaError(.badFormat, "is not UTF-8", zh: "不是合法的 UTF-8")
        }
        if range.isEmpty && field.presence == .required { return }
        if field.subject != nil {
            let text = reader.text(range)
            if !SubjectForm.isID(text) { throw SchemaError.id(text) }
        }
        if field.name == "sha256", message.shape == .docRef || message.shape == .evidenceRef {
            let text = reader.text(range)
            if !isDigest(text) {
                throw SchemaError(
                    .badFormat,
                    "is \(JSONValue.string(text).text()), not a SHA-256 in 64 "
                        + "lower-case hexadecimal digits",
                    zh: "为 \(JSONValue.string(text).text())，应为 64 位小写十六进制的 SHA-256")
            }
        }
    }

    /// Whether a text is a SHA-256 as references write it.
    static func isDigest(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return isDigest(bytes, 0..<bytes.count)
    }

    /// Whether bytes are a SHA-256 as references write it.
    static func isDigest(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        range.count == 64
            && bytes[range].allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
