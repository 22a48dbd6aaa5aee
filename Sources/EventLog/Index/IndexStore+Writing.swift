import LMDB
import LogFormat

extension IndexStore {
    /// Adds everything up to a new checkpoint in one transaction, in the order of keys.
    ///
    /// - Parameters:
    ///   - checkpoint: the present one; the new one is returned.
    ///   - options: its sizes of chunks count.
    /// - Returns: the new checkpoint and the number of each list in `work`, in its order; 0 for one
    ///   that has neither a number nor positions.
    func write(
        _ work: CheckpointWork, after checkpoint: IndexCheckpoint, _ options: EventLogOptions
    ) throws(EventLogError) -> (checkpoint: IndexCheckpoint, numbers: [UInt32]) {
        try storing {
            try environment.write { transaction in
                var next = checkpoint
                next.position = work.position
                next.root = work.root
                try putIDs(work, &next, chunkBytes: options.idChunkBytes, &transaction)
                let numbers = try intern(work, &next, &transaction)
                try putPostings(work, numbers, options, &transaction)
                try transaction.put(meta, Self.checkpointKey, next.bytes)
                return (next, numbers)
            }
        }
    }

    // MARK: Names

    /// Gives every new name a number and brings the streams' versions up to date.
    private func intern(
        _ work: CheckpointWork, _ next: inout IndexCheckpoint,
        _ transaction: inout WriteTransaction
    ) throws -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: work.lists.count)
        var named: [Int] = []
        for (index, list) in work.lists.enumerated() {
            numbers[index] = list.number ?? 0
            // What has no positions up to the checkpoint has its turn later; what has its number
            // and no version has nothing new to be said of its name.
            let isKnown = list.positions.isEmpty || list.number != nil && list.kind != .stream
            if !isKnown { named.append(index) }
        }
        try work.text.withUnsafeBytes { text in
            func name(_ index: Int) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: text[work.lists[index].name])
            }
            // The order of keys; a name's stream, tag and category then share one look-up.
            named.sort { name($0).precedes(name($1)) }
            try transaction.withWriteCursor(names) { cursor in
                var start = 0
                while start < named.count {
                    let text = name(named[start])
                    var end = start + 1
                    while end < named.count, name(named[end]).equals(text) { end += 1 }
                    try intern(text, named[start..<end], work, &numbers, &next, &cursor)
                    start = end
                }
            }
        }
        return numbers
    }

    /// Does so for one name, which is that of all `lists`.
    private func intern(
        _ text: UnsafeRawBufferPointer, _ lists: ArraySlice<Int>, _ work: CheckpointWork,
        _ numbers: inout [UInt32], _ next: inout IndexCheckpoint, _ cursor: inout WriteCursor
    ) throws {
        let known = lists.lazy.compactMap { index -> NameRecord? in
            let list = work.lists[index]
            guard let number = list.number, let base = list.base else { return nil }
            return NameRecord(number: number, version: base.version, last: base.last)
        }.first
        let before = try known ?? record(of: text, &cursor)
        var record = before ?? NameRecord(number: 0, version: 0, last: 0)
        if before == nil {
            guard next.names < UInt32.max else {
                throw EventLogError.misuse("the index has no numbers for names left")
            }
            next.names += 1
            record.number = next.names
        }
        for index in lists {
            numbers[index] = record.number
            let positions = work.lists[index].positions
            if work.lists[index].kind == .stream, !positions.isEmpty {
                record.version += UInt64(positions.count)
                record.last = work.positions[positions.upperBound - 1]
            }
        }
        if record != before { try cursor.put(text, record.bytes) }
    }

    private func record(
        of text: UnsafeRawBufferPointer, _ cursor: inout WriteCursor
    ) throws -> NameRecord? {
        guard try cursor.seekExact(text) else { return nil }
        guard let record = cursor.value({ NameRecord($0.transactionBytes) }) else {
            throw EventLogError.damaged(
                position: .zero, "the index's entry of \(String(decoding: text, as: UTF8.self))")
        }
        return record
    }

    // MARK: Postings

    /// A list and where its new positions stand.
    private struct ListPlace {
        var list: ListID
        var positions: Range<Int>
    }

    private func putPostings(
        _ work: CheckpointWork, _ numbers: [UInt32], _ options: EventLogOptions,
        _ transaction: inout WriteTransaction
    ) throws {
        var order: [ListPlace] = []
        order.reserveCapacity(work.lists.count)
        for (index, list) in work.lists.enumerated() where !list.positions.isEmpty {
            order.append(
                ListPlace(
                    list: ListID(kind: list.kind, number: numbers[index]),
                    positions: list.positions))
        }
        order.sort { $0.list < $1.list }
        var rest = order[...]
        var long = LongLists()
        while !rest.isEmpty {
            try transaction.withWriteCursor(tails) { cursor in
                var chunk = GrowingChunk(limit: options.postingTailBytes)
                // An end of few bytes may hold many positions: they are not all kept at once.
                while long.positions.count < options.postingsAtOnce, let place = rest.popFirst() {
                    let added = work.positions[place.positions]
                    if let all = try appendToTail(added, of: place.list, &chunk, &cursor) {
                        long.add(all, to: place.list)
                    }
                }
            }
            try transaction.withWriteCursor(postings) { cursor in
                var chunk = GrowingChunk(limit: options.postingChunkBytes)
                for place in long.places {
                    try append(long.positions[place.positions], to: place.list, &chunk, &cursor)
                }
            }
            long.removeAll()
        }
    }

    /// Positions that go into chunks.
    private struct LongLists {
        private(set) var places: [ListPlace] = []
        private(set) var positions: [UInt64] = []

        mutating func add(_ added: [UInt64], to list: ListID) {
            let start = positions.count
            positions += added
            places.append(ListPlace(list: list, positions: start..<positions.count))
        }

        mutating func removeAll() {
            places.removeAll(keepingCapacity: true)
            positions.removeAll(keepingCapacity: true)
        }
    }

    /// Appends positions to the end of a list, unless it would become too long.
    ///
    /// - Returns: what belongs into the list's chunks then, these positions and those of its end,
    ///   which is no more.
    private func appendToTail(
        _ added: ArraySlice<UInt64>, of list: ListID, _ chunk: inout GrowingChunk,
        _ cursor: inout WriteCursor
    ) throws -> [UInt64]? {
        chunk.clear()
        let isThere = try cursor.seekExact(list)
        if isThere {
            let isSound = cursor.value { span in
                let bytes = span.transactionBytes
                guard let first = PostingTail.first(bytes) else { return false }
                return chunk.take(PostingTail.chunk(bytes), first: first)
            }
            guard isSound else { throw Self.damagedTail }
        }
        if added.allSatisfy({ chunk.append($0) }) {
            try cursor.put(list, PostingTail.bytes(&chunk))
            return nil
        }
        var positions: [UInt64] = []
        if isThere {
            guard cursor.value({ PostingTail.decode($0.transactionBytes, into: &positions) })
            else { throw Self.damagedTail }
            try cursor.delete()
        }
        positions += added
        return positions
    }

    static var damagedTail: EventLogError {
        .damaged(position: .zero, "a list's end in the index")
    }

    /// Appends positions to a list: fills its last chunk up, then begins new ones.
    private func append(
        _ added: ArraySlice<UInt64>, to list: ListID, _ chunk: inout GrowingChunk,
        _ cursor: inout WriteCursor
    ) throws {
        chunk.clear()
        if try cursor.seekAtMost(PostingKey(list: list, first: UInt64.max)) {
            try cursor.entry { keySpan, valueSpan in
                guard let key = PostingKey(keySpan.transactionBytes), key.list == list,
                    valueSpan.byteCount < chunk.limit
                else { return }
                guard chunk.take(valueSpan.transactionBytes, first: key.first) else {
                    throw EventLogError.damaged(
                        position: Position(key.first), "a posting chunk of the index")
                }
            }
        }
        for position in added where !chunk.append(position) {
            try put(&chunk, to: list, &cursor)
            chunk.clear()
            _ = chunk.append(position)
        }
        try put(&chunk, to: list, &cursor)
    }

    private func put(
        _ chunk: inout GrowingChunk, to list: ListID, _ cursor: inout WriteCursor
    ) throws {
        guard chunk.hasNew else { return }
        let key = PostingKey(list: list, first: chunk.first)
        try chunk.withBytes { try cursor.put(key, $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes stand before others in the order of keys.
    fileprivate func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
        let common = Swift.min(count, other.count)
        var offset = 0
        while common - offset >= 8 {
            let left = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let right = other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if left != right { return left.bigEndian < right.bigEndian }
            offset += 8
        }
        while offset < common {
            if self[offset] != other[offset] { return self[offset] < other[offset] }
            offset += 1
        }
        return count < other.count
    }

    fileprivate func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && !precedes(other) && !other.precedes(self)
    }
}
