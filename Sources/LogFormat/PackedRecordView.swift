/// A packed record looked at where it lies in a frame; nothing is copied until it is asked for.
/// Valid only as long as the bytes below it.
package struct PackedRecordView {
    /// Time of recording, microseconds since 1970-01-01T00:00:00Z.
    package let ledgerAt: Int64
    /// Number of the event's type.
    package let type: UInt32
    /// The event's number in its stream, from 1.
    package let streamVersion: UInt64
    /// The event's id, 16 bytes.
    let id: UnsafeRawBufferPointer
    /// Name of the event's stream, in UTF-8.
    package let streamBytes: UnsafeRawBufferPointer
    let tagCount: UInt16
    /// Tags, body and trailer without what was cut out.
    private let rest: UnsafeRawBufferPointer
    private let bodyStart: Int
    private let trailerStart: Int
    /// Where in `rest` the time of recording belongs, and its length; 0 where none was cut out.
    private let cut: Int
    private let cutCount: Int

    /// - Parameters:
    ///   - packed: the bytes behind the record's length.
    ///   - before: time of recording of the record before it in the frame.
    /// - Returns: nil when the bytes are no packed record.
    init?(_ packed: UnsafeRawBufferPointer, after before: Int64) {
        var reader = PackedNumbers(packed)
        let delta = reader.number()
        let type = reader.number()
        let version = reader.number()
        let bodyNumber = reader.number()
        let trailerNumber = reader.number()
        let idPlace = reader.number()
        let ownID = idPlace == 0 ? reader.take(16) : nil
        let streamPlace = reader.number()
        let streamNumber = reader.number()
        guard streamNumber >= 1, streamNumber <= UInt64(RecordFormat.nameBytesMax) else {
            return nil
        }
        let streamCount = Int(streamNumber)
        let ownStream = streamPlace == 0 ? reader.take(streamCount) : nil
        let tagNumber = reader.number()
        let timePlace = reader.number()
        guard reader.isSound else { return nil }
        let rest = reader.rest
        let room = UInt64(rest.count)
        ledgerAt = before &+ PackedRecord.unZigZag(delta)
        cutCount = timePlace == 0 ? 0 : Self.varintCount(UInt64(bitPattern: ledgerAt))
        guard type <= UInt64(UInt32.max), tagNumber <= UInt64(UInt16.max), bodyNumber <= room,
            trailerNumber >= UInt64(cutCount),
            trailerNumber - UInt64(cutCount) <= room - bodyNumber,
            timePlace <= trailerNumber - UInt64(cutCount) + 1
        else { return nil }
        self.type = UInt32(truncatingIfNeeded: type)
        streamVersion = version
        tagCount = UInt16(truncatingIfNeeded: tagNumber)
        self.rest = rest
        trailerStart = rest.count - (Int(trailerNumber) - cutCount)
        bodyStart = trailerStart - Int(bodyNumber)
        cut = timePlace == 0 ? rest.count : trailerStart + Int(timePlace) - 1
        let body = UnsafeRawBufferPointer(rebasing: rest[bodyStart..<trailerStart])
        guard let id = ownID ?? Self.part(16, at: idPlace, of: body),
            let stream = ownStream ?? Self.part(streamCount, at: streamPlace, of: body)
        else { return nil }
        self.id = id
        streamBytes = stream
        var offset = 0
        for _ in 0..<tagCount {
            guard offset < bodyStart else { return nil }
            offset += 1 + Int(rest[offset])
        }
        guard offset == bodyStart else { return nil }
    }

    /// The sender's bytes.
    package var body: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: rest[bodyStart..<trailerStart])
    }

    /// Bytes of what the server added.
    package var trailerCount: Int {
        rest.count - trailerStart + cutCount
    }

    /// Lends what the server added, in pieces that follow one another.
    package func forEachTrailerPiece(
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        guard cutCount > 0 else {
            return try body(UnsafeRawBufferPointer(rebasing: rest[trailerStart...]))
        }
        try body(UnsafeRawBufferPointer(rebasing: rest[trailerStart..<cut]))
        var time = Self.varint(UInt64(bitPattern: ledgerAt))
        try withUnsafeBytes(of: &time) {
            try body(UnsafeRawBufferPointer(rebasing: $0[..<cutCount]))
        }
        try body(UnsafeRawBufferPointer(rebasing: rest[cut...]))
    }

    /// Visits the further tags, in UTF-8.
    package func forEachTag(_ visit: (UnsafeRawBufferPointer) -> Void) {
        var offset = 0
        while offset < bodyStart {
            let length = Int(rest[offset])
            visit(UnsafeRawBufferPointer(rebasing: rest[offset + 1..<offset + 1 + length]))
            offset += 1 + length
        }
    }

    /// Bytes of the record, unpacked.
    var recordCount: Int {
        RecordFormat.fixedSize + streamBytes.count + rest.count + cutCount
    }

    /// Writes the record, unpacked.
    ///
    /// - Parameter room: at least `recordCount` bytes.
    func write(to room: UnsafeMutableRawBufferPointer) {
        room[0] = RecordFormat.version
        room[1] = 0
        room.storeBytes(of: tagCount.littleEndian, toByteOffset: 2, as: UInt16.self)
        room.storeBytes(of: type.littleEndian, toByteOffset: 4, as: UInt32.self)
        UnsafeMutableRawBufferPointer(rebasing: room[8..<24]).copyMemory(from: id)
        room.storeBytes(of: ledgerAt.littleEndian, toByteOffset: 24, as: Int64.self)
        room.storeBytes(of: streamVersion.littleEndian, toByteOffset: 32, as: UInt64.self)
        room.storeBytes(
            of: UInt32(truncatingIfNeeded: trailerStart - bodyStart).littleEndian,
            toByteOffset: 40, as: UInt32.self)
        room.storeBytes(
            of: UInt32(truncatingIfNeeded: trailerCount).littleEndian, toByteOffset: 44,
            as: UInt32.self)
        room[48] = UInt8(truncatingIfNeeded: streamBytes.count)
        var offset = RecordFormat.fixedSize
        func copy(_ bytes: UnsafeRawBufferPointer) {
            UnsafeMutableRawBufferPointer(rebasing: room[offset..<offset + bytes.count])
                .copyMemory(from: bytes)
            offset += bytes.count
        }
        copy(streamBytes)
        copy(UnsafeRawBufferPointer(rebasing: rest[..<trailerStart]))
        forEachTrailerPiece(copy)
    }

    /// A number as an unsigned LEB128, in the first bytes of two words.
    private static func varint(_ value: UInt64) -> (UInt64, UInt64) {
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
        }
        return bytes
    }

    private static func varintCount(_ value: UInt64) -> Int {
        max(1, (64 - value.leadingZeroBitCount + 6) / 7)
    }

    /// A part of the body; its place counts from 1.
    private static func part(
        _ count: Int, at place: UInt64, of body: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        guard place >= 1, body.count >= count, place - 1 <= UInt64(body.count - count) else {
            return nil
        }
        let start = Int(place - 1)
        return UnsafeRawBufferPointer(rebasing: body[start..<start + count])
    }
}

