import LogFormat

/// A run of ascending positions as the index stores it: count, span (last − first) and the
/// differences after the first, all varints. The first position is in the key.
enum PostingChunk {
    /// Encodes ascending positions; the first is not written.
    static func encode(_ positions: ArraySlice<UInt64>) -> [UInt8] {
        guard let first = positions.first, let last = positions.last else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + positions.count * 2)
        bytes.append(varint: UInt64(positions.count))
        bytes.append(varint: last - first)
        var previous = first
        for position in positions.dropFirst() {
            bytes.append(varint: position - previous)
            previous = position
        }
        return bytes
    }

    /// Appends the chunk's positions to `positions`.
    ///
    /// - Returns: false when the bytes are not a chunk; `positions` is then left as it was.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, first: UInt64, into positions: inout [UInt64]
    ) -> Bool {
        let before = positions.count
        var reader = ByteReader(bytes)
        guard let count = reader.varint(), let span = reader.varint(), count >= 1,
            count <= UInt64(bytes.count), !first.addingReportingOverflow(span).overflow
        else { return false }
        positions.reserveCapacity(before + Int(count))
        positions.append(first)
        var position = first
        for _ in 1..<count {
            guard let delta = reader.varint(), delta > 0, delta <= first + span - position else {
                positions.removeSubrange(before...)
                return false
            }
            position += delta
            positions.append(position)
        }
        guard position == first + span, reader.remaining == 0 else {
            positions.removeSubrange(before...)
            return false
        }
        return true
    }

    /// Cuts ascending positions into runs that each encode into at most `limit` bytes (but hold at
    /// least one position).
    static func split(_ positions: [UInt64], limit: Int) -> [ArraySlice<UInt64>] {
        var runs: [ArraySlice<UInt64>] = []
        var start = 0
        // Count and span take at most ten bytes each, usually far less; ten together is what a
        // chunk within the limit can need.
        var size = 10
        for index in positions.indices {
            let cost =
                index == start ? 0 : varintSize(positions[index] - positions[index - 1])
            if index > start, size + cost > limit {
                runs.append(positions[start..<index])
                start = index
                size = 10
            } else {
                size += cost
            }
        }
        if start < positions.count { runs.append(positions[start...]) }
        return runs
    }

    private static func varintSize(_ value: UInt64) -> Int {
        value == 0 ? 1 : (70 - value.leadingZeroBitCount) / 7
    }
}
