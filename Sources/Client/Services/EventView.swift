import LogFormat
import Schema

/// An event looked at where it lies in a batch; nothing is copied until it is asked for.
public struct EventView: ~Copyable {
    private enum Source {
        case record(StoredRecord)
        case fact(RecordedFact, envelope: UnsafeRawBufferPointer, trailer: UnsafeRawBufferPointer)
    }

    /// Its place in the ledger; the first is 1, and there are no gaps.
    public let position: UInt64
    /// Number of its type in the catalogue.
    public let typeNumber: UInt32
    private let source: Source
    private let payload: UnsafeRawBufferPointer

    init(_ record: StoredRecord, at position: UInt64) throws(TaizhangError) {
        self.position = position
        source = .record(record)
        let parts = try EnvelopeParts(record.body, of: position)
        typeNumber = record.type
        payload = parts.payload
    }

    init(
        _ fact: RecordedFact, envelope: UnsafeRawBufferPointer, trailer: UnsafeRawBufferPointer
    ) throws(TaizhangError) {
        position = fact.position
        source = .fact(fact, envelope: envelope, trailer: trailer)
        let parts = try EnvelopeParts(envelope, of: fact.position)
        typeNumber = parts.type
        payload = parts.payload
    }

    /// Its place in its stream; the first is 1.
    public var streamVersion: UInt64 {
        switch source {
        case .record(let record): record.streamVersion
        case .fact(let fact, _, _): fact.streamVersion
        }
    }

    /// When the ledger made it durable: microseconds since 1970 UTC.
    public var ledgerAtMicroseconds: Int64 {
        switch source {
        case .record(let record): record.ledgerAt
        case .fact(let fact, _, _): fact.ledgerAtUs
        }
    }

    /// The stream that it belongs to.
    public var stream: String {
        switch source {
        case .record(let record): String(decoding: record.streamBytes, as: UTF8.self)
        case .fact(let fact, _, _): fact.tags.first ?? ""
        }
    }

    /// The subjects that it belongs to, its own stream first.
    public var tags: [String] {
        switch source {
        case .record(let record):
            var tags = [String(decoding: record.streamBytes, as: UTF8.self)]
            record.forEachTag { tags.append(String(decoding: $0, as: UTF8.self)) }
            return tags
        case .fact(let fact, _, _): return fact.tags
        }
    }

    /// Lends the payload: the protobuf message of the event's type.
    public borrowing func withPayload<Result>(
        _ body: (RawSpan) throws -> Result
    ) rethrows -> Result {
        try body(payload.bytes)
    }

    /// Lends the protobuf message `taizhang.core.v1.Envelope`, exactly as it was sent.
    public borrowing func withEnvelope<Result>(
        _ body: (RawSpan) throws -> Result
    ) rethrows -> Result {
        try body(envelope.bytes)
    }

    /// Lends the protobuf message `taizhang.core.v1.Trailer`: what the server added.
    public borrowing func withTrailer<Result>(
        _ body: (RawSpan) throws -> Result
    ) rethrows -> Result {
        switch source {
        case .record(.whole(let record)): try body(record.trailer.bytes)
        case .record(.packed): try body(trailer.span.bytes)
        case .fact(_, _, let trailer): try body(trailer.bytes)
        }
    }

    /// Copies the event out.
    ///
    /// - Throws: `TaizhangError` when its bytes are damaged.
    public borrowing func event() throws(TaizhangError) -> LedgerEvent {
        try LedgerEvent(
            position: position, streamVersion: streamVersion,
            ledgerAtMicroseconds: ledgerAtMicroseconds, tags: tags, envelope: [UInt8](envelope),
            trailer: trailer)
    }

    private var envelope: UnsafeRawBufferPointer {
        switch source {
        case .record(let record): record.body
        case .fact(_, let envelope, _): envelope
        }
    }

    private var trailer: [UInt8] {
        switch source {
        case .record(let record): record.trailer
        case .fact(_, _, let trailer): [UInt8](trailer)
        }
    }
}

/// The two fields of an envelope that every reader wants, found by walking it once.
private struct EnvelopeParts {
    var type: UInt32 = 0
    /// The empty beginning of the envelope until one is found.
    var payload: UnsafeRawBufferPointer

    /// Numbers of the fields in `core/envelope.proto`.
    private static let typeField: UInt64 = 2
    private static let payloadField: UInt64 = 5

    init(_ envelope: UnsafeRawBufferPointer, of position: UInt64) throws(TaizhangError) {
        payload = UnsafeRawBufferPointer(rebasing: envelope[..<0])
        var reader = ByteReader(envelope)
        while reader.remaining > 0 {
            guard let tag = reader.varint(), take(tag, &reader) else {
                throw TaizhangError(.dataLoss, "the event at \(position) cannot be read")
            }
            // What follows the payload says nothing that is wanted here.
            if tag >> 3 == Self.payloadField { return }
        }
    }

    private mutating func take(_ tag: UInt64, _ reader: inout ByteReader) -> Bool {
        switch tag & 7 {
        case 0:
            guard let value = reader.varint() else { return false }
            if tag >> 3 == Self.typeField { type = UInt32(truncatingIfNeeded: value) }
        case 1:
            return reader.uint64() != nil
        case 2:
            guard let length = reader.varint(), let count = Int(exactly: length) else {
                return false
            }
            guard let content = reader.take(count) else { return false }
            if tag >> 3 == Self.payloadField { payload = content }
        case 5:
            return reader.uint32() != nil
        default:
            return false
        }
        return true
    }
}
