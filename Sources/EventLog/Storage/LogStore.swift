import Glibc
import LMDB
import Synchronization

/// The `log` environment: the only truth. Values under the position of their first event, and
/// beside them the format header and the head.
final class LogStore: Sendable {
    let environment: Environment
    let identity: LedgerIdentity
    let values: Database
    private let meta: Database

    private static let formatKey = "format"
    private static let headKey = "head"

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

    /// The head as stored, checked against the last value: their Merkle roots must agree.
    ///
    /// - Throws: `.damaged`, `.unsupportedValue`, `.store`. Complexity: O(log n).
    func loadHead() throws(EventLogError) -> LogHead {
        try storing {
            try environment.read { transaction in
                let stored = try transaction.get(meta, Self.headKey) { span in
                    LogHead(span.transactionBytes)
                }
                let last = try transaction.withCursor(values) { cursor -> ValueHeader? in
                    guard try cursor.last() else { return nil }
                    return try Self.value(of: cursor).header
                }
                guard let last else {
                    guard stored == nil else {
                        throw EventLogError.damaged(position: .first, "the log's values are gone")
                    }
                    return LogHead()
                }
                guard let head = stored.flatMap({ $0 }), head.position == last.last,
                    head.frontier.root == last.root
                else {
                    throw EventLogError.damaged(
                        position: Position(last.last),
                        "the stored head does not agree with the last value")
                }
                return head
            }
        }
    }

    /// The last position that the log's end speaks of, be it proved or not.
    func lastPositionKnown() throws(EventLogError) -> UInt64 {
        try storing {
            try environment.read { transaction in
                let stored = try transaction.get(meta, Self.headKey) { span in
                    LogHead(span.transactionBytes)?.position
                }
                let last = try transaction.withCursor(values) { cursor in
                    try cursor.last() ? cursor.numberKey : nil
                }
                return max(stored.flatMap { $0 } ?? 0, last ?? 0)
            }
        }
    }

    /// Ends the store.
    func close() {
        environment.close()
    }

    /// Writes values in one durable transaction.
    ///
    /// - Returns: the new head. On return everything is on the disk; on a throw nothing is, unless
    ///   the error is fatal.
    func commit(
        _ batch: [PendingValue], after head: LogHead, ledgerAt: Int64
    ) throws -> LogHead {
        var next = head
        next.ledgerAt = ledgerAt
        var roots: [MerkleHash] = []
        roots.reserveCapacity(batch.count)
        for value in batch {
            value.forEachRecord { next.frontier.append(.leaf($0)) }
            roots.append(next.frontier.root)
        }
        let headBytes = next.bytes
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
            try transaction.put(meta, Self.headKey, headBytes)
        }
        return next
    }

    /// Opens the value a cursor stands on, and proves its header and directory.
    static func value(of cursor: borrowing ReadCursor) throws -> ValueView {
        guard let first = cursor.numberKey else {
            throw EventLogError.damaged(position: .zero, "a key of the log is not a position")
        }
        return try cursor.value { try ValueView($0.transactionBytes, at: first) }
    }

    /// The Merkle root after `position`, which must be the last of its value; nil when it is not.
    func root(after position: UInt64) throws(EventLogError) -> MerkleHash? {
        if position == 0 { return .empty }
        return try storing {
            try environment.read { transaction in
                try transaction.withCursor(values) { cursor in
                    guard try cursor.seekAtMost(position) else { return nil }
                    let header = try Self.value(of: cursor).header
                    return header.last == position ? header.root : nil
                }
            }
        }
    }
}
