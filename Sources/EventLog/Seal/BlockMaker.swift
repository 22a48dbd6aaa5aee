import LogFormat

/// Makes a sealed block out of copies of raw batches, and proves it.
struct BlockMaker {
    /// A block, and how many of the batches it holds.
    struct Made {
        var bytes: [UInt8]
        var batches: Int
        var last: UInt64
    }

    var level: Int
    /// Bytes after which a block takes no further batch.
    var blockBytes: Int
    var dictionary: PresetDictionary?

    /// Puts batches into a block until it is full.
    ///
    /// - Parameter frontier: the Merkle tree over all events before the first batch.
    func make(_ batches: [[UInt8]], after frontier: MerkleFrontier) throws -> Made {
        var writer = try SealedBlockWriter(
            after: frontier, level: level, dictionary: dictionary.map { ($0.number, $0.bytes) })
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
            // What is not deflated yet will be about a fifth of its size.
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
            number == dictionary?.number ? dictionary?.bytes : nil
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
