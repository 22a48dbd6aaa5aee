import LMDB
import LogFormat
import Synchronization

extension LogStore {
    /// Lends the records of a page along all positions.
    ///
    /// - Parameters:
    ///   - query: its `from`, `direction` and limits count.
    ///   - head: nothing after it is looked at.
    /// - Returns: where the next page begins; nil when there is nothing more.
    func scan(
        _ query: ReadQuery, head: UInt64, _ body: (UInt64, StoredRecord) -> Void
    ) throws(EventLogError) -> UInt64? {
        let isForwards = query.direction == .forwards
        var position = isForwards ? max(query.from.value, 1) : min(query.from.value, head)
        guard position >= 1, position <= head else { return nil }
        var budget = PageBudget(query)
        var isFull = false
        try withWalker { walker, cursor in
            while position >= 1, position <= head {
                let record = try walker.record(at: position, &cursor)
                guard budget.admits(record) else {
                    isFull = true
                    return
                }
                body(position, record)
                position = isForwards ? position + 1 : position - 1
            }
        }
        return isFull ? position : nil
    }

    /// Lends the records at `positions`, as many as the limits allow.
    ///
    /// - Returns: how many were lent; fewer than positions when a limit was met.
    func lend(
        at positions: ArraySlice<UInt64>, _ budget: inout PageBudget,
        _ body: (UInt64, StoredRecord) -> Void
    ) throws(EventLogError) -> Int {
        guard !positions.isEmpty else { return 0 }
        var count = 0
        try withWalker { walker, cursor in
            try walker.forEachRecord(at: positions, &cursor) { position, record in
                guard budget.admits(record) else { return false }
                body(position, record)
                count += 1
                return true
            }
        }
        return count
    }

    /// Reads the events at `positions`, as many as the limits allow.
    ///
    /// - Returns: the events, in the order given; fewer than positions when a limit was met.
    func events(
        at positions: ArraySlice<UInt64>, _ budget: inout PageBudget
    ) throws(EventLogError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        events.reserveCapacity(positions.count)
        _ = try lend(at: positions, &budget) { events.append($1.event(at: $0)) }
        return events
    }

    /// Lends the record at each of `positions` in turn.
    func withRecords(
        at positions: some Sequence<UInt64>, _ body: (UInt64, RecordView) throws -> Void
    ) throws(EventLogError) {
        try withWalker { walker, cursor in
            for position in positions {
                try body(position, walker.wholeRecord(at: position, &cursor))
            }
        }
    }

    /// Lends a walker over the log as it is now, with the cursor that it moves.
    private func withWalker(
        _ body: (inout LogWalker, inout ReadCursor) throws -> Void
    ) throws(EventLogError) {
        let tail = tail.view
        try withReader { reader in
            try environment.read { transaction in
                try transaction.withCursor(values) { cursor in
                    var walker = LogWalker(reader, tail)
                    try body(&walker, &cursor)
                }
            }
        }
    }

    /// Lends a reader of values; it comes from a pool, because what it needs to decompress is dear.
    func withReader<Result>(
        _ body: (ValueReader) throws -> Result
    ) throws(EventLogError) -> Result {
        let reader = readers.withLock { $0.popLast() } ?? makeReader()
        defer { readers.withLock { if $0.count < Self.readersMax { $0.append(reader) } } }
        return try storing { try body(reader) }
    }

    /// Lends each record from `position` on, until `body` returns false or the log ends.
    ///
    /// - Parameter body: is told whether the record is the last of its value.
    func forEachRecord(
        from position: UInt64, _ body: (UInt64, RecordView, _ isLast: Bool) throws -> Bool
    ) throws(EventLogError) {
        var next = position
        try withReader { reader in
            try withValues(from: position) { value, _ in
                let header = value.header
                guard header.first <= next, next <= header.last else {
                    throw FormatFault.damaged(position: next, "the event is missing")
                }
                for at in next...header.last {
                    let record = try reader.record(at: at, in: value)
                    guard try body(at, record, at == header.last) else { return false }
                }
                next = header.last + 1
                return true
            }
        }
    }
}

/// What a page may still hold.
struct PageBudget {
    private var events: Int
    private var bytes: Int
    private var isEmpty = true

    init(_ query: ReadQuery) {
        events = max(query.maxEvents, 0)
        bytes = max(query.maxBytes, 0)
    }

    /// Counts a record, unless it is one too many. The first one always fits.
    mutating func admits(_ record: RecordView) -> Bool {
        admits(.whole(record))
    }

    /// Counts a record, unless it is one too many. The first one always fits.
    mutating func admits(_ record: StoredRecord) -> Bool {
        admits(bytes: record.body.count + record.trailerCount)
    }

    mutating func admits(bytes size: Int) -> Bool {
        guard events > 0, isEmpty || size <= bytes else { return false }
        isEmpty = false
        events -= 1
        bytes -= min(size, bytes)
        return true
    }
}

extension LogStore {
    /// Lends value after value with its stored bytes, from the one that holds `position`, until
    /// `body` returns false or the log ends.
    func withValues(
        from position: UInt64, _ body: (ValueView, UnsafeRawBufferPointer) throws -> Bool
    ) throws(EventLogError) {
        let tail = tail.view
        try storing {
            var next = position
            if tail.first.map({ position < $0 }) ?? true {
                let goesOn = try environment.read { transaction in
                    try transaction.withCursor(values) { cursor -> Bool in
                        guard try cursor.seekAtMost(position) else { return true }
                        repeat {
                            let value = try Self.value(of: cursor)
                            let isOn = try cursor.value { try body(value, $0.transactionBytes) }
                            guard isOn else { return false }
                            next = max(next, value.header.last + 1)
                        } while try cursor.next()
                        return true
                    }
                }
                guard goesOn else { return }
            }
            // A commit may have gone over into the environment since the tail was looked at.
            if let last = tail.last, next <= last { try tail.forEachValue(from: next, body) }
        }
    }
}
