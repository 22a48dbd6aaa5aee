/// A record as it lies in a value of either kind; valid only as long as the bytes below it.
package enum StoredRecord {
    case whole(RecordView)
    case packed(PackedRecordView)

    /// Number of the event's type.
    package var type: UInt32 {
        switch self {
        case .whole(let record): record.type
        case .packed(let record): record.type
        }
    }

    /// The event's number in its stream, from 1.
    package var streamVersion: UInt64 {
        switch self {
        case .whole(let record): record.streamVersion
        case .packed(let record): record.streamVersion
        }
    }

    /// Time of recording, microseconds since 1970-01-01T00:00:00Z.
    package var ledgerAt: Int64 {
        switch self {
        case .whole(let record): record.ledgerAt
        case .packed(let record): record.ledgerAt
        }
    }

    /// The first eight bytes of the event's id, most significant first.
    package var idHigh: UInt64 {
        switch self {
        case .whole(let record): record.idHigh
        case .packed(let record):
            UInt64(bigEndian: record.id.loadUnaligned(as: UInt64.self))
        }
    }

    /// The last eight bytes of the event's id, most significant first.
    package var idLow: UInt64 {
        switch self {
        case .whole(let record): record.idLow
        case .packed(let record):
            UInt64(bigEndian: record.id.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    /// Name of the event's stream, in UTF-8.
    package var streamBytes: UnsafeRawBufferPointer {
        switch self {
        case .whole(let record): record.streamBytes
        case .packed(let record): record.streamBytes
        }
    }

    /// The sender's bytes.
    package var body: UnsafeRawBufferPointer {
        switch self {
        case .whole(let record): record.body
        case .packed(let record): record.body
        }
    }

    /// Bytes of what the server added.
    package var trailerCount: Int {
        switch self {
        case .whole(let record): record.trailer.count
        case .packed(let record): record.trailerCount
        }
    }

    /// Lends what the server added, in pieces that follow one another.
    package func forEachTrailerPiece(
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        switch self {
        case .whole(let record): try body(record.trailer)
        case .packed(let record): try record.forEachTrailerPiece(body)
        }
    }

    /// What the server added, copied out.
    package var trailer: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(trailerCount)
        forEachTrailerPiece { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Visits the further tags, in UTF-8; the stream's own name is not among them.
    package func forEachTag(_ visit: (UnsafeRawBufferPointer) -> Void) {
        switch self {
        case .whole(let record): record.forEachTag(visit)
        case .packed(let record): record.forEachTag(visit)
        }
    }
}
