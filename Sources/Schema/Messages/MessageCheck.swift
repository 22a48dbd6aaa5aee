/// What must be known of a message to vouch for its bytes: plain numbers, no objects.
///
/// Nearly all that arrives is sound, and a recording call waits for the check. This one says yes or
/// "don't know"; in the second case `SchemaValidator` looks at every field and says what is wrong.
/// It never vouches for what the validator refuses.
struct MessageCheck: Sendable {
    /// The fields by number.
    private let fields: [FieldCheck]
    private let required: UInt64
    /// An empty message, or one without a member of its oneof, is nothing.
    private let needsField: Bool
    /// False for messages whose fields have limits that only the validator counts.
    private let isCheckable: Bool

    init(_ message: MessageDescriptor, _ enumerations: [EnumDescriptor]) {
        var checks = [FieldCheck](
            repeating: FieldCheck(), count: 1 + (message.fields.last?.number ?? 0))
        var oneofs: [String] = []
        for (place, field) in message.fields.enumerated() {
            checks[field.number] = FieldCheck(
                field, at: place, of: message, enumerations, &oneofs)
        }
        fields = checks
        required = UInt64(truncatingIfNeeded: message.requiredInBytes)
        needsField = message.shape != .plain
        isCheckable =
            message.fields.count <= 56 && oneofs.count <= 8 && !message.limitsItems
            && !message.fields.contains { $0.isJSONObject }
    }

    /// Whether the part of the bytes is surely what the schema says of the message.
    static func isSound(
        _ message: MessageDescriptor, _ bytes: [UInt8], _ range: Range<Int>
    ) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return false }
        let checks = SchemaCatalogue.shared.checks
        return checks[message.index].isSound(bytes, range, depth: 1, checks)
    }

    private func isSound(
        _ bytes: [UInt8], _ range: Range<Int>, depth: Int, _ all: [MessageCheck]
    ) -> Bool {
        guard isCheckable, depth <= SchemaValidator.depthMax else { return false }
        var seen: UInt64 = 0
        var filled: UInt64 = 0
        var reader = WireReader(bytes, in: range)
        while !reader.isAtEnd {
            guard let tag = try? reader.varint(), tag >> 3 < UInt64(fields.count) else {
                return false
            }
            let field = fields[Int(tag >> 3)]
            guard field.wireType == tag & 7, seen & field.once == 0 else { return false }
            seen |= field.bits
            guard let length = try? reader.varint() else { return false }
            if field.wireType == 0 {
                guard field.accepts(length) else { return false }
                if length != 0 { filled |= field.bits }
            } else {
                guard length <= UInt64(reader.end - reader.position) else { return false }
                let part = reader.position..<(reader.position + Int(length))
                reader.skip(to: part.upperBound)
                if field.value == .message {
                    guard
                        all[field.message].isSound(bytes, part, depth: depth + 1, all)
                    else { return false }
                    filled |= field.bits
                } else if !part.isEmpty {
                    guard field.accepts(bytes, part) else { return false }
                    filled |= field.bits
                } else if !field.mayBeEmpty {
                    return false
                }
            }
        }
        return filled & required == required && (!needsField || seen != 0)
    }
}

/// The same of one field.
private struct FieldCheck: Sendable {
    enum Value: UInt8, Sendable {
        case text, id, digest, bytes, uuid, message
        case int32, int64, uint32, uint64, sint32, sint64, bool, word
    }

    private(set) var value = Value.text
    /// What protobuf calls it; 9 is none, so that no field at all fits.
    private(set) var wireType: UInt64 = 9
    /// The field's bit and that of its oneof.
    private(set) var bits: UInt64 = 0
    /// Those of the bits that may be set once only.
    private(set) var once: UInt64 = 0
    /// Place of the message in the catalogue.
    private(set) var message = 0
    private(set) var mayBeEmpty = true
    private var format: FieldDescriptor.Format?
    private var isHalf = false
    private var isRequired = false
    /// Bits of the known numbers of an enumeration, 1 to 63.
    private var words: UInt64 = 0

    init() {}

