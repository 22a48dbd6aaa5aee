import Glibc
import Schema

/// An event to be recorded.
///
/// Written as JSON, as the command line and the import do:
///
/// ```json
/// {"type":"BranchEstablished","stream":"branch-yq-b1","recorded_by":"person-li",
///  "occurred_at":"2019-07-31","payload":{…}}
/// ```
public struct NewEvent: Sendable, Equatable {
    /// Its identity, the key by which recording it twice is recording it once.
    public let id: String
    /// Name of its type.
    public let type: String
    /// The stream that it belongs to.
    public let stream: String
    /// The protobuf message `taizhang.core.v1.Envelope`; recorded byte for byte.
    public let envelope: [UInt8]

    /// Reads an event from JSON and checks it against the schema.
    ///
    /// - Parameters:
    ///   - json: without `event_id` it gets a new one. Keep the value and record it again when an
    ///     attempt fails: then it is recorded once.
    ///   - recordedBy: who records it, where the JSON does not say.
    /// - Throws: `TaizhangError` with INVALID_ARGUMENT: what is wrong and where.
    public init(json: String, recordedBy: String? = nil) throws(TaizhangError) {
        do {
            try self.init(line: json, recordedBy)
        } catch {
            throw TaizhangError(
                .invalidArgument, "\(error)",
                details: [.init(reason: "BAD_EVENT", domain: "taizhang.schema")])
        }
    }

    private init(line: String, _ recordedBy: String?) throws {
        var value = try JSONValue(parsing: Array(line.utf8))
        if var object = value.objectValue, object["event_id"] == nil, object["command_id"] == nil {
            object.append("event_id", .string(EventIDs.next()))
            value = .object(object)
        }
        let imported = try FactJSON.decode(
            value,
            // The event has an id, so none is derived from its content.
            FactJSON.ImportContext(
                hash: { _ in [] }, occurrence: { _ in 0 }, recordedBy: recordedBy))
        id = UUIDForm.text(imported.eventID)
        type = imported.type.name
        stream = imported.stream
        envelope = imported.envelope
    }

    /// An event that is encoded already.
    ///
    /// - Throws: `TaizhangError` with INVALID_ARGUMENT when it is no envelope.
    public init(envelope: [UInt8]) throws(TaizhangError) {
        let reader: EnvelopeReader
        do { reader = try EnvelopeReader(envelope) } catch {
            throw TaizhangError(.invalidArgument, "\(error)")
        }
        id = UUIDForm.text(reader.eventID)
        type = reader.typeName
        stream = reader.stream
        self.envelope = envelope
    }
}

/// New identities of events: UUIDs of version 7, which a ledger keeps nearly in order.
public enum EventIDs {
    /// - Returns: the usual form of 36 characters.
    public static func next() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds =
            UInt64(clamping: time.tv_sec) &* 1_000 &+ UInt64(clamping: time.tv_nsec / 1_000_000)
        var random = SystemRandomNumberGenerator()
        return make(
            milliseconds: milliseconds, high: random.next(), low: random.next())
    }

    /// RFC 9562, section 5.7.
    static func make(milliseconds: UInt64, high: UInt64, low: UInt64) -> String {
        let first = milliseconds << 16 | 0x7000 | high & 0x0fff
        let second = 0x8000_0000_0000_0000 | low & 0x3fff_ffff_ffff_ffff
        let bytes = [first, second].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
        return UUIDForm.text(bytes)
    }
}
