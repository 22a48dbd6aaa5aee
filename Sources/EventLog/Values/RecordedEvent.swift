/// An event as the log holds it.
package struct RecordedEvent: Equatable, Sendable {
    package let position: Position
    package let id: EventID
    package let stream: String
    /// The event's number in its stream, from 1.
    package let streamVersion: UInt64
    package let type: UInt32
    /// The name of the event's own stream, then the further tags in the order given.
    package let tags: [String]
    /// The server's time of recording, microseconds since 1970-01-01T00:00:00Z.
    package let ledgerAt: Int64
    /// The sender's bytes.
    package let body: [UInt8]
    /// What the judge added.
    package let trailer: [UInt8]

    package init(
        position: Position, id: EventID, stream: String, streamVersion: UInt64, type: UInt32,
        tags: [String], ledgerAt: Int64, body: [UInt8], trailer: [UInt8]
    ) {
        self.position = position
        self.id = id
        self.stream = stream
        self.streamVersion = streamVersion
        self.type = type
        self.tags = tags
        self.ledgerAt = ledgerAt
        self.body = body
        self.trailer = trailer
    }
}

/// What is before the first `-` of a stream's name; the whole name when there is none.
package func category(ofStream stream: String) -> Substring {
    guard let hyphen = stream.utf8.firstIndex(of: UInt8(ascii: "-")) else { return stream[...] }
    return stream[..<hyphen]
}
