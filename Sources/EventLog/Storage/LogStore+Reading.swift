import LMDB
import LogFormat
import Synchronization

extension LogStore {
    /// Reads along all positions.
    ///
    /// - Parameters:
    ///   - query: its `from`, `direction` and limits count.
    ///   - head: nothing after it is looked at.
    func scan(_ query: ReadQuery, head: UInt64) throws(EventLogError) -> ReadPage {
        let isForwards = query.direction == .forwards
        var position = isForwards ? max(query.from.value, 1) : min(query.from.value, head)
        var page = ReadPage(events: [], next: nil, head: Position(head))
        guard position >= 1, position <= head else { return page }
        var budget = PageBudget(query)
        try withWalker { walker, cursor in
            while position >= 1, position <= head {
                let record = try walker.record(at: position, &cursor)
                guard budget.admits(record) else {
                    page.next = Position(position)
                    return
                }
                page.events.append(record.event(at: position))
                position = isForwards ? position + 1 : position - 1
            }
        }
        return page
    }

    /// Reads the events at `positions`, as many as the limits allow.
    ///
    /// - Returns: the events, in the order given; fewer than positions when a limit was met.
    func events(
        at positions: ArraySlice<UInt64>, _ budget: inout PageBudget
    ) throws(EventLogError) -> [RecordedEvent] {
        guard !positions.isEmpty else { return [] }
        var events: [RecordedEvent] = []
        events.reserveCapacity(positions.count)
        try withWalker { walker, cursor in
            for position in positions {
                let record = try walker.record(at: position, &cursor)
                guard budget.admits(record) else { return }
                events.append(record.event(at: position))
            }
        }
        return events
    }

    /// Lends the record at each of `positions` in turn.
    func withRecords(
        at positions: some Sequence<UInt64>, _ body: (UInt64, RecordView) throws -> Void
    ) throws(EventLogError) {
        try withWalker { walker, cursor in
            for position in positions {
                try body(position, walker.record(at: position, &cursor))
            }
        }
    }

    /// Lends a walker over the log as it is now, with the cursor that it moves.
    private func withWalker(
        _ body: (inout LogWalker, inout ReadCursor) throws -> Void
    ) throws(EventLogError) {
        try withReader { reader in
            try environment.read { transaction in
                try transaction.withCursor(values) { cursor in
                    var walker = LogWalker(reader)
                    try body(&walker, &cursor)
                }
            }
        }
    }

    /// Lends a reader of values; it comes from a pool, because what it needs to inflate is dear.
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
        admits(bytes: record.body.count + record.trailer.count)
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
        try storing {
            try environment.read { transaction in
                try transaction.withCursor(values) { cursor in
                    guard try cursor.seekAtMost(position) else { return }
                    repeat {
                        let value = try Self.value(of: cursor)
                        let isOn = try cursor.value { try body(value, $0.transactionBytes) }
                        guard isOn else { return }
                    } while try cursor.next()
                }
            }
        }
    }
}
