import LogFormat

/// A run of ascending positions as the index stores it: count, span (last − first) and the
/// differences after the first, all varints. The first position is in the key.
enum PostingChunk {
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
}
