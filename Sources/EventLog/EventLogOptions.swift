/// Sizes, limits and the clock of a log. Each default is what a production server wants; tests use
/// small ones to reach the borders.
package struct EventLogOptions: Sendable {
    /// The wall clock, microseconds since 1970-01-01T00:00:00Z.
    package var clock: @Sendable () -> Int64 = SystemClock.microseconds
    /// The identity a new ledger gets and an existing one must have; nil: random, whatever it is.
    package var identity: LedgerIdentity?
    /// Open for reading only, beside other readers; no index is built and nothing is written.
    package var readOnly = false

    // MARK: Room

    /// Address space for the log; the file grows only as it is used.
    package var logMapBytes = 1 << 40
    /// Address space for the index.
    package var indexMapBytes = 1 << 39

    // MARK: Requests

    /// The largest event: its record with body, trailer and names.
    package var maxEventBytes = 1 << 20
    /// The most bytes of bodies in one request; it is one transaction however many values it fills.
    package var maxRequestBytes = 16 << 20
    package var maxRequestEvents = 10_000
    /// Requests waiting to be judged, beyond which new ones are refused as overloaded.
    package var maxQueuedRequests = 65_536
    /// Bytes of bodies waiting to be judged.
    package var maxQueuedBytes = 64 << 20

    // MARK: Batches

    /// Bytes of records in one value of the log, unless one record alone is larger.
    package var maxValueBytes = 64 << 10
    /// A batch is not filled beyond this; a commit of more gains nothing.
    package var maxBatchEvents = 8_192
    package var maxBatchBytes = 2 << 20
    /// A batch this small is written by the sequencer's own thread when the pipeline is idle: a
    /// hand-over to the committer costs about 40 µs.
    package var inlineBatchEvents = 16
    /// The sequencer hands a batch over as soon as it has this many events and the committer is
    /// idle, instead of judging on.
    package var eagerBatchEvents = 64

    // MARK: Journal

    /// Bytes of each of the journal's two files; 0 is no journal.
    package var journalFileBytes = 2 << 20
    /// Commits of up to so many bytes become durable in the journal first; larger ones go into the
    /// log at once, which takes few flushes a byte anyway.
    package var journalCommitBytes = 128 << 10
    /// How long a commit stays in the journal when nothing else happens.
    package var settleMilliseconds = 50

    // MARK: Index

    /// Events after which the index is written out.
    package var checkpointEvents = 65_536
    /// Index keys that one write of the index may touch, each event's id and each list of positions
    /// counted once. The ends of lists share pages and few outgrow theirs in one write, so that this
    /// stays below the number of dirty pages that a transaction of LMDB holds; beyond it LMDB
    /// writes pages out early, which only takes longer.
    package var checkpointKeys = 98_304
    /// The index is written out after this time at the latest when there is anything to write.
    package var checkpointMilliseconds = 5_000
    /// Events the index's tail in memory may hold before appends wait for the index.
    package var overlayMaxEvents = 262_144
    /// Index keys it may hold before appends wait: events with many tags take more room.
    package var overlayMaxKeys = 393_216
    /// Posting chunks grow to about this size; two fit beside each other on a page.
    package var postingChunkBytes = 1_900
    /// The end of a list grows to this size before it is put into its chunks.
    package var postingTailBytes = 120
    /// Positions of ends that outgrew this which one write of the index keeps in memory, and those
    /// of one list more.
    package var postingsAtOnce = 1 << 17
    /// Chunks of ids grow to this size; four fit beside each other on a page, and a look-up goes
    /// through half of one.
    package var idChunkBytes = 984
    /// Names of streams and tags remembered beyond those in use.
    package var nameCacheEntries = 262_144

    // MARK: Sealing

    /// Whether old batches are turned into sealed blocks.
    package var sealing = true
    /// Bytes that a sealed block should have; about 64 KiB fit into whole pages.
    package var sealedBlockBytes = 64_000
    /// How hard frames are compressed, 1 (fast) to 9 (small). With facts of 540 bytes, level 7 makes
    /// 79 bytes of each.
    package var sealLevel = 7
    /// The same while much waits and appends come fast: level 4 makes 82 bytes in less than half of the time.
    package var sealLevelInHaste = 4
    /// Events that wait for the sealer before it makes haste.
    package var sealHasteEvents = 131_072
    /// Events that may wait for the sealer while appends come fast: it has time afterwards.
    package var sealDeferredEvents = 524_288
    /// Appends come fast when there are more events than this in a hundredth of a second.
    package var sealBusyEvents = 100
    /// Bytes of a preset dictionary.
    package var dictionaryBytes = 64 << 10
    /// Blocks after which a new dictionary is tried; in the beginning it is tried more often.
    package var dictionaryInterval = 1_024
    /// How long a finished block waits for a commit to go along with.
    package var sealPatienceMilliseconds = 20

    // MARK: Reads

    /// Index look-ups one page may cost before it ends early.
    package var searchEffort = 20_000
    package var maxPageEvents = 8_192
    package var maxPageBytes = 8 << 20

    // MARK: Faults

    /// Called on the committing thread before each commit with the commit's first position; an
    /// error it throws counts as the commit's own. Lets a test make the N-th commit fail.
    package var beforeCommit: (@Sendable (Position) throws -> Void)?
    /// The same for each write of the index, with the checkpoint's position.
    package var beforeCheckpoint: (@Sendable (Position) throws -> Void)?

    /// Called before what the journal holds is put into the log, on the thread that does it; an
    /// error it throws counts as that of the transaction.
    package var beforeSettling: (@Sendable () throws -> Void)?

    /// Called on the sealer's thread at each step of sealing; throwing ends the step as if the
    /// machine had failed there.
    package var whileSealing: (@Sendable (SealStep) throws -> Void)?

    package init() {}
}
