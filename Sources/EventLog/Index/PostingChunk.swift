import LogFormat

/// A run of ascending positions as the index stores it: count, span (last − first) and the
/// differences after the first, all varints. The first position is in the key. A difference of 0
/// says that the next number is how many differences of 1 follow in its place.
enum PostingChunk {
    /// Positions in one chunk at most, so that few bytes never become many positions.
    static let countMax: UInt64 = 2_048

    /// Appends the chunk's positions to `positions`.
    ///
    /// - Returns: false when the bytes are not a chunk; `positions` is then left as it was.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, first: UInt64, into positions: inout [UInt64]
    ) -> Bool {
        let before = positions.count
        var reader = ByteReader(bytes)
        guard let (count, span) = head(&reader, first: first) else { return false }
        positions.reserveCapacity(before + Int(count))
        positions.append(first)
        var position = first
        let isSound = forEachStep(&reader, count: count, span: span) { difference, times, _ in
            for _ in 0..<times {
                position += difference
                positions.append(position)
            }
        }
        if !isSound { positions.removeSubrange(before...) }
        return isSound
    }

    /// Count and span of a chunk; nil when they cannot be those of one.
    static func head(
        _ reader: inout ByteReader, first: UInt64
    ) -> (count: UInt64, span: UInt64)? {
        guard let count = reader.varint(), let span = reader.varint(), count >= 1,
            count <= countMax, !first.addingReportingOverflow(span).overflow
        else { return nil }
        return (count, span)
    }

    /// Visits the differences: how large, how often in turn, and where in the bytes it begins.
    ///
    /// - Returns: false when the bytes are not those of a chunk with this count and span.
    static func forEachStep(
        _ reader: inout ByteReader, count: UInt64, span: UInt64,
        _ body: (_ difference: UInt64, _ times: UInt64, _ offset: Int) -> Void
    ) -> Bool {
        var left = count - 1
        var rest = span
        while left > 0 {
            let offset = reader.offset
            guard var difference = reader.varint() else { return false }
            var times: UInt64 = 1
            if difference == 0 {
                guard let number = reader.varint(), number >= 1, number <= min(left, rest) else {
                    return false
                }
                difference = 1
                times = number
            }
            // A run is within the rest, as was just seen; a single difference is looked at here.
            guard times > 1 || difference <= rest else { return false }
            rest -= difference * times
            left -= times
            body(difference, times, offset)
        }
        return rest == 0 && reader.remaining == 0
    }
}
