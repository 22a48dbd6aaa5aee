import LMDB
import LogFormat

/// Goes from record to record inside one read transaction and keeps the value it is in.
struct LogWalker {
    private var value: ValueView?
    private let reader: ValueReader
    private let tail: LogTailView

    /// Positions that are looked up together.
    private static let aheadMax = 16

    /// - Parameter tail: as it was before the read transaction began.
    init(_ reader: ValueReader, _ tail: LogTailView) {
        self.reader = reader
        self.tail = tail
    }

    /// The record at `position`, which must exist, as it lies in its value or frame; valid until
    /// the next one is asked for.
    ///
    /// - Parameter cursor: a cursor on the log's values, moved when another value is needed.
    /// - Throws: `EventLogError`, `FormatFault` or an `LMDBError`.
    mutating func record(
        at position: UInt64, _ cursor: inout ReadCursor
    ) throws -> StoredRecord {
        try reader.storedRecord(at: position, in: value(with: position, &cursor))
    }

    /// The same, unpacked.
    mutating func wholeRecord(
        at position: UInt64, _ cursor: inout ReadCursor
    ) throws -> RecordView {
        try reader.record(at: position, in: value(with: position, &cursor))
    }

    /// Lends the records at `positions` in turn until `body` returns false.
    ///
    /// Scattered records lie where nobody has been for long, and most of what they cost is to wait
    /// for memory. So the places of several are found, and fetched together, before the first of
    /// them is read.
    mutating func forEachRecord(
        at positions: ArraySlice<UInt64>, _ cursor: inout ReadCursor,
        _ body: (UInt64, StoredRecord) throws -> Bool
    ) throws {
        var places: [ValuePlace] = []
        places.reserveCapacity(min(positions.count, Self.aheadMax))
        var rest = positions
        while !rest.isEmpty {
            let next = rest.prefix(Self.aheadMax)
            rest = rest.dropFirst(Self.aheadMax)
            places.removeAll(keepingCapacity: true)
            for position in next { places.append(try place(of: position, &cursor)) }
            reader.fetch(places)
            for (place, position) in zip(places, next) {
                let value = try value(at: place, with: position)
                let record = try reader.storedRecord(at: position, in: value)
                guard try body(position, record) else { return }
            }
        }
    }

    /// The value that holds `position`, if it is at hand: the last one, or one of the tail.
    private func holder(of position: UInt64) throws -> ValueView? {
        if let value, value.holds(position) { return value }
        return try tail.value(at: position)
    }

    /// Finds the value that holds `position` without looking at it.
    private func place(
        of position: UInt64, _ cursor: inout ReadCursor
    ) throws -> ValuePlace {
        if let value = try holder(of: position) { return ValuePlace(value, of: position) }
        guard try cursor.seekAtMost(position), let first = cursor.numberKey else {
            throw EventLogError.damaged(position: Position(position), "the event is missing")
        }
        return cursor.value {
            ValuePlace(bytes: $0.transactionBytes, first: first, event: position)
        }
    }

    private mutating func value(
        at place: ValuePlace, with position: UInt64
    ) throws -> ValueView {
        if let value, value.holds(position) { return value }
        let opened = try ValueView(place.bytes, at: place.first)
        value = opened
        return opened
    }

    private mutating func value(
        with position: UInt64, _ cursor: inout ReadCursor
    ) throws -> ValueView {
        let loaded = try holder(of: position) ?? load(position, &cursor)
        value = loaded
        return loaded
    }

    /// Opens the value that holds `position`.
    private func load(_ position: UInt64, _ cursor: inout ReadCursor) throws -> ValueView {
        // Most loads go on to the neighbour; only else is there something to search.
        let isNext =
            try value?.header.last == position - 1 && cursor.next()
            && cursor.numberKey == position
        if !isNext {
            guard try cursor.seekAtMost(position) else {
                throw EventLogError.damaged(position: Position(position), "the event is missing")
            }
        }
        return try LogStore.value(of: cursor)
    }
}
