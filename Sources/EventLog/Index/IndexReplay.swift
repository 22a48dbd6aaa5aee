import LogFormat

/// Brings the overlay up to the log's head when a ledger is opened; what does not fit into memory
/// is written to the index on the way.
struct IndexReplay {
    let log: LogStore
    let overlay: Overlay
    /// Nil when nothing may be written.
    let follower: IndexFollower?
    let options: EventLogOptions

    /// Events read in one transaction.
    private static let stepMax: UInt64 = 4_096

    /// - Parameter progress: told position and head after each write of the index.
    func run(
        after checkpoint: UInt64, head: UInt64, _ progress: (Position, Position) -> Void
    ) throws(EventLogError) {
        var position = checkpoint
        while position < head {
            let step = min(Self.stepMax, head - position)
            position = try add(after: position, through: position + step)
            guard let follower, overlay.isWorthWriting(options) else { continue }
            try storing { while try follower.writeOnce() {} }
            overlay.trimNames()
            progress(Position(position), Position(head))
        }
    }

    /// Adds the events of whole values, so that each mark is the end of a commit.
    ///
    /// - Returns: the last position added; at least `last`.
    private func add(after start: UInt64, through last: UInt64) throws(EventLogError) -> UInt64 {
        var position = start
        var keys = 0
        try log.forEachRecord(from: start + 1) { at, record, isLast in
            let version = record.streamVersion
            guard version > 0 else {
                throw EventLogError.damaged(
                    position: Position(at), "an event has stream version 0")
            }
            keys += overlay.withLock { $0.replay(record) }
            position = at
            guard isLast else { return true }
            overlay.withLock { $0.markDurable(through: at, keys: keys) }
            keys = 0
            return at < last
        }
        return position
    }
}
