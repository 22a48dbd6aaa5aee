extension MessageJSON {
    /// A value on its way into the bytes.
    enum Scalar {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes([UInt8])

        var isZero: Bool {
            switch self {
            case .varint(let bits), .fixed64(let bits): bits == 0
            case .bytes(let bytes): bytes.isEmpty
            }
        }

        func write(_ number: Int, _ writer: inout WireWriter) {
            switch self {
            case .varint(let bits): writer.varint(bits, field: number)
            case .fixed64(let bits): writer.fixed64(bits, field: number)
            case .bytes(let bytes): writer.delimited(bytes, field: number)
            }
        }

        /// Writes without a tag, as inside a packed field.
        func writePacked(_ writer: inout WireWriter) {
            switch self {
            case .varint(let bits): writer.varint(bits)
            case .fixed64(let bits): writer.fixed64(bits)
            case .bytes: break
            }
        }
    }

    /// Reads one value of a field, an item of a repeated one included.
    static func scalar(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ value: JSONValue, depth: Int
    ) throws(SchemaError) -> Scalar {
        switch (field.kind, value) {
        case (.string, .string(let text)):
            try checkText(field, of: message, text)
            return .bytes(Array(text.utf8))
        case (.bytes, .string(let text)):
            return .bytes(try bytes(field, of: message, text))
        case (.bool, .bool(let isTrue)):
            return .varint(isTrue ? 1 : 0)
        case (.double, .integer(let number)):
            return .fixed64(Double(number).bitPattern)
        case (.double, .decimal(let text)):
            guard let number = Double(text), number.isFinite else {
                throw SchemaError(
                    .outOfRange, "is \(text), which is too large", zh: "为 \(text)，过大")
            }
            return .fixed64(number.bitPattern)
        case (.enumeration, .string(let word)):
            return .varint(try enumeration(field, word))
        case (.message, _):
            guard let nested = field.message else { return .bytes([]) }
            return .bytes(try decode(nested, value, depth: depth + 1))
        case (.int32, _), (.int64, _), (.uint32, _), (.uint64, _), (.sint32, _), (.sint64, _):
            return .varint(try integer(field, of: message, value))
        default:
            throw wrongType(
                value, field.expectation(in: message), zh: field.expectationZH(in: message))
        }
    }

    private static func checkText(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ text: String
    ) throws(SchemaError) {
        if text.isEmpty && field.presence == .required { return }
        if field.subject != nil, !SubjectForm.isID(text) { throw SchemaError.id(text) }
        if field.name == "sha256", message.shape == .docRef || message.shape == .evidenceRef,
            !SchemaValidator.isDigest(text)
        {
            throw wrongType(
                .string(text), "a SHA-256 in 64 lower-case hexadecimal digits",
                zh: "64 位小写十六进制的 SHA-256")
        }
    }

    private static func bytes(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ text: String
    ) throws(SchemaError) -> [UInt8] {
        let bytes =
            field.format == .uuid ? UUIDForm.bytes(text) : Hexadecimal.bytes(text)
        guard let bytes else {
            throw SchemaError(
                .badFormat, "is \(shown(.string(text))), not \(field.expectation(in: message))",
                zh: "为 \(shown(.string(text)))，应为\(field.expectationZH(in: message))")
        }
        if field.format == .uuid && !UUIDForm.isAccepted(bytes) {
            throw SchemaError(
                .badFormat, "is \(text), no UUID of version 4, 7 or 8",
                zh: "为 \(text)，不是第 4、7 或 8 版 UUID")
        }
        return bytes
    }

    private static func enumeration(
        _ field: FieldDescriptor, _ word: String
    ) throws(SchemaError) -> UInt64 {
        guard let enumeration = field.enumeration else { return 0 }
        guard let number = enumeration.number(word), number != 0 else {
            throw SchemaError(
                .unknownEnumValue, "is \(shown(.string(word)))",
                zh: "为 \(shown(.string(word)))", allowed: enumeration.words,
                suggestion: Suggestion.nearest(to: word, among: enumeration.words))
        }
        return UInt64(bitPattern: Int64(number))
    }

    /// A number, or the text of a day, period or instant, as its varint.
    private static func integer(
        _ field: FieldDescriptor, of message: MessageDescriptor, _ value: JSONValue
    ) throws(SchemaError) -> UInt64 {
        let number: Int64
        switch (field.format, value) {
        case (.date, .string(let text)): number = try packed(CalendarForm.day(text))
        case (.yearMonth, .string(let text)): number = try packed(CalendarForm.month(text))
        case (.quarter, .string(let text)): number = try packed(CalendarForm.quarter(text))
        case (.instant, .string(let text)): number = try packed(InstantForm.instant(text))
        case (.year, .integer(let year)), (nil, .integer(let year)): number = year
        default:
            throw wrongType(
                value, field.expectation(in: message), zh: field.expectationZH(in: message))
        }
        func packed(_ read: (some FixedWidthInteger)?) throws(SchemaError) -> Int64 {
            guard let read else {
                throw SchemaError(
                    .badFormat, "is \(shown(value)), not \(field.expectation(in: message))",
                    zh: "为 \(shown(value))，应为\(field.expectationZH(in: message))")
            }
            return Int64(read)
        }
        try SchemaValidator.checkNumber(field, of: message, number)
        let fits =
            switch field.kind {
            case .int32, .sint32: Int32(exactly: number) != nil
            case .uint32: UInt32(exactly: number) != nil
            case .uint64: number >= 0
            default: true
            }
        if !fits {
            throw SchemaError(
                .outOfRange, "is \(number), which does not fit \(field.kind.rawValue)",
                zh: "为 \(number)，超出 \(field.kind.rawValue) 的范围")
        }
        switch field.kind {
        case .sint32, .sint64: return ZigZag.encode(number)
        default: return UInt64(bitPattern: number)
        }
    }

    // MARK: Values with a text of their own

    static func moment(
        _ text: String, _ descriptor: MessageDescriptor
    ) throws(SchemaError) -> [UInt8] {
        guard let value = MomentValue(text: text) else {
            throw SchemaError(
                .badFormat, "is \(shown(.string(text))), not \(descriptor.expectation)",
                zh: "为 \(shown(.string(text)))，应为\(descriptor.expectationZH)")
        }
        return bytes(of: value)
    }

    static func period(
        _ text: String, _ descriptor: MessageDescriptor
    ) throws(SchemaError) -> [UInt8] {
        guard let value = PeriodValue(text: text) else {
            throw SchemaError(
                .badFormat, "is \(shown(.string(text))), not \(descriptor.expectation)",
                zh: "为 \(shown(.string(text)))，应为\(descriptor.expectationZH)")
        }
        let (number, packed) =
            switch value {
            case .year(let year): (1, year)
            case .half(let half): (2, half)
            case .quarter(let quarter): (3, quarter)
            case .month(let month): (4, month)
            }
        var writer = WireWriter()
        writer.varint(UInt64(bitPattern: Int64(packed)), field: number)
        return writer.bytes
    }

    /// The bytes of a `Moment`.
    static func bytes(of value: MomentValue) -> [UInt8] {
        let (number, packed): (Int, Int64) =
            switch value {
            case .instantUs(let instant): (1, instant)
            case .date(let day): (2, Int64(day))
            case .month(let month): (3, Int64(month))
            case .quarter(let quarter): (4, Int64(quarter))
            case .year(let year): (5, Int64(year))
            }
        var writer = WireWriter()
        writer.varint(UInt64(bitPattern: packed), field: number)
        return writer.bytes
    }
}
