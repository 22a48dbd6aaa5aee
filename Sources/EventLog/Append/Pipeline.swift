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
    /// A sealed block has waited long enough for a commit to go along with.
    var isSealDue = false
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
