import LogFormat
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
    /// Nil when nothing is appended.
    private let sequencer: Sequencer?
    private let shutdown: Shutdown
    private let isClosed = Atomic(false)
    private let waiterToken: WakeToken

    init(_ parts: OpenedParts, sequencer: Sequencer?, threads: LogThreads?) {
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
        self.sequencer = sequencer
        shutdown = Shutdown(
            lock: parts.lock, log: log, index: index, follower: follower, desk: desk,
            preparers: sequencer?.preparers, pipeline: pipeline, waiters: waiters, threads: threads)
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
    ///
    /// - Parameter mayCarry: the caller has nothing else to do and can spare the time of a commit.
    ///   If nothing is under way, its own thread then does the work and calls the completion before
    ///   this returns, which saves two hand-overs between threads. Not for a thread that serves
    ///   others, whose requests could have shared the commit.
    package func submit(
        _ request: AppendRequest, mayCarry: Bool = false,
        completion: @escaping AppendCompletion
    ) {
        if let failure = RequestForm.failure(of: request, options) {
            completion(.failure(failure))
            return
        }
        if mayCarry, let sequencer, sequencer.carry(request, completion) { return }
        let submission = Submission(
            work: .request(request), completion: completion,
            bytes: RequestForm.heldBytes(of: request))
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
        var isWakeDue = false
        let failure = pipeline.withLock { state -> AppendFailure? in
            if let reason = state.stopped { return .stopped(reason) }
            if state.isClosing { return .closed }
            guard state.queue.count < options.maxQueuedRequests,
                state.queue.isEmpty
                    || submission.bytes <= options.maxQueuedBytes - state.queuedBytes
            else { return .overloaded }
            state.queue.append(submission)
            state.queuedBytes += submission.bytes
            // The committer wakes the sequencer when it is done: until then a few may gather.
            isWakeDue =
                state.isCommitterIdle
                || state.queue.count.isMultiple(of: Pipeline.wakeEvery)
            return nil
        }
        if isWakeDue { pipeline.wake(role: Pipeline.sequencerRole) }
        return failure
    }
}

// MARK: - Stored values

extension EventLog {
    /// The value that holds a position, to the byte; nil when the position is not durable yet.
    ///
    /// - Throws: `.damaged`, `.store`, `.closed`.
    package func storedValue(at position: Position) throws(EventLogError) -> StoredValue? {
        try checkOpen()
        guard position > .zero, position <= head else { return nil }
        return try log.storedValue(at: position.value)
    }

    /// A preset dictionary that sealed blocks were compressed with; nil when there is none of this
    /// number.
    package func sealDictionary(_ number: UInt32) -> [UInt8]? {
        log.dictionaries.content(number)?.bytes
    }
}
