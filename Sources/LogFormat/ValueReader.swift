import Zstd

/// Reads records out of values of both kinds, and keeps the frame it decompressed last.
///
/// `@unchecked Sendable`: it may change threads, but only one uses it at a time. No access to what
/// it remembers overlaps another, which is not worth proving anew for each record.
package final class ValueReader: @unchecked Sendable {
    /// The dictionary with a number; nil when there is none of this number.
    package typealias Dictionaries = @Sendable (UInt32) throws -> FrameDictionary?

    private let dictionaries: Dictionaries
    /// Number of the dictionary that the decompressor uses; 0 for none.
    @exclusivity(unchecked) private var dictionaryNumber: UInt32 = 0
    @exclusivity(unchecked) private var decompressor = Decompressor()
    /// The frame, decompressed.
    @exclusivity(unchecked) private var frame = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Position of the frame's first event; 0 when there is no frame.
    @exclusivity(unchecked) private var frameFirst: UInt64 = 0
    @exclusivity(unchecked) private var frameEvents: UInt64 = 0
    @exclusivity(unchecked) private var cursor = PackedFrameReader(
        UnsafeRawBufferPointer(start: nil, count: 0))
    /// The record that was unpacked last.
    @exclusivity(unchecked) private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Memory of `fetch`, and what came of its reading.
    @exclusivity(unchecked) var entries: [Int?] = []
    @exclusivity(unchecked) var touched: UInt8 = 0

    /// The greatest frame that is accepted, decompressed: more than any can need that holds a
    /// single record of the greatest size.
    private static let frameBytesMax = 64 << 20

    package init(dictionaries: @escaping Dictionaries) {
        self.dictionaries = dictionaries
    }

    deinit {
        frame.deallocate()
        room.deallocate()
    }

    /// The record at a position that the value holds. It lies in the value itself, or in memory
    /// of this reader that the next call may write over.
    ///
    /// A reader that goes from record to record decompresses each frame once.
    ///
    /// - Throws: `FormatFault`, or what the dictionaries throw.
    package func record(at position: UInt64, in value: ValueView) throws -> RecordView {
        switch try storedRecord(at: position, in: value) {
        case .whole(let record): return record
        case .packed(let packed):
            let length = packed.recordCount
            Self.make(&room, roomFor: length)
            packed.write(to: room)
            guard let view = RecordView(UnsafeRawBufferPointer(rebasing: room[..<length])) else {
                throw FormatFault.damaged(
                    position: position, "the record is not one that this version knows")
            }
            return view
        }
    }

    /// The record at a position that the value holds, as it lies in the value or its frame, which
    /// the next call may write over.
    ///
    /// - Throws: `FormatFault`, or what the dictionaries throw.
    package func storedRecord(at position: UInt64, in value: ValueView) throws -> StoredRecord {
        guard value.header.kind == .sealedBlock else {
            return .whole(try value.rawRecord(at: position))
        }
        // A sealed block never changes, so a frame is known by its position alone.
        if frameFirst == 0 || position < frameFirst || position - frameFirst >= frameEvents {
            guard position >= value.header.first, position <= value.header.last else {
                throw FormatFault.damaged(position: position, "the event is missing")
            }
            try load(value.frame(ofEvent: Int(position - value.header.first)), of: value)
        }
        let index = Int(position - frameFirst)
        if index < cursor.next { cursor = PackedFrameReader(cursor.bytes) }
        while cursor.next < index {
            guard cursor.skip() else { throw emptyFrame(position) }
        }
        guard let record = cursor.record(), cursor.next < Int(frameEvents) || cursor.isAtEnd
        else { throw emptyFrame(position) }
        return .packed(record)
    }

    /// Lends the records from a position of the value on, in order.
    ///
    /// - Throws: `FormatFault`, or what the dictionaries or `body` throw.
    package func forEachRecord(
        in value: ValueView, from position: UInt64,
        _ body: (UInt64, StoredRecord) throws -> Void
    ) throws {
        guard position <= value.header.last else { return }
        for position in max(position, value.header.first)...value.header.last {
            try body(position, storedRecord(at: position, in: value))
        }
    }

    /// Forgets the frame, for example because another ledger is read now.
    package func forget() {
        frameFirst = 0
    }

    private func emptyFrame(_ position: UInt64) -> FormatFault {
        frameFirst = 0
        return .damaged(position: position, "a frame does not hold what it announces")
    }

    private func load(_ entry: SealedFrame, of value: ValueView) throws {
        frameFirst = 0
        let first = value.header.first + UInt64(entry.events.lowerBound)
        let count = try prove(entry, at: first)
        Self.make(&frame, roomFor: count)
        try decompress(
            entry, of: value, at: first,
            to: UnsafeMutableRawBufferPointer(rebasing: frame[..<count]))
        cursor = PackedFrameReader(UnsafeRawBufferPointer(rebasing: frame[..<count]))
        frameFirst = first
        frameEvents = UInt64(entry.events.count)
    }

    private static func make(_ room: inout UnsafeMutableRawBufferPointer, roomFor count: Int) {
        guard room.count < count else { return }
        room.deallocate()
        room = .allocate(byteCount: max(count, 16 << 10), alignment: 16)
    }
}

// MARK: - Frames

extension ValueReader {
    /// Proves a frame's checksum.
    ///
    /// - Returns: the size that it states for its content, which is possible.
    func prove(_ entry: SealedFrame, at first: UInt64) throws(FormatFault) -> Int {
        guard entry.isProved else {
            throw .damaged(position: first, "a frame's checksum is wrong")
        }
        let count: Int
        do {
            count = try Decompressor.contentBytes(of: entry.bytes)
        } catch {
            throw .damaged(position: first, "a frame cannot be read: \(error)")
        }
        let most = min(Self.frameBytesMax, ZstdFrame.contentBytesMax(of: entry.bytes.count))
        guard count <= most else {
            throw .damaged(position: first, "a frame announces what it cannot hold")
        }
        return count
    }

    /// - Parameter room: as many bytes as the frame states.
    func decompress(
        _ entry: SealedFrame, of value: ValueView, at first: UInt64,
        to room: UnsafeMutableRawBufferPointer
    ) throws {
        let number = value.dictionaryNumber
        if number != dictionaryNumber { try use(number, at: first) }
        let made: Int
        do throws(ZstdError) {
            made = try decompressor.decompress(entry.bytes, into: room)
        } catch {
            throw FormatFault.damaged(position: first, "a frame cannot be read: \(error)")
        }
        guard made == room.count else {
            throw FormatFault.damaged(position: first, "a frame does not hold what it announces")
        }
    }

    private func use(_ number: UInt32, at position: UInt64) throws {
        let content = number == 0 ? nil : try dictionaries(number)
        if number != 0, content == nil {
            throw FormatFault.damaged(position: position, "dictionary \(number) is missing")
        }
        do throws(ZstdError) {
            try decompressor.use(content?.digested)
        } catch {
            throw FormatFault.damaged(
                position: position, "dictionary \(number) cannot be used: \(error)")
        }
        dictionaryNumber = number
    }
}
