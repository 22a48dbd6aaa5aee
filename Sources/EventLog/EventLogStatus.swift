import LMDB
package import LogFormat

/// The gauges of a log at one moment.
package struct EventLogStatus: Sendable {
    package var identity: LedgerIdentity
    package var formatVersion: UInt32
    /// The last durable position.
    package var head: Position
    /// The Merkle root over all events up to `head`.
    package var root: MerkleHash
    /// Time of recording of the last event, microseconds since 1970-01-01T00:00:00Z.
    package var ledgerAt: Int64
    /// Everything up to here is in the index's table.
    package var indexCheckpoint: Position
    /// Events that are only in the index's tail in memory.
    package var indexLag: UInt64
    /// Why the index cannot be written or used; nil when all is well.
    package var indexFault: String?
    /// Everything up to here lies in sealed blocks.
    package var sealedThrough: Position
    /// Whether there is enough for another sealed block.
    package var isSealing: Bool
    /// Why nothing is sealed any more; nil when all is well.
    package var sealingFault: String?
    /// Why nothing is appended any more; nil when appends are taken.
    package var stopped: String?
    package var queuedRequests: Int
    /// Tasks that wait for the next event.
    package var waiting: Int
    /// Bytes of the environments' pages that hold something, and how far their files may grow.
    package var logBytes: Int
    package var logMapBytes: Int
    package var indexBytes: Int
    package var indexMapBytes: Int
    /// Read transactions of this process at this moment.
    package var activeReaders: Int
    /// Age of the oldest of them, in nanoseconds.
    package var oldestReaderNanoseconds: UInt64
}

extension EventLog {
    /// The gauges of this moment.
    package func status() throws(EventLogError) -> EventLogStatus {
        let head = committer.durableHead
        let (stopped, queued) = pipeline.withLock { ($0.stopped, $0.queue.count) }
        let floor = overlay.withLock { $0.floor }
        return try storing {
            let logInfo = try log.environment.info
            let indexInfo = try index?.environment.info
            return EventLogStatus(
                identity: log.identity, formatVersion: LedgerFormat.version,
                head: Position(head.position), root: head.frontier.root, ledgerAt: head.ledgerAt,
                indexCheckpoint: Position(floor),
                indexLag: head.position > floor ? head.position - floor : 0,
                indexFault: indexFault ?? follower?.failure.map { "\($0.kind)" },
                sealedThrough: Position(log.sealedThrough), isSealing: desk.isBusy,
                sealingFault: desk.failure, stopped: stopped, queuedRequests: queued,
                waiting: waiters.count,
                logBytes: try log.bytesInUse(), logMapBytes: logInfo.mapSize,
                indexBytes: try index?.bytesInUse() ?? 0, indexMapBytes: indexInfo?.mapSize ?? 0,
                activeReaders: logInfo.activeReaders + (indexInfo?.activeReaders ?? 0),
                oldestReaderNanoseconds: max(
                    logInfo.oldestReaderAgeNanoseconds,
                    indexInfo?.oldestReaderAgeNanoseconds ?? 0))
        }
    }

    /// Enlarges the address space of the environments, up to which their files may grow: the cure
    /// for `.full(.logMap)` without a restart. Waits for the transactions that are under way.
    ///
    /// - Parameters: new sizes in bytes; nil leaves one as it is.
    /// - Throws: `.store` when there is no such address space or the size is smaller than now.
    package func grow(
        logMapBytes: Int? = nil, indexMapBytes: Int? = nil
    ) throws(EventLogError) {
        try storing {
            if let logMapBytes { try log.environment.grow(to: logMapBytes) }
            if let indexMapBytes { try index?.environment.grow(to: indexMapBytes) }
        }
    }

    /// The Merkle root after `position`; nil when no value ends there.
    package func root(after position: Position) throws(EventLogError) -> MerkleHash? {
        guard position <= head else { return nil }
        return try log.root(after: position.value)
    }

    /// The commit that follows `position`, as stored, for another log of the same ledger or for a
    /// backup by position; nil when nothing follows.
    ///
    /// A sealed block is given out as the batch that it is: other logs seal for themselves.
    ///
    /// - Throws: `.misuse` when no commit ends at `position`; `.damaged`, `.store`.
    package func sequencedBatch(
        after position: Position
    ) throws(EventLogError) -> SequencedBatch? {
        guard position < head else { return nil }
        guard let root = try log.root(after: position.value) else {
            throw .misuse("no value ends at position \(position)")
        }
        return SequencedBatch(
            previousPosition: position, previousRoot: root,
            values: try log.rawValues(after: position.value))
    }
}
