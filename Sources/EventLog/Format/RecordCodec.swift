/// The recorded bytes of one event: what the Merkle tree's leaf hashes and what never changes.
/// The layout is written down in Schemas/log-format.md.
enum RecordFormat {
    /// The first byte of every record that this version writes.
    static let version: UInt8 = 1
    /// Bytes before the stream's name.
    static let fixedSize = 49
    /// Names of streams and tags carry their length in one byte; LMDB keys hold 511.
    static let nameBytesMax = 200
    static let tagsMax = 1_000

    /// Bytes that `append` will write for the event.
    static func size(
        stream: String, tags: [String], bodyBytes: Int, trailerBytes: Int
    ) -> Int {
        var size = fixedSize + stream.utf8.count + bodyBytes + trailerBytes
        for tag in tags { size += 1 + tag.utf8.count }
        return size
    }

    /// Appends the record. The caller has checked the lengths of names and the number of tags.
    static func append(
        _ event: EventDraft, tags: [String], trailer: [UInt8], streamVersion: UInt64,
        ledgerAt: Int64, to bytes: inout [UInt8]
    ) {
        bytes.append(version)
        bytes.append(0)
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: tags.count))
        bytes.append(littleEndian: event.type)
        bytes.append(bigEndian: event.id.high)
        bytes.append(bigEndian: event.id.low)
        bytes.append(littleEndian: UInt64(bitPattern: ledgerAt))
        bytes.append(littleEndian: streamVersion)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: event.body.count))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: trailer.count))
        bytes.append(UInt8(truncatingIfNeeded: event.stream.utf8.count))
        bytes.append(contentsOf: event.stream.utf8)
        for tag in tags {
            bytes.append(UInt8(truncatingIfNeeded: tag.utf8.count))
            bytes.append(contentsOf: tag.utf8)
        }
        bytes.append(contentsOf: event.body)
        bytes.append(contentsOf: trailer)
    }
}

/// A record looked at where it lies; nothing is copied until it is asked for. Valid only as long
/// as the bytes below it.
struct RecordView {
    let bytes: UnsafeRawBufferPointer
    private let streamLength: Int
    private let bodyOffset: Int
    private let bodyLength: Int

    /// Checks the record's shape; nil when it is not one that this version knows.
    init?(_ bytes: UnsafeRawBufferPointer) {
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

    var type: UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }

    var id: EventID {
        EventID(
            high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
    }

    var ledgerAt: Int64 {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: Int64.self))
    }

    var streamVersion: UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
    }

    var stream: String {
        let start = RecordFormat.fixedSize
        return String(decoding: bytes[start..<start + streamLength], as: UTF8.self)
    }

    /// The further tags; the stream's own name is not among them.
    var tags: [String] {
        var tags: [String] = []
        forEachTag { tags.append(String(decoding: $0, as: UTF8.self)) }
        return tags
    }

    var body: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[bodyOffset..<bodyOffset + bodyLength])
    }

    var trailer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[(bodyOffset + bodyLength)...])
    }

    func forEachTag(_ visit: (UnsafeRawBufferPointer) -> Void) {
        var offset = RecordFormat.fixedSize + streamLength
        while offset < bodyOffset {
            let length = Int(bytes[offset])
            visit(UnsafeRawBufferPointer(rebasing: bytes[offset + 1..<offset + 1 + length]))
            offset += 1 + length
        }
    }

    /// Copies everything out.
    func event(at position: UInt64) -> RecordedEvent {
        let stream = stream
        return RecordedEvent(
            position: Position(position), id: id, stream: stream, streamVersion: streamVersion,
            type: type, tags: [stream] + tags, ledgerAt: ledgerAt, body: [UInt8](body),
            trailer: [UInt8](trailer))
    }
}
