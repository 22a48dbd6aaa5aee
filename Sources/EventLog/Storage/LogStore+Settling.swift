import LMDB
import LogFormat
import Synchronization

/// A commit on its way to the disk.
struct LogCommit {
    let values: [PendingValue]
    /// The Merkle root after each value.
    let roots: [MerkleHash]
    /// The log's head after the commit.
    let head: LogHead

    /// - Parameter before: the head that the values continue.
    init(_ values: [PendingValue], after before: LogHead, ledgerAt: Int64) {
        var head = before
        head.ledgerAt = ledgerAt
        var roots: [MerkleHash] = []
        roots.reserveCapacity(values.count)
        for value in values {
            value.forEachRecord { head.frontier.append(.leaf($0)) }
            roots.append(head.frontier.root)
        }
        self.values = values
        self.roots = roots
        self.head = head
    }
}

/// How commits become durable: small ones in the journal, from where they go into the environment
/// later; all others in the environment at once, along with what the journal holds.
extension LogStore {
    /// Makes a commit durable in the journal.
    ///
    /// - Returns: false when it is too large for the journal or the journal has no room; nothing
    ///   was written then.
    /// - Throws: `EventLogError.system`: nobody knows what is on the disk.
    func writeToJournal(_ commit: LogCommit) throws -> Bool {
        guard let journal, let journalKey,
            journal.takes(JournalRecord.paddedSize(of: commit.values))
        else { return false }
        let record = JournalRecord(key: journalKey, commit)
        guard try journal.write(record) else { return false }
        tail.append(record)
        settler.note(isDue: journal.isSettlingDue())
        return true
    }

    /// Makes a commit durable in the environment, and what the journal holds before it.
    ///
    /// - Parameter group: a sealed block that takes the place of its batches in the same
    ///   transaction.
    /// - Returns: bytes of the batches that the environment got.
    /// - Throws: an `LMDBError`; nothing was written then, unless the error is fatal.
    func write(_ commit: LogCommit, sealing group: SealedGroup?) throws -> Int {
        let bytes = commit.values.reduce(0) { $0 + $1.recordBytes }
        let total = try headLag.withLock { lag in
            // Nobody but this thread adds to the tail, and nobody takes away meanwhile.
            let waiting = tail.view
            let after = lag.adding(commit.head, bytes: bytes)
            // A block's swap writes to the same page anyway.
            let isHeadDue = after.isDue || group != nil || !waiting.records.isEmpty
            try environment.write { transaction in
                try put(waiting, &transaction)
                for (index, value) in commit.values.enumerated() {
                    try transaction.reserve(
                        values, value.first, count: value.storedBytes, .append
                    ) { room in
                        room.withUnsafeMutableBytes { room in
                            value.write(
                                root: commit.roots[index],
                                isContinued: index + 1 < commit.values.count, to: room)
                        }
                    }
                }
                if isHeadDue { try transaction.put(meta, Self.headKey, commit.head.bytes) }
                if let group { try swap(in: group, &transaction) }
            }
            lag = isHeadDue ? .none : after
            stored(through: commit.head.position)
            return waiting.bytes + bytes
        }
        if let group { swapped(in: group) }
        return total
    }

    /// Puts what the journal holds at this moment into the environment; commits go on meanwhile.
    ///
    /// - Returns: bytes of the batches that the environment got; nil when there is no room for them:
    ///   the journal keeps everything and takes no more, until the environment has room again.
    /// - Throws: what is fatal to a commit.
    @discardableResult
    func settle() throws -> Int? {
        do {
            try options.beforeSettling?()
            return try headLag.withLock { lag in
                let waiting = tail.view
                guard let head = waiting.records.last?.head else { return 0 }
                try environment.write { transaction in
                    try put(waiting, &transaction)
                    try transaction.put(meta, Self.headKey, head.bytes)
                }
                lag = .none
                stored(through: head.position)
                return waiting.bytes
            }
        } catch {
            guard case .full = Committer.failure(error).kind else { throw error }
            journal?.block()
            return nil
        }
    }

    /// Puts a sealed block in the place of its batches, and nothing else: it takes little room and
    /// frees much, so it must not fail for want of room for something else.
    ///
    /// - Returns: false when there is no room for it.
    /// - Throws: what is fatal to a commit.
    func put(_ group: SealedGroup) throws -> Bool {
        do {
            try options.beforeSettling?()
            try environment.write { transaction in try swap(in: group, &transaction) }
        } catch {
            guard case .full = Committer.failure(error).kind else { throw error }
            return false
        }
        swapped(in: group)
        return true
    }

    private func put(_ waiting: LogTailView, _ transaction: inout WriteTransaction) throws {
        for record in waiting.records {
            for value in record.values {
                let bytes = record.stored(value)
                try transaction.reserve(values, value.first, count: bytes.count, .append) { room in
                    room.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
                }
            }
        }
    }

    /// Takes note of what the environment holds durably.
    private func stored(through position: UInt64) {
        storedWord.store(position, ordering: .releasing)
        tail.drop(through: position)
        journal?.settled(through: position)
    }

    // MARK: Opening

    /// Takes up what an earlier run left in the journal.
    ///
    /// - Parameter head: where the environment ends.
    /// - Returns: where the log ends.
    /// - Throws: `.damaged`, `.system`, `.store`.
    func openJournal(after head: LogHead) throws(EventLogError) -> LogHead {
        storedWord.store(head.position, ordering: .releasing)
        guard let journalKey else {
            throw .damaged(position: .zero, "the key of the journal is missing")
        }
        let left = try JournalReading(
            paths: Journal.paths(in: environment.path), key: journalKey, after: head.position)
        var end = head
        for record in left.records {
            let taken = try storing { try Self.prove(record, after: end) }
            tail.append(taken)
            end = taken.head
        }
        guard let journal else { return end }
        journal.begin(stored: head.position, last: end.position)
        // Without room for it the log can still be read; appends will say why they are refused.
        if try storing({ try settle() }) == nil { try left.flush() }
        return end
    }

    /// Proves a record of the journal as the continuation of a head.
    private static func prove(
        _ record: JournalReading.Record, after head: LogHead
    ) throws -> JournalRecord {
        var head = head
        var values: [JournalRecord.Value] = []
        try record.bytes.withUnsafeBytes { bytes in
            var offset = JournalRecord.headerSize
            while offset < bytes.count {
                let first = head.position + 1
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                let size = try ValueHeader.storedSize(rest, at: first)
                let value = try ValueView(
                    UnsafeRawBufferPointer(rebasing: rest[..<size]), at: first)
                try value.forEachRawRecord { _, record in
                    head.frontier.append(.leaf(record.bytes))
                    head.ledgerAt = record.ledgerAt
                }
                let isLast = offset + size == bytes.count
                guard head.frontier.root == value.header.root, value.header.isContinued != isLast
                else {
                    throw EventLogError.damaged(
                        position: Position(first),
                        "the journal's record does not continue the log's Merkle tree")
                }
                values.append(
                    JournalRecord.Value(
                        first: first, last: value.header.last, place: offset..<offset + size))
                offset += size
            }
        }
        guard head.position == record.last else {
            throw EventLogError.damaged(
                position: Position(record.first), "the journal's record contradicts its header")
        }
        return JournalRecord(record, values: values, head: head)
    }
}
