import LMDB
import LogFormat

/// Writes the overlay's durable part into the index's table, in large transactions, on a thread
/// of its own.
final class IndexFollower: Sendable {
    private struct State {
        var checkpoint: IndexCheckpoint
        var isDue = false
        var isClosing = false
        /// Why the last write failed, until one succeeds.
        var failure: CommitFailure?
    }

    private let log: LogStore
    let index: IndexStore
    private let overlay: Overlay
    private let options: EventLogOptions
    private let monitor: Monitor<State>
    /// Told after every attempt: whether the index can be written, or why never again.
    private let report: @Sendable (CommitFailure?) -> Void

    /// Lists or ids handled under one hold of the overlay's lock.
    private static let sliceSize = 512
    /// Pause before a write that failed for want of room is tried again.
    private static let retryMilliseconds = 200

    init(
        log: LogStore, index: IndexStore, overlay: Overlay, checkpoint: IndexCheckpoint,
        options: EventLogOptions, report: @escaping @Sendable (CommitFailure?) -> Void
    ) {
        self.log = log
        self.index = index
        self.overlay = overlay
        self.options = options
        self.report = report
        monitor = Monitor(State(checkpoint: checkpoint))
    }

    /// The checkpoint of the table.
    var checkpoint: IndexCheckpoint {
        monitor.withLock { $0.checkpoint }
    }

    /// Why the last write of the index failed; nil when it did not.
    var failure: CommitFailure? {
        monitor.withLock { $0.failure }
    }

    /// Tells that there is enough for a write of the index.
    func wake() {
        monitor.withLock { $0.isDue = true }
        monitor.wake()
    }

    /// The follower's thread.
    func run() {
        while true {
            let interval =
                failure == nil ? options.checkpointMilliseconds : Self.retryMilliseconds
            let isClosing = monitor.waitUntil(milliseconds: interval) { state -> Bool? in
                if state.isClosing { return true }
                guard state.isDue, state.failure == nil else { return nil }
                state.isDue = false
                return false
            }
            if isClosing == true { return }
            if isClosing == nil { freeDeadReaders() }
            // When woken by their number, it waits for as many again: small writes cost the most.
            write(all: isClosing == nil)
            // What broke for good stays broken until the log is opened again.
            if case .fatal = failure?.kind { return }
        }
    }

    /// Frees the reader slots of processes that died: their snapshots would keep old pages for
    /// ever. A failure is not worth more than another try at the next pause.
    private func freeDeadReaders() {
        _ = try? log.environment.checkReaders()
        _ = try? index.environment.checkReaders()
    }

    /// Ends the thread soon.
    func stop() {
        monitor.withLock { $0.isClosing = true }
        monitor.wake()
    }

    /// Writes what is left when the log ends.
    func writeAll() {
        write(all: true)
    }

    /// Writes while it is worth it, or until nothing durable is left out of the table.
    private func write(all: Bool) {
        do {
            // What is durable now, not what keeps coming while the table is written.
            let end = overlay.withLock { $0.marks.last?.last ?? 0 }
            while all ? checkpoint.position < end : overlay.isWorthWriting(options) {
                guard try writeOnce() else { break }
            }
        } catch {
            let failure = Self.failure(error)
            monitor.withLock { $0.failure = failure }
            report(failure)
        }
    }

    /// Writes one checkpoint.
    ///
    /// - Returns: false when there was nothing to write.
    func writeOnce() throws -> Bool {
        guard let target = overlay.withLock({ $0.checkpointTarget(options) }) else { return false }
        guard let root = try log.root(after: target) else {
            throw EventLogError.damaged(
                position: Position(target), "the log has no value that ends here")
        }
        let before = checkpoint
        let (work, lists) = collect(through: target, root: root, after: before)
        let (after, numbers): (IndexCheckpoint, [UInt32])
        do {
            try options.beforeCheckpoint?(Position(target))
            (after, numbers) = try index.write(work, after: before, options)
        } catch {
            overlay.withLock { $0.giveBackTaken() }
            throw error
        }
        monitor.withLock { state in
            state.checkpoint = after
            state.failure = nil
        }
        overlay.withLock { $0.raiseFloor(to: after) }
        drain(lists, numbers)
        report(nil)
        return true
    }

    /// Copies what is to be written, a slice at a time. Lists that get their first new position
    /// later than this only hold positions after the target.
    private func collect(
        through target: UInt64, root: MerkleHash, after checkpoint: IndexCheckpoint
    ) -> (CheckpointWork, [ListIndex]) {
        let (lists, ids) = overlay.withLock { state -> ([ListIndex], [EventID]) in
            (
                state.takeTouched(),
                Array(state.ids.ids(from: checkpoint.position + 1, through: target))
            )
        }
        var work = CheckpointWork(
            position: target, root: root, firstPosition: checkpoint.position + 1, ids: ids)
        work.lists.reserveCapacity(lists.count)
        work.positions.reserveCapacity(ids.count * 4)
        for start in stride(from: 0, to: lists.count, by: Self.sliceSize) {
            overlay.withLock { state in
                for list in lists[start..<min(start + Self.sliceSize, lists.count)] {
                    state.addWork(list, after: checkpoint.position, through: target, to: &work)
                }
            }
        }
        return (work, lists)
    }

    private func drain(_ lists: [ListIndex], _ numbers: [UInt32]) {
        for start in stride(from: 0, to: lists.count, by: Self.sliceSize) {
            overlay.withLock { state in
                for index in start..<min(start + Self.sliceSize, lists.count) {
                    state.drain(lists[index], number: numbers[index])
                }
            }
        }
        overlay.withLock { $0.finishTaken() }
        while overlay.withLock({ $0.drainIDs(limit: Self.sliceSize) }) {}
    }

    private static func failure(_ error: any Error) -> CommitFailure {
        var stored = error as? LMDBError
        if case .store(let wrapped) = error as? EventLogError { stored = wrapped }
        switch stored?.kind {
        case .mapFull, .diskFull: return CommitFailure(kind: .full(.index))
        default: break
        }
        return CommitFailure(kind: .fatal("index: \(error)"))
    }
}
