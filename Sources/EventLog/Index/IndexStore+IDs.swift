import LMDB
import LogFormat

/// Finding events by their ids.
extension IndexStore {
    /// Where the table says that ids were recorded, in the order asked. An id of version 7 is known
    /// by its time and a fingerprint only, so what is found is looked at in the log.
    func positions(ofIDs wanted: [EventID]) throws(EventLogError) -> [UInt64?] {
        let found = try candidates(ofIDs: wanted)
        var positions: [UInt64?] = []
        positions.reserveCapacity(wanted.count)
        for (id, candidates) in zip(wanted, found) {
            guard id.isVersion7, !candidates.isEmpty else {
                positions.append(candidates.first)
                continue
            }
            var recorded: UInt64?
            try log.withRecords(at: candidates) { position, record in
                if record.id == id { recorded = position }
            }
            positions.append(recorded)
        }
        return positions
    }

    /// The positions that may be those of ids, in the order asked: if an id was recorded up to the
    /// checkpoint, its position is among them.
    func candidates(ofIDs wanted: [EventID]) throws(EventLogError) -> [[UInt64]] {
        try storing {
            try environment.read { transaction in
                guard let secret = try idSecret(transaction) else { return wanted.map { _ in [] } }
                return try transaction.withCursor(ids) { cursor in
                    try wanted.map { id in
                        guard id.isVersion7 else {
                            return try transaction.number(otherIDs, id.key).map { [$0] } ?? []
                        }
                        return try Self.candidates(secret.entries(of: id), &cursor)
                    }
                }
            }
        }
    }

    private static func candidates(
        _ wanted: ClosedRange<IDEntry>, _ cursor: inout ReadCursor
    ) throws -> [UInt64] {
        var positions: [UInt64] = []
        var isThere = try cursor.seekAtMost(wanted.upperBound.key)
        while isThere {
            let first = try visit(cursor) { entry in
                if wanted.contains(entry) { positions.append(entry.position) }
                return entry <= wanted.upperBound
            }
            // Only a chunk that begins with what is wanted leaves more of it in the one before.
            guard first >= wanted.lowerBound else { break }
            isThere = try cursor.previous()
        }
        return positions
    }

    /// Visits the entries of the chunk that a cursor stands on until `body` returns false.
    ///
    /// - Returns: the first of them.
    private static func visit<Access>(
        _ cursor: borrowing Cursor<Access>, _ body: (IDEntry) -> Bool
    ) throws -> IDEntry {
        guard let first = IDEntry(cursor.pairKey) else {
            throw EventLogError.damaged(position: .zero, "a key of the index's ids")
        }
        let isSound = cursor.value {
            IDChunk.forEach($0.transactionBytes, first: first, body)
        }
        guard isSound else {
            throw EventLogError.damaged(
                position: Position(first.position), "a chunk of ids of the index")
        }
        return first
    }

    private func idSecret<Access>(
        _ transaction: borrowing Transaction<Access>
    ) throws -> IDSecret? {
        try transaction.get(meta, Self.checkpointKey) {
            IndexCheckpoint.idSecret($0.transactionBytes)
        }.flatMap { $0 }
    }
}

/// Writing ids.
extension IndexStore {
    private struct OtherID {
        var id: EventID
        var position: UInt64
    }

    /// Adds the ids of `work`.
    func putIDs(
        _ work: CheckpointWork, _ next: inout IndexCheckpoint, chunkBytes: Int,
        _ transaction: inout WriteTransaction
    ) throws {
        var entries: [IDEntry] = []
        entries.reserveCapacity(work.ids.count)
        var others: [OtherID] = []
        for (index, id) in work.ids.enumerated() {
            let position = work.firstPosition + UInt64(index)
            guard position <= IDEntry.positionMax else {
                throw EventLogError.misuse("the index has no room for position \(position)")
            }
            guard id.isVersion7 else {
                others.append(OtherID(id: id, position: position))
                continue
            }
            entries.append(next.idSecret.entry(of: id, at: position))
            if id > next.greatestV7 { next.greatestV7 = id }
        }
        entries.sort()
        try transaction.withWriteCursor(ids) { cursor in
            try Self.merge(entries, limit: chunkBytes, &cursor)
        }
        guard !others.isEmpty else { return }
        others.sort { $0.id < $1.id }
        try transaction.withWriteCursor(otherIDs) { cursor in
            let greatest = try cursor.last() ? cursor.pairKey : nil
            for other in others {
                let key = other.id.key
                // Keys after all others need no search and fill their pages up.
                let isLast = greatest.map { $0 < key } ?? true
                try cursor.put(key, other.position, isLast ? .append : [])
            }
        }
    }

