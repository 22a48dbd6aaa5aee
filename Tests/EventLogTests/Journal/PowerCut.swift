import Glibc
import LMDB
import TestSupport
import Testing

@testable import EventLog

/// What the disk holds when the power fails: the environment as it was flushed last, and the
/// journal's files.
struct PowerCut {
    let fixture: LedgerFixture

    /// Takes a picture of a ledger that is open.
    ///
    /// - Parameter environment: a copy of the environment at some earlier moment; nil: as it is.
    init(of log: EventLog, at path: String, options: EventLogOptions, environment: String? = nil)
        throws
    {
        var fixture = LedgerFixture()
        fixture.options = options
        self.fixture = fixture
        mkdir(fixture.path, 0o700)
        if let environment {
            mkdir("\(fixture.path)/log", 0o700)
            try copyFile("\(environment)/data.mdb", to: "\(fixture.path)/log/data.mdb")
        } else {
            try log.log.environment.copy(to: "\(fixture.path)/log", compact: false)
        }
        if let index = log.index, environment == nil {
            // The index may be ahead of the environment, never of the journal.
            try index.environment.copy(to: "\(fixture.path)/index", compact: false)
        }
        for (from, to) in zip(Journal.paths(in: "\(path)/log"), journals) {
            if access(from, F_OK) == 0 { try copyFile(from, to: to) }
        }
    }

    /// The journal's files, be they there or not.
    var journals: [String] { Journal.paths(in: "\(fixture.path)/log") }

    /// The file that was written last.
    func lastJournal() throws -> String {
        let found = try journals.filter { access($0, F_OK) == 0 }.max {
            try ends($0).last?.last ?? 0 < ends($1).last?.last ?? 0
        }
        return found ?? journals[0]
    }

    /// Where the records of a file lie that are of this ledger and of the file's last use, with
    /// their last positions.
    func ends(_ path: String) throws -> [(place: Range<Int>, last: UInt64)] {
        let bytes = try readFile(path)
        var options = EventLogOptions()
        options.readOnly = true
        let store = try LogStore(path: "\(fixture.path)/log", options: options)
        defer { store.close() }
        let key = try #require(store.journalKey)
        var records: [(place: Range<Int>, last: UInt64)] = []
        var offset = 0
        while offset < bytes.count {
            let found = bytes.withUnsafeBytes {
                JournalRecord.read(
                    UnsafeRawBufferPointer(rebasing: $0[offset...]), key: key)
            }
            guard let found, found.first > records.last?.last ?? 0 else { break }
            records.append((offset..<offset + found.size, found.last))
            offset += JournalRecord.padded(found.size)
        }
        return records
    }
}
