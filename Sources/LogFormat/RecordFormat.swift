/// The recorded bytes of one event: what the Merkle tree's leaf hashes and what never changes.
/// The layout is written down in Schemas/log-format.md.
package enum RecordFormat {
    /// The first byte of every record that this version writes.
    package static let version: UInt8 = 1
    /// Bytes before the stream's name.
    package static let fixedSize = 49
    /// Names of streams and tags carry their length in one byte; LMDB keys hold 511.
    package static let nameBytesMax = 200
    /// Further tags of one event.
    package static let tagsMax = 1_000
}

/// A record looked at where it lies; nothing is copied until it is asked for. Valid only as long
/// as the bytes below it.
package struct RecordView {
    /// The whole record.
    package let bytes: UnsafeRawBufferPointer
    private let streamLength: Int
    private let bodyOffset: Int
    private let bodyLength: Int

    /// Checks the record's shape; nil when it is not one that this version knows.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= RecordFormat.fixedSize, bytes[0] == RecordFormat.version,
            bytes[1] == 0
        else { return nil }
        self.bytes = bytes
        let tagCount = Int(
            UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        bodyLength = Int(
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 40, as: UInt32.self)))
        let trailerLength = Int(
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 44, as: UInt32.self)))
        streamLength = Int(bytes[48])
        var offset = RecordFormat.fixedSize + streamLength
        for _ in 0..<tagCount {
            guard offset < bytes.count else { return nil }
            offset += 1 + Int(bytes[offset])
        }
        bodyOffset = offset
        guard streamLength > 0, offset + bodyLength + trailerLength == bytes.count else {
            return nil
        }
    }

    /// Number of the event's type.
    package var type: UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }

    /// Number of further tags.
    var tagCount: UInt16 {
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    }

    /// The first eight bytes of the event's id, most significant first.
    package var idHigh: UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// The last eight bytes of the event's id, most significant first.
    package var idLow: UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    }

    /// Time of recording, microseconds since 1970-01-01T00:00:00Z.
    package var ledgerAt: Int64 {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: Int64.self))
    }

    /// The event's number in its stream, from 1.
    package var streamVersion: UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
    }

    /// Name of the event's stream.
    package var stream: String {
        String(decoding: streamBytes, as: UTF8.self)
    }

    /// Name of the event's stream, in UTF-8.
    package var streamBytes: UnsafeRawBufferPointer {
        let start = RecordFormat.fixedSize
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + streamLength])
    }

    /// The further tags; the stream's own name is not among them.
    package var tags: [String] {
        var tags: [String] = []
        forEachTag { tags.append(String(decoding: $0, as: UTF8.self)) }
        return tags
    }

    /// The sender's bytes.
    package var body: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[bodyOffset..<bodyOffset + bodyLength])
    }

    /// What the server added.
    package var trailer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[(bodyOffset + bodyLength)...])
    }

    /// Visits the further tags, in UTF-8.
    package func forEachTag(_ visit: (UnsafeRawBufferPointer) -> Void) {
        var offset = RecordFormat.fixedSize + streamLength
        while offset < bodyOffset {
            let length = Int(bytes[offset])
            visit(UnsafeRawBufferPointer(rebasing: bytes[offset + 1..<offset + 1 + length]))
            offset += 1 + length
        }
    }
}
