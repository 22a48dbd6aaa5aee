import ArgumentParser
import PartyBuilding
import Schema

/// `taizhang describe`: event types, fields, rules, models; needs no server.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show event types, their fields and rules, read models, exit codes.",
        discussion: """
            EXAMPLES
              taizhang describe                      everything there is, by name
              taizhang describe BranchEstablished    the fields and rules of an event type
              taizhang describe A12                  the same by its number in the specification
              taizhang describe talent_pipeline      the columns of a read model
              taizhang describe R-MB-06              what a rule says and what it guards
              taizhang describe exit-codes
            """)

    @Argument(help: "An event type, read model, rule, 'events', 'models', 'rules' or 'exit-codes'.")
    var topic: String?

    @OptionGroup var general: GeneralOptions

    @Flag(help: "One JSON object a line.")
    var json = false

    func run() async throws {
        try await general.run {
            let printer = DescriptionPrinter(language: general.language, json: json)
            try printer.printTopic(topic)
        }
    }
}

/// Prints descriptions for people or programs.
struct DescriptionPrinter {
    let language: Language
    let json: Bool

    func printTopic(_ topic: String?) throws {
        switch topic {
        case nil:
            events()
            heading(Phrase(zh: "读模型", en: "Read models"))
            models()
            if !json {
                let hint = Phrase(
                    zh: "taizhang describe 名称 可看字段、规则与列",
                    en: "taizhang describe NAME shows fields, rules and columns")
                Terminal.print("\n" + Colour.faint(hint(language)))
            }
        case "events": events()
        case "models": models()
        case "rules": Rulebook.allRules.forEach(rule)
        case "exit-codes": exitCodes()
        case let name?:
            if let type = EventType(name: name) ?? EventType(specID: name) {
                event(type)
            } else if let model = ModelDescriptor.named(name)
                ?? ModelDescriptor.all.first(where: { $0.specID == name })
            {
                self.model(model)
            } else if let found = Rulebook.allRules.first(where: { $0.code == name }) {
                rule(found)
                guardedEvents(of: found.code)
            } else {
                throw unknown(name)
            }
        }
    }

    private func unknown(_ name: String) -> CommandFailure {
        let names =
            EventType.all.map(\.name) + ModelDescriptor.all.map(\.name)
            + Rulebook.allRules.map(\.code)
        let near = Suggestion.nearest(to: name, among: names)
        let hint = near.map { Phrase(zh: "是不是 \($0)？", en: "Did you mean \($0)?") }
        return CommandFailure(
            .notFound,
            zh: "没有名为 \(name) 的事件、模型或规则。\(hint?.zh ?? "运行 taizhang describe 看全部。")",
            en: "there is no event type, model or rule named \(name). "
                + (hint?.en ?? "taizhang describe lists them all."))
    }

    private func heading(_ phrase: Phrase) {
        if !json { Terminal.print("\n" + Colour.bold(phrase(language))) }
    }

    private func events() {
        for area in Area.allCases {
            let types = EventType.all.filter { $0.area == area }
            if types.isEmpty { continue }
            heading(Phrase(zh: "\(area.letter) \(area.zh)", en: "\(area.letter) \(area)"))
            for type in types {
                if json {
                    Terminal.print(
                        JSONValue.members([
                            "event": .string(type.name), "id": .string(type.specID),
                            "number": .integer(Int64(type.number)), "zh": .string(type.zh),
                            "stream": .array(type.streamPrefixes.map { .string($0) }),
                            "tier": .integer(Int64(type.tier)), "doc": .string(type.doc),
                        ]).text())
                } else {
                    let name = DisplayWidth.padded(type.name, to: 34)
                    let text = language == .zh ? type.zh : type.doc
                    Terminal.print("  \(Colour.faint(type.specID))  \(name)\(text)")
                }
            }
        }
    }

    private func models() {
        for model in ModelDescriptor.all {
            if json {
                Terminal.print(
                    JSONValue.members([
                        "model": .string(model.name), "id": .string(model.specID),
                        "zh": .string(model.zh),
                        "tables": .array(tableNames(model).map { .string($0) }),
                    ]).text())
            } else {
                let name = DisplayWidth.padded(model.name, to: 24)
                let tables = tableNames(model).joined(separator: ", ")
                Terminal.print(
                    "  \(Colour.faint(model.specID))  \(name)\(model.zh)  \(Colour.faint(tables))")
            }
        }
    }

    private func tableNames(_ model: ModelDescriptor) -> [String] {
        ModelDescriptor.TableKind.allCases.filter { model.tables[$0] != nil }.map(\.rawValue)
    }

