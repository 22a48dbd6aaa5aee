import EventLog
import Synchronization

/// The values that were last read out of the log: all subscribers want the same one at nearly the
/// same moment, and it is copied out once for all of them.
final class RecentValues: Sendable {
    private let values = Mutex<[StoredValue]>([])

    /// Values kept; each is usually at most 64 KiB.
    private static let countMax = 8
    private static let bytesMax = 256 << 10

    /// The stored value that holds a position; nil when the position is not durable yet.
    ///
    /// - Throws: `EventLogError`.
    func value(at position: Position, of log: EventLog) throws(EventLogError) -> StoredValue? {
        let kept = values.withLock { values in
            values.last { $0.first <= position && position <= $0.last }
        }
        if let kept { return kept }
        guard let value = try log.storedValue(at: position) else { return nil }
        guard value.bytes.count <= Self.bytesMax else { return value }
        values.withLock { values in
            if values.count >= Self.countMax { values.removeFirst() }
            values.append(value)
        }
        return value
    }
}
