/// What the schema says about one field of a message.
package final class FieldDescriptor: Sendable {
    /// How the value is written in protobuf.
    package enum Kind: String, Sendable {
        case int32, int64, uint32, uint64, sint32, sint64, bool, double, string, bytes
        case enumeration = "enum"
        case message
    }

    /// How a value is to be read beyond its kind; see `core/options.proto`.
    package enum Format: String, Sendable {
        case date = "DATE"
        case yearMonth = "YEAR_MONTH"
        case quarter = "QUARTER"
        case year = "YEAR"
        case instant = "INSTANT"
        case uuid = "UUID"
        case hex = "HEX"
    }

    /// Whether and how often the field may be there.
    package enum Presence: Equatable, Sendable {
        /// Must be there: text, dates, ids, enumerations and messages also in the bytes; numbers
        /// and booleans, whose zero protobuf does not write, in JSON alone.
        case required
        case optional
        case repeated
        /// At most one of the members of the oneof of this name.
        case oneof(String)
    }

    package let number: Int
    /// In snake_case, as in the specification and in JSON.
    package let name: String
    package let kind: Kind
    package let format: Format?
    package let presence: Presence
    /// Kind of subject the value names ("person"); nil when it names none.
    package let subject: String?
    /// The value is a whole subject ("branch-x"); values of other shape are plain text.
    package let subjectInFull: Bool
    /// Unit word of a number ("fen", "person").
    package let unit: String?
    /// The repeated entries `key` and `value` are an object in JSON.
    package let isJSONObject: Bool
    package let serverFills: Bool
    package let mayBeFuture: Bool
    /// Limits of a repeated field; nil is none.
    package let minItems: Int?
    package let maxItems: Int?
    /// Chinese name, empty when the schema gives none.
    package let zh: String
    /// The comment in the schema, empty when there is none.
    package let doc: String
    /// What stands before the id of a subject that the value names ("person-").
    let subjectPrefix: String?
    /// Place of the message or enumeration in the catalogue.
    let typeIndex: Int?

    init(
        number: Int, name: String, kind: Kind, typeIndex: Int?, flags: FieldFlags, zh: String,
        doc: String
    ) {
        self.number = number
        self.name = name
        self.kind = kind
        self.typeIndex = typeIndex
        format = flags.format
        presence = flags.presence
        subject = flags.subject
        subjectPrefix = flags.subject.map { "\($0)-" }
        subjectInFull = flags.subjectInFull
        unit = flags.unit
        isJSONObject = flags.isJSONObject
        serverFills = flags.serverFills
        mayBeFuture = flags.mayBeFuture
        minItems = flags.minItems
        maxItems = flags.maxItems
        self.zh = zh
        self.doc = doc
    }

    package var isRepeated: Bool { presence == .repeated }

    /// Neither optional nor repeated nor a member of a oneof nor filled in by the server.
    package var isRequired: Bool { presence == .required && !serverFills }

    /// Required, and its zero value means that it is missing.
    package var isRequiredInBytes: Bool {
        guard isRequired else { return false }
        switch kind {
        case .string, .enumeration, .message: return true
        // Bytes that are no id are a message or digest, which may well be empty.
        case .bytes: return format == .uuid
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .double:
            return format != nil
        }
    }

    /// The message of a field of kind `message`, nil for other kinds.
    package var message: MessageDescriptor? {
        guard kind == .message, let typeIndex else { return nil }
        return SchemaCatalogue.shared.messages[typeIndex]
    }

    /// The enumeration of a field of kind `enumeration`, nil for other kinds.
    package var enumeration: EnumDescriptor? {
        guard kind == .enumeration, let typeIndex else { return nil }
        return SchemaCatalogue.shared.enumerations[typeIndex]
    }
}

/// The options of a field as they stand in the tables, separated by spaces.
struct FieldFlags {
    var presence = FieldDescriptor.Presence.required
    var format: FieldDescriptor.Format?
    var subject: String?
    var subjectInFull = false
    var unit: String?
    var isJSONObject = false
    var serverFills = false
    var mayBeFuture = false
    var minItems: Int?
    var maxItems: Int?

    init(_ text: Substring) {
        for flag in text.split(separator: " ") {
            let parts = flag.split(separator: "=", maxSplits: 1)
            let value = parts.count == 2 ? String(parts[1]) : ""
            switch parts[0] {
            case "optional": presence = .optional
            case "repeated": presence = .repeated
            case "oneof": presence = .oneof(value)
            case "format": format = FieldDescriptor.Format(rawValue: value)
            case "subject": subject = value
            case "subject_in_full": subjectInFull = true
            case "unit": unit = value
            case "json_object": isJSONObject = true
            case "server_fills": serverFills = true
            case "may_be_future": mayBeFuture = true
            case "min_items": minItems = Int(value)
            case "max_items": maxItems = Int(value)
            default: preconditionFailure("the generated tables have the unknown flag \(flag)")
            }
        }
    }
}
