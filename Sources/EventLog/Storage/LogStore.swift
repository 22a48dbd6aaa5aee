import Glibc
import LMDB
import LogFormat
import Synchronization

/// The `log` environment: the only truth. Values under the position of their first event, and
/// beside them the format header and the head.
final class LogStore: Sendable {
    let environment: Environment
    let identity: LedgerIdentity
    let values: Database
    let meta: Database
    /// Readers that nobody uses at the moment.
    let readers = Mutex<[ValueReader]>([])
    /// The preset dictionaries of sealed blocks, by number.
    let dictionaries = DictionaryShelf()
    /// Everything up to here lies in sealed blocks.
    let sealedWord = Atomic<UInt64>(0)
    /// What was committed since the head was written. Held by whoever writes to the environment's
    /// end.
    let headLag = Mutex(HeadLag.unknown)
    /// Everything up to here is in the environment.
    let storedWord = Atomic<UInt64>(0)
    /// Nil when the log was opened for reading only.
    let journal: Journal?
    /// What the journal holds and the environment does not.
    let tail = LogTail()
    let settler: Settler
    let options: EventLogOptions
    /// What the journal's records bear; nil when it is damaged, and then the log cannot be opened.
    let journalKey: JournalKey?

    private static let formatKey = "format"
    private static let journalKeyKey = "journal"
    static let headKey = "head"
    static let sealedKey = "sealed"
    static let readersMax = 8

    /// Opens the environment, makes a new ledger in an empty one and checks an existing one.
    ///
    /// What a journal holds is not looked at: see `openJournal`.
    ///
    /// - Parameter options: its `identity` is that of a new ledger, and an existing one must have
    ///   the same; without it any ledger will do, and a new one gets a random identity.
    /// - Throws: `.notALedger`, `.unknownFormat`, `.otherLedger`, `.damaged`, `.store`.
    init(path: String, options: EventLogOptions) throws(EventLogError) {
        self.options = options
        let readOnly = options.readOnly
        let identity = options.identity ?? .random(createdAt: options.clock())
        let opened = try storing {
            try Environment(
                path: path,
                options: .init(
                    mapSize: options.logMapBytes, maxDatabases: 8, readOnly: readOnly))
        }
        do {
            meta = try opened.openDatabase("meta", create: !readOnly)
            values = try opened.openDatabase("values", create: !readOnly)
            environment = opened
            self.identity = try Self.establish(
                opened, meta, values, readOnly: readOnly, identity: identity,
                isDemanded: options.identity != nil)
            journalKey = try Self.journalKey(opened, meta)
            journal = readOnly ? nil : Journal(directory: path, options: options)
            settler = Settler(milliseconds: options.settleMilliseconds)
            try loadSealing()
        } catch let error as LMDBError where error.kind == .notFound {
            opened.close()
            throw .notALedger("\(path) holds no ledger")
        } catch {
            opened.close()
            throw try storing { throw error }
        }
    }

    private static func establish(
        _ environment: Environment, _ meta: Database, _ values: Database, readOnly: Bool,
        identity: LedgerIdentity, isDemanded: Bool
    ) throws -> LedgerIdentity {
        let found = try environment.read { transaction in
            try transaction.get(meta, formatKey) { try LedgerFormat($0.transactionBytes) }
        }
        if let found {
            guard !isDemanded || found.identity == identity else {
                throw EventLogError.otherLedger(found: found.identity, expected: identity)
            }
            return found.identity
        }
        let isEmpty = try environment.read { try $0.stat(values).entries == 0 }
        guard isEmpty, !readOnly else {
            throw EventLogError.notALedger("the log has no format header")
        }
        try environment.write { transaction in
            try transaction.put(meta, formatKey, LedgerFormat(identity: identity).bytes)
            try transaction.put(meta, journalKeyKey, JournalKey.random().bytes)
        }
        return identity
    }

    private static func journalKey(
        _ environment: Environment, _ meta: Database
    ) throws -> JournalKey? {
        try environment.read { transaction in
            try transaction.get(meta, journalKeyKey) { JournalKey($0.transactionBytes) }
        }.flatMap { $0 }
    }

    /// Bytes of the pages that hold something; the file may hold free ones besides.
    func bytesInUse() throws -> Int {
        try environment.read { try $0.stat(meta).bytes + $0.stat(values).bytes }
    }

    /// Everything up to here is in the environment; what follows, in the journal.
    var storedThrough: UInt64 {
        storedWord.load(ordering: .acquiring)
    }

    /// Ends the store. In an orderly end nothing is left in the journal, and the head is where the
    /// log ends.
    func close() {
        if let journal {
            // Without them, the next opening takes the journal up and goes the rest of the way.
            _ = try? settle()
            let head = headLag.withLock { $0.head }
            if let head { try? environment.write { try $0.put(meta, Self.headKey, head.bytes) } }
            journal.close(isSettled: tail.isEmpty)
        }
        environment.close()
    }

    /// Opens the value a cursor stands on, and proves its header and directory.
    static func value(of cursor: borrowing ReadCursor) throws -> ValueView {
        guard let first = cursor.numberKey else {
            throw EventLogError.damaged(position: .zero, "a key of the log is not a position")
        }
        return try cursor.value { try ValueView($0.transactionBytes, at: first) }
    }

    /// The Merkle root after `position`; nil when neither a value ends there nor a sealed block
    /// holds it.
    func root(after position: UInt64) throws(EventLogError) -> MerkleHash? {
        if position == 0 { return .empty }
        let tail = tail.view
        if tail.holds(position) {
            let value = try storing { try tail.value(at: position) }
            return value?.header.last == position ? value?.header.root : nil
        }
        return try withReader { reader in
            try environment.read { transaction in
                try transaction.withCursor(values) { cursor in
                    guard try cursor.seekAtMost(position) else { return nil }
                    let value = try Self.value(of: cursor)
                    if value.header.last == position { return value.header.root }
                    return try Self.frontier(through: position, of: value, reader)?.root
                }
            }
        }
    }

    /// The Merkle tree over all events up to `position`, which a sealed block holds; nil when
    /// another value does.
    static func frontier(
        through position: UInt64, of value: ValueView, _ reader: ValueReader
    ) throws -> MerkleFrontier? {
        guard position <= value.header.last, var frontier = value.frontierBefore else {
            return nil
        }
        for at in value.header.first...position {
            frontier.append(.leaf(try reader.record(at: at, in: value).bytes))
        }
        return frontier
    }
}
