import LogFormat
import Synchronization

/// The commits that are durable in the journal and not in the log yet, for readers.
final class LogTail: Sendable {
    private let state = Mutex<[JournalRecord]>([])
    /// Whether there is any; most readers need not know more.
    private let isAny = Atomic(false)

    /// What is there now.
    ///
    /// A reader takes it before it opens its snapshot of the log: what leaves the tail meanwhile is
    /// in the log already.
    var view: LogTailView {
        guard isAny.load(ordering: .acquiring) else { return LogTailView(records: []) }
        return state.withLock { LogTailView(records: $0) }
    }

    var isEmpty: Bool { !isAny.load(ordering: .acquiring) }

    func append(_ record: JournalRecord) {
        state.withLock { records in
            records.append(record)
            isAny.store(true, ordering: .releasing)
        }
    }

    /// Lets go of what is in the log up to a position.
    func drop(through position: UInt64) {
        state.withLock { records in
            records.removeFirst(records.firstIndex { $0.last > position } ?? records.count)
            isAny.store(!records.isEmpty, ordering: .releasing)
        }
    }
}

/// The tail as it was at one moment.
struct LogTailView {
    /// Without a gap.
    let records: [JournalRecord]

    /// The first position; nil when there is none.
    var first: UInt64? { records.first?.first }

    /// The last position; nil when there is none.
    var last: UInt64? { records.last?.last }

    /// Bytes of its values.
    var bytes: Int {
        records.reduce(0) { $1.values.reduce($0) { $0 + $1.place.count } }
    }

    /// Whether a position is in it.
    func holds(_ position: UInt64) -> Bool {
        guard let first, let last else { return false }
        return first <= position && position <= last
    }

    /// The value that holds a position; valid as long as the view is.
    ///
    /// - Throws: `FormatFault`.
    func value(at position: UInt64) throws -> ValueView? {
        guard holds(position) else { return nil }
        var (low, high) = (0, records.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if records[middle].last < position { low = middle + 1 } else { high = middle }
        }
        let record = records[low]
        guard let value = record.values.first(where: { position <= $0.last }) else { return nil }
        return try ValueView(record.stored(value), at: value.first)
    }

    /// Lends value after value with its stored bytes, from the one that holds `position`, until
    /// `body` returns false.
    func forEachValue(
        from position: UInt64, _ body: (ValueView, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        for record in records where record.last >= position {
            for value in record.values where value.last >= position {
                let bytes = record.stored(value)
                guard try body(ValueView(bytes, at: value.first), bytes) else { return }
            }
        }
    }
}
