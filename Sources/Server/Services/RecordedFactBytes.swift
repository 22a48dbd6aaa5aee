import EventLog
import Schema

/// Writes messages `ReadResponse` straight from the log's events, without a message object between
/// them: this is the path of every replay and subscription.
enum RecordedFactBytes {
    /// - Parameters:
    ///   - next: everything before it has been considered.
    ///   - isCaughtUp: all that was there has been delivered.
    static func readResponse(
        _ events: [RecordedEvent], next: Position, head: Position, isCaughtUp: Bool
    ) -> [UInt8] {
        var writer = WireWriter()
        for event in events { writer.delimited(fact(event), field: 1) }
        writer.varint(next.value, field: 2)
        writer.varint(head.value, field: 3)
        if isCaughtUp { writer.varint(1, field: 4) }
        return writer.bytes
    }

    /// A message `RecordedFact`.
    static func fact(_ event: RecordedEvent) -> [UInt8] {
        var writer = WireWriter()
        writer.varint(event.position.value, field: 1)
        writer.varint(event.streamVersion, field: 2)
        writer.varint(UInt64(bitPattern: event.ledgerAt), field: 3)
        for tag in event.tags { writer.delimited(tag.utf8, field: 4) }
        writer.delimited(event.body, field: 5)
        writer.delimited(event.trailer, field: 6)
        return writer.bytes
    }
}
