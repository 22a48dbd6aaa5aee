import LMDB

extension IndexStore {
    /// Adds everything up to a new checkpoint in one transaction, in the order of keys.
    ///
    /// - Parameters:
    ///   - checkpoint: the present one; the new one is returned.
    ///   - chunkBytes: the size that posting chunks grow to.
    /// - Returns: the new checkpoint and the number of each list in `work`, in its order.
    func write(
        _ work: CheckpointWork, after checkpoint: IndexCheckpoint, chunkBytes: Int
    ) throws(EventLogError) -> (checkpoint: IndexCheckpoint, numbers: [UInt32]) {
        try storing {
            try environment.write { transaction in
                var next = checkpoint
                next.position = work.position
                next.root = work.root
                try putIDs(work, &next, &transaction)
                let numbers = try intern(work, &next, &transaction)
                try putPostings(work, numbers, chunkBytes, &transaction)
                try transaction.put(meta, Self.checkpointKey, next.bytes)
                return (next, numbers)
            }
        }
    }

    private func putIDs(
        _ work: CheckpointWork, _ next: inout IndexCheckpoint,
        _ transaction: inout WriteTransaction
    ) throws {
        var entries: [(id: EventID, position: UInt64)] = []
        entries.reserveCapacity(work.ids.count)
        for (index, id) in work.ids.enumerated() {
            entries.append((id, work.firstPosition + UInt64(index)))
            if id.isVersion7, id > next.greatestV7 { next.greatestV7 = id }
        }
        entries.sort { $0.id < $1.id }
        try transaction.withWriteCursor(ids) { cursor in
            for entry in entries {
                try cursor.put(entry.id.key, entry.position)
            }
        }
    }

    /// Gives every new name a number and brings the streams' versions up to date.
    private func intern(
        _ work: CheckpointWork, _ next: inout IndexCheckpoint,
        _ transaction: inout WriteTransaction
    ) throws -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: work.lists.count)
        var named: [(text: String, index: Int)] = []
        for (index, list) in work.lists.enumerated() {
            switch list.name {
            case .type(let number): numbers[index] = number
            case .stream(let text), .tag(let text), .category(let text):
                named.append((text, index))
            }
        }
        // The order of keys; a name's stream, tag and category then share one look-up.
        named.sort { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
        var start = 0
        while start < named.count {
            let text = named[start].text
            var end = start + 1
            while end < named.count, named[end].text == text { end += 1 }
            let before = try record(of: text, transaction)
            var record = before ?? NameRecord(number: 0, version: 0, last: 0)
            if before == nil {
                guard next.names < UInt32.max else {
                    throw EventLogError.misuse("the index has no numbers for names left")
                }
                next.names += 1
                record.number = next.names
            }
            for (_, index) in named[start..<end] {
                numbers[index] = record.number
                if case .stream = work.lists[index].name {
                    record.version += UInt64(work.lists[index].positions.count)
                    record.last = work.lists[index].positions.last ?? record.last
                }
            }
            if record != before { try transaction.put(names, text, record.bytes) }
            start = end
        }
        return numbers
    }

    private func putPostings(
        _ work: CheckpointWork, _ numbers: [UInt32], _ chunkBytes: Int,
        _ transaction: inout WriteTransaction
    ) throws {
        var order = work.lists.indices.map { index in
            (list: ListID(kind: work.lists[index].name.kind, number: numbers[index]), index: index)
        }
        order.sort { $0.list < $1.list }
        try transaction.withWriteCursor(postings) { cursor in
            for (list, index) in order {
                try append(work.lists[index].positions, to: list, chunkBytes, &cursor)
            }
        }
    }

    /// Appends positions to a list: fills its last chunk up, then begins new ones.
    private func append(
        _ added: [UInt64], to list: ListID, _ chunkBytes: Int, _ cursor: inout WriteCursor
    ) throws {
        guard !added.isEmpty else { return }
        var positions: [UInt64] = []
        let lastKey = PostingKey(list: list, first: UInt64.max).bytes
        if try cursor.seekAtMost(lastKey) {
            try cursor.entry { keySpan, valueSpan in
                guard let key = PostingKey(keySpan.transactionBytes), key.list == list,
                    valueSpan.byteCount < chunkBytes
                else { return }
                guard
                    PostingChunk.decode(
                        valueSpan.transactionBytes, first: key.first, into: &positions)
                else {
                    throw EventLogError.damaged(
                        position: Position(key.first), "a posting chunk of the index")
                }
            }
        }
        positions.append(contentsOf: added)
        for run in PostingChunk.split(positions, limit: chunkBytes) {
            guard let first = run.first else { continue }
            try cursor.put(
                PostingKey(list: list, first: first).bytes, PostingChunk.encode(run))
        }
    }
}
