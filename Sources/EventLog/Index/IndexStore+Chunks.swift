import LMDB

/// Which chunk of a list is wanted.
enum ChunkWish {
    /// The one that holds `position`, or else the next after it.
    case holding(UInt64)
    /// The first that begins at or after `position`.
    case startingAt(UInt64)
    /// The last that begins at or before `position`.
    case upTo(UInt64)
}

/// Loads a chunk's positions; false when the list has no such chunk.
typealias ChunkLoader = (ListID, ChunkWish, inout [UInt64]) throws -> Bool

extension IndexStore {
    /// Runs `body` with a loader that reads chunks of one snapshot of the table.
    func withChunks<Result>(
        _ body: (borrowing ReadTransaction, ChunkLoader) throws -> Result
    ) throws(EventLogError) -> Result {
        try storing {
            try environment.read { transaction in
                try transaction.withCursor(postings) { cursor in
                    try body(transaction) { list, wish, positions in
                        try load(list, wish, &positions, &cursor, transaction)
                    }
                }
            }
        }
    }

    /// Loads a chunk from where it is: the list's end counts as its last chunk.
    private func load(
        _ list: ListID, _ wish: ChunkWish, _ positions: inout [UInt64],
        _ cursor: inout ReadCursor, _ transaction: borrowing ReadTransaction
    ) throws -> Bool {
        positions.removeAll(keepingCapacity: true)
        switch wish {
        case .upTo(let position):
            if try takeTail(of: list, beginningBy: position, &positions, transaction) {
                return true
            }
            guard try cursor.seekAtMost(PostingKey(list: list, first: position)) else {
                return false
            }
            return try Self.take(list, &positions, cursor)
        case .startingAt(let position):
            if try cursor.seek(PostingKey(list: list, first: position)),
                try Self.take(list, &positions, cursor)
            {
                return true
            }
            guard try takeTail(of: list, beginningBy: .max, &positions, transaction) else {
                return false
            }
            return Self.keep(&positions) { $0[0] >= position }
        case .holding(let position):
            if try takeTail(of: list, beginningBy: position, &positions, transaction) {
                return Self.keep(&positions) { $0[$0.count - 1] >= position }
            }
            if try cursor.seekAtMost(PostingKey(list: list, first: position)),
                try Self.take(list, &positions, cursor), let last = positions.last,
                last >= position
            {
                return true
            }
            positions.removeAll(keepingCapacity: true)
            if try cursor.hasEntry ? cursor.next() : cursor.first(),
                try Self.take(list, &positions, cursor)
            {
                return true
            }
            return try takeTail(of: list, beginningBy: .max, &positions, transaction)
        }
    }

    /// Forgets loaded positions, at least one, that are not wanted.
    private static func keep(
        _ positions: inout [UInt64], where isWanted: ([UInt64]) -> Bool
    ) -> Bool {
        let isKept = isWanted(positions)
        if !isKept { positions.removeAll(keepingCapacity: true) }
        return isKept
    }

    /// Decodes the end of a list, if it has one that begins at or before a position.
    private func takeTail(
        of list: ListID, beginningBy position: UInt64, _ positions: inout [UInt64],
        _ transaction: borrowing ReadTransaction
    ) throws -> Bool {
        let isTaken = try transaction.get(tails, list) { span -> Bool in
            let bytes = span.transactionBytes
            if let first = PostingTail.first(bytes), first > position { return false }
            guard PostingTail.decode(bytes, into: &positions) else {
                throw Self.damagedTail
            }
            return true
        }
        return isTaken ?? false
    }

    /// Decodes the chunk a cursor stands on, if it belongs to `list`.
    private static func take(
        _ list: ListID, _ positions: inout [UInt64], _ cursor: borrowing ReadCursor
    ) throws -> Bool {
        try cursor.entry { keySpan, valueSpan in
            guard let key = PostingKey(keySpan.transactionBytes) else {
                throw EventLogError.damaged(position: .zero, "a key of the index")
            }
            guard key.list == list else { return false }
            guard
                PostingChunk.decode(
                    valueSpan.transactionBytes, first: key.first, into: &positions)
            else {
                throw EventLogError.damaged(
                    position: Position(key.first), "a posting chunk of the index")
            }
            return true
        }
    }
}
