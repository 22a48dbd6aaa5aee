import LMDB
import LogFormat

/// How far the log has gone on since its head was written: writing the head costs each commit a
/// page of its own, and opening the log can go the rest of the way by itself.
struct HeadLag: Equatable {
    /// Commits after which the head is written again.
    static let commitsMax = 64
    /// Bytes of records after which it is, so that opening has little to hash.
    static let bytesMax = 1 << 20

    /// The head was written by the last commit.
    static let none = HeadLag(commits: 0, bytes: 0, head: nil)
    /// Nobody knows when it was written: the next commit does.
    static let unknown = HeadLag(commits: commitsMax, bytes: 0, head: nil)

    private let commits: Int
    private let bytes: Int
    /// The head that is not written; nil when none is known.
    let head: LogHead?

    private init(commits: Int, bytes: Int, head: LogHead?) {
        self.commits = commits
        self.bytes = bytes
        self.head = head
    }

    /// Whether the head should be written.
    var isDue: Bool {
        commits >= Self.commitsMax || bytes >= Self.bytesMax
    }

    /// The same after one more commit.
    ///
    /// - Parameter bytes: of its records.
    func adding(_ head: LogHead, bytes count: Int) -> HeadLag {
        HeadLag(commits: commits + 1, bytes: bytes + count, head: head)
    }
}

/// Where the log ends.
extension LogStore {
    /// The head: the one that was written last, carried on over the events after it and checked
    /// against the Merkle root in the last value.
    ///
    /// - Throws: `.damaged`, `.unsupportedValue`, `.store`. Complexity: O(log n), and the hashes of
    ///   what `HeadLag` allows.
    func loadHead() throws(EventLogError) -> LogHead {
        let (stored, last) = try storing {
            try environment.read { transaction in
                (try storedHead(transaction), try lastHeader(transaction))
            }
        }
        guard let last else {
            guard stored == nil else {
                throw .damaged(position: .first, "the log's values are gone")
            }
            return LogHead()
        }
        guard var head = stored.flatMap({ $0 }), head.position <= last.last else {
            throw Self.disagreement(last)
        }
        if head.position < last.last {
            try forEachRecord(from: head.position + 1) { _, record, _ in
                head.frontier.append(.leaf(record.bytes))
                head.ledgerAt = record.ledgerAt
                return true
            }
        }
        guard head.position == last.last, head.frontier.root == last.root else {
            throw Self.disagreement(last)
        }
        return head
    }

    private static func disagreement(_ last: ValueHeader) -> EventLogError {
        .damaged(
            position: Position(last.last), "the stored head does not agree with the last value")
    }

    /// The last position that the log's end speaks of, be it proved or not.
    func lastPositionKnown() throws(EventLogError) -> UInt64 {
        try storing {
            try environment.read { transaction in
                let stored = try storedHead(transaction).flatMap { $0?.position }
                let last = try transaction.withCursor(values) { cursor in
                    try cursor.last() ? cursor.numberKey : nil
                }
                return max(stored ?? 0, last ?? 0)
            }
        }
    }

    /// The head as it was written last; nil within when its bytes are none, nil when it is missing.
    private func storedHead(_ transaction: borrowing ReadTransaction) throws -> LogHead?? {
        try transaction.get(meta, Self.headKey) { LogHead($0.transactionBytes) }
    }

    private func lastHeader(_ transaction: borrowing ReadTransaction) throws -> ValueHeader? {
        try transaction.withCursor(values) { cursor in
            try cursor.last() ? try Self.value(of: cursor).header : nil
        }
    }
}
