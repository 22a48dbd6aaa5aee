import Schema

/// An event as it stands in the ledger.
public struct LedgerEvent: Sendable, Equatable {
    /// Its place in the ledger; the first is 1, and there are no gaps.
    public let position: UInt64
    /// Its place in its stream; the first is 1.
    public let streamVersion: UInt64
    /// When the ledger made it durable: microseconds since 1970 UTC.
    public let ledgerAtMicroseconds: Int64
    /// The subjects that it belongs to.
    public let tags: [String]
    /// The protobuf message `taizhang.core.v1.Envelope`, exactly as it was sent.
    public let envelope: [UInt8]
    /// The protobuf message `taizhang.core.v1.Trailer`: what the server added.
    public let trailer: [UInt8]
    /// Its identity, a UUID.
    public let id: String
    /// Name of its type, for example `BranchEstablished`.
    public let type: String
    /// The stream that it belongs to.
    public let stream: String

    init(
        position: UInt64, streamVersion: UInt64, ledgerAtMicroseconds: Int64, tags: [String],
        envelope: [UInt8], trailer: [UInt8]
    ) throws(TaizhangError) {
        self.position = position
        self.streamVersion = streamVersion
        self.ledgerAtMicroseconds = ledgerAtMicroseconds
        self.tags = tags
        self.envelope = envelope
        self.trailer = trailer
        let reader: EnvelopeReader
        do { reader = try EnvelopeReader(envelope) } catch {
            throw TaizhangError(.dataLoss, "the event at \(position) cannot be read: \(error)")
        }
        id = UUIDForm.text(reader.eventID)
        type = reader.typeName
        stream = reader.stream
    }

    /// The event as one line of JSON, in the form that an import reads.
    ///
    /// - Throws: `TaizhangError` when its bytes are damaged.
    public func json() throws(TaizhangError) -> String {
        do {
            return try FactJSON.encode(
                FactJSON.Record(
                    envelope: envelope, trailer: trailer, position: position,
                    streamVersion: streamVersion, ledgerAt: ledgerAtMicroseconds, tags: tags)
            ).text()
        } catch {
            throw TaizhangError(.dataLoss, "the event at \(position) cannot be read: \(error)")
        }
    }
}