    init(
        _ field: FieldDescriptor, at place: Int, of owner: MessageDescriptor,
        _ enumerations: [EnumDescriptor], _ oneofs: inout [String]
    ) {
        guard place < 56, let value = Self.value(of: field, in: owner) else { return }
        // Runs of packed numbers are the validator's.
        guard !field.isRepeated || value.isDelimited else { return }
        self.value = value
        wireType = value.isDelimited ? 2 : 0
        format = field.format
        isHalf = owner.shape == .period && field.name == "half"
        isRequired = field.presence == .required
        mayBeEmpty = value == .text || value == .bytes || isRequired && value != .uuid
        message = field.typeIndex ?? 0
        bits = 1 << UInt64(place)
        once = bits
        switch field.presence {
        case .repeated: once = 0
        case .oneof(let name):
            let number = oneofs.firstIndex(of: name) ?? oneofs.count
            if number == oneofs.count { oneofs.append(name) }
            let oneof: UInt64 = number < 8 ? 1 << UInt64(56 + number) : 0
            bits |= oneof
            once |= oneof
        case .required, .optional: break
        }
        if value == .word, let typeIndex = field.typeIndex {
            for word in enumerations[typeIndex].values where (1...63).contains(word.number) {
                words |= 1 << UInt64(word.number)
            }
        }
    }

    /// Nil for kinds that the quick check leaves to the validator.
    private static func value(
        of field: FieldDescriptor, in owner: MessageDescriptor
    ) -> Value? {
        switch field.kind {
        case .string:
            let isDigest =
                field.name == "sha256"
                && (owner.shape == .docRef || owner.shape == .evidenceRef)
            guard field.subject != nil else { return isDigest ? .digest : .text }
            return isDigest ? nil : .id
        case .bytes: return field.format == .uuid ? .uuid : .bytes
        case .message: return .message
        case .enumeration: return .word
        case .bool: return .bool
        case .int32: return .int32
        case .int64: return .int64
        case .uint32: return .uint32
        case .uint64: return .uint64
        case .sint32: return .sint32
        case .sint64: return .sint64
        case .double: return nil
        }
    }

    /// Whether a varint is a good value.
    func accepts(_ bits: UInt64) -> Bool {
        let number: Int64
        switch value {
        case .word: return bits < 64 && words & (1 << bits) != 0
        case .bool: return bits <= 1
        case .int32:
            number = Int64(bitPattern: bits)
            guard Int32(exactly: number) != nil else { return false }
        case .int64: number = Int64(bitPattern: bits)
        case .uint32:
            guard bits <= UInt64(UInt32.max) else { return false }
            number = Int64(bits)
        case .uint64:
            guard bits <= UInt64(Int64.max) else { return false }
            number = Int64(bits)
        case .sint32:
            number = ZigZag.decode(bits)
            guard Int32(exactly: number) != nil else { return false }
        case .sint64: number = ZigZag.decode(bits)
        case .text, .id, .digest, .bytes, .uuid, .message: return false
        }
        guard IntegerLimit.contains(number) else { return false }
        // Of a required field a zero is an absent value, which is noticed at the end.
        if number == 0 && isRequired { return true }
        switch format {
        case nil: return !isHalf || CalendarForm.isHalf(number)
        case .date: return CalendarForm.isDay(number)
        case .yearMonth: return CalendarForm.isMonth(number)
        case .quarter: return CalendarForm.isQuarter(number)
        case .year: return CalendarForm.isYear(number)
        case .instant: return true
        case .uuid, .hex: return false
        }
    }

    /// Whether bytes, at least one, are a good value.
    func accepts(_ bytes: [UInt8], _ part: Range<Int>) -> Bool {
        switch value {
        case .text: UTF8Text.isValid(bytes, part)
        case .id: SubjectForm.isID(bytes, part)
        case .digest: SchemaValidator.isDigest(bytes, part)
        case .bytes: true
        case .uuid: UUIDForm.isAccepted(bytes[part])
        default: false
        }
    }
}

extension FieldCheck.Value {
    fileprivate var isDelimited: Bool { rawValue <= Self.message.rawValue }
}
