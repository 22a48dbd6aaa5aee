import Schema

/// Judges rows by the conditions of a query, on the JSON form of their columns.
struct RowConditions {
    private let descriptor: MessageDescriptor
    private let conditions: [ModelQuery.Condition]

    /// - Throws: `ModelFault.invalidQuery` for a column that the row does not have.
    init(_ conditions: [ModelQuery.Condition], rowType: String) throws(ModelFault) {
        guard let descriptor = MessageDescriptor.named(rowType) else {
            throw .unknownModel(rowType)
        }
        for condition in conditions where descriptor.field(named: condition.column) == nil {
            throw .invalidQuery("there is no column \(condition.column)")
        }
        self.descriptor = descriptor
        self.conditions = conditions
    }

    func accept(_ row: [UInt8]) throws -> Bool {
        if conditions.isEmpty { return true }
        let value = try MessageJSON.encode(descriptor, row)
        return conditions.allSatisfy { condition in
            Self.text(value[condition.column] ?? .null) == condition.value
        }
    }

    /// Strings as they are, everything else as in JSON.
    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? value.text()
    }
}
