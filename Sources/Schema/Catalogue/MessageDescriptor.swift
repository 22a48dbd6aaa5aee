/// What the schema says about one message.
package final class MessageDescriptor: Sendable {
    /// Messages whose JSON form is not simply an object of their fields.
    package enum Shape: Sendable {
        case plain
        /// A text whose shape is the precision.
        case moment
        /// A text: year, half, quarter or month.
        case period
        /// An object with at least one field, or a bare text.
        case docRef
        case evidenceRef
    }

    /// Place among the catalogue's messages.
    let index: Int
    /// With the names of the messages around it ("ChecklistAdopted.Item").
    package let name: String
    /// With the package, as in the .proto files.
    package let fullName: String
    /// The comment in the schema, empty when there is none.
    package let doc: String
    package let shape: Shape
    /// In ascending order of their numbers, which is their order in JSON too.
    package let fields: [FieldDescriptor]
    /// The event type whose payload this is.
    package let eventType: EventType?
    /// The read model whose row this is.
    package let model: ModelDescriptor.Table?

    /// Place in `fields` by number; 255 is none.
    private let placeByNumber: [UInt8]
    private let placeByName: [String: Int]
    /// Bits of the fields that must be in the bytes.
    let requiredInBytes: UInt128
    /// Whether some repeated field has a limit of items.
    let limitsItems: Bool
    /// Bits of the field numbers below 64 that may name a subject, themselves or further inside.
    private let namingNumbers: UInt64

    init(
        index: Int, name: String, fullName: String, doc: String, fields: [FieldDescriptor],
        eventType: EventType?, model: ModelDescriptor.Table?
    ) {
        self.index = index
        self.name = name
        self.fullName = fullName
        self.doc = doc
        self.fields = fields
        self.eventType = eventType
        self.model = model
        shape =
            switch fullName {
            case "taizhang.core.v1.Moment": .moment
            case "taizhang.core.v1.Period": .period
            case "taizhang.core.v1.DocRef": .docRef
            case "taizhang.core.v1.EvidenceRef": .evidenceRef
            default: .plain
            }
        var places = [UInt8](repeating: 255, count: 1 + (fields.last?.number ?? 0))
        var names: [String: Int] = [:]
        var required: UInt128 = 0
        var naming: UInt64 = 0
        for (place, field) in fields.enumerated() {
            places[field.number] = UInt8(place)
            names[field.name] = place
            if field.isRequiredInBytes { required |= Self.bit(place) }
            if field.subject != nil || field.subjectInFull || field.kind == .message {
                naming |= field.number < 64 ? 1 << UInt64(field.number) : 0
            }
        }
        placeByNumber = places
        placeByName = names
        requiredInBytes = required
        namingNumbers = naming
        limitsItems = fields.contains { $0.minItems != nil || $0.maxItems != nil }
    }

    package func field(number: Int) -> FieldDescriptor? { place(number: number).map { fields[$0] } }
    package func field(named name: String) -> FieldDescriptor? {
        placeByName[name].map { fields[$0] }
    }

    /// False when a field surely names no subject.
    func mayNameSubject(number: Int) -> Bool {
        !(0..<64).contains(number) || namingNumbers & (1 << UInt64(number)) != 0
    }

    /// Place in `fields` of a field number.
    func place(number: Int) -> Int? {
        guard number < placeByNumber.count else { return nil }
        let place = placeByNumber[number]
        return place == 255 ? nil : Int(place)
    }

    /// Place in `fields` of a field name.
    func place(named name: String) -> Int? { placeByName[name] }

    /// The bit of a place in a set of fields; there are at most 128.
    static func bit(_ place: Int) -> UInt128 { 1 &<< UInt128(truncatingIfNeeded: place) }
}

extension MessageDescriptor {
    /// All messages of the schema: payloads, values, the envelope, services and rows.
    package static var all: [MessageDescriptor] { SchemaCatalogue.shared.messages }

    /// The message of a full name ("taizhang.core.v1.Envelope").
    package static func named(_ fullName: String) -> MessageDescriptor? {
        SchemaCatalogue.shared.message(named: fullName)
    }

    /// The envelope around every fact.
    package static var envelope: MessageDescriptor { SchemaCatalogue.shared.envelope }

    /// What the server adds to a fact.
    package static var trailer: MessageDescriptor { SchemaCatalogue.shared.trailer }
}
