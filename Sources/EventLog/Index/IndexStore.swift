import LMDB
import LogFormat

/// The `index` environment: names, ids and posting chunks up to its checkpoint. Derived from the
/// log, and built anew whenever it does not fit it.
final class IndexStore: Sendable {
    let environment: Environment
    let meta: Database
    /// Name → `NameRecord`.
    let names: Database
    /// First `IDEntry` of a run → `IDChunk`: the events whose ids have version 7.
    let ids: Database
    /// Event id of another version → position. They come in no order, so runs of them would not
    /// save anything.
    let otherIDs: Database
    /// `PostingKey` → `PostingChunk`.
    let postings: Database
    /// `ListID` → `PostingTail`: the positions of a list that come after all of its chunks.
    let tails: Database

    /// What the ids that are found are compared with.
    let log: LogStore

    static let checkpointKey = "checkpoint"

    init(
        path: String, mapBytes: Int, readOnly: Bool, log: LogStore
    ) throws(EventLogError) {
        self.log = log
        let opened = try storing {
            try Environment(
                path: path,
                options: .init(
                    mapSize: mapBytes, maxDatabases: 8, readOnly: readOnly, readAhead: false))
        }
        do {
            meta = try opened.openDatabase("meta", create: !readOnly)
            names = try opened.openDatabase("names", create: !readOnly)
            ids = try opened.openDatabase("ids", create: !readOnly)
            otherIDs = try opened.openDatabase("other-ids", create: !readOnly)
            postings = try opened.openDatabase("postings", create: !readOnly)
            tails = try opened.openDatabase("tails", create: !readOnly)
            environment = opened
        } catch {
            opened.close()
            throw .store(error)
        }
    }

    /// The stored checkpoint; nil when there is none that this version knows.
    func loadCheckpoint() throws(EventLogError) -> IndexCheckpoint? {
        try storing {
            try environment.read { transaction in
                try transaction.get(meta, Self.checkpointKey) { span in
                    IndexCheckpoint(span.transactionBytes)
                }.flatMap { $0 }
            }
        }
    }

    /// Whether nothing was ever written.
    var isEmpty: Bool {
        get throws(EventLogError) {
            try storing {
                try environment.read { transaction in
                    try transaction.stat(meta).entries == 0
                        && transaction.stat(postings).entries == 0
                        && transaction.stat(tails).entries == 0
                }
            }
        }
    }

    /// What the table says of names, in the order asked.
    func records(ofNames wanted: [String]) throws(EventLogError) -> [NameRecord?] {
        try storing {
            try environment.read { transaction in
                try wanted.map { try record(of: $0, transaction) }
            }
        }
    }

    /// Bytes of the pages that hold something; the file may hold free ones besides.
    func bytesInUse() throws -> Int {
        try environment.read { transaction in
            var bytes = 0
            for table in [meta, names, ids, otherIDs, postings, tails] {
                bytes += try transaction.stat(table).bytes
            }
            return bytes
        }
    }

    /// Looks a name up inside a transaction.
    func record<Access>(
        of name: String, _ transaction: borrowing Transaction<Access>
    ) throws -> NameRecord? {
        // Longer ones cannot be recorded, and LMDB does not take them as keys.
        guard !name.isEmpty, name.utf8.count <= RecordFormat.nameBytesMax else { return nil }
        let found = try transaction.get(names, name) { NameRecord($0.transactionBytes) }
        guard let found else { return nil }
        guard let record = found else {
            throw EventLogError.damaged(position: .zero, "the index's entry of \(name)")
        }
        return record
    }
}
