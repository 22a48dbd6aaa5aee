import Glibc
import LogFormat
import Synchronization

/// Takes the queued requests in order, lets each be judged against everything before it, and forms
/// batches. Everything here runs on the sequencer's own thread, or on that of a caller who carries
/// his request through by himself while the sequencer has nothing to do.
///
/// `@unchecked Sendable`: the stored variables are touched by one of those threads at a time (by
/// the opener before they start); the pipeline's monitor is passed in between. What the hot path
/// touches is not checked for overlapping accesses at run time, which cost a quarter of its
/// instructions: no access to it lasts over a call that touches the same variable.
final class Sequencer: @unchecked Sendable {
    let options: EventLogOptions
    let log: LogStore
    let index: IndexStore?
    let overlay: Overlay
    let committer: Committer
    let judge: (any Judge)?
    private let pipeline: Monitor<Pipeline>

    /// The thread that does the sequencer's work at the moment; 0 is none.
    private let thread = Atomic<UInt>(0)
    /// Taken from the queue, not judged yet.
    @exclusivity(unchecked) private var inbox: [Submission] = []
    @exclusivity(unchecked) private var inboxStart = 0
    /// The batch in the making.
    @exclusivity(unchecked) var open: Batch
    /// Values of the batch that the committer has.
    private var flying: [PendingValue] = []
    /// The position of the next event.
    @exclusivity(unchecked) var next: UInt64
    /// The time of recording of the last event; time never goes behind it.
    @exclusivity(unchecked) var ledgerAt: Int64
    /// The clock when the present slice of requests was begun.
    @exclusivity(unchecked) var now: Int64 = 0
    /// What the judge was last told to be durable.
    private var settled: UInt64
    /// The next submission must find everything durable.
    private var needsQuiet = false
    @exclusivity(unchecked) var isIndexFull = false
    /// Values that are durable, to be used again.
    @exclusivity(unchecked) var spare: [PendingValue] = []
    @exclusivity(unchecked) var scratch = AdmissionScratch()
    @exclusivity(unchecked) private var foresight = Foresight()
    /// Requests that wait for preparations.
    @exclusivity(unchecked) let room = WaitingRoom<Submission>()
    /// Preparations that are done and not yet taken over.
    @exclusivity(unchecked) var arrived: [any Preparation] = []
    /// Nil when nothing judges.
    let preparers: Preparers?

    private static let spareMax = 64
    /// How often the processor is offered to others before a commit.
    private static let turnsGiven = 4
    /// Requests judged before looking up from the inbox.
    private static let sliceSize = 64
    /// Events whose names are looked ahead for at once: what is known of them fits into the
    /// processor's second cache several times.
    private static let foresightEvents = 32

    init(
        options: EventLogOptions, log: LogStore, index: IndexStore?, overlay: Overlay,
        committer: Committer, judge: (any Judge)?, preparers: Preparers?,
        pipeline: Monitor<Pipeline>
    ) {
        self.options = options
        self.log = log
        self.index = index
        self.overlay = overlay
        self.committer = committer
        self.judge = judge
        self.preparers = preparers
        self.pipeline = pipeline
        next = committer.head.position + 1
        ledgerAt = committer.head.ledgerAt
        settled = committer.head.position
        open = Batch(first: next)
    }

    /// - Throws: `.misuse` on any thread but the sequencer's.
    func checkThread() throws(EventLogError) {
        guard thread.load(ordering: .relaxed) == UInt(pthread_self()) else {
            throw .misuse("a sequencer's view is valid only inside the judge's calls")
        }
    }

    // MARK: The loop

    private enum Step {
        case judge
        /// Make the open batch durable; `isAlone` when nothing else waits.
        case dispatch(isAlone: Bool)
        case undo(CommitFailure, Batch)
        /// Nothing is appended any more: answer everybody who waits.
        case refuseAll(reason: String)
        case end
    }

