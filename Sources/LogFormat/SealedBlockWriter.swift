import Zlib

/// Puts a sealed block together from the records of a run of raw batches; the layout is in
/// Schemas/log-format.md.
package struct SealedBlockWriter: ~Copyable {
    /// Inflated bytes of a frame, unless a single record is larger.
    package static let frameBytes = 8 << 10

    private struct Frame {
        var firstIndex: Int
        var end: Int
        var sum: UInt32
        var inflatedLength: Int
    }

    private var deflater: Deflater
    private let dictionaryNumber: UInt32
    private let frontier: MerkleFrontier
    private var frames: [Frame] = []
    private var content: [UInt8] = []
    private var eventCount = 0
    /// Lengths and records of the frame in the making.
    private var lengths: [UInt8] = []
    private var records: [UInt8] = []
    private var frameFirstIndex = 0

    /// - Parameters:
    ///   - frontier: the Merkle tree over all events before the block.
    ///   - level: 1 (fast) to 9 (small).
    ///   - dictionary: text that frames are likely to contain, with its number; nil for none.
    package init(
        after frontier: MerkleFrontier, level: Int, dictionary: (number: UInt32, bytes: [UInt8])?
    ) throws {
        self.frontier = frontier
        dictionaryNumber = dictionary?.number ?? 0
        deflater = try Deflater(format: .raw, level: level, dictionary: dictionary?.bytes ?? [])
    }

    /// Bytes that the block has so far, without the frame in the making.
    package var storedBytes: Int {
        ValueHeader.size + directoryLength + content.count
    }

    /// Bytes of the frame in the making, not deflated yet.
    package var pendingBytes: Int { records.count }

    private var directoryLength: Int {
        ValueView.sealedFixedSize + frontier.subtrees.count * MerkleHash.size
            + frames.count * ValueView.sealedEntrySize
    }

    /// Adds the next record.
    package mutating func add(_ record: UnsafeRawBufferPointer) throws {
        if !records.isEmpty, records.count + record.count > Self.frameBytes { try endFrame() }
        lengths.append(varint: UInt64(record.count))
        records.append(contentsOf: record)
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
        value.append(littleEndian: dictionaryNumber)
        value.append(littleEndian: UInt32(truncatingIfNeeded: frames.count))
        for hash in frontier.subtrees { hash.withBytes { value.append(contentsOf: $0) } }
        for frame in frames {
            value.append(littleEndian: UInt32(truncatingIfNeeded: frame.firstIndex))
            value.append(littleEndian: UInt32(truncatingIfNeeded: frame.end))
            value.append(littleEndian: frame.sum)
            value.append(littleEndian: UInt32(truncatingIfNeeded: frame.inflatedLength))
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
        lengths.append(contentsOf: records)
        let start = content.count
        try lengths.withUnsafeBytes { bytes in
            try deflater.deflate(bytes, appendingTo: &content)
        }
        let sum = content.withUnsafeBytes { crc32(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        frames.append(
            Frame(
                firstIndex: frameFirstIndex, end: content.count, sum: sum,
                inflatedLength: lengths.count))
        lengths.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        frameFirstIndex = eventCount
    }
}
