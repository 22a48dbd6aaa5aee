import Checksum

/// One frame of a sealed block, as the block's directory tells.
struct SealedFrame {
    /// Indexes of its events within the block.
    var events: Range<Int>
    /// The compressed bytes.
    var bytes: UnsafeRawBufferPointer
    /// CRC-32 of the compressed bytes and the events' indexes.
    var sum: UInt32

    /// What `sum` must be: it proves the frame and its entry, so that a reader of one event need
    /// not prove the entries of all the others.
    static func checksum(of bytes: UnsafeRawBufferPointer, events: Range<Int>) -> UInt32 {
        var indexes = (
            UInt32(truncatingIfNeeded: events.lowerBound).littleEndian,
            UInt32(truncatingIfNeeded: events.count).littleEndian
        )
        return withUnsafeBytes(of: &indexes) { crc32($0, continuing: crc32(bytes)) }
    }

    /// Whether frame and entry are what was written.
    var isProved: Bool {
        Self.checksum(of: bytes, events: events) == sum
    }
}

/// The directory of a sealed block; the layout is in Schemas/log-format.md.
extension ValueView {
    /// Bytes before the frontier: the dictionary's number and the number of frames.
    static let sealedFixedSize = 8
    /// Bytes of the directory per frame.
    static let sealedEntrySize = 12

    /// Number of the preset dictionary that the frames were compressed with; 0 is none.
    package var dictionaryNumber: UInt32 {
        header.kind == .sealedBlock ? number(at: 0) : 0
    }

    var frameCount: Int {
        Int(number(at: 4))
    }

    /// The Merkle tree over all events before this block; nil for a raw batch.
    package var frontierBefore: MerkleFrontier? {
        guard header.kind == .sealedBlock else { return nil }
        var subtrees: [MerkleHash] = []
        for index in 0..<frontierCount {
            let start = Self.sealedFixedSize + index * MerkleHash.size
            let hash = MerkleHash(
                UnsafeRawBufferPointer(rebasing: directory[start..<start + MerkleHash.size]))
            subtrees.append(hash ?? .empty)
        }
        return MerkleFrontier(size: header.first - 1, subtrees: subtrees)
    }

    private var frontierCount: Int {
        (header.first - 1).nonzeroBitCount
    }

    private var framesOffset: Int {
        Self.sealedProvedSize(first: header.first)
    }

    /// Bytes of the directory before the frames' entries: the header's checksum covers them, and
    /// each entry is covered by its frame's.
    static func sealedProvedSize(first: UInt64) -> Int {
        sealedFixedSize + (first &- 1).nonzeroBitCount * MerkleHash.size
    }

    /// Proves that the directory has room for what it announces and ends where the content ends.
    /// Each frame's entry is proved with the frame.
    func checkSealedDirectory() throws(FormatFault) {
        guard directory.count >= framesOffset + Self.sealedEntrySize, frameCount > 0,
            (directory.count - framesOffset) / Self.sealedEntrySize == frameCount,
            (directory.count - framesOffset) % Self.sealedEntrySize == 0,
            firstEvent(ofFrame: 0) == 0, end(ofFrame: frameCount - 1) == content.count
        else { throw directoryFault }
    }

    /// A frame as its entry says, which lies where a frame can lie.
    ///
    /// - Parameter index: below `frameCount`.
    func frame(_ index: Int) throws(FormatFault) -> SealedFrame {
        let first = firstEvent(ofFrame: index)
        let next = index + 1 == frameCount ? Int(header.count) : firstEvent(ofFrame: index + 1)
        let start = index == 0 ? 0 : end(ofFrame: index - 1)
        let end = end(ofFrame: index)
        guard first < next, next <= Int(header.count), start < end, end <= content.count else {
            throw directoryFault
        }
        return SealedFrame(
            events: first..<next, bytes: UnsafeRawBufferPointer(rebasing: content[start..<end]),
            sum: number(at: framesOffset + index * Self.sealedEntrySize + 8))
    }

    /// The frame that holds the event of this index within the block.
    func frame(ofEvent event: Int) throws(FormatFault) -> SealedFrame {
        let frame = try frame(frameIndex(ofEvent: event))
        guard frame.events.contains(event) else { throw directoryFault }
        return frame
    }

    /// Which frame holds the event of this index within the block, if the entries are true.
    func frameIndex(ofEvent event: Int) -> Int {
        // Frames hold about as many events each, so the place is known to a few entries, which lie
        // together in memory; from there the search goes outwards in growing steps.
        let guess = min(event * frameCount / Int(header.count), frameCount - 1)
        var low = 0
        var high = frameCount
        var step = 1
        if firstEvent(ofFrame: guess) <= event {
            low = guess
            while low + step < frameCount, firstEvent(ofFrame: low + step) <= event {
                low += step
                step *= 2
            }
            high = min(low + step, frameCount)
        } else {
            high = guess
            while high > step, firstEvent(ofFrame: high - step) > event {
                high -= step
                step *= 2
            }
            low = max(high - step, 0)
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if firstEvent(ofFrame: middle) <= event { low = middle } else { high = middle }
        }
        return low
    }

    private func firstEvent(ofFrame index: Int) -> Int {
        Int(number(at: framesOffset + index * Self.sealedEntrySize))
    }

    private func end(ofFrame index: Int) -> Int {
        Int(number(at: framesOffset + index * Self.sealedEntrySize + 4))
    }

    private var directoryFault: FormatFault {
        .damaged(position: header.first, "the block's directory contradicts itself")
    }
}