    /// The sequencer's thread.
    func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        while true {
            switch nextStep() {
            case .judge: judgeSlice()
            case .dispatch(let isAlone):
                if isAlone, hasMoreCome() { continue }
                dispatch(isAlone: isAlone)
            case .undo(let failure, let batch): undo(failure, batch)
            case .refuseAll(let reason): refuseAll(reason)
            case .end:
                pipeline.withLock { $0.isSequencerDone = true }
                pipeline.wake(role: Pipeline.committerRole)
                return
            }
        }
    }

    private func nextStep() -> Step {
        pipeline.waitUntil(role: Pipeline.sequencerRole) { state -> Step? in
            guard state.carrier == nil else { return nil }
            state.isSequencerIdle = false
            if let failure = state.failure, let batch = state.handed {
                state.failure = nil
                state.handed = nil
                return .undo(failure, batch)
            }
            isIndexFull = state.indexFull
            if !state.prepared.isEmpty {
                arrived += state.prepared
                state.prepared = []
            }
            if let reason = state.stopped,
                inboxStart < inbox.count || !state.queue.isEmpty || !room.isEmpty
            {
                inbox = inbox[inboxStart...] + state.queue
                inboxStart = 0
                state.queue = []
                state.queuedBytes = 0
                return .refuseAll(reason: reason)
            }
            let isIdle = state.isCommitterIdle
            let hasReady = !arrived.isEmpty || room.hasReady
            if inboxStart == inbox.count, state.queue.isEmpty, open.isEmpty, !hasReady {
                if state.isClosing && isIdle && room.isEmpty { return .end }
                state.isSequencerIdle = !state.isClosing && room.isEmpty
                return nil
            }
            if needsQuiet {
                guard isIdle else { return nil }
                return open.isEmpty ? .judge : .dispatch(isAlone: false)
            }
            if isOpenFull || isWaitingForIndex {
                return isIdle && !open.isEmpty ? .dispatch(isAlone: false) : nil
            }
            if inboxStart == inbox.count, !state.queue.isEmpty {
                swap(&inbox, &state.queue)
                state.queuedBytes = 0
            }
            if inboxStart < inbox.count || hasReady {
                let isWorthwhile = isIdle && open.eventCount >= options.eagerBatchEvents
                return isWorthwhile ? .dispatch(isAlone: false) : .judge
            }
            return isIdle ? .dispatch(isAlone: true) : nil
        }
    }

    /// Gives way to the threads that bring requests before a commit begins for several callers:
    /// those who were answered just now ask again at once, and one commit for all of them costs
    /// what it costs for half of them. Where nobody waits for the processor it takes a microsecond.
    ///
    /// - Returns: whether there is more to judge first.
    private func hasMoreCome() -> Bool {
        guard open.eventCount > 1 else { return false }
        for _ in 0..<Self.turnsGiven {
            sched_yield()
            if pipeline.withLock({ !$0.queue.isEmpty }) { return true }
        }
        return false
    }

    var isOpenFull: Bool {
        open.eventCount >= options.maxBatchEvents || open.byteCount >= options.maxBatchBytes
    }

    /// Whether the index's tail in memory must shrink before anything can be added.
    private var isWaitingForIndex: Bool {
        !isIndexFull && overlay.withLock { $0.isFull(options) }
    }

    private func judgeSlice() {
        settle()
        now = options.clock()
        var number = 0
        if !arrived.isEmpty || room.hasReady { number = judgeReady(atMost: Self.sliceSize) }
        while number < Self.sliceSize, inboxStart < inbox.count, !isOpenFull {
            if foresight.end <= inboxStart { foresee() }
            if inbox[inboxStart].isSequenced, !needsQuiet {
                needsQuiet = true
                return
            }
            // Taken out, because to copy it costs more.
            var submission = Submission.nothing
            swap(&submission, &inbox[inboxStart])
            switch submission.work {
            case .request(let request):
                if mustFollow(request) {
                    follow(request, submission)
                } else if let lacking = admit(request, submission.completion) {
                    hold(request, submission, lacking: lacking)
                }
            case .sequenced(let batch, let completion):
                needsQuiet = false
                append(batch, completion)
            }
            inboxStart += 1
            number += 1
        }
        // What was judged is let go of now, not when the next request comes.
        if inboxStart == inbox.count {
            inbox.removeAll(keepingCapacity: true)
            inboxStart = 0
        }
        foresight.end = 0
    }

    /// Looks ahead for the next requests of the inbox.
    private func foresee() {
        foresight.clear()
        var end = inboxStart
        while end < inbox.count, foresight.count < Self.foresightEvents {
            if case .request(let request) = inbox[end].work { foresight.add(request.events) }
            end += 1
        }
        foresight.end = end
        guard foresight.isWorthwhile else { return }
        overlay.withLock { foresight.look(at: $0) }
        judge?.foresee(foresight.names)
    }

    /// Passes on that batches became durable.
    private func settle() {
        // Also when nothing became durable: dry runs and refused requests name names as well.
        overlay.trimNames()
        let durable = committer.durable
        guard durable > settled else { return }
        settled = durable
        let end = flying.firstIndex { $0.last > durable } ?? flying.count
        reuse(flying[..<end])
        flying.removeFirst(end)
        judge?.settled(through: Position(durable))
    }

    /// Keeps values for later that are durable and so nobody's any more.
    private func reuse(_ values: ArraySlice<PendingValue>) {
        let kept = values.lazy.filter(\.isWorthKeeping)
        spare.append(contentsOf: kept.prefix(max(Self.spareMax - spare.count, 0)))
    }

    /// Judges a request and makes it durable on the calling thread, if nothing else is under way:
    /// that saves two hand-overs to other threads.
    ///
    /// - Returns: false when the request must be queued.
    func carry(_ request: AppendRequest, _ completion: @escaping AppendCompletion) -> Bool {
        let isMine = pipeline.withLock { state in
            guard state.beginCarrying() else { return false }
            isIndexFull = state.indexFull
            return true
        }
        guard isMine else { return false }
        let isPossible = !isWaitingForIndex
        if isPossible {
            let own = thread.exchange(UInt(pthread_self()), ordering: .relaxed)
            settle()
            now = options.clock()
            if let lacking = admit(request, completion) {
                let submission = Submission(
                    work: .request(request), completion: completion,
                    bytes: RequestForm.heldBytes(of: request))
                hold(request, submission, lacking: lacking)
            }
            let batch = open
            open = Batch(first: next)
            _ = commitAlone(batch)
            thread.store(own, ordering: .relaxed)
        }
        let isWaited = !room.isEmpty
        if pipeline.withLock({ $0.endCarrying(isWaited: isWaited) }) {
            pipeline.wake(role: Pipeline.sequencerRole)
        }
        return isPossible
    }

    /// Sends the open batch to be made durable; the committer is idle.
    private func dispatch(isAlone: Bool) {
        let batch = open
        open = Batch(first: next, answers: batch.answers.count)
        if batch.eventCount == 0 || isAlone && batch.eventCount <= options.inlineBatchEvents {
            _ = commitAlone(batch)
            return
        }
        flying.append(contentsOf: batch.values)
        claimCommitter(for: batch)
        pipeline.wake(role: Pipeline.committerRole)
    }

    /// Commits a batch on this thread while everything before it is durable.
    func commitAlone(_ batch: Batch) -> CommitFailure? {
        claimCommitter(for: nil)
        let failure = committer.commit(batch)
        pipeline.withLock { $0.isCommitterIdle = true }
        if let failure { undo(failure, batch) } else { reuse(batch.values[...]) }
        return failure
    }

    /// Sees to it that nobody else commits.
    private func claimCommitter(for batch: Batch?) {
        pipeline.waitUntil(role: Pipeline.sequencerRole) { state -> Void? in
            guard state.isCommitterIdle else { return nil }
            state.handed = batch
            state.isCommitterIdle = false
            return ()
        }
    }

    // MARK: Failure

    /// Takes back a batch that could not be written and everything that was judged after it.
    private func undo(_ failure: CommitFailure, _ batch: Batch) {
        let after = open
        overlay.withLock { $0.discard(from: batch.first) }
        flying = []
        next = batch.first
        open = Batch(first: next)
        judge?.discard(from: Position(batch.first))
        switch failure.kind {
        case .full(let store):
            batch.deliver(claimed: .full(store), other: .full(store))
            after.deliver(claimed: .full(store), other: .full(store))
        case .fatal(let reason):
            pipeline.withLock { $0.stopped = $0.stopped ?? reason }
            batch.deliver(claimed: .unknownOutcome(reason), other: .stopped(reason))
            after.deliver(claimed: .stopped(reason), other: .stopped(reason))
        }
    }

    private func refuseAll(_ reason: String) {
        let waiting = room.takeAll() + inbox
        inbox = []
        needsQuiet = false
        for submission in waiting { submission.refuse(.stopped(reason)) }
    }

    // MARK: Events that are not durable yet

    /// Lends the record of an event that was judged; nil when only the log has it.
    func withPendingRecord<Result>(
        at position: UInt64, _ body: (RecordView) throws -> Result
    ) rethrows -> Result? {
        for values in [open.values, flying] {
            guard let first = values.first, position >= first.first,
                let value = values.last(where: { $0.first <= position }), position <= value.last
            else { continue }
            return try value.withRecord(at: position) { bytes in
                try RecordView(bytes).map(body)
            }
        }
        return nil
    }
}

extension Submission {
    /// Stands where a submission was taken from.
    static var nothing: Submission {
        Submission(work: .request(AppendRequest(events: [])), completion: { _ in }, bytes: 0)
    }

    var isSequenced: Bool {
        if case .sequenced = work { true } else { false }
    }

    /// Answers without having been judged.
    func refuse(_ failure: AppendFailure) {
        switch work {
        case .request: completion(.failure(failure))
        case .sequenced(_, let completion):
            switch failure {
            case .closed: completion(.failure(.closed))
            default: completion(.failure(.doesNotContinue("the log does not append: \(failure)")))
            }
        }
    }
}
