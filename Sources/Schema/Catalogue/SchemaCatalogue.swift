/// The schema as the generated tables say it, read at first use.
final class SchemaCatalogue: Sendable {
    static let shared = SchemaCatalogue()

    /// What the catalogue of events says about a type.
    final class EventEntry: Sendable {
        let specID: String
        let zh: String
        let streamPrefixes: [String]
        let area: Area
        let tier: Int
        let dataClass: DataClass
        let doc: String
        let descriptor: MessageDescriptor
        /// The name and the prefixes as bytes, the prefixes with their hyphens.
        let nameBytes: [UInt8]
        let prefixBytes: [[UInt8]]

        init(
            specID: String, zh: String, streamPrefixes: [String], area: Area, tier: Int,
            dataClass: DataClass, doc: String, descriptor: MessageDescriptor
        ) {
            self.specID = specID
            self.zh = zh
            self.streamPrefixes = streamPrefixes
            self.area = area
            self.tier = tier
            self.dataClass = dataClass
            self.doc = doc
            self.descriptor = descriptor
            nameBytes = Array(descriptor.name.utf8)
            prefixBytes = streamPrefixes.map { Array("\($0)-".utf8) }
        }
    }

    let messages: [MessageDescriptor]
    let enumerations: [EnumDescriptor]
    let models: [ModelDescriptor]
    let services: [ServiceDescriptor]
    let envelope: MessageDescriptor
    let trailer: MessageDescriptor
    private let messageIndex: [String: Int]
    private let eventTypeByName: [String: EventType]
    /// By number; the catalogue's numbers end at some 1,200.
    private let entries: [EventEntry?]
    /// Whether each message names a subject, itself or further inside.
    private let namesSubjects: [Bool]
    /// What the quick check knows of each message.
    let checks: [MessageCheck]

    private init() {
        let reader = SchemaTableReader(SchemaTables.all)
        messages = reader.messages
        enumerations = reader.enumerations
        services = reader.services
        messageIndex = reader.messageIndex
        var entries: [EventEntry?] = []
        for (type, entry) in reader.events {
            let missing = Int(type.rawValue) + 1 - entries.count
            if missing > 0 { entries.append(contentsOf: repeatElement(nil, count: missing)) }
            entries[Int(type.rawValue)] = entry
        }
        self.entries = entries
        models = Self.models(of: reader)
        let naming = Self.namingSubjects(reader)
        namesSubjects = reader.messages.map { naming.contains($0.fullName) }
        checks = reader.messages.map { MessageCheck($0, reader.enumerations) }
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
        let place = Int(type.rawValue)
        guard place < entries.count, let entry = entries[place] else {
            preconditionFailure("the generated tables lack event type \(type.rawValue)")
        }
        return entry
    }

    /// Whether some field of the message, or of a message inside, names a subject.
    func namesSubjects(_ message: MessageDescriptor) -> Bool {
        namesSubjects[message.index]
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
