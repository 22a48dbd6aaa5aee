import LMDB
import Synchronization

/// Makes batches durable, one at a time, on its own thread or on the sequencer's, and tells the
/// callers.
///
/// `@unchecked Sendable`: `head` belongs to whoever commits; the pipeline sees to it that only one
/// thread does, and that its monitor is passed in between.
final class Committer: @unchecked Sendable {
    private let store: LogStore
    private let overlay: Overlay
    private let follower: IndexFollower?
    private let desk: SealDesk
    private let wakers: Wakers
    private let options: EventLogOptions
    private(set) var head: LogHead
    private let durableWord: Atomic<UInt64>
    /// What other threads may know of the head.
    private let publishedHead: Mutex<LogHead>

    init(
        store: LogStore, overlay: Overlay, follower: IndexFollower?, desk: SealDesk,
        wakers: Wakers, options: EventLogOptions, head: LogHead
    ) {
        self.store = store
        self.overlay = overlay
        self.follower = follower
        self.desk = desk
        self.wakers = wakers
        self.options = options
        self.head = head
        durableWord = Atomic(head.position)
        publishedHead = Mutex(head)
    }

    /// The last durable position.
    var durable: UInt64 {
        durableWord.load(ordering: .acquiring)
    }

    /// The head after the last commit.
    var durableHead: LogHead {
        publishedHead.withLock { $0 }
    }

    /// Writes a batch, tells its callers, then wakes those who wait for new events.
    ///
    /// - Returns: nil when all of it is durable (or there was nothing to write). On a failure
    ///   nobody has been told yet.
    func commit(_ batch: Batch) -> CommitFailure? {
        guard batch.eventCount > 0 else {
            batch.deliver()
            return nil
        }
        do {
            try options.beforeCommit?(Position(batch.first))
            head = try write(batch)
        } catch {
            return Self.failure(error)
        }
        publishedHead.withLock { $0 = head }
        let isWorthWriting = overlay.markDurable(
            through: head.position, keys: batch.keys, options)
        durableWord.store(head.position, ordering: .releasing)
        batch.deliver()
        wakers.wake(Position(head.position))
        if isWorthWriting { follower?.wake() }
        return nil
    }

    /// Writes a batch, and with one that goes straight into the environment a sealed block, when
    /// there is room for both.
    private func write(_ batch: Batch) throws -> LogHead {
        let commit = LogCommit(batch.values, after: head, ledgerAt: batch.ledgerAt)
        if try store.writeToJournal(commit) { return commit.head }
        let group = desk.take()
        do {
            let bytes = try store.write(commit, sealing: group)
            if group != nil { desk.tell(isPutIn: true) }
            desk.stored(bytes: bytes)
        } catch {
            guard group != nil else { throw error }
            desk.tell(isPutIn: false)
            guard case .full = Self.failure(error).kind else { throw error }
            desk.stored(bytes: try store.write(commit, sealing: nil))
        }
        return commit.head
    }

    /// What an error of a commit means for the log.
    static func failure(_ error: any Error) -> CommitFailure {
        guard let error = error as? LMDBError else {
            return CommitFailure(kind: .fatal("\(error)"))
        }
        switch error.kind {
        case .mapFull: return CommitFailure(kind: .full(.logMap))
        case .diskFull: return CommitFailure(kind: .full(.logDisk))
        default: return CommitFailure(kind: .fatal(error.description))
        }
    }

    /// The committer's thread: takes what is handed over until the sequencer has ended.
    func run(_ pipeline: Monitor<Pipeline>) {
        while let batch = nextBatch(pipeline) {
            let failure = commit(batch)
            pipeline.withLock { state in
                state.handed = nil
                state.isCommitterIdle = true
                if let failure {
                    state.failure = failure
                    // The sequencer needs the batch to undo it and to tell its callers.
                    state.handed = batch
                }
            }
            pipeline.wake(role: Pipeline.sequencerRole)
        }
    }

    /// - Returns: nil when the sequencer has ended.
    private func nextBatch(_ pipeline: Monitor<Pipeline>) -> Batch? {
        pipeline.waitUntil(role: Pipeline.committerRole) { state -> Batch?? in
            if state.failure == nil, !state.isCommitterIdle, let batch = state.handed {
                return .some(batch)
            }
            return state.isSequencerDone ? .some(nil) : nil
        }
    }
}
