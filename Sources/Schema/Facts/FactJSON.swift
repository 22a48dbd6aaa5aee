/// A fact as a line of JSON, for import, export and the command line.
///
/// The line is the envelope of specification section 2.2 with the payload as an object. What the
/// server alone can say (position, tags, …) is written on export and passed over on import.
package enum FactJSON {
    /// Members that an import reads, with `command_id` as another name of `event_id`.
    package static let imported = [
        "event_id", "command_id", "type", "stream", "occurred_at", "effective_from", "effective_to",
        "recorded_at", "recorded_by", "on_behalf_of", "tenant", "source_doc", "evidence",
        "correlation_id", "causation_id", "schema_version", "data_class", "late_reason", "payload",
    ]

    /// Members that an export writes and an import passes over.
    package static let passedOver: Set<String> = [
        "position", "stream_version", "ledger_at", "tags", "rule_set_version", "late", "after_seal",
        "principal", "warnings",
    ]

    /// The name of a correction's hint of its target's type, beside `replacement`.
    static let replacementType = "replacement_type"
    static let replacement = "replacement"

    /// What an import has to know besides the line.
    package struct ImportContext {
        /// SHA-256.
        package var hash: ([UInt8]) -> [UInt8]
        /// How many facts with this digest of their content the import has met before; asked for
        /// facts without an id only. See `OccurrenceCounter`.
        package var occurrence: ([UInt8]) -> UInt64
        /// The type of an event that is recorded or came earlier in the import, by its id; asked
        /// for the target of a correction without `replacement_type`.
        package var typeOfEvent: ([UInt8]) -> EventType?
        /// Who records the lines that do not say it.
        package var recordedBy: String?

        package init(
            hash: @escaping ([UInt8]) -> [UInt8], occurrence: @escaping ([UInt8]) -> UInt64,
            typeOfEvent: @escaping ([UInt8]) -> EventType? = { _ in nil },
            recordedBy: String? = nil
        ) {
            self.hash = hash
            self.occurrence = occurrence
            self.typeOfEvent = typeOfEvent
            self.recordedBy = recordedBy
        }
    }

    /// A fact that was read from a line and fits the schema.
    package struct Imported: Equatable, Sendable {
        /// The bytes to send and record.
        package let envelope: [UInt8]
        /// 16 bytes.
        package let eventID: [UInt8]
        /// The line had no id.
        package let isIDDerived: Bool
        package let type: EventType
        package let stream: String
    }

    /// A recorded fact, as an export gets it.
    package struct Record: Sendable {
        package var envelope: [UInt8]
        package var trailer: [UInt8]
        package var position: UInt64
        package var streamVersion: UInt64
        /// Microseconds since 1970-01-01T00:00:00Z.
        package var ledgerAt: Int64
        package var tags: [String]

        package init(
            envelope: [UInt8], trailer: [UInt8], position: UInt64, streamVersion: UInt64,
            ledgerAt: Int64, tags: [String]
        ) {
            self.envelope = envelope
            self.trailer = trailer
            self.position = position
            self.streamVersion = streamVersion
            self.ledgerAt = ledgerAt
            self.tags = tags
        }
    }
}
