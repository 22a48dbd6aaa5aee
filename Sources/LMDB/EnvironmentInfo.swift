import CLMDB

/// Gauges of an environment at one moment.
package struct EnvironmentInfo: Sendable, Equatable {
    /// The directory.
    package let path: String
    /// Bytes of the map.
    package let mapSize: Int
    /// Bytes a page.
    package let pageSize: Int
    /// Number of the last page in use; pages up to it are file.
    package let lastPage: Int
    /// The last committed transaction.
    package let lastTransaction: UInt64
    /// Slots of the reader table that were ever in use, over all processes.
    package let readers: Int
    /// Slots of the reader table.
    package let maxReaders: Int
    /// Read transactions of this process at this moment.
    package let activeReaders: Int
    /// Age of the oldest of them in nanoseconds; 0 when there is none.
    package let oldestReaderAgeNanoseconds: UInt64
    /// Read transactions of this process that lived longer than the limit, since the open.
    package let overlongReaders: Int
    /// The oldest snapshot that any process holds; nil when none does.
    package let oldestReaderTransaction: UInt64?

    /// Bytes of the map that are file.
    package var usedBytes: Int { (lastPage + 1) * pageSize }

    /// How many transactions the oldest reader is behind; their freed pages cannot be used again.
    package var oldestReaderLag: UInt64 {
        guard let oldest = oldestReaderTransaction, oldest < lastTransaction else { return 0 }
        return lastTransaction - oldest
    }
}

/// A slot of the table of readers.
package struct ReaderSlot: Sendable, Equatable {
    /// The process that owns it.
    package let processID: Int32
    /// The snapshot it holds; nil while it is idle.
    package let transaction: UInt64?
}

extension Environment {
    /// Gauges of this moment; waits for a resize that is under way.
    ///
    /// - Throws: `.closed`.
    package var info: EnvironmentInfo {
        get throws(LMDBError) { try service("info", gauges) }
    }

    private func gauges(_ raw: OpaquePointer) throws(LMDBError) -> EnvironmentInfo {
        var numbers = MDB_envinfo()
        var statistics = MDB_stat()
        mdb_env_info(raw, &numbers)
        mdb_env_stat(raw, &statistics)
        let gauge = gate.readerGauge()
        let oldest = listReaders(raw).compactMap(\.transaction).min()
        return EnvironmentInfo(
            path: path,
            mapSize: numbers.me_mapsize,
            pageSize: Int(statistics.ms_psize),
            lastPage: numbers.me_last_pgno,
            lastTransaction: UInt64(numbers.me_last_txnid),
            readers: Int(numbers.me_numreaders),
            maxReaders: Int(numbers.me_maxreaders),
            activeReaders: gauge.active,
            oldestReaderAgeNanoseconds: gauge.oldestAgeNanoseconds,
            overlongReaders: gauge.overlong,
            oldestReaderTransaction: oldest)
    }

    /// The slots of the reader table that are taken, by any process.
    package func readers() throws(LMDBError) -> [ReaderSlot] {
        try service("readers") { (raw) throws(LMDBError) in listReaders(raw) }
    }

    /// Frees the slots of processes that died, so that the pages they held can be used again.
    ///
    /// - Returns: how many slots were freed.
    @discardableResult
    package func checkReaders() throws(LMDBError) -> Int {
        try service("check readers") { (raw) throws(LMDBError) in
            var dead: Int32 = 0
            let code = mdb_reader_check(raw, &dead)
            guard code == MDB_SUCCESS else { throw failure(code, "check readers") }
            return Int(dead)
        }
    }

    private func listReaders(_ raw: OpaquePointer) -> [ReaderSlot] {
        var text: [String] = []
        withUnsafeMutablePointer(to: &text) { lines in
            // The library offers the table only as text, a line a slot: pid, thread, snapshot.
            _ = mdb_reader_list(
                raw,
                { line, context in
                    guard let line, let context else { return 0 }
                    context.assumingMemoryBound(to: [String].self).pointee
                        .append(String(cString: line))
                    return 0
                }, lines)
        }
        return text.compactMap { line in
            let words = line.split { $0 == " " || $0 == "\n" }
            guard words.count == 3, let process = Int32(words[0]) else { return nil }
            return ReaderSlot(processID: process, transaction: UInt64(words[2]))
        }
    }
}