    /// Adds entries, which ascend, to the chunks that they belong in.
    private static func merge(
        _ added: [IDEntry], limit: Int, _ cursor: inout WriteCursor
    ) throws {
        var rest = added[...]
        var stored: [IDEntry] = []
        while let entry = rest.first {
            stored.removeAll(keepingCapacity: true)
            var following: IDEntry?
            // The last chunk that begins before it, or else the first of all.
            var isThere = try cursor.seekAtMost(entry.key)
            if !isThere { isThere = try cursor.first() }
            if isThere {
                _ = try visit(cursor) { entry in
                    stored.append(entry)
                    return true
                }
                if try cursor.next() {
                    guard let next = IDEntry(cursor.pairKey) else {
                        throw EventLogError.damaged(position: .zero, "a key of the index's ids")
                    }
                    following = next
                }
            }
            let end =
                following.flatMap { next in rest.firstIndex { $0 >= next } } ?? rest.endIndex
            try replace(
                stored, adding: rest[..<end], isLast: following == nil, limit: limit, &cursor)
            rest = rest[end...]
        }
    }

    /// Writes one chunk anew, with more entries.
    ///
    /// - Parameter isLast: no chunk comes after it.
    private static func replace(
        _ stored: [IDEntry], adding added: ArraySlice<IDEntry>, isLast: Bool, limit: Int,
        _ cursor: inout WriteCursor
    ) throws {
        let entries = merged(stored, added)
        if let first = stored.first, isLast || first != entries.first {
            // Appending what comes last fills the pages up; a larger value would split them.
            if try cursor.seekExact(first.key) { try cursor.delete() }
        }
        var chunk = GrowingIDChunk(limit: isLast ? limit : evenLimit(entries, limit))
        for entry in entries where !chunk.append(entry) {
            try put(&chunk, isLast: isLast, &cursor)
            chunk.clear()
            _ = chunk.append(entry)
        }
        try put(&chunk, isLast: isLast, &cursor)
    }

    private static func put(
        _ chunk: inout GrowingIDChunk, isLast: Bool, _ cursor: inout WriteCursor
    ) throws {
        guard let first = chunk.first else { return }
        try chunk.withBytes { try cursor.put(first.key, $0, isLast ? .append : []) }
    }

    private static func merged(
        _ stored: [IDEntry], _ added: ArraySlice<IDEntry>
    ) -> [IDEntry] {
        var entries: [IDEntry] = []
        entries.reserveCapacity(stored.count + added.count)
        var left = stored[...]
        var right = added
        while let a = left.first, let b = right.first {
            if a <= b {
                entries.append(a)
                left = left.dropFirst()
                if a == b { right = right.dropFirst() }
            } else {
                entries.append(b)
                right = right.dropFirst()
            }
        }
        entries += left
        entries += right
        return entries
    }

    /// Bytes of each chunk when entries in the middle of the table are shared out evenly among as
    /// few chunks as can hold them: each has room for others then.
    private static func evenLimit(_ entries: [IDEntry], _ limit: Int) -> Int {
        var whole = GrowingIDChunk(limit: Int.max)
        for entry in entries { _ = whole.append(entry) }
        guard whole.size > limit else { return limit }
        let chunks = whole.size / limit + 1
        return min(whole.size / chunks + entrySlack, limit)
    }

    /// More than an entry takes: no chunk is begun for a single one that is left over.
    private static let entrySlack = 24
}

extension IDEntry {
    /// Nil when there is no key, or one of no event.
    init?(_ key: PairKey?) {
        guard let key else { return nil }
        self.init(high: key.first, low: key.second)
        guard position >= 1 else { return nil }
    }
}