    private func event(_ type: EventType) {
        let guards = Rulebook().guards(of: type)
        if json {
            var seen: [String] = []
            for entry in guards where !seen.contains(entry.rule) { seen.append(entry.rule) }
            Terminal.print(
                JSONValue.members([
                    "event": .string(type.name), "id": .string(type.specID),
                    "number": .integer(Int64(type.number)), "zh": .string(type.zh),
                    "stream": .array(type.streamPrefixes.map { .string($0) }),
                    "doc": .string(type.doc),
                    "fields": .array(type.descriptor.fields.map(fieldJSON)),
                    "rules": .array(seen.map { .string($0) }),
                ]).text())
            return
        }
        Terminal.print(Colour.bold("\(type.specID) \(type.name)") + "  \(type.zh)")
        Terminal.print(type.doc)
        let streams = type.streamPrefixes.map { "\($0)-…" }.joined(separator: " / ")
        let stream = Phrase(zh: "流", en: "stream")(language)
        Terminal.print("\(stream): \(streams.isEmpty ? "*" : streams)")
        Terminal.print("")
        fields(type.descriptor)
        heading(Phrase(zh: "把关的规则", en: "Rules that guard it"))
        var seen: Set<String> = []
        for entry in guards where seen.insert(entry.rule).inserted {
            let found = Rulebook.allRules.first { $0.code == entry.rule }
            let text = found.map { language == .zh ? $0.text.zh : $0.text.en } ?? ""
            Terminal.print("  \(DisplayWidth.padded(entry.rule, to: 18))\(text)")
        }
        if guards.isEmpty {
            Terminal.print(
                "  "
                    + Phrase(zh: "只受通用规则 R-GEN 约束", en: "only the general rules R-GEN")(language))
        }
    }

    private func model(_ model: ModelDescriptor) {
        for kind in ModelDescriptor.TableKind.allCases {
            guard let table = model.tables[kind] else { continue }
            if json {
                Terminal.print(
                    JSONValue.members([
                        "model": .string(model.name), "id": .string(model.specID),
                        "table": .string(kind.rawValue), "row": .string(table.fullName),
                        "columns": .array(table.fields.map(fieldJSON)),
                    ]).text())
            } else {
                Terminal.print(
                    Colour.bold("\(model.specID) \(model.name)") + "  \(model.zh)  ("
                        + kind.rawValue + ")")
                fields(table)
                Terminal.print("")
            }
        }
    }

    private func fields(_ descriptor: MessageDescriptor) {
        var table = TextTable([
            .init(title: Phrase(zh: "字段", en: "field")(language)),
            .init(title: Phrase(zh: "类型", en: "type")(language)),
            .init(title: Phrase(zh: "必填", en: "required")(language)),
            .init(title: Phrase(zh: "说明", en: "meaning")(language)),
        ])
        for field in descriptor.fields {
            let meaning = [field.zh, field.doc].filter { !$0.isEmpty }.joined(separator: "  ")
            table.append([field.name, typeText(field), field.isRequired ? "✓" : "", meaning])
        }
        // Texts are not cut off: a terminal breaks long lines.
        table.lines(width: .max).forEach(Terminal.print)
    }

    private func typeText(_ field: FieldDescriptor) -> String {
        var text: String
        if let values = field.enumeration {
            text = values.words.joined(separator: "|")
        } else if let message = field.message {
            text = message.name
        } else {
            text = field.format?.rawValue ?? field.kind.rawValue
        }
        if let unit = field.unit { text += " (\(unit))" }
        if let subject = field.subject { text += " → \(subject)" }
        return field.isRepeated ? "[\(text)]" : text
    }

    private func fieldJSON(_ field: FieldDescriptor) -> JSONValue {
        .members([
            "name": .string(field.name), "zh": .string(field.zh),
            "type": .string(typeText(field)), "required": .bool(field.isRequired),
            "repeated": .bool(field.isRepeated), "doc": .string(field.doc),
        ])
    }

    private func rule(_ rule: Rule) {
        let text = language == .zh ? rule.text.zh : rule.text.en
        let parameters = rule.parameters.map { parameter in
            "\(parameter.rawValue)=\(RuleSets.shipped.all.last?[parameter] ?? 0)"
        }
        if json {
            Terminal.print(
                JSONValue.members([
                    "rule": .string(rule.code), "source": .string(rule.source.rawValue),
                    "zh": .string(rule.text.zh), "en": .string(rule.text.en),
                    "parameters": .array(parameters.map { .string($0) }),
                ]).text())
        } else {
            let numbers = parameters.isEmpty ? "" : "  " + parameters.joined(separator: " ")
            Terminal.print(
                "  \(DisplayWidth.padded(rule.code, to: 18))\(text) "
                    + Colour.faint("[\(rule.source.rawValue)]\(numbers)"))
        }
    }

    private func guardedEvents(of code: String) {
        guard !json else { return }
        let book = Rulebook()
        let names = EventType.all.filter { type in
            book.guards(of: type).contains { $0.rule == code }
        }.map { "\($0.specID) \($0.name)" }
        let label = Phrase(zh: "约束的事件", en: "guards")(language)
        Terminal.print("  \(label): \(names.isEmpty ? "—" : names.joined(separator: ", "))")
    }

    private func exitCodes() {
        for status in ExitStatus.allCases {
            if json {
                Terminal.print(
                    JSONValue.members([
                        "code": .integer(Int64(status.rawValue)),
                        "name": .string("\(status)"),
                        "zh": .string(status.meaning.zh), "en": .string(status.meaning.en),
                    ]).text())
            } else {
                let code = DisplayWidth.padded("\(status.rawValue)", to: 4, right: true)
                Terminal.print("\(code)  \(status.meaning(language))")
            }
        }
    }
}
