import LogFormat

extension RecordFormat {
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

extension RecordView {
    var id: EventID {
        EventID(high: idHigh, low: idLow)
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
