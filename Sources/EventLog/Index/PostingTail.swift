import LMDB
import LogFormat

/// The end of a list, kept apart from its chunks: 8 bytes first position, big-endian, and a short
/// chunk of it (see `PostingChunk`).
///
/// Every write of the index adds a few positions to thousands of lists. The ends of all lists lie
/// side by side, so that this touches a page for each fifty of them; the chunks, which lie far from
/// each other, are touched when an end has become long.
enum PostingTail {
    private static let headSize = 8

    /// The position that a stored end begins with; nil for bytes of another shape.
    static func first(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
        var reader = ByteReader(bytes)
        return reader.uint64BigEndian()
    }

    /// The chunk of a stored end.
    static func chunk(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[min(headSize, bytes.count)...])
    }

    /// Appends the end's positions to `positions`.
    ///
    /// - Returns: false when the bytes are not an end; `positions` is then left as it was.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, into positions: inout [UInt64]
    ) -> Bool {
        guard let first = first(bytes) else { return false }
        return PostingChunk.decode(chunk(bytes), first: first, into: &positions)
    }

    /// An end as it is to be stored.
    static func bytes(_ chunk: inout GrowingChunk) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: chunk.first)
        chunk.withBytes { bytes.append(contentsOf: $0) }
        return bytes
    }
}

extension ListID: ByteSource {
    /// Bytes of the key of a list's end: 1 byte kind, 4 bytes number, big-endian.
    static let size = 5

    /// Lends the key's bytes.
    borrowing func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var room = (UInt64(kind.rawValue) << 32 | UInt64(number)).bigEndian
        return try Swift.withUnsafeBytes(of: &room) { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[3...]))
        }
    }

    /// Nil for a key of another shape.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard bytes.count == Self.size, let kind = reader.uint8().flatMap(ListKind.init(rawValue:)),
            let number = reader.uint32BigEndian()
        else { return nil }
        self.init(kind: kind, number: number)
    }
}
