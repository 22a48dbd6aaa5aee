import Synchronization

/// Where small commits become durable before they are in the log: one write into a file that is
/// there already, and one flush, where a commit of LMDB writes eight pages in as many places and
/// flushes twice. What is in it is put into the log a little later, many commits in one.
///
/// Two files take turns: one is written while what the other holds is put into the log.
///
/// `@unchecked Sendable`: the files belong to whoever commits, which is one thread at a time; only
/// `settled` is told by another.
final class Journal: @unchecked Sendable {
    private let directory: String
    private var files: [JournalFile]
    private var active = 0
    /// Whether it was told that the active file should be settled.
    private var hasAsked = false
    /// Everything up to here is in the log.
    private let settledWord: Atomic<UInt64>
    /// The log had no room for what the journal holds when it was tried last.
    private let isBlocked = Atomic(false)
    private let capacity: Int
    /// Bytes of a commit, above which it goes straight into the log.
    private let commitBytesMax: Int

    /// The files of a ledger whose log lies in `directory`.
    static func paths(in directory: String) -> [String] {
        ["\(directory)/journal-1", "\(directory)/journal-2"]
    }

    /// - Parameter directory: of the log.
    init(directory: String, options: EventLogOptions) {
        let capacity = JournalRecord.padded(
            min(options.journalFileBytes, JournalReading.fileBytesMax))
        self.capacity = capacity
        commitBytesMax = options.journalCommitBytes
        self.directory = directory
        settledWord = Atomic(0)
        files = Self.paths(in: directory).map { JournalFile(path: $0, capacity: capacity) }
    }

    /// Takes over the files of an earlier run.
    ///
    /// - Parameters:
    ///   - stored: the last position of the environment.
    ///   - last: the last one that the files hold.
    func begin(stored: UInt64, last: UInt64) {
        settledWord.store(stored, ordering: .releasing)
        for index in files.indices { files[index].takeOver(last: last) }
    }

    /// Whether a commit of so many bytes in a file should go into the journal, and can.
    func takes(_ size: Int) -> Bool {
        guard size <= commitBytesMax, !isBlocked.load(ordering: .relaxed) else { return false }
        return files[active].hasRoom(for: size)
            || size <= capacity && (isFree(active) || isFree(1 - active))
    }

    /// Writes a commit, which `takes` said yes to.
    ///
    /// - Returns: false when the disk has no room for it; nothing was written then.
    /// - Throws: `.system`: nobody knows whether it is on the disk.
    func write(_ record: JournalRecord) throws(EventLogError) -> Bool {
        if isFree(active) {
            begin(active)
        } else if !files[active].hasRoom(for: record.bytes.count) {
            begin(1 - active)
        }
        return try files[active].write(record.bytes, last: record.last)
    }

    /// Whether it is time to put what the journal holds into the log: when half of the file that
    /// is being written is full, so that the other one is free when this one is full. It says so
    /// once a file.
    func isSettlingDue() -> Bool {
        guard !hasAsked, files[active].end > capacity / 2 else { return false }
        hasAsked = true
        return true
    }

    /// Everything up to a position is in the log.
    func settled(through position: UInt64) {
        settledWord.store(position, ordering: .releasing)
        isBlocked.store(false, ordering: .relaxed)
    }

    /// The log has no room for what the journal holds: nothing is added until it has.
    func block() {
        isBlocked.store(true, ordering: .relaxed)
    }

    /// Ends the journal.
    ///
    /// - Parameter isSettled: whether everything is in the log.
    func close(isSettled: Bool) {
        var isAnyGone = false
        for index in files.indices where files[index].close(isNeeded: !isSettled) {
            isAnyGone = true
        }
        // Else a power cut might bring back what the log has been going on without.
        if isAnyGone, let path = Self.paths(in: directory).first { flushDirectory(of: path) }
    }

    private func begin(_ index: Int) {
        active = index
        files[index].begin()
        hasAsked = false
    }

    private func isFree(_ index: Int) -> Bool {
        files[index].last <= settledWord.load(ordering: .acquiring)
    }
}
