import Glibc
import LMDB

/// What `EventLog.open` puts together.
struct OpenedParts {
    var directory: String
    var options: EventLogOptions
    var lock: ServerLock
    var log: LogStore
    var index: IndexStore?
    var indexFault: String?
    var overlay: Overlay
    var committer: Committer
    var follower: IndexFollower?
    var desk: SealDesk
    var pipeline: Monitor<Pipeline>
    var wakers: Wakers
    var waiters: Waiters
    var isJudged: Bool
}

extension EventLog {
    /// Opens the ledger in a directory, or makes a new one in an empty or missing one.
    ///
    /// The cost depends on the events since the index was last written, not on the log's length;
    /// only an index that is missing or does not fit is built anew from all of it.
    ///
    /// - Parameters:
    ///   - directory: gets the environments `log` and `index` and the file `server.lock`; it is
    ///     created, its parent is not.
    ///   - judge: decides on appends; nil admits everything.
    ///   - rebuilding: told now and then how far a rebuild of the index has come.
    /// - Throws: `.locked`, `.unknownFormat`, `.notALedger`, `.otherLedger`, `.damaged`, `.store`.
    package static func open(
        directory: String, options: EventLogOptions = EventLogOptions(),
        judge: (any Judge)? = nil,
        rebuilding: (_ position: Position, _ head: Position) -> Void = { _, _ in }
    ) throws(EventLogError) -> EventLog {
        var options = options
        // The index must be able to catch up while appends go on.
        options.overlayMaxEvents = max(options.overlayMaxEvents, 2 * options.checkpointEvents)
        options.overlayMaxKeys = max(options.overlayMaxKeys, 2 * options.checkpointKeys)
        if !options.readOnly, mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw .system(operation: "mkdir \(directory)", code: errno)
        }
        let lock = try ServerLock(directory: directory, isShared: options.readOnly)
        let log = try LogStore(path: "\(directory)/log", options: options)
        var index: IndexStore?
        do throws(EventLogError) {
            let head = try log.openJournal(after: log.loadHead())
            var fault: String?
            let checkpoint: IndexCheckpoint
            do throws(EventLogError) {
                (index, checkpoint) = try openIndex(directory, log, head, options)
            } catch {
                guard options.readOnly else { throw error }
                fault = "\(error)"
                checkpoint = IndexCheckpoint(empty: log.identity.id)
            }
            let parts = try assemble(
                directory, options, lock, log, index, fault, head, checkpoint, judge, rebuilding)
            return try start(parts, judge: judge)
        } catch {
            index?.environment.close()
            log.environment.close()
            throw error
        }
    }

    /// Opens the index, and drops it first when it does not fit the log.
    private static func openIndex(
        _ directory: String, _ log: LogStore, _ head: LogHead, _ options: EventLogOptions
    ) throws(EventLogError) -> (IndexStore, IndexCheckpoint) {
        let path = "\(directory)/index"
        let opened: IndexStore
        do throws(EventLogError) {
            opened = try IndexStore(
                path: path, mapBytes: options.indexMapBytes, readOnly: options.readOnly, log: log)
        } catch {
            // A file that is no index any more is dropped; a file that cannot be reached is not.
            guard case .store(let stored) = error, !options.readOnly,
                [.corrupted, .invalid, .versionMismatch, .incompatible].contains(stored.kind)
            else { throw error }
            try dropIndex(path)
            return try newIndex(path, log, options)
        }
        do throws(EventLogError) {
            if let checkpoint = try opened.loadCheckpoint() {
                if try fits(checkpoint, log, head) { return (opened, checkpoint) }
            } else if try opened.isEmpty {
                return (opened, IndexCheckpoint(empty: log.identity.id))
            }
        } catch {
            opened.environment.close()
            throw error
        }
        opened.environment.close()
        guard !options.readOnly else {
            throw .indexUnavailable("the index does not belong to this state of the log")
        }
        try dropIndex(path)
        return try newIndex(path, log, options)
    }

    private static func newIndex(
        _ path: String, _ log: LogStore, _ options: EventLogOptions
    ) throws(EventLogError) -> (IndexStore, IndexCheckpoint) {
        let index = try IndexStore(
            path: path, mapBytes: options.indexMapBytes, readOnly: false, log: log)
        return (index, IndexCheckpoint(empty: log.identity.id))
    }

    /// Whether the index was made from this very history, up to a point that the log has.
    private static func fits(
        _ checkpoint: IndexCheckpoint, _ log: LogStore, _ head: LogHead
    ) throws(EventLogError) -> Bool {
        guard checkpoint.ledgerID == log.identity.id, checkpoint.position <= head.position else {
            return false
        }
        return try log.root(after: checkpoint.position) == checkpoint.root
    }

    private static func dropIndex(_ path: String) throws(EventLogError) {
        for file in ["data.mdb", "lock.mdb"] where unlink("\(path)/\(file)") != 0 && errno != ENOENT
        {
            throw .system(operation: "unlink \(path)/\(file)", code: errno)
        }
    }

    private static func assemble(
        _ directory: String, _ options: EventLogOptions, _ lock: ServerLock, _ log: LogStore,
        _ index: IndexStore?, _ indexFault: String?, _ head: LogHead,
        _ checkpoint: IndexCheckpoint, _ judge: (any Judge)?,
        _ rebuilding: (Position, Position) -> Void
    ) throws(EventLogError) -> OpenedParts {
        let overlay = Overlay(checkpoint: checkpoint, nameCacheEntries: options.nameCacheEntries)
        let pipeline = Monitor(Pipeline(), roles: Pipeline.roles)
        var follower: IndexFollower?
        if let index {
            let made = IndexFollower(
                log: log, index: index, overlay: overlay, checkpoint: checkpoint, options: options,
                report: { pipeline.indexReported($0) })
            let replay = IndexReplay(
                log: log, overlay: overlay, follower: options.readOnly ? nil : made,
                options: options)
            try replay.run(after: checkpoint.position, head: head.position, rebuilding)
            if !options.readOnly { follower = made }
        }
        let wakers = Wakers()
        let desk = SealDesk(wantedBytes: Sealer.rawBytesWanted(options))
        let committer = Committer(
            store: log, overlay: overlay, follower: follower, desk: desk, wakers: wakers,
            options: options, head: head)
        return OpenedParts(
            directory: directory, options: options, lock: lock, log: log, index: index,
            indexFault: indexFault, overlay: overlay, committer: committer, follower: follower,
            desk: desk, pipeline: pipeline, wakers: wakers, waiters: Waiters(head: head.position),
            isJudged: judge != nil)
    }

    private static func start(
        _ parts: OpenedParts, judge: (any Judge)?
    ) throws(EventLogError) -> EventLog {
        guard let follower = parts.follower else {
            return EventLog(parts, sequencer: nil, threads: nil)
        }
        let preparers = judge.map { _ in Preparers(pipeline: parts.pipeline) }
        let sequencer = Sequencer(
            options: parts.options, log: parts.log, index: parts.index, overlay: parts.overlay,
            committer: parts.committer, judge: judge, preparers: preparers,
            pipeline: parts.pipeline)
        let committer = parts.committer
        let pipeline = parts.pipeline
        let (log, desk) = (parts.log, parts.desk)
        let sealer = Sealer(
            log: log, committer: committer, desk: desk, options: parts.options)
        do throws(EventLogError) {
            let threads = LogThreads(
                sequencer: try WorkerThread(name: "tz-sequencer") { sequencer.run() },
                committer: try WorkerThread(name: "tz-committer") { committer.run(pipeline) },
                settler: try WorkerThread(name: "tz-settler") {
                    log.settler.run(log, desk) { pipeline.stop(because: $0) }
                },
                follower: try WorkerThread(name: "tz-index") { follower.run() },
                sealer: parts.options.sealing
                    ? try WorkerThread(name: "tz-sealer") { sealer.run() } : nil,
                preparers: try preparers.map { (made) throws(EventLogError) in
                    try start(made, parts)
                } ?? [])
            return EventLog(parts, sequencer: sequencer, threads: threads)
        } catch {
            // Those that were started end by themselves.
            pipeline.withLock { $0.isClosing = true }
            pipeline.wake(role: Pipeline.sequencerRole)
            log.settler.stop()
            follower.stop()
            parts.desk.close()
            preparers?.stop()
            throw error
        }
    }

    private static func start(
        _ preparers: Preparers, _ parts: OpenedParts
    ) throws(EventLogError) -> [WorkerThread] {
        let facts = DurableEvents(
            log: parts.log, index: parts.index, overlay: parts.overlay,
            committer: parts.committer, options: parts.options,
            isEnded: { preparers.isEnded })
        var threads: [WorkerThread] = []
        for number in 1...Preparers.threads {
            threads.append(
                try WorkerThread(name: "tz-prepare-\(number)") { preparers.run(facts) })
        }
        return threads
    }
}

extension Monitor<Pipeline> {
    /// Nothing is appended any more until the log is opened again.
    func stop(because reason: String) {
        withLock { $0.stopped = $0.stopped ?? reason }
        wake(role: Pipeline.sequencerRole)
    }

    /// Takes note of how the index's last write went, and lets a waiting sequencer see.
    func indexReported(_ failure: CommitFailure?) {
        withLock { state in
            switch failure?.kind {
            case nil: state.indexFull = false
            case .full: state.indexFull = true
            case .fatal(let reason): state.stopped = state.stopped ?? reason
            }
        }
        wake(role: Pipeline.sequencerRole)
    }
}
