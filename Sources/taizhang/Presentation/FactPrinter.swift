import Schema

/// The types of facts seen so far, which a correction's replacement is read by.
struct KnownTypes {
    private var types: [[UInt8]: EventType] = [:]

    /// The JSON line of a fact.
    mutating func line(_ fact: RecordedFact) throws(SchemaError) -> [UInt8] {
        try value(fact).utf8()
    }

    /// The JSON line of a fact without what only the server says: the same in every ledger that
    /// holds the fact.
    mutating func content(_ fact: RecordedFact) throws(SchemaError) -> [UInt8] {
        guard var object = try value(fact).objectValue else { return [] }
        for name in FactJSON.passedOver.sorted() { object[name] = nil }
        return JSONValue.object(object).utf8()
    }

    /// The JSON of a fact, in the shape that import reads.
    mutating func value(_ fact: RecordedFact) throws(SchemaError) -> JSONValue {
        let bytes = [UInt8](fact.envelope)
        let envelope = try EnvelopeReader(bytes)
        if let type = envelope.type { types[envelope.eventID] = type }
        let known = types
        return try FactJSON.encode(
            FactJSON.Record(
                envelope: bytes, trailer: [UInt8](fact.trailer), position: fact.position,
                streamVersion: fact.streamVersion, ledgerAt: fact.ledgerAtUs, tags: fact.tags),
            typeOfEvent: { known[$0] })
    }
}

/// Prints facts: a line each, for people or as JSON.
struct FactPrinter {
    private let language: Language
    private let json: Bool
    private var types = KnownTypes()
    private var count: UInt64 = 0

    init(language: Language, json: Bool) {
        self.language = language
        self.json = json
    }

    mutating func print(_ fact: RecordedFact) throws(SchemaError) {
        count += 1
        let value = try types.value(fact)
        if json {
            Terminal.print(value.text())
            return
        }
        let type = EventType(name: value["type"]?.stringValue ?? "")
        let name =
            language == .zh ? type?.zh ?? "?" : type?.name ?? value["type"]?.stringValue ?? "?"
        let occurred = value["occurred_at"]?.stringValue ?? "—"
        let day = String(occurred.prefix(10))
        let position = DisplayWidth.padded("\(fact.position)", to: 8, right: true)
        let stream = value["stream"]?.stringValue ?? ""
        let summary = Self.summary(value["payload"] ?? .null, type, language)
        let head =
            "\(Colour.faint(position))  \(DisplayWidth.padded(day, to: 10))  "
            + "\(DisplayWidth.padded(name, to: 28))  "
        let shown = DisplayWidth.padded(DisplayWidth.escaped(stream), to: 24)
        Terminal.print(head + "\(Colour.blue(shown))  \(summary)")
    }

    /// A word at the end, when a person reads and there was nothing.
    func finish() {
        guard !json, count == 0 else { return }
        Terminal.note(
            Phrase(zh: "没有符合条件的事实", en: "no fact matches")(language))
    }

    /// The first few fields of a payload.
    private static func summary(
        _ payload: JSONValue, _ type: EventType?, _ language: Language
    ) -> String {
        guard let members = payload.objectValue?.members else { return "" }
        var parts: [String] = []
        for member in members where parts.count < 4 {
            if member.key == "on" || member.value.isNull { continue }
            guard let field = type?.descriptor.field(named: member.key) else { continue }
            let text = CellText.text(member.value, field, language)
            if text.isEmpty || text == "—" || DisplayWidth.of(text) > 40 { continue }
            parts.append("\(member.key)=\(DisplayWidth.escaped(text))")
        }
        return parts.joined(separator: " ")
    }
}
