import CLMDB

/// Conditions on a put.
@usableFromInline
package struct PutFlags: OptionSet, Sendable {
    /// LMDB's own bits.
    @usableFromInline package let rawValue: UInt32

    /// Flags of LMDB's own bits.
    @usableFromInline
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The key must be greater than every key of the database: pages are filled up and the
    /// search is saved. Else `.outOfOrder`.
    package static let append = PutFlags(rawValue: UInt32(MDB_APPEND))
    /// The key must be new. Else `.keyExists`.
    package static let noOverwrite = PutFlags(rawValue: UInt32(MDB_NOOVERWRITE))
}

extension Transaction where Access == WriteAccess {
    /// Stores a value under a key.
    ///
    /// - Throws: `LMDBError`; after anything but `.keyExists`, `.outOfOrder`, `.keySize`,
    ///   `.valueSize` and `.misuse` the transaction can only be undone.
    @inlinable
    package mutating func put<
        Key: ByteSource & ~Copyable & ~Escapable, Value: ByteSource & ~Copyable & ~Escapable
    >(
        _ database: Database, _ key: borrowing Key, _ value: borrowing Value,
        _ flags: PutFlags = []
    ) throws(LMDBError) {
        let core = core
        let count = try Self.put(core, database, key, value, flags)
        try account(count)
    }

    @inlinable
    static func put<
        Key: ByteSource & ~Copyable & ~Escapable, Value: ByteSource & ~Copyable & ~Escapable
    >(
        _ core: TransactionCore, _ database: Database, _ key: borrowing Key,
        _ value: borrowing Value, _ flags: PutFlags
    ) throws(LMDBError) -> Int {
        try key.withBytes { (keyBytes) throws(LMDBError) in
            try value.withBytes { (valueBytes) throws(LMDBError) in
                try core.put(database, keyBytes, valueBytes, flags)
                return keyBytes.count + valueBytes.count
            }
        }
    }

    /// Stores a value under a key that must be new.
    ///
    /// - Returns: false when the key existed; nothing is written then.
    @inlinable
    package mutating func insert<
        Key: ByteSource & ~Copyable & ~Escapable, Value: ByteSource & ~Copyable & ~Escapable
    >(
        _ database: Database, _ key: borrowing Key, _ value: borrowing Value
    ) throws(LMDBError) -> Bool {
        let core = core
        let count = try key.withBytes { (keyBytes) throws(LMDBError) in
            try value.withBytes { (valueBytes) throws(LMDBError) in
                try core.insert(database, keyBytes, valueBytes)
                    ? keyBytes.count + valueBytes.count : nil
            }
        }
        guard let count else { return false }
        try account(count)
        return true
    }

    /// Makes room for a value in its page and lends it, filled with zeros, to be written in place.
    ///
    /// A throwing `body` spoils the transaction: it can then only be undone, because the key
    /// already stands for half a value.
    ///
    /// - Parameter count: bytes of the value.
    @inlinable
    package mutating func reserve<Key: ByteSource & ~Copyable & ~Escapable, Result>(
        _ database: Database, _ key: borrowing Key, count: Int, _ flags: PutFlags = [],
        _ body: (inout MutableRawSpan) throws -> Result
    ) throws -> Result {
        let core = core
        let room = try key.withBytes { (bytes) throws(LMDBError) in
            try core.reserve(database, bytes, count, flags)
        }
        try account(count)
        isSpoiled = true
        var span = room.mutableBytes
        let result = try body(&span)
        isSpoiled = false
        return result
    }

    /// Removes a key and its value.
    ///
    /// - Returns: whether there was such a key.
    @inlinable
    @discardableResult
    package mutating func delete<Key: ByteSource & ~Copyable & ~Escapable>(
        _ database: Database, _ key: borrowing Key
    ) throws(LMDBError) -> Bool {
        let core = core
        return try key.withBytes { (bytes) throws(LMDBError) in
            try core.delete(database, bytes)
        }
    }

    /// Removes every key of a database and keeps the database.
    package mutating func clear(_ database: Database) throws(LMDBError) {
        try core.check(database, "clear")
        let code = mdb_drop(core.raw, database.handle, 0)
        guard code == MDB_SUCCESS else { throw core.failure(code, "clear", database) }
    }

    /// Lends a cursor that can change what it stands on.
    ///
    /// - Throws: `LMDBError`, or what `body` throws.
    @inlinable
    package mutating func withWriteCursor<Result>(
        _ database: Database, _ body: (inout WriteCursor) throws -> Result
    ) throws -> Result {
        var cursor = try WriteCursor(core, database)
        let result = try body(&cursor)
        try account(cursor.bytesPut)
        return result
    }

    /// Counts bytes put against the limit of one transaction.
    @usableFromInline
    mutating func account(_ count: Int) throws(LMDBError) {
        bytesPut = bytesPut.addingReportingOverflow(count).partialValue
        let limit = core.environment.options.transactionBytesMax
        guard bytesPut >= 0, bytesPut <= limit else {
            isSpoiled = true
            throw LMDBError(
                kind: .transactionFull, operation: "put",
                detail: "\(bytesPut) bytes, limit \(limit)")
        }
    }

    /// Makes everything durable, or nothing.
    mutating func commit() throws(LMDBError) {
        try core.checkThread("commit")
        guard !isSpoiled else {
            throw LMDBError(
                kind: .misuse("a failed reserve or an oversized transaction must be undone"),
                operation: "commit")
        }
        isEnded = true
        let code = mdb_txn_commit(core.raw)
        guard code == MDB_SUCCESS else { throw core.environment.commitFailure(code) }
    }
}
