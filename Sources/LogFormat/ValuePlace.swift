/// Where a value lies that is about to be opened for one of its events. Nothing of it is proved,
/// so it serves to fetch what will be read and for nothing else.
package struct ValuePlace {
    /// The whole value as it is stored.
    package let bytes: UnsafeRawBufferPointer
    /// What the value's key says.
    package let first: UInt64
    private let event: UInt64

    /// - Parameter event: the position that is wanted of it.
    package init(bytes: UnsafeRawBufferPointer, first: UInt64, event: UInt64) {
        self.bytes = bytes
        self.first = first
        self.event = event
    }

    /// - Parameter event: the position that is wanted of it.
    package init(_ value: ValueView, of event: UInt64) {
        self.init(bytes: value.bytes, first: value.header.first, event: event)
    }

    /// Bytes that the processor fetches at once.
    private static let lineBytes = 64
    /// Header and proved part of a directory are hardly ever longer.
    private static let headBytes = 448
    /// What is fetched of a record or frame; the processor sees by itself that it goes on.
    private static let contentBytes = 256

    /// Reads here and there in what must be proved first.
    @inline(__always)
    func touchHead() -> UInt8 {
        touch(0..<Self.headBytes)
    }

    /// Reads in the entry of the event's record or frame, if all entries stand for about as many
    /// events, as they do.
    ///
    /// - Returns: also where the entry stands; nil when that is nowhere.
    @inline(__always)
    func touchEntry() -> (place: Int?, UInt8) {
        guard bytes.count > ValueHeader.size + ValueView.sealedFixedSize, event >= first else {
            return (nil, 0)
        }
        let count = Int(number(at: 16))
        let index = Int(clamping: event - first)
        // More than this is a lie, and too much to multiply with.
        guard index < count, count <= bytes.count else { return (nil, 0) }
        var place = ValueHeader.size
        if bytes[4] == ValueKind.sealedBlock.rawValue {
            let frames = Int(number(at: ValueHeader.size + 4))
            guard frames <= count else { return (nil, 0) }
            place += ValueView.sealedProvedSize(first: first)
            // Where the entry says its frame ends.
            place += index * frames / count * ValueView.sealedEntrySize + 4
        } else {
            place += index * ValueHeader.entrySize
        }
        guard place + 4 <= bytes.count else { return (nil, 0) }
        // The directory's end is looked at when the value is opened.
        let end = min(ValueHeader.size + Int(number(at: 56)), bytes.count) - 1
        return (place, bytes[place] ^ bytes[end])
    }

    /// Reads here and there in the event's record or frame.
    ///
    /// - Parameter entry: what `touchEntry` found.
    @inline(__always)
    func touchContent(_ entry: Int) -> UInt8 {
        let isSealed = bytes[4] == ValueKind.sealedBlock.rawValue
        let end = Int(number(at: entry))
        let before = entry - (isSealed ? ValueView.sealedEntrySize : ValueHeader.entrySize)
        let content = ValueHeader.size + Int(number(at: 56))
        let start = min(Int(number(at: before)), end)
        return touch(content + start..<content + min(end, start + Self.contentBytes))
    }

    @inline(__always)
    private func touch(_ range: Range<Int>) -> UInt8 {
        var sum: UInt8 = 0
        var offset = range.lowerBound
        let end = min(range.upperBound, bytes.count)
        while offset < end {
            sum ^= bytes[offset]
            offset += Self.lineBytes
        }
        return sum
    }

    @inline(__always)
    private func number(at offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

extension ValueReader {
    /// Fetches from memory what reading an event of each value will look at. One after the other
    /// each would be waited for; reads that do not depend on one another are waited for together.
    package func fetch(_ places: [ValuePlace]) {
        var sum: UInt8 = 0
        for place in places { sum ^= place.touchHead() }
        entries.removeAll(keepingCapacity: true)
        for place in places {
            let (entry, byte) = place.touchEntry()
            sum ^= byte
            entries.append(entry)
        }
        for (place, entry) in zip(places, entries) {
            if let entry { sum ^= place.touchContent(entry) }
        }
        // Kept, so that no compiler leaves the reading out.
        touched = sum
    }
}
