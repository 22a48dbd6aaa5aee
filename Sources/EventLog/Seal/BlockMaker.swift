import LogFormat

/// Makes a sealed block out of copies of raw batches, and proves it.
struct BlockMaker {
    /// A block, and how many of the batches it holds.
    struct Made {
        var bytes: [UInt8]
        var batches: Int
        var last: UInt64
    }

    /// Bytes after which a block takes no further batch.
    var blockBytes: Int
    let dictionary: PresetDictionary?
    private let compressor: FrameCompressor

    /// - Parameters:
    ///   - level: 1 (fast) to 9 (small).
    ///   - blockBytes: bytes after which a block takes no further batch.
    ///   - dictionary: text that frames are likely to contain; nil for none.
    init(level: Int, blockBytes: Int, dictionary: PresetDictionary?) throws {
        self.blockBytes = blockBytes
        self.dictionary = dictionary
        compressor = try FrameCompressor(
            level: level, dictionary: dictionary.map { ($0.number, $0.content.bytes) })
    }

    /// Whether it works with this level and dictionary.
    func serves(level: Int, dictionary number: UInt32) -> Bool {
        compressor.level == level && compressor.dictionaryNumber == number
    }

    /// Puts batches into a block until it is full.
    ///
    /// - Parameter frontier: the Merkle tree over all events before the first batch.
    func make(_ batches: [[UInt8]], after frontier: MerkleFrontier) throws -> Made {
        var writer = SealedBlockWriter(after: frontier, compressor: compressor)
        var next = frontier.size + 1
        var taken = 0
        var root = MerkleHash.empty
        var isContinued = false
        for batch in batches {
            try batch.withUnsafeBytes { bytes in
                let value = try ValueView(bytes, at: next)
                try value.forEachRawRecord { _, record in try writer.add(record) }
                next = value.header.last + 1
                root = value.header.root
                isContinued = value.header.isContinued
            }
            taken += 1
            // What is not compressed yet will be about a fifth of its size.
            if writer.storedBytes + writer.pendingBytes / 5 >= blockBytes { break }
        }
        return Made(
            bytes: try writer.finish(root: root, isContinued: isContinued), batches: taken,
            last: next - 1)
    }

    /// Reads a block back, every record, and hashes it.
    ///
    /// - Parameter frontier: the Merkle tree over all events before the block.
    /// - Returns: the tree over all events up to the block's last one, which has the root that the
    ///   last of its batches states: so the records are, to the byte, those that were committed.
    /// - Throws: `EventLogError.damaged` when they are not.
    func prove(_ block: [UInt8], after frontier: MerkleFrontier) throws -> MerkleFrontier {
        let dictionary = dictionary
        let reader = ValueReader { number in
            number == dictionary?.number ? dictionary?.content : nil
        }
        return try block.withUnsafeBytes { bytes in
            let value = try ValueView(bytes, at: frontier.size + 1)
            let before = frontier
            var frontier = frontier
            for position in value.header.first...value.header.last {
                frontier.append(.leaf(try reader.record(at: position, in: value).bytes))
            }
            guard frontier.root == value.header.root, value.frontierBefore == before else {
                throw EventLogError.damaged(
                    position: Position(value.header.first),
                    "the batches do not have the Merkle root they state")
            }
            return frontier
        }
    }
}
