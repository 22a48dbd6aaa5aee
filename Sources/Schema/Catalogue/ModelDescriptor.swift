/// A read model of the specification with the messages of its rows.
package struct ModelDescriptor: Sendable {
    /// Which of a model's tables a row belongs to.
    package enum TableKind: String, CaseIterable, Sendable {
        case rows, summary, persons
    }

    /// The mark of a row's message.
    package struct Table: Equatable, Sendable {
        /// Name of the model.
        package let model: String
        package let kind: TableKind
    }

    /// For example "talent_pipeline".
    package let name: String
    /// Identity in the specification ("PJ-01").
    package let specID: String
    package let zh: String
    /// The message of each of the model's tables.
    package let tables: [TableKind: MessageDescriptor]

    /// The message of the model's main table.
    package var rows: MessageDescriptor? { tables[.rows] }

    /// All read models, in the order of their identities.
    package static var all: [ModelDescriptor] { SchemaCatalogue.shared.models }

    /// The model of a name or identity ("talent_pipeline" or "PJ-01").
    package static func named(_ name: String) -> ModelDescriptor? {
        all.first { $0.name == name || $0.specID == name }
    }
}
