import Zlib

/// Reads records out of values of both kinds, and keeps the frame it inflated last.
///
/// `@unchecked Sendable`: it may change threads, but only one uses it at a time.
package final class ValueReader: @unchecked Sendable {
    /// The bytes of a dictionary by its number; nil when there is none of this number.
    package typealias Dictionaries = @Sendable (UInt32) throws -> [UInt8]?

    private final class Box {
        var inflater: Inflater

        init(dictionary: [UInt8]) throws(ZlibError) {
            inflater = try Inflater(format: .raw, dictionary: dictionary)
        }
    }

    private let dictionaries: Dictionaries
    private var inflaters: [(number: UInt32, box: Box)] = []
    /// The inflated frame, or its beginning.
    private var frame = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Position of the frame's first event; 0 when there is no frame.
    private var frameFirst: UInt64 = 0
    private var frameEvents: UInt64 = 0
    /// Whether the frame is there whole.
    private var isWhole = false
    private var cursor = PackedFrameReader(UnsafeRawBufferPointer(start: nil, count: 0))
    /// The record that was unpacked last.
    private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// Beyond its even share of the frame, so that a record of unusual length is there as well.
    private static let prefixSlack = 320

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
    /// A reader that goes from record to record inflates each frame once; one that wants a single
    /// record inflates its frame no further than it must.
    ///
    /// - Throws: `FormatFault`, or what the dictionaries throw.
    package func record(at position: UInt64, in value: ValueView) throws -> RecordView {
        guard value.header.kind == .sealedBlock else { return try value.rawRecord(at: position) }
        // A sealed block never changes, so a frame is known by its position alone.
        if frameFirst > 0, position >= frameFirst, position - frameFirst < frameEvents {
            if let record = try unpack(position) { return record }
        }
        guard position >= value.header.first, position <= value.header.last else {
            throw FormatFault.damaged(position: position, "the event is missing")
        }
        let event = Int(position - value.header.first)
        let entry = value.frame(value.frameIndex(ofEvent: event))
        let index = event - entry.firstIndex
        // The first record is where reading in order begins; another one is wanted alone.
        if index > 0, frameFirst != value.header.first + UInt64(entry.firstIndex) {
            let share = entry.inflatedLength * (index + 1) / max(entry.eventCount, 1)
            try load(entry, of: value, bytes: share + Self.prefixSlack)
            if let record = try unpack(position) { return record }
        }
        try load(entry, of: value, bytes: entry.inflatedLength)
        if let record = try unpack(position) { return record }
        frameFirst = 0
        throw FormatFault.damaged(position: position, "a frame does not hold what it announces")
    }

    /// Forgets the frame, for example because another ledger is read now.
    package func forget() {
        frameFirst = 0
    }

    /// The record in the frame; nil when the frame's beginning is too short for it.
    private func unpack(_ position: UInt64) throws(FormatFault) -> RecordView? {
        let index = Int(position - frameFirst)
        if index < cursor.next { cursor = PackedFrameReader(cursor.bytes) }
        while cursor.next < index {
            guard cursor.skip() else { return nil }
        }
        guard let length = cursor.unpack(into: &room) else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: room[..<length])
        guard let view = RecordView(bytes) else {
            throw .damaged(
                position: position, "the record is not one that this version knows")
        }
        if isWhole, cursor.next == Int(frameEvents), !cursor.isAtEnd {
            throw .damaged(position: position, "a frame does not hold what it announces")
        }
        return view
    }

    /// Inflates a frame, at least so many bytes of it.
    private func load(_ entry: SealedFrame, of value: ValueView, bytes wanted: Int) throws {
        frameFirst = 0
        let first = value.header.first + UInt64(entry.firstIndex)
        let deflated = UnsafeRawBufferPointer(rebasing: value.content[entry.range])
        guard crc32(deflated) == entry.sum else {
            throw FormatFault.damaged(position: first, "a frame's checksum is wrong")
        }
        let count = min(wanted, entry.inflatedLength)
        if frame.count < entry.inflatedLength {
            frame.deallocate()
            frame = .allocate(byteCount: max(entry.inflatedLength, 16 << 10), alignment: 16)
        }
        let box = try inflater(value.dictionaryNumber, at: first)
        let made: Int
        do throws(ZlibError) {
            var target = MutableRawSpan(
                _unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: frame[..<count]))
            made =
                count < entry.inflatedLength
                ? try box.inflater.inflateBeginning(of: deflated, into: &target)
                : try box.inflater.inflate(deflated, into: &target)
        } catch {
            throw FormatFault.damaged(position: first, "a frame cannot be inflated: \(error)")
        }
        guard made == count else {
            throw FormatFault.damaged(position: first, "a frame does not hold what it announces")
        }
        cursor = PackedFrameReader(UnsafeRawBufferPointer(rebasing: frame[..<count]))
        isWhole = count == entry.inflatedLength
        frameFirst = first
        frameEvents = UInt64(entry.eventCount)
    }

    private func inflater(_ number: UInt32, at position: UInt64) throws -> Box {
        if let known = inflaters.first(where: { $0.number == number }) { return known.box }
        guard let dictionary = number == 0 ? [] : try dictionaries(number) else {
            throw FormatFault.damaged(position: position, "dictionary \(number) is missing")
        }
        do throws(ZlibError) {
            let box = try Box(dictionary: dictionary)
            inflaters.append((number, box))
            return box
        } catch {
            throw FormatFault.damaged(position: position, "no room to inflate: \(error)")
        }
    }
}
