import Schema

/// Judges rows by the conditions of a query: the JSON form of a column equals a value.
struct RowConditions {
    /// A condition on a single text column: compared where it lies in the message.
    private struct Text {
        let field: UInt64
        let value: [UInt8]
    }

    private let descriptor: MessageDescriptor
    private var texts: [Text] = []
    private var others: [ModelQuery.Condition] = []

    /// Whether comparing bytes decides.
    var isTextOnly: Bool { others.isEmpty }

    /// - Throws: `ModelFault.invalidQuery` for a column that the row does not have.
    init(
        _ conditions: [ModelQuery.Condition], _ descriptor: MessageDescriptor
    ) throws(ModelFault) {
        self.descriptor = descriptor
        for condition in conditions {
            guard let field = descriptor.field(named: condition.column) else {
                throw .invalidQuery("there is no column \(condition.column)")
            }
            // Whether a column that is left out equals the empty text is for the JSON to say.
            if Self.isText(field), !condition.value.isEmpty {
                texts.append(
                    Text(field: UInt64(field.number), value: Array(condition.value.utf8)))
            } else {
                others.append(condition)
            }
        }
    }

    /// Field and value of the first condition on a text column.
    var firstText: (field: UInt64, value: [UInt8])? {
        texts.first.map { ($0.field, $0.value) }
    }

    private static func isText(_ field: FieldDescriptor) -> Bool {
        field.kind == .string && !field.isRepeated && field.format == nil
    }

    /// The conditions on text columns; false when the row is out.
    ///
    /// - Parameter row: may lack the columns of P-LAW-6.
    func mayAccept(_ row: ArraySlice<UInt8>) -> Bool {
        if texts.isEmpty { return true }
        return row.withUnsafeBytes { bytes in
            texts.allSatisfy { text in
                var fields = FieldWalk(bytes)
                while let field = fields.next() {
                    if field.number == text.field {
                        return field.bytes.elementsEqual(text.value)
                    }
                }
                return false
            }
        }
    }

    /// The conditions on all other columns.
    ///
    /// - Parameter row: the whole row.
    func accept(_ row: [UInt8]) throws -> Bool {
        if others.isEmpty { return true }
        let value = try MessageJSON.encode(descriptor, row)
        return others.allSatisfy { condition in
            Self.text(value[condition.column] ?? .null) == condition.value
        }
    }

    /// Strings as they are, everything else as in JSON.
    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? value.text()
    }
}
