/// Reads the generated tables. A table that cannot be read is a fault of the generator.
struct SchemaTableReader {
    private(set) var messages: [MessageDescriptor] = []
    private(set) var enumerations: [EnumDescriptor] = []
    private(set) var services: [ServiceDescriptor] = []
    private(set) var messageIndex: [String: Int] = [:]
    private(set) var events: [EventType: SchemaCatalogue.EventEntry] = [:]
    private(set) var modelNames: [String: (specID: String, zh: String)] = [:]
    /// Full names of the messages that the fields of each message hold.
    private(set) var nestedNames: [[String]] = []

    private var enumerationIndex: [String: Int] = [:]

    /// A line in its parts; the first is the letter of its kind.
    private typealias Line = [Substring]

    init(_ tables: [StaticString]) {
        // Cut as bytes: to find the borders of characters would take most of the time.
        let lines = tables.flatMap { table in
            "\(table)".utf8.split(separator: UInt8(ascii: "\n")).map { line in
                line.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
                    .map { Substring($0) }
            }
        }
        // Fields refer to types by name, also to later ones: first the names, then the rest.
        for line in lines {
            switch line[0] {
            case "M": messageIndex[String(line[1])] = messageIndex.count
            case "E": enumerationIndex[String(line[1])] = enumerationIndex.count
            default: break
            }
        }
        var start = 0
        while start < lines.count {
            var end = start + 1
            while end < lines.count, !["M", "E", "S"].contains(lines[end][0]) { end += 1 }
            read(lines[start], followedBy: lines[(start + 1)..<end])
            start = end
        }
        readServices(lines)
    }

    func message(_ fullName: some StringProtocol) -> MessageDescriptor {
        guard let index = messageIndex[String(fullName)] else {
            preconditionFailure("the generated tables lack \(fullName)")
        }
        return messages[index]
    }

    private mutating func read(_ head: Line, followedBy lines: ArraySlice<Line>) {
        switch head[0] {
        case "E":
            enumerations.append(
                EnumDescriptor(
                    name: String(head[2]), fullName: String(head[1]), doc: String(head[3]),
                    values: lines.compactMap(Self.value)))
        case "M":
            readMessage(head, followedBy: lines)
        default:
            break
        }
    }

    private static func value(_ line: Line) -> EnumDescriptor.Value? {
        guard let number = Int32(line[1]), number != 0 else { return nil }
        return EnumDescriptor.Value(
            number: number, word: String(line[2]), zh: String(line[3]), doc: String(line[4]))
    }

    private mutating func readMessage(_ head: Line, followedBy lines: ArraySlice<Line>) {
        let event = lines.first { $0[0] == "T" }
        let model = lines.first { $0[0] == "R" }
        var fields: [FieldDescriptor] = []
        var nested: [String] = []
        for line in lines where line[0] == "F" {
            let field = field(line)
            if field.kind == .message { nested.append(String(line[4])) }
            fields.append(field)
        }
        let message = MessageDescriptor(
            index: messages.count, name: String(head[2]), fullName: String(head[1]),
            doc: String(head[3]), fields: fields,
            eventType: event.flatMap { UInt32($0[1]) }.flatMap { EventType(rawValue: $0) },
            model: model.flatMap { line in
                ModelDescriptor.TableKind(rawValue: String(line[3])).map {
                    ModelDescriptor.Table(model: String(line[1]), kind: $0)
                }
            })
        messages.append(message)
        nestedNames.append(nested)
        if let event, let type = message.eventType { events[type] = Self.entry(event, message) }
        if let model { modelNames[String(model[1])] = (String(model[2]), String(model[4])) }
    }

    private static func entry(
        _ line: Line, _ message: MessageDescriptor
    ) -> SchemaCatalogue.EventEntry {
        let area = message.fullName.split(separator: ".").dropFirst().first.map(String.init)
        guard let area = area.flatMap(Area.init(rawValue:)), let tier = Int(line[4]),
            let dataClass = Int(line[5])
        else { preconditionFailure("the generated tables have a wrong event line") }
        return SchemaCatalogue.EventEntry(
            specID: String(line[2]), zh: String(line[6]),
            streamPrefixes: line[3].split(separator: "/").map(String.init), area: area, tier: tier,
            dataClass: DataClass(rawValue: dataClass) ?? .unspecified, doc: String(line[7]),
            descriptor: message)
    }

    private func field(_ line: Line) -> FieldDescriptor {
        guard let number = Int(line[1]),
            let kind = FieldDescriptor.Kind(rawValue: String(line[3]))
        else { preconditionFailure("the generated tables have a wrong field line") }
        let index: Int? =
            switch kind {
            case .message: messageIndex[String(line[4])]
            case .enumeration: enumerationIndex[String(line[4])]
            default: nil
            }
        return FieldDescriptor(
            number: number, name: String(line[2]), kind: kind, typeIndex: index,
            flags: FieldFlags(line[5]), zh: String(line[6]), doc: String(line[7]))
    }

    private mutating func readServices(_ lines: [Line]) {
        var current: Line?
        var methods: [ServiceDescriptor.Method] = []
        func finished() -> ServiceDescriptor? {
            current.map {
                ServiceDescriptor(
                    fullName: String($0[1]), doc: String($0[2]), methods: methods)
            }
        }
        for line in lines {
            switch line[0] {
            case "S":
                if let service = finished() { services.append(service) }
                current = line
                methods = []
            case "C":
                methods.append(
                    ServiceDescriptor.Method(
                        name: String(line[1]), request: message(line[2]),
                        response: message(line[3]),
                        clientStreams: line[4].contains("client_stream"),
                        serverStreams: line[4].contains("server_stream"), doc: String(line[5])))
            default:
                break
            }
        }
        if let service = finished() { services.append(service) }
    }
}
