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
    /// What was committed since the head was written.
    let headLag = Mutex(HeadLag.unknown)

    private static let formatKey = "format"
    static let headKey = "head"
    static let sealedKey = "sealed"
    static let readersMax = 8

    /// Opens the environment, makes a new ledger in an empty one and checks an existing one.
    ///
    /// - Parameter identity: the identity of a new ledger; an existing one must have the same when
    ///   `isIdentityDemanded`.
    /// - Throws: `.notALedger`, `.unknownFormat`, `.otherLedger`, `.store`.
    init(
        path: String, mapBytes: Int, readOnly: Bool, identity: LedgerIdentity,
        isIdentityDemanded: Bool
    ) throws(EventLogError) {
        let opened = try storing {
            try Environment(
                path: path,
                options: .init(mapSize: mapBytes, maxDatabases: 8, readOnly: readOnly))
        }
        do {
            meta = try opened.openDatabase("meta", create: !readOnly)
            values = try opened.openDatabase("values", create: !readOnly)
            environment = opened
            self.identity = try Self.establish(
                opened, meta, values, readOnly: readOnly, identity: identity,
                isDemanded: isIdentityDemanded)
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
        }
        return identity
    }

    /// Bytes of the pages that hold something; the file may hold free ones besides.
    func bytesInUse() throws -> Int {
        try environment.read { try $0.stat(meta).bytes + $0.stat(values).bytes }
    }

    /// Ends the store; the head is then where the log ends.
    func close() {
        if let head = headLag.withLock({ $0.head }) {
            // Without it, the next opening goes the rest of the way.
            try? environment.write { try $0.put(meta, Self.headKey, head.bytes) }
        }
        environment.close()
    }

    /// Writes values in one durable transaction.
    ///
    /// - Parameter group: a sealed block that takes the place of its batches in the same
    ///   transaction.
    /// - Returns: the new head. On return everything is on the disk; on a throw nothing is, unless
    ///   the error is fatal.
    func commit(
        _ batch: [PendingValue], after head: LogHead, ledgerAt: Int64, sealing group: SealedGroup?
    ) throws -> LogHead {
        var next = head
        next.ledgerAt = ledgerAt
        var roots: [MerkleHash] = []
        roots.reserveCapacity(batch.count)
        for value in batch {
            value.forEachRecord { next.frontier.append(.leaf($0)) }
            roots.append(next.frontier.root)
        }
        let bytes = batch.reduce(0) { $0 + $1.recordBytes }
        let lag = headLag.withLock { $0 }.adding(next, bytes: bytes)
        // A block's swap writes to the same page anyway.
        let isHeadDue = lag.isDue || group != nil
        try environment.write { transaction in
            for (index, value) in batch.enumerated() {
                try transaction.reserve(
                    values, value.first, count: value.storedBytes, .append
                ) { room in
                    room.withUnsafeMutableBytes { room in
                        value.write(
                            root: roots[index], isContinued: index + 1 < batch.count, to: room)
                    }
                }
            }
            if isHeadDue { try transaction.put(meta, Self.headKey, next.bytes) }
            if let group { try swap(in: group, &transaction) }
        }
        headLag.withLock { $0 = isHeadDue ? .none : lag }
        if let group { swapped(in: group) }
        return next
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
