import Schema

/// Rows of a read model as a table for people.
///
/// Columns that are the same in every row (`as_of`, `known_at`, the rule version) or empty in all
/// are left out; what they say stands in the caption.
struct RowTable {
    private let descriptor: MessageDescriptor
    private let rows: [JSONObject]
    private let language: Language

    init(_ descriptor: MessageDescriptor, _ rows: [JSONObject], _ language: Language) {
        self.descriptor = descriptor
        self.rows = rows
        self.language = language
    }

    /// Names of the columns that only repeat what the caption says.
    private static let captionColumns: Set = ["as_of", "known_at", "rule_version"]

    func lines(width: Int) -> [String] {
        let fields = descriptor.fields.filter(isShown)
        var table = TextTable(
            fields.map { field in
                TextTable.Column(title: title(field), isNumeric: CellText.isNumeric(field))
            })
        for row in rows {
            table.append(
                fields.map { CellText.text(row[$0.name] ?? .null, $0, language) })
        }
        return table.lines(width: width)
    }

    private func title(_ field: FieldDescriptor) -> String {
        language == .zh && !field.zh.isEmpty ? field.zh : field.name
    }

    private func isShown(_ field: FieldDescriptor) -> Bool {
        if Self.captionColumns.contains(field.name) { return false }
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
}
