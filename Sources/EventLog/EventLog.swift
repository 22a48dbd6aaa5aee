import Synchronization

/// The event log of one ledger: appends in one global order, reads along streams, categories, tags
/// and types, and everything that keeps it honest.
///
/// All methods may be called from any thread. Letting go of the last reference closes it.
package final class EventLog: Sendable {
    /// The ledger's directory.
    package let directory: String
    package let options: EventLogOptions
    let log: LogStore
    /// Nil when the log was opened for reading only and there is no usable index.
    let index: IndexStore?
    /// Why there is no index; only when `index` is nil.
    let indexFault: String?
    let overlay: Overlay
    let committer: Committer
    let follower: IndexFollower?
    let desk: SealDesk
    let pipeline: Monitor<Pipeline>
    let wakers: Wakers
    let waiters: Waiters
    /// Whether a judge decides on appends.
    let isJudged: Bool
    private let shutdown: Shutdown
    private let isClosed = Atomic(false)
    private let waiterToken: WakeToken

    init(_ parts: OpenedParts, threads: LogThreads?) {
        directory = parts.directory
        options = parts.options
        log = parts.log
        index = parts.index
        indexFault = parts.indexFault
        overlay = parts.overlay
        committer = parts.committer
        follower = parts.follower
        desk = parts.desk
        pipeline = parts.pipeline
        wakers = parts.wakers
        waiters = parts.waiters
        isJudged = parts.isJudged
        shutdown = Shutdown(
            lock: parts.lock, log: log, index: index, follower: follower, desk: desk,
            pipeline: pipeline, waiters: waiters, threads: threads)
        let waiters = parts.waiters
        waiterToken = WakeToken(
            wakers: wakers, token: wakers.add { waiters.advanced(to: $0) })
    }

    deinit {
        close()
    }

    /// Which ledger this is.
    package var identity: LedgerIdentity {
        log.identity
    }

    /// The last durable position; 0 when there is none.
    package var head: Position {
        Position(committer.durable)
    }

    /// Ends the log: lets everything queued be answered, writes the index out, frees the directory.
    ///
    /// Called on one of the log's own threads (from a completion, a waker or the judge) it returns
    /// before the end. Calling it again does nothing.
    package func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        shutdown.begin()
    }

    /// - Throws: `.closed` after `close`.
    func checkOpen() throws(EventLogError) {
        if isClosed.load(ordering: .acquiring) { throw .closed }
    }
}

// MARK: - Appending

extension EventLog {
    /// Queues a request; its outcome is told once, after everything it rests on is durable.
    ///
    /// The completion runs on a thread of the log, in one burst with those of the same commit, and
    /// must not block. A request that is refused before it is queued (bad form, overload, closed)
    /// is answered at once, on the caller's thread.
    package func submit(_ request: AppendRequest, completion: @escaping AppendCompletion) {
        if let failure = RequestForm.failure(of: request, options) {
            completion(.failure(failure))
            return
        }
        let bytes = RequestForm.bodyBytes(of: request)
        let submission = Submission(
            work: .request(request), completion: completion, bytes: bytes)
        if let failure = enqueue(submission) { completion(.failure(failure)) }
    }

    /// Appends and waits for the outcome.
    ///
    /// - Throws: `AppendFailure`.
    package func append(_ request: AppendRequest) async throws(AppendFailure) -> AppendOutcome {
        let result = await withCheckedContinuation { continuation in
            submit(request) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Takes a batch that was sequenced elsewhere (a replica's way of appending). It is recorded
    /// byte for byte as it is, or refused.
    ///
    /// - Throws: `.doesNotContinue` when position, Merkle root, ids or versions do not continue
    ///   this log; `.damaged`; `.misuse` when the log has a judge: who judges does not copy.
    package func appendSequenced(
        _ batch: SequencedBatch
    ) async throws(EventLogError) -> Position {
        let result = await withCheckedContinuation { continuation in
            submitSequenced(batch) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    private func submitSequenced(
        _ batch: SequencedBatch,
        _ completion: @escaping @Sendable (Result<Position, EventLogError>) -> Void
    ) {
        guard !isJudged else {
            completion(.failure(.misuse("a log with a judge does not take sequenced batches")))
            return
        }
        let bytes = batch.values.reduce(0) { $0 + $1.count }
        let submission = Submission(
            work: .sequenced(batch, completion), completion: { _ in }, bytes: bytes)
        if let failure = enqueue(submission) { submission.refuse(failure) }
    }

    /// - Returns: why the submission was not queued; nil when it was.
    private func enqueue(_ submission: Submission) -> AppendFailure? {
        guard !options.readOnly else { return .stopped("the log was opened for reading only") }
        let failure = pipeline.withLock { state -> AppendFailure? in
            if let reason = state.stopped { return .stopped(reason) }
            if state.isClosing { return .closed }
            guard state.queue.count < options.maxQueuedRequests,
                state.queue.isEmpty
                    || submission.bytes <= options.maxQueuedBytes - state.queuedBytes
            else { return .overloaded }
            state.queue.append(submission)
            state.queuedBytes += submission.bytes
            return nil
        }
        if failure == nil { pipeline.wake(role: Pipeline.sequencerRole) }
        return failure
    }
}

// MARK: - Sealed blocks

extension EventLog {
    /// The sealed block that holds a position, as it is stored; nil when the position lies in a
    /// batch that is not sealed yet, or is not durable.
    ///
    /// - Throws: `.damaged`, `.store`, `.closed`.
    package func sealedBlock(at position: Position) throws(EventLogError) -> SealedBlock? {
        try checkOpen()
        return try log.sealedBlock(at: position.value)
    }

    /// A preset dictionary that sealed blocks were deflated with; nil when there is none of this
    /// number.
    package func sealDictionary(_ number: UInt32) -> [UInt8]? {
        log.dictionaries.bytes(number)
    }
}
