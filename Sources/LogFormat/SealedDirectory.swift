/// One frame of a sealed block, as the block's directory tells.
struct SealedFrame {
    /// Index of the first event within the block.
    var firstIndex: Int
    var eventCount: Int
    /// Where the deflated bytes lie among the block's frames.
    var range: Range<Int>
    /// CRC-32 of the deflated bytes.
    var sum: UInt32
    var inflatedLength: Int
}

/// The directory of a sealed block; the layout is in Schemas/log-format.md.
extension ValueView {
    /// Bytes before the frontier: the dictionary's number and the number of frames.
    static let sealedFixedSize = 8
    /// Bytes of the directory per frame.
    static let sealedEntrySize = 16
    /// The greatest inflated size of a frame that a reader accepts: more than any frame can need
    /// that holds a single record of the greatest size.
    static let frameBytesMax = 64 << 20

    /// The most that deflate can make of one byte.
    private static let inflationMax = 1_032
    /// A packed record has ten numbers at least, and a name or where it is.
    private static let packedBytesMin = 10

    /// Number of the preset dictionary that the frames were deflated with; 0 is none.
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
        Self.sealedFixedSize + frontierCount * MerkleHash.size
    }

    /// Proves that the frames cover the events and the content without a gap.
    func checkSealedDirectory() throws(FormatFault) {
        func fault() -> FormatFault {
            .damaged(position: header.first, "the block's directory contradicts itself")
        }
        guard directory.count >= framesOffset, frameCount > 0,
            (directory.count - framesOffset) / Self.sealedEntrySize == frameCount,
            (directory.count - framesOffset) % Self.sealedEntrySize == 0
        else { throw fault() }
        var event = -1
        var end = 0
        var inflatedBefore = 0
        for index in 0..<frameCount {
            let offset = framesOffset + index * Self.sealedEntrySize
            let first = Int(number(at: offset))
            let next = Int(number(at: offset + 4))
            let inflated = Int(number(at: offset + 12))
            guard first > event, index > 0 || first == 0, first < Int(header.count), next > end,
                inflated <= min(Self.frameBytesMax, (next - end) * Self.inflationMax)
            else { throw fault() }
            // No announced number may be larger than what can be there.
            if index > 0, (first - event) * Self.packedBytesMin > inflatedBefore { throw fault() }
            inflatedBefore = inflated
            event = first
            end = next
        }
        guard end == content.count,
            (Int(header.count) - event) * Self.packedBytesMin <= inflatedBefore
        else { throw fault() }
    }

    func frame(_ index: Int) -> SealedFrame {
        let offset = framesOffset + index * Self.sealedEntrySize
        let first = Int(number(at: offset))
        let isLast = index + 1 == frameCount
        let next = isLast ? Int(header.count) : Int(number(at: offset + Self.sealedEntrySize))
        let start = index == 0 ? 0 : Int(number(at: offset + 4 - Self.sealedEntrySize))
        return SealedFrame(
            firstIndex: first, eventCount: next - first, range: start..<Int(number(at: offset + 4)),
            sum: number(at: offset + 8), inflatedLength: Int(number(at: offset + 12)))
    }

    /// Which frame holds the event of this index within the block.
    func frameIndex(ofEvent event: Int) -> Int {
        var low = 0
        var high = frameCount
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(number(at: framesOffset + middle * Self.sealedEntrySize)) <= event {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }
}
