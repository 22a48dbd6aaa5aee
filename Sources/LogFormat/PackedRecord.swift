/// Records as they lie in the frames of sealed blocks: without what can be told from the rest. The
/// layout is in Schemas/log-format.md.
enum PackedRecord {
    /// How far into the body the id and the stream's name are looked for.
    private static let searchBytes = 160

    /// Appends a packed record.
    ///
    /// - Parameter ledgerAt: time of recording of the record before it in the frame; 0 for the
    ///   first. Set to this record's.
    static func append(
        _ record: RecordView, after ledgerAt: inout Int64, to bytes: inout [UInt8]
    ) {
        var head: [UInt8] = []
        head.reserveCapacity(64)
        head.append(varint: zigZag(record.ledgerAt &- ledgerAt))
        ledgerAt = record.ledgerAt
        head.append(varint: UInt64(record.type))
        head.append(varint: record.streamVersion)
        let body = record.body
        head.append(varint: UInt64(body.count))
        head.append(varint: UInt64(record.trailer.count))
        let id = UnsafeRawBufferPointer(rebasing: record.bytes[8..<24])
        let idPlace = place(of: id, in: body)
        head.append(varint: UInt64(idPlace.map { $0 + 1 } ?? 0))
        if idPlace == nil { head.append(contentsOf: id) }
        let stream = record.streamBytes
        let streamPlace = place(of: stream, in: body)
        head.append(varint: UInt64(streamPlace.map { $0 + 1 } ?? 0))
        head.append(varint: UInt64(stream.count))
        if streamPlace == nil { head.append(contentsOf: stream) }
        head.append(varint: UInt64(record.tagCount))
        // Tags, body and trailer follow one another in the record and here.
        let rest = UnsafeRawBufferPointer(
            rebasing: record.bytes[(RecordFormat.fixedSize + stream.count)...])
        var time: [UInt8] = []
        time.append(varint: UInt64(bitPattern: record.ledgerAt))
        let timePlace = time.withUnsafeBytes { place(of: $0, in: record.trailer) }
        head.append(varint: UInt64(timePlace.map { $0 + 1 } ?? 0))
        let cut = timePlace.map { rest.count - record.trailer.count + $0 } ?? rest.count
        let resumed = timePlace == nil ? rest.count : cut + time.count
        bytes.append(varint: UInt64(head.count + cut + rest.count - resumed))
        bytes.append(contentsOf: head)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<cut]))
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[resumed...]))
    }

    /// Where `part` begins in the first bytes of `body`; nil when it does not.
    private static func place(
        of part: UnsafeRawBufferPointer, in body: UnsafeRawBufferPointer
    ) -> Int? {
        let end = min(body.count, searchBytes) - part.count
        guard end >= 0, let first = part.first else { return nil }
        for start in 0...end where body[start] == first {
            let here = UnsafeRawBufferPointer(rebasing: body[start..<start + part.count])
            if here.elementsEqual(part) { return start }
        }
        return nil
    }

    static func zigZag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    static func unZigZag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
