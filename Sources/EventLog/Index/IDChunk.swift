import LogFormat

/// A run of entries as the index stores it: the first one is in the key; behind a count each
/// further one is the difference in time, the fingerprint and the difference in position.
enum IDChunk {
    /// Bytes of a fingerprint.
    private static let fingerprintBytes = 3
    /// Bytes of an entry at least.
    private static let entryBytesMin = fingerprintBytes + 2

    /// Visits the entries in order until `body` returns false.
    ///
    /// - Returns: false when the bytes, as far as they were looked at, are not a chunk.
    static func forEach(
        _ bytes: UnsafeRawBufferPointer, first: IDEntry, _ body: (IDEntry) -> Bool
    ) -> Bool {
        var reader = ByteReader(bytes)
        guard let count = reader.varint(), count >= 1,
            count - 1 <= UInt64(reader.remaining / entryBytesMin)
        else { return false }
        guard body(first) else { return true }
        var entry = first
        for _ in 1..<count {
            guard let next = following(entry, &reader) else { return false }
            entry = next
            guard body(entry) else { return true }
        }
        return reader.remaining == 0
    }

    private static func following(_ entry: IDEntry, _ reader: inout ByteReader) -> IDEntry? {
        guard let time = reader.varint(), let fingerprint = reader.take(fingerprintBytes),
            let moved = reader.varint(), time <= IDEntry.timeMax - entry.time
        else { return nil }
        let next = IDEntry(
            time: entry.time + time,
            fingerprint: UInt64(fingerprint[0]) << 16 | UInt64(fingerprint[1]) << 8
                | UInt64(fingerprint[2]),
            position: 0)
        // Wrapping about is caught by the limit, which no sum of two sound numbers is beyond.
        let position = entry.position &+ unZigZag(moved)
        guard position >= 1, position <= IDEntry.positionMax else { return nil }
        let placed = IDEntry(high: next.high, low: next.low | position)
        return placed > entry ? placed : nil
    }

    /// Appends all entries to `entries`.
    ///
    /// - Returns: false when the bytes are not a chunk; `entries` is then left as it was.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, first: IDEntry, into entries: inout [IDEntry]
    ) -> Bool {
        let before = entries.count
        let isSound = forEach(bytes, first: first) { entry in
            entries.append(entry)
            return true
        }
        if !isSound { entries.removeSubrange(before...) }
        return isSound
    }

    /// Appends what `entry` is after `last`.
    static func append(_ entry: IDEntry, after last: IDEntry, to bytes: inout [UInt8]) {
        bytes.append(varint: entry.time - last.time)
        let fingerprint = entry.fingerprint
        bytes.append(UInt8(truncatingIfNeeded: fingerprint >> 16))
        bytes.append(UInt8(truncatingIfNeeded: fingerprint >> 8))
        bytes.append(UInt8(truncatingIfNeeded: fingerprint))
        bytes.append(varint: zigZag(entry.position &- last.position))
    }

    private static func zigZag(_ difference: UInt64) -> UInt64 {
        let signed = Int64(bitPattern: difference)
        return UInt64(bitPattern: (signed << 1) ^ (signed >> 63))
    }

    private static func unZigZag(_ value: UInt64) -> UInt64 {
        value >> 1 ^ (0 &- (value & 1))
    }
}

/// A chunk of entries in the making.
struct GrowingIDChunk {
    /// Bytes that a chunk grows to, unless it holds a single entry.
    let limit: Int
    /// The first entry; nil when there is none.
    private(set) var first: IDEntry?
    private var last = IDEntry(high: 0, low: 0)
    private var count: UInt64 = 0
    private var rest: [UInt8] = []
    private var bytes: [UInt8] = []

    /// More than a count within any limit can need.
    private static let headRoom = 3

    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes of the chunk, or a few more.
    var size: Int { Self.headRoom + rest.count }

    /// Forgets everything, for another chunk.
    mutating func clear() {
        first = nil
        count = 0
        rest.removeAll(keepingCapacity: true)
    }

    /// Adds an entry, which is greater than those before.
    ///
    /// - Returns: false when it does not fit; the chunk is then as it was.
    mutating func append(_ entry: IDEntry) -> Bool {
        if first == nil {
            first = entry
        } else {
            let before = rest.count
            IDChunk.append(entry, after: last, to: &rest)
            guard size <= limit else {
                rest.removeSubrange(before...)
                return false
            }
        }
        last = entry
        count += 1
        return true
    }

    /// Lends the chunk as it is to be stored.
    mutating func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(varint: count)
        bytes.append(contentsOf: rest)
        return try bytes.withUnsafeBytes(body)
    }
}
