import LogFormat

/// A posting chunk (see `PostingChunk`) that positions are appended to: what was stored is proved
/// and copied, only its count, its span and a run at its end change.
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
    /// Differences of 1 behind `differences`.
    private var run: UInt64 = 0
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
        run = 0
        hasNew = false
        differences.removeAll(keepingCapacity: true)
    }

    /// Goes on where a stored chunk ends.
    ///
    /// - Returns: false when the bytes are not a chunk.
    mutating func take(_ stored: UnsafeRawBufferPointer, first: UInt64) -> Bool {
        var reader = ByteReader(stored)
        guard let (count, span) = PostingChunk.head(&reader, first: first) else { return false }
        let start = reader.offset
        var end = stored.count
        var ones: UInt64 = 0
        let isSound = PostingChunk.forEachStep(
            &reader, count: count, span: span
        ) { difference, times, offset in
            if ones == 0 { end = offset }
            ones = difference == 1 ? ones + times : 0
        }
        guard isSound else { return false }
        if ones == 0 { end = stored.count }
        self.first = first
        self.count = count
        last = first + span
        run = ones
        differences.append(contentsOf: UnsafeRawBufferPointer(rebasing: stored[start..<end]))
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
        guard position > last, count < PostingChunk.countMax else { return false }
        let difference = position - last
        let isNext = difference == 1
        let added =
            isNext ? Self.size(ofRun: run + 1) : Self.size(ofRun: run) + Self.size(difference)
        guard Self.headRoom + differences.count + added <= limit else { return false }
        if isNext {
            run += 1
        } else {
            Self.append(run: run, to: &differences)
            run = 0
            differences.append(varint: difference)
        }
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
        Self.append(run: run, to: &bytes)
        return try bytes.withUnsafeBytes(body)
    }

    /// Bytes of a varint.
    private static func size(_ number: UInt64) -> Int {
        (70 - number.leadingZeroBitCount) / 7
    }

    /// Two bytes and more say what a run is; shorter ones are written out.
    private static let runMin: UInt64 = 3

    private static func size(ofRun run: UInt64) -> Int {
        run < runMin ? Int(run) : 1 + size(run)
    }

    private static func append(run: UInt64, to bytes: inout [UInt8]) {
        if run < runMin {
            for _ in 0..<run { bytes.append(1) }
        } else {
            bytes.append(0)
            bytes.append(varint: run)
        }
    }
}
