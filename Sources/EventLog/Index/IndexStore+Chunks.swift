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
                        try Self.load(list, wish, &positions, &cursor)
                    }
                }
            }
        }
    }

    private static func load(
        _ list: ListID, _ wish: ChunkWish, _ positions: inout [UInt64], _ cursor: inout ReadCursor
    ) throws -> Bool {
        positions.removeAll(keepingCapacity: true)
        switch wish {
        case .upTo(let position):
            guard try cursor.seekAtMost(PostingKey(list: list, first: position)) else {
                return false
            }
            return try take(list, &positions, cursor)
        case .startingAt(let position):
            guard try cursor.seek(PostingKey(list: list, first: position)) else {
                return false
            }
            return try take(list, &positions, cursor)
        case .holding(let position):
            if try cursor.seekAtMost(PostingKey(list: list, first: position)),
                try take(list, &positions, cursor), let last = positions.last, last >= position
            {
                return true
            }
            positions.removeAll(keepingCapacity: true)
            guard try cursor.hasEntry ? cursor.next() : cursor.first() else { return false }
            return try take(list, &positions, cursor)
        }
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
