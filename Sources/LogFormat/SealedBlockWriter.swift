import Zstd

/// Puts a sealed block together from the records of a run of raw batches; the layout is in
/// Schemas/log-format.md.
package struct SealedBlockWriter: ~Copyable {
    /// Packed bytes of a frame, unless a single record is larger.
    ///
    /// What it costs to read one event grows with its frame, what a replay costs does not: with
    /// facts of 540 bytes a frame of 1 KiB is read in half of the time of one of 2 KiB, for ten
    /// bytes more of each fact.
    package static let frameBytes = 1 << 10

    private struct Frame {
        var firstIndex: Int
        var end: Int
        var sum: UInt32
    }

    private let compressor: FrameCompressor
    private let frontier: MerkleFrontier
    private let frameBytes: Int
    private var frames: [Frame] = []
    private var content: [UInt8] = []
    private var eventCount = 0
    /// Packed records of the frame in the making.
    private var records: [UInt8] = []
    /// Time of recording of the last of them; 0 when there is none.
    private var ledgerAt: Int64 = 0
    private var frameFirstIndex = 0

    /// - Parameters:
    ///   - frontier: the Merkle tree over all events before the block.
    ///   - compressor: makes the frames; nobody else may use it before the block is finished.
    package init(
        after frontier: MerkleFrontier, compressor: FrameCompressor,
        frameBytes: Int = Self.frameBytes
    ) {
        self.frontier = frontier
        self.compressor = compressor
        self.frameBytes = frameBytes
    }

    /// - Parameters:
    ///   - frontier: the Merkle tree over all events before the block.
    ///   - level: 1 (fast) to 9 (small).
    ///   - dictionary: text that frames are likely to contain, with its number; nil for none.
    package init(
        after frontier: MerkleFrontier, level: Int, dictionary: (number: UInt32, bytes: [UInt8])?,
        frameBytes: Int = Self.frameBytes
    ) throws {
        self.init(
            after: frontier, compressor: try FrameCompressor(level: level, dictionary: dictionary),
            frameBytes: frameBytes)
    }

    /// Bytes that the block has so far, without the frame in the making.
    package var storedBytes: Int {
        ValueHeader.size + directoryLength + content.count
    }

    /// Bytes of the frame in the making, not compressed yet.
    package var pendingBytes: Int { records.count }

    private var directoryLength: Int {
        ValueView.sealedFixedSize + frontier.subtrees.count * MerkleHash.size
            + frames.count * ValueView.sealedEntrySize
    }

    /// Adds the next record.
    package mutating func add(_ record: RecordView) throws {
        let start = records.count
        let before = ledgerAt
        PackedRecord.append(record, after: &ledgerAt, to: &records)
        if start > 0, records.count > frameBytes {
            records.removeSubrange(start...)
            ledgerAt = before
            try endFrame()
            PackedRecord.append(record, after: &ledgerAt, to: &records)
        }
        eventCount += 1
    }

    /// The whole value, header and all.
    ///
    /// - Parameters:
    ///   - root: root of the Merkle tree over all events up to the last one added.
    ///   - isContinued: whether the last batch's commit goes on in the next value.
    package mutating func finish(
        root: MerkleHash, isContinued: Bool
    ) throws -> [UInt8] {
        if !records.isEmpty { try endFrame() }
        var value = [UInt8](repeating: 0, count: ValueHeader.size)
        value.reserveCapacity(storedBytes)
        value.append(littleEndian: compressor.dictionaryNumber)
        value.append(littleEndian: UInt32(truncatingIfNeeded: frames.count))
        for hash in frontier.subtrees { hash.withBytes { value.append(contentsOf: $0) } }
        for frame in frames {
            value.append(littleEndian: UInt32(truncatingIfNeeded: frame.firstIndex))
            value.append(littleEndian: UInt32(truncatingIfNeeded: frame.end))
            value.append(littleEndian: frame.sum)
        }
        value.append(contentsOf: content)
        let header = ValueHeader(
            kind: .sealedBlock, first: frontier.size + 1,
            count: UInt32(truncatingIfNeeded: eventCount),
            bodyLength: UInt32(truncatingIfNeeded: value.count - ValueHeader.size),
            directoryLength: directoryLength, root: root, isContinued: isContinued)
        value.withUnsafeMutableBytes { header.write(to: $0) }
        return value
    }

    private mutating func endFrame() throws {
        let start = content.count
        try records.withUnsafeBytes {
            try compressor.compressor.compress($0, appendingTo: &content)
        }
        let sum = content.withUnsafeBytes {
            SealedFrame.checksum(
                of: UnsafeRawBufferPointer(rebasing: $0[start...]),
                events: frameFirstIndex..<eventCount)
        }
        frames.append(
            Frame(firstIndex: frameFirstIndex, end: content.count, sum: sum))
        records.removeAll(keepingCapacity: true)
        ledgerAt = 0
        frameFirstIndex = eventCount
    }
}
