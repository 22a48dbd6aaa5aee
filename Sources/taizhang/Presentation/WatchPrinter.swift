import Schema

/// Prints a watched query: all rows first, then what changes in them, value by value.
struct WatchPrinter {
    private let language: Language
    private let json: Bool
    private var known: [[UInt8]: JSONObject] = [:]
    private var hasCaughtUp = false

    init(language: Language, json: Bool) {
        self.language = language
        self.json = json
    }

    mutating func take(_ answer: WatchResponse) throws {
        let descriptor = try RowPrinter.descriptor(answer.rowType)
        var changes: [(old: JSONObject?, new: JSONObject?)] = []
        for entry in answer.changed {
            let value = try MessageJSON.encode(descriptor, [UInt8](entry.row))
            guard let row = value.objectValue else { continue }
            changes.append((known.updateValue(row, forKey: [UInt8](entry.key)), row))
        }
        for key in answer.removed {
            changes.append((known.removeValue(forKey: [UInt8](key)) ?? JSONObject(), nil))
        }
        if json {
            changes.forEach { printJSON($0.old, $0.new, at: answer.position) }
        } else if hasCaughtUp {
            printChanges(changes, descriptor, at: answer.position)
        } else if !changes.isEmpty {
            let rows = changes.compactMap(\.new)
            RowTable(descriptor, rows, language).lines(width: Terminal.columns)
                .forEach(Terminal.print)
        }
        if answer.caughtUp, !hasCaughtUp {
            hasCaughtUp = true
            if !json { noteCaughtUp(answer.position) }
        }
    }

    private func printJSON(_ old: JSONObject?, _ new: JSONObject?, at position: UInt64) {
        Terminal.print(
            JSONValue.members([
                "change": .string(new == nil ? "removed" : "set"),
                "position": .integer(Int64(clamping: position)),
                "row": .object(new ?? old ?? JSONObject()),
            ]).text())
    }

    private func noteCaughtUp(_ position: UInt64) {
        let text = Phrase(
            zh: "── 以上为截至位置 \(position) 的行，以下为变化 ──",
            en: "── the rows at position \(position); what follows are changes ──")
        Terminal.note(Colour.faint(text(language)))
    }

    private func printChanges(
        _ changes: [(old: JSONObject?, new: JSONObject?)], _ descriptor: MessageDescriptor,
        at position: UInt64
    ) {
        let head = Colour.faint(DisplayWidth.padded("\(position)", to: 8, right: true))
        for (old, new) in changes {
            let name = Self.name(new ?? old ?? JSONObject(), descriptor, language)
            let line: String
            switch (old, new) {
            case (let old?, let new?):
                let differences = differences(old, new, descriptor)
                // Only when it was asked differs: nothing to tell.
                if differences.isEmpty { continue }
                line = "~ \(name): \(differences)"
            case (nil, let new?):
                line = Colour.green("+ \(name)") + ": \(contents(new, descriptor))"
            default: line = Colour.red("- \(name)")
            }
            Terminal.print("\(head)  \(line)")
        }
    }

    /// What a row is about: its first columns up to the first figure.
    private static func name(
        _ row: JSONObject, _ descriptor: MessageDescriptor, _ language: Language
    ) -> String {
        let fields = descriptor.fields.prefix { !CellText.isNumeric($0) }.prefix(4)
        return fields.map { CellText.text(row[$0.name] ?? .null, $0, language) }
            .filter { $0 != "—" && !$0.isEmpty }.map(DisplayWidth.escaped).joined(separator: " ")
    }

    private func differences(
        _ old: JSONObject, _ new: JSONObject, _ descriptor: MessageDescriptor
    ) -> String {
        let fields = descriptor.fields.filter { RowTable.isShown($0, in: [old, new]) }
        return fields.compactMap { field in
            let before = CellText.text(old[field.name] ?? .null, field, language)
            let after = CellText.text(new[field.name] ?? .null, field, language)
            guard before != after else { return nil }
            return DisplayWidth.escaped(
                "\(RowTable.title(field, language)) \(before) → \(after)")
        }.joined(separator: ", ")
    }

    private func contents(_ row: JSONObject, _ descriptor: MessageDescriptor) -> String {
        let fields = descriptor.fields.filter { RowTable.isShown($0, in: [row]) }
        return fields.drop { !CellText.isNumeric($0) }.map { field in
            let text = CellText.text(row[field.name] ?? .null, field, language)
            return DisplayWidth.escaped("\(RowTable.title(field, language)) \(text)")
        }.joined(separator: ", ")
    }
}
