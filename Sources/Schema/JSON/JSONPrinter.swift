extension JSONValue {
    /// How the text is laid out.
    package enum Layout: Sendable {
        /// One line without spaces.
        case compact
        /// A line for each member and element, two spaces to a level.
        case indented
    }

    /// The JSON text. The same value gives the same text.
    package func text(_ layout: Layout = .compact) -> String {
        String(decoding: utf8(layout), as: UTF8.self)
    }

    /// The JSON text in UTF-8.
    package func utf8(_ layout: Layout = .compact) -> [UInt8] {
        var printer = JSONPrinter(layout: layout)
        printer.print(self, level: 0)
        return printer.out
    }
}

private struct JSONPrinter {
    let layout: JSONValue.Layout
    var out: [UInt8] = []

    mutating func print(_ value: JSONValue, level: Int) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .decimal(let text): append(text)
        case .string(let text): print(text)
        case .array(let elements):
            list(elements, between: ("[", "]"), level: level) { printer, element in
                printer.print(element, level: level + 1)
            }
        case .object(let object):
            list(object.members, between: ("{", "}"), level: level) { printer, member in
                printer.print(member.key)
                printer.append(printer.layout == .compact ? ":" : ": ")
                printer.print(member.value, level: level + 1)
            }
        }
    }

    private mutating func list<Item>(
        _ items: [Item], between brackets: (String, String), level: Int,
        _ body: (inout JSONPrinter, Item) -> Void
    ) {
        append(brackets.0)
        for (index, item) in items.enumerated() {
            if index > 0 { append(",") }
            newLine(level + 1)
            body(&self, item)
        }
        if !items.isEmpty { newLine(level) }
        append(brackets.1)
    }

    private mutating func newLine(_ level: Int) {
        guard layout == .indented else { return }
        out.append(UInt8(ascii: "\n"))
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private mutating func append(_ text: String) {
        out.append(contentsOf: text.utf8)
    }

    private mutating func print(_ text: String) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\r"): append("\\r")
            case UInt8(ascii: "\t"): append("\\t")
            case 0..<0x20, 0x7F: append("\\u00" + Hexadecimal.text(CollectionOfOne(byte)))
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
