import LogFormat

/// A posting chunk (see `PostingChunk`) that positions are appended to without decoding it: what
/// was stored is copied, only its count and span change.
struct GrowingChunk {
    /// Bytes that a chunk grows to, unless it holds a single position.
    let limit: Int
    /// The first position; meaningful once there is one.
    private(set) var first: UInt64 = 0
    /// Whether there are positions that are not stored yet.
    private(set) var hasNew = false
    private var last: UInt64 = 0
    private var count: UInt64 = 0
    private var differences: [UInt8] = []
    private var bytes: [UInt8] = []

    /// Count and span take at most ten bytes each, usually far less; ten together is what a chunk
    /// within the limit can need.
    private static let headRoom = 10

    init(limit: Int) {
        self.limit = limit
    }

    /// Forgets everything, for another chunk.
    mutating func clear() {
        count = 0
        hasNew = false
        differences.removeAll(keepingCapacity: true)
    }

    /// Goes on where a stored chunk ends.
    ///
    /// - Returns: false when the bytes are not a chunk.
    mutating func take(_ stored: UnsafeRawBufferPointer, first: UInt64) -> Bool {
        var reader = ByteReader(stored)
        guard let count = reader.varint(), let span = reader.varint(), count >= 1,
            count - 1 <= UInt64(reader.remaining), (count == 1) == (reader.remaining == 0),
            !first.addingReportingOverflow(span).overflow,
            let rest = reader.take(reader.remaining)
        else { return false }
        self.first = first
        self.count = count
        last = first + span
        differences.append(contentsOf: rest)
        return true
    }

    /// Adds a position.
    ///
    /// - Returns: false when it does not fit; the chunk is then as it was.
    mutating func append(_ position: UInt64) -> Bool {
        guard count > 0 else {
            first = position
            last = position
            count = 1
            hasNew = true
            return true
        }
        guard position > last else { return false }
        let difference = position - last
        let size = (70 - difference.leadingZeroBitCount) / 7
        guard Self.headRoom + differences.count + size <= limit else { return false }
        differences.append(varint: difference)
        last = position
        count += 1
        hasNew = true
        return true
    }

    /// Lends the chunk as it is to be stored.
    mutating func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(varint: count)
        bytes.append(varint: last - first)
        bytes.append(contentsOf: differences)
        return try bytes.withUnsafeBytes(body)
    }
}
