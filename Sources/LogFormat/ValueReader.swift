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
    /// The inflated frame.
    private var frame = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Where each record of the frame begins, and where the last one ends.
    private var offsets: [Int] = []
    /// Position of the frame's first event; 0 when there is no frame.
    private var frameFirst: UInt64 = 0

    package init(dictionaries: @escaping Dictionaries) {
        self.dictionaries = dictionaries
    }

    deinit {
        frame.deallocate()
    }

    /// The record at a position that the value holds. It lies in the value itself, or in memory
    /// of this reader that the next call may write over.
    ///
    /// - Throws: `FormatFault`, or what the dictionaries throw.
    package func record(at position: UInt64, in value: ValueView) throws -> RecordView {
        guard value.header.kind == .sealedBlock else { return try value.rawRecord(at: position) }
        // A sealed block never changes, so a frame is known by its position alone.
        let index: Int
        if frameFirst > 0, position >= frameFirst,
            position - frameFirst < UInt64(offsets.count - 1)
        {
            index = Int(position - frameFirst)
        } else {
            guard position >= value.header.first, position <= value.header.last else {
                throw FormatFault.damaged(position: position, "the event is missing")
            }
            let event = Int(position - value.header.first)
            try load(value.frame(value.frameIndex(ofEvent: event)), of: value)
            index = Int(position - frameFirst)
        }
        let bytes = UnsafeRawBufferPointer(rebasing: frame[offsets[index]..<offsets[index + 1]])
        guard let view = RecordView(bytes) else {
            throw FormatFault.damaged(
                position: position, "the record is not one that this version knows")
        }
        return view
    }

    /// Forgets the frame, for example because another ledger is read now.
    package func forget() {
        frameFirst = 0
    }

    private func load(_ entry: SealedFrame, of value: ValueView) throws {
        frameFirst = 0
        let first = value.header.first + UInt64(entry.firstIndex)
        let deflated = UnsafeRawBufferPointer(rebasing: value.content[entry.range])
        guard crc32(deflated) == entry.sum else {
            throw FormatFault.damaged(position: first, "a frame's checksum is wrong")
        }
        if frame.count < entry.inflatedLength {
            frame.deallocate()
            frame = .allocate(byteCount: max(entry.inflatedLength, 16 << 10), alignment: 16)
        }
        let box = try inflater(value.dictionaryNumber, at: first)
        let count: Int
        do throws(ZlibError) {
            var room = MutableRawSpan(
                _unsafeBytes: UnsafeMutableRawBufferPointer(
                    rebasing: frame[..<entry.inflatedLength]))
            count = try box.inflater.inflate(deflated, into: &room)
        } catch {
            throw FormatFault.damaged(position: first, "a frame cannot be inflated: \(error)")
        }
        guard count == entry.inflatedLength, readOffsets(entry) else {
            throw FormatFault.damaged(position: first, "a frame does not hold what it announces")
        }
        frameFirst = first
    }

    /// Reads the lengths of the frame's records.
    private func readOffsets(_ entry: SealedFrame) -> Bool {
        offsets.removeAll(keepingCapacity: true)
        let bytes = UnsafeRawBufferPointer(rebasing: frame[..<entry.inflatedLength])
        var reader = ByteReader(bytes)
        var end = 0
        offsets.append(0)
        for _ in 0..<entry.eventCount {
            guard let length = reader.varint(), length <= UInt64(entry.inflatedLength - end) else {
                return false
            }
            end += Int(length)
            offsets.append(end)
        }
        guard reader.remaining == end else { return false }
        for index in offsets.indices { offsets[index] += reader.offset }
        return true
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
