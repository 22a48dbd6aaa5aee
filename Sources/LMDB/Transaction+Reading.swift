import CLMDB

extension Transaction {
    /// Lends the value of a key to a closure.
    ///
    /// - Returns: what `body` returned, nil when there is no such key.
    /// - Throws: `LMDBError`, or what `body` throws. Complexity: O(log n).
    @inlinable
    package borrowing func get<Key: ByteSource & ~Copyable & ~Escapable, Result>(
        _ database: Database, _ key: borrowing Key, _ body: (RawSpan) throws -> Result
    ) throws -> Result? {
        guard let value = try find(database, key) else { return nil }
        return try body(value.bytes)
    }

    /// A copy of the value of a key, nil when there is no such key.
    @inlinable
    package borrowing func value<Key: ByteSource & ~Copyable & ~Escapable>(
        _ database: Database, _ key: borrowing Key
    ) throws(LMDBError) -> [UInt8]? {
        guard let value = try find(database, key) else { return nil }
        return Array(value)
    }

    /// The value of a key that holds one big-endian number.
    ///
    /// - Throws: `.corrupted` when the value does not have eight bytes.
    @inlinable
    package borrowing func number<Key: ByteSource & ~Copyable & ~Escapable>(
        _ database: Database, _ key: borrowing Key
    ) throws(LMDBError) -> UInt64? {
        guard let value = try find(database, key) else { return nil }
        return try core.number(database, value)
    }

    /// Whether there is such a key.
    @inlinable
    package borrowing func contains<Key: ByteSource & ~Copyable & ~Escapable>(
        _ database: Database, _ key: borrowing Key
    ) throws(LMDBError) -> Bool {
        try find(database, key) != nil
    }

    @inlinable
    borrowing func find<Key: ByteSource & ~Copyable & ~Escapable>(
        _ database: Database, _ key: borrowing Key
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        let core = core
        return try key.withBytes { (bytes) throws(LMDBError) in try core.find(database, bytes) }
    }

    /// The size of a database's tree.
    package borrowing func stat(_ database: Database) throws(LMDBError) -> DatabaseStatistics {
        try core.check(database, "stat")
        var statistics = MDB_stat()
        let code = mdb_stat(core.raw, database.handle, &statistics)
        guard code == MDB_SUCCESS else { throw core.failure(code, "stat", database) }
        return DatabaseStatistics(
            entries: statistics.ms_entries,
            depth: Int(statistics.ms_depth),
            branchPages: statistics.ms_branch_pages,
            leafPages: statistics.ms_leaf_pages,
            overflowPages: statistics.ms_overflow_pages,
            pageSize: Int(statistics.ms_psize))
    }

    /// Lends a cursor that can look but not change.
    ///
    /// In a write transaction nothing can be written while it is out; use `withWriteCursor`.
    ///
    /// - Throws: `LMDBError`, or what `body` throws.
    @inlinable
    package borrowing func withCursor<Result>(
        _ database: Database, _ body: (inout ReadCursor) throws -> Result
    ) throws -> Result {
        var cursor = try ReadCursor(core, database)
        return try body(&cursor)
    }
}
