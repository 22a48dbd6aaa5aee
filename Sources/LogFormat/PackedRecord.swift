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

/// Takes packed records out of an inflated frame, one after the other.
struct PackedFrameReader {
    private var reader: ByteReader
    let bytes: UnsafeRawBufferPointer
    /// Index of the next record.
    private(set) var next = 0
    /// Of the record before it.
    private var ledgerAt: Int64 = 0

    /// - Parameter bytes: a frame, or the beginning of one.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        reader = ByteReader(bytes)
    }

    /// Whether all bytes have been taken.
    var isAtEnd: Bool { reader.remaining == 0 }

    /// Goes past the next record; false when it is not there whole.
    mutating func skip() -> Bool {
        guard var record = take() else { return false }
        guard let delta = record.varint() else { return false }
        ledgerAt &+= PackedRecord.unZigZag(delta)
        next += 1
        return true
    }

    /// Writes the next record, unpacked, into `room`, which is made larger as needed.
    ///
    /// - Returns: the record's length; nil when it is not there whole, or is none.
    mutating func unpack(into room: inout UnsafeMutableRawBufferPointer) -> Int? {
        guard var packed = take(), let delta = packed.varint(),
            let type = packed.varint().flatMap(UInt32.init(exactly:)),
            let version = packed.varint(),
            let bodyCount = packed.varint().flatMap(Int.init(exactly:)),
            let trailerCount = packed.varint().flatMap(Int.init(exactly:)),
            let idPlace = packed.varint().flatMap(Int.init(exactly:))
        else { return nil }
        let ownID = idPlace == 0 ? packed.take(16) : nil
        guard let streamPlace = packed.varint().flatMap(Int.init(exactly:)),
            let streamCount = packed.varint().flatMap(Int.init(exactly:)),
            (1...RecordFormat.nameBytesMax).contains(streamCount)
        else { return nil }
        let ownStream = streamPlace == 0 ? packed.take(streamCount) : nil
        guard let tagCount = packed.varint().flatMap(UInt16.init(exactly:)),
            let timePlace = packed.varint().flatMap(Int.init(exactly:)),
            let rest = packed.take(packed.remaining)
        else { return nil }
        // The time of recording, where it was cut out of the trailer.
        let (time, timeCount) = Self.varint(
            UInt64(bitPattern: ledgerAt &+ PackedRecord.unZigZag(delta)))
        let cutCount = timePlace == 0 ? 0 : timeCount
        guard bodyCount <= rest.count, trailerCount >= cutCount,
            trailerCount - cutCount <= rest.count - bodyCount,
            timePlace <= trailerCount - cutCount + 1
        else { return nil }
        let trailerStart = rest.count - (trailerCount - cutCount)
        let bodyStart = trailerStart - bodyCount
        let body = UnsafeRawBufferPointer(rebasing: rest[bodyStart..<bodyStart + bodyCount])
        guard let id = ownID ?? Self.part(16, at: idPlace, of: body),
            let stream = ownStream ?? Self.part(streamCount, at: streamPlace, of: body)
        else { return nil }
        ledgerAt &+= PackedRecord.unZigZag(delta)
        next += 1
        let length = RecordFormat.fixedSize + streamCount + rest.count + cutCount
        if room.count < length {
            room.deallocate()
            room = .allocate(byteCount: max(length, 4_096), alignment: 16)
        }
        room[0] = RecordFormat.version
        room[1] = 0
        room.storeBytes(of: tagCount.littleEndian, toByteOffset: 2, as: UInt16.self)
        room.storeBytes(of: type.littleEndian, toByteOffset: 4, as: UInt32.self)
        UnsafeMutableRawBufferPointer(rebasing: room[8..<24]).copyMemory(from: id)
        room.storeBytes(of: ledgerAt.littleEndian, toByteOffset: 24, as: Int64.self)
        room.storeBytes(of: version.littleEndian, toByteOffset: 32, as: UInt64.self)
        room.storeBytes(
            of: UInt32(truncatingIfNeeded: bodyCount).littleEndian, toByteOffset: 40,
            as: UInt32.self)
        room.storeBytes(
            of: UInt32(truncatingIfNeeded: trailerCount).littleEndian, toByteOffset: 44,
            as: UInt32.self)
        room[48] = UInt8(truncatingIfNeeded: streamCount)
        UnsafeMutableRawBufferPointer(rebasing: room[49..<49 + streamCount])
            .copyMemory(from: stream)
        let restStart = 49 + streamCount
        let cut = cutCount == 0 ? rest.count : trailerStart + timePlace - 1
        UnsafeMutableRawBufferPointer(rebasing: room[restStart..<restStart + cut])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<cut]))
        guard cutCount > 0 else { return length }
        withUnsafeBytes(of: time) { bytes in
            UnsafeMutableRawBufferPointer(
                rebasing: room[restStart + cut..<restStart + cut + cutCount]
            ).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<cutCount]))
        }
        UnsafeMutableRawBufferPointer(rebasing: room[(restStart + cut + cutCount)..<length])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[cut...]))
        return length
    }

    /// A number as an unsigned LEB128, in the first bytes of two words.
    private static func varint(_ value: UInt64) -> (bytes: (UInt64, UInt64), count: Int) {
        var bytes: (UInt64, UInt64) = (0, 0)
        var count = 0
        withUnsafeMutableBytes(of: &bytes) { room in
            var rest = value
            while rest >= 0x80 {
                room[count] = UInt8(truncatingIfNeeded: rest) | 0x80
                rest >>= 7
                count += 1
            }
            room[count] = UInt8(truncatingIfNeeded: rest)
            count += 1
        }
        return (bytes, count)
    }

    /// The bytes of the next record.
    private mutating func take() -> ByteReader? {
        guard let length = reader.varint().flatMap(Int.init(exactly:)),
            let bytes = reader.take(length)
        else { return nil }
        return ByteReader(bytes)
    }

    /// A part of the body; its place counts from 1.
    private static func part(
        _ count: Int, at place: Int, of body: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        guard place >= 1, place - 1 <= body.count - count else { return nil }
        return UnsafeRawBufferPointer(rebasing: body[place - 1..<place - 1 + count])
    }
}
