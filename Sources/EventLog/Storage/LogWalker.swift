import LMDB
import LogFormat

/// Goes from record to record inside one read transaction and keeps the value it is in.
struct LogWalker {
    private var value: ValueView?
    private let reader: ValueReader
    private let tail: LogTailView

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

    private mutating func value(
        with position: UInt64, _ cursor: inout ReadCursor
    ) throws -> ValueView {
        if let value, position >= value.header.first, position <= value.header.last {
            return value
        }
        let loaded = try tail.value(at: position) ?? load(position, &cursor)
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