/// Reads the numbers before a packed record. What is not there reads as 0 and is remembered, so
/// that one look at the end tells whether all was there.
struct PackedNumbers {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    /// Whether everything that was asked for was there.
    private(set) var isSound = true

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// What was not taken yet.
    var rest: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[offset...])
    }

    /// An unsigned LEB128 number; most take one byte.
    @inline(__always)
    mutating func number() -> UInt64 {
        if offset < bytes.count, bytes[offset] < 0x80 {
            offset += 1
            return UInt64(bytes[offset - 1])
        }
        return longNumber()
    }

    private mutating func longNumber() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count, shift <= 63 {
            let byte = bytes[offset]
            offset += 1
            if shift == 63, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        isSound = false
        return 0
    }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= bytes.count - offset else {
            isSound = false
            return nil
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }
}

/// Takes packed records out of a frame, one after the other.
struct PackedFrameReader {
    /// The frame, decompressed.
    let bytes: UnsafeRawBufferPointer
    private var offset = 0
    /// Index of the next record.
    private(set) var next = 0
    /// Of the record before it.
    private var ledgerAt: Int64 = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Whether all bytes have been taken.
    var isAtEnd: Bool { offset == bytes.count }

    /// Goes past the next record; false when it is not there whole.
    mutating func skip() -> Bool {
        guard let packed = take() else { return false }
        var numbers = PackedNumbers(packed)
        ledgerAt &+= PackedRecord.unZigZag(numbers.number())
        next += 1
        return numbers.isSound
    }

    /// The next record; nil when it is not there whole, or is none.
    mutating func record() -> PackedRecordView? {
        guard let packed = take(), let record = PackedRecordView(packed, after: ledgerAt) else {
            return nil
        }
        ledgerAt = record.ledgerAt
        next += 1
        return record
    }

    /// The bytes of the next record.
    private mutating func take() -> UnsafeRawBufferPointer? {
        var numbers = PackedNumbers(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
        let length = numbers.number()
        guard numbers.isSound, length <= UInt64(bytes.count),
            let packed = numbers.take(Int(length))
        else { return nil }
        offset = bytes.count - numbers.rest.count
        return packed
    }
}
