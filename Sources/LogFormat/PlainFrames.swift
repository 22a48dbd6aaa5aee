/// The frames of a sealed block, decompressed, from one event on.
package struct PlainFrames: Sendable {
    /// A frame among the bytes.
    struct Frame: Sendable {
        var first: UInt64
        var events: Int
        var end: Int
    }

    let bytes: [UInt8]
    let frames: [Frame]
    /// The first event that is meant; what its frame holds before it is passed over.
    let from: UInt64

    /// Lends the records in order.
    ///
    /// - Throws: `FormatFault.damaged`, or what `body` throws.
    package func forEachRecord(_ body: (UInt64, StoredRecord) throws -> Void) throws {
        try bytes.withUnsafeBytes { raw in
            var start = 0
            for frame in frames {
                var reader = PackedFrameReader(
                    UnsafeRawBufferPointer(rebasing: raw[start..<frame.end]))
                var position = frame.first
                for _ in 0..<frame.events {
                    guard let record = reader.record() else {
                        throw FormatFault.damaged(
                            position: position, "a frame does not hold what it announces")
                    }
                    if position >= from { try body(position, .packed(record)) }
                    position += 1
                }
                guard reader.isAtEnd else {
                    throw FormatFault.damaged(
                        position: frame.first, "a frame does not hold what it announces")
                }
                start = frame.end
            }
        }
    }
}

extension ValueReader {
    /// Decompresses all frames of a sealed block from a position on.
    ///
    /// - Parameter bytesMax: more than this is taken for damage.
    /// - Throws: `FormatFault`, or what the dictionaries throw.
    package func plainFrames(
        of value: ValueView, from position: UInt64, bytesMax: Int
    ) throws -> PlainFrames {
        guard value.header.kind == .sealedBlock, position >= value.header.first,
            position <= value.header.last
        else { throw FormatFault.damaged(position: position, "the event is missing") }
        let index = value.frameIndex(ofEvent: Int(position - value.header.first))
        var entries: [SealedFrame] = []
        var frames: [PlainFrames.Frame] = []
        entries.reserveCapacity(value.frameCount - index)
        frames.reserveCapacity(value.frameCount - index)
        var size = 0
        for index in index..<value.frameCount {
            let entry = try value.frame(index)
            let first = value.header.first + UInt64(entry.events.lowerBound)
            size += try prove(entry, at: first)
            guard size <= bytesMax else {
                throw FormatFault.damaged(position: first, "a block announces far too much")
            }
            entries.append(entry)
            frames.append(PlainFrames.Frame(first: first, events: entry.events.count, end: size))
        }
        let bytes = try [UInt8](unsafeUninitializedCapacity: size) { room, count in
            let room = UnsafeMutableRawBufferPointer(room)
            var start = 0
            for (entry, frame) in zip(entries, frames) {
                try decompress(
                    entry, of: value, at: frame.first,
                    to: UnsafeMutableRawBufferPointer(rebasing: room[start..<frame.end]))
                start = frame.end
            }
            count = start
        }
        return PlainFrames(bytes: bytes, frames: frames, from: position)
    }
}
