/// The schema as the generated tables say it, read at first use.
final class SchemaCatalogue: Sendable {
    static let shared = SchemaCatalogue()

    /// What the catalogue of events says about a type.
    struct EventEntry: Sendable {
        let specID: String
        let zh: String
        let streamPrefixes: [String]
        let area: Area
        let tier: Int
        let dataClass: DataClass
        let doc: String
        let descriptor: MessageDescriptor
    }

    let messages: [MessageDescriptor]
    let enumerations: [EnumDescriptor]
    let models: [ModelDescriptor]
    let services: [ServiceDescriptor]
    let envelope: MessageDescriptor
    let trailer: MessageDescriptor
    private let messageIndex: [String: Int]
    private let eventTypeByName: [String: EventType]
    private let events: [EventType: EventEntry]
    /// Places of the messages that name a subject, themselves or further inside.
    private let namingSubjects: Set<String>

    private init() {
        let reader = SchemaTableReader(SchemaTables.all)
        messages = reader.messages
        enumerations = reader.enumerations
        services = reader.services
        messageIndex = reader.messageIndex
        events = reader.events
        models = Self.models(of: reader)
        namingSubjects = Self.namingSubjects(reader)
        eventTypeByName = Dictionary(
            reader.events.map { ($1.descriptor.name, $0) }, uniquingKeysWith: { first, _ in first })
        envelope = reader.message("taizhang.core.v1.Envelope")
        trailer = reader.message("taizhang.core.v1.Trailer")
    }

    func message(named fullName: String) -> MessageDescriptor? {
        messageIndex[fullName].map { messages[$0] }
    }

    func eventType(named name: String) -> EventType? { eventTypeByName[name] }

    func entry(of type: EventType) -> EventEntry {
        guard let entry = events[type] else {
            preconditionFailure("the generated tables lack event type \(type.rawValue)")
        }
        return entry
    }

    /// Whether some field of the message, or of a message inside, names a subject.
    func namesSubjects(_ message: MessageDescriptor) -> Bool {
        namingSubjects.contains(message.fullName)
    }

    private static func models(of reader: SchemaTableReader) -> [ModelDescriptor] {
        var tables: [String: [ModelDescriptor.TableKind: MessageDescriptor]] = [:]
        for message in reader.messages {
            if let table = message.model { tables[table.model, default: [:]][table.kind] = message }
        }
        return reader.modelNames.map { name, about in
            ModelDescriptor(
                name: name, specID: about.specID, zh: about.zh, tables: tables[name] ?? [:])
        }.sorted { ($0.specID, $0.name) < ($1.specID, $1.name) }
    }

    /// Grows the set until no message is added, which also settles messages that contain
    /// themselves.
    private static func namingSubjects(_ reader: SchemaTableReader) -> Set<String> {
        var naming: Set<String> = []
        var grew = true
        while grew {
            grew = false
            for (message, nested) in zip(reader.messages, reader.nestedNames)
            where !naming.contains(message.fullName) {
                let names =
                    message.fields.contains { $0.subject != nil || $0.subjectInFull }
                    || nested.contains { naming.contains($0) }
                if names {
                    naming.insert(message.fullName)
                    grew = true
                }
            }
        }
        return naming
    }
}
