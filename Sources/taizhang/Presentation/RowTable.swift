import Schema

/// Rows of a read model as tables for people.
///
/// Columns that are the same in every row (`as_of`, `known_at`, the rule version) or empty in all
/// are left out; what they say stands in the caption. What is too wide for the terminal is not cut
/// off: a single row is written one column a line, of several rows what they have in common is said
/// once above, and what is still too wide is broken into several tables with the same first
/// columns.
struct RowTable {
    private struct Column {
        let title: String
        let isNumeric: Bool
        /// One for each row.
        let cells: [String]
    }

    private let columns: [Column]
    private let rowCount: Int

    init(_ descriptor: MessageDescriptor, _ rows: [JSONObject], _ language: Language) {
        rowCount = rows.count
        columns = descriptor.fields.filter { Self.isShown($0, in: rows) }.map { field in
            Column(
                title: Self.title(field, language), isNumeric: CellText.isNumeric(field),
                cells: rows.map { CellText.text($0[field.name] ?? .null, field, language) })
        }
    }

    /// Names of the columns that only repeat what the caption says.
    private static let captionColumns: Set = ["as_of", "known_at", "rule_version"]

    /// - Parameter width: columns of the terminal.
    func lines(width: Int) -> [String] {
        let whole = table(columns)
        if whole.fits(width) { return whole.lines(width: width) }
        if rowCount == 1 { return record() }
        let common = columns.filter { Set($0.cells).count == 1 }
        let varying = columns.filter { Set($0.cells).count > 1 }
        var lines = Self.wrapped(
            common.map { "\($0.title) \($0.cells[0])" }, width: width)
        for part in parts(varying, width: width) {
            if !lines.isEmpty { lines.append("") }
            lines += table(part).lines(width: width)
        }
        return lines
    }

    /// Heading of a column.
    static func title(_ field: FieldDescriptor, _ language: Language) -> String {
        language == .zh && !field.zh.isEmpty ? field.zh : field.name
    }

    /// Whether a column says something about one of the rows that the caption does not.
    static func isShown(_ field: FieldDescriptor, in rows: [JSONObject]) -> Bool {
        if captionColumns.contains(field.name) { return false }
        if field.name.hasSuffix("_numerator") || field.name.hasSuffix("_denominator") {
            return false
        }
        return rows.contains { row in
            switch row[field.name] ?? .null {
            case .null, .bool(false): false
            case .string(let text): !text.isEmpty
            case .array(let items): !items.isEmpty
            case .object(let object): object.count > 0
            case .bool, .integer, .decimal: true
            }
        }
    }

    private func table(_ columns: [Column]) -> TextTable {
        var table = TextTable(
            columns.map { TextTable.Column(title: $0.title, isNumeric: $0.isNumeric) })
        for row in 0..<rowCount { table.append(columns.map { $0.cells[row] }) }
        return table
    }

    /// The only row, a column a line.
    private func record() -> [String] {
        let widest = columns.map { DisplayWidth.of($0.title) }.max() ?? 0
        return columns.map { column in
            "  \(Colour.faint(DisplayWidth.padded(column.title, to: widest)))  "
                + DisplayWidth.escaped(column.cells[0])
        }
    }

    /// The columns in groups that fit the width, each behind those that tell the rows apart.
    private func parts(_ columns: [Column], width: Int) -> [[Column]] {
        guard !columns.isEmpty else { return [] }
        let key = Array(columns.prefix(keyLength(columns)))
        var parts: [[Column]] = []
        var part = key
        for column in columns.dropFirst(key.count) {
            if part.count > key.count, !table(part + [column]).fits(width) {
                parts.append(part)
                part = key
            }
            part.append(column)
        }
        return parts + [part]
    }

    /// How many of the first columns tell all rows apart; 1 when not even four do.
    private func keyLength(_ columns: [Column]) -> Int {
        for length in 1...max(1, min(4, columns.count)) {
            let keys = Set(
                (0..<rowCount).map { row in columns.prefix(length).map { $0.cells[row] } })
            if keys.count == rowCount { return length }
        }
        return 1
    }

    /// Short texts in as few lines as the width allows.
    private static func wrapped(_ texts: [String], width: Int) -> [String] {
        var lines: [String] = []
        for text in texts {
            let text = DisplayWidth.escaped(text)
            if let last = lines.last,
                DisplayWidth.of(last) + DisplayWidth.of(text) + 3 <= width
            {
                lines[lines.count - 1] = "\(last) · \(text)"
            } else {
                lines.append(text)
            }
        }
        return lines.map(Colour.faint.callAsFunction)
    }
}
