import Glibc

/// A request on its way to the sequencer.
struct Submission: Sendable {
    /// What is asked for.
    enum Work: Sendable {
        case request(AppendRequest)
        case sequenced(SequencedBatch, @Sendable (Result<Position, EventLogError>) -> Void)
    }

    var work: Work
    var completion: AppendCompletion
    /// Bytes counted against the queue's limit.
    var bytes: Int
}

/// What the threads of the append path tell each other. Guarded by one monitor.
struct Pipeline {
    /// The monitor's role of the sequencer's thread.
    static let sequencerRole = 0
    /// The monitor's role of the committer's thread.
    static let committerRole = 1
    static let roles = 2

    /// Requests that wait while the committer is busy, for which the sequencer is woken.
    static let wakeEvery = 8

    /// Waiting to be judged, in order of arrival.
    var queue: [Submission] = []
    var queuedBytes = 0
    /// The batch the committer shall write or is writing.
    var handed: Batch?
    /// Set by the committer when `handed` could not be written; cleared by the sequencer.
    var failure: CommitFailure?
    /// The committer has nothing to do.
    var isCommitterIdle = true
    /// No more appends until the log is opened again; the reason.
    var stopped: String?
    var isClosing = false
    /// The sequencer has ended; the committer may end too.
    var isSequencerDone = false
    /// The index cannot be written; the sequencer refuses what needs it.
    var indexFull = false
    /// What was prepared for the judge since the sequencer looked last.
    var prepared: [any Preparation] = []
    /// The sequencer's thread sleeps and has nothing in hand.
    var isSequencerIdle = false
    /// The caller's thread that does the sequencer's work for a request of its own.
    var carrier: pthread_t?

    /// Lets the calling thread carry a request through by itself, if nothing at all is under way.
    ///
    /// - Returns: false when the request must be queued.
    mutating func beginCarrying() -> Bool {
        guard isSequencerIdle, carrier == nil, queue.isEmpty, isCommitterIdle, failure == nil,
            stopped == nil, !isClosing
        else { return false }
        carrier = pthread_self()
        isSequencerIdle = false
        return true
    }

    /// Gives the sequencer's work back to its thread.
    ///
    /// - Parameter isWaited: whether requests wait for preparations.
    /// - Returns: whether that thread has something to do.
    mutating func endCarrying(isWaited: Bool) -> Bool {
        carrier = nil
        let hasWork = !queue.isEmpty || !prepared.isEmpty
        isSequencerIdle = !hasWork && !isWaited
        return hasWork || isClosing
    }

    /// Whether the calling thread carries a request through.
    var isCarrier: Bool {
        carrier.map { pthread_equal($0, pthread_self()) != 0 } ?? false
    }
}

/// Why a commit failed.
struct CommitFailure: Sendable {
    /// Nothing was recorded and the log may go on; or nobody knows and it may not.
    enum Kind: Sendable {
        case full(FullStore)
        case fatal(String)
    }

    var kind: Kind
}
