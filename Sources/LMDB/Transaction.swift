import CLMDB
import Glibc

/// Marks what a transaction or a cursor may do.
@usableFromInline
package protocol TransactionAccess {}

/// Reading only.
@usableFromInline
package enum ReadAccess: TransactionAccess {}

/// Reading and writing.
@usableFromInline
package enum WriteAccess: TransactionAccess {}

/// A snapshot lent to a closure by `Environment.read`.
@usableFromInline
package typealias ReadTransaction = Transaction<ReadAccess>

/// The one write transaction, lent to a closure by `Environment.write`.
@usableFromInline
package typealias WriteTransaction = Transaction<WriteAccess>

/// A consistent view of all databases of an environment, valid inside one synchronous closure.
///
/// It cannot be copied or kept, and its bytes leave only as spans inside closures. Calls that
/// change the store are `mutating`, so the compiler refuses them while such a span is lent out:
/// LMDB may overwrite or move the page below it.
///
/// A function that only looks things up can be generic over `Access` and serve both kinds.
@usableFromInline
package struct Transaction<Access: TransactionAccess>: ~Copyable {
    @usableFromInline let core: TransactionCore
    let ticket: TransactionGate.Ticket
    let isWriting: Bool
    var isEnded = false
    /// Set when a value was reserved and not completely written; such a transaction cannot commit.
    @usableFromInline var isSpoiled = false
    /// Bytes of keys and values put so far.
    @usableFromInline var bytesPut = 0

    init(core: TransactionCore, ticket: TransactionGate.Ticket, isWriting: Bool) {
        self.core = core
        self.ticket = ticket
        self.isWriting = isWriting
    }

    deinit {
        if isWriting {
            if !isEnded { mdb_txn_abort(core.raw) }
            core.environment.leave(ticket)
        } else {
            core.environment.endRead(core.raw, ticket)
        }
    }

    /// The number of the snapshot; a write transaction's is that of the snapshot it will make.
    package var id: UInt64 {
        UInt64(mdb_txn_id(core.raw))
    }
}

/// The part of a transaction that its cursors share: the C handle and the checks at each entry.
@usableFromInline
struct TransactionCore {
    let raw: OpaquePointer
    let environment: Environment
    let thread: pthread_t

    /// Refuses a handle of another environment and a call from another thread.
    func check(_ database: Database, _ operation: String) throws(LMDBError) {
        try checkThread(operation)
        guard database.environmentID == environment.id else {
            throw LMDBError(
                kind: .misuse("the database belongs to another environment"),
                operation: operation, detail: database.name)
        }
    }

    func checkThread(_ operation: String) throws(LMDBError) {
        guard pthread_equal(pthread_self(), thread) != 0 else {
            throw LMDBError(
                kind: .misuse("a transaction must stay on the thread that began it"),
                operation: operation)
        }
    }

    func checkKey(_ key: UnsafeRawBufferPointer, _ operation: String) throws(LMDBError) {
        guard key.count >= 1, key.count <= Environment.keySizeMax else {
            throw LMDBError(
                kind: .keySize, operation: operation, detail: "\(key.count) bytes",
                code: MDB_BAD_VALSIZE)
        }
    }

    func failure(_ code: Int32, _ operation: String, _ database: Database) -> LMDBError {
        // LMDB says EINVAL for a handle that was opened after this transaction began.
        environment.failure(
            code == EINVAL ? MDB_BAD_DBI : code, operation, detail: "database \(database.name)")
    }
}

extension TransactionCore {
    /// The value of a key as it lies in the map, nil when there is none.
    @usableFromInline
    func find(
        _ database: Database, _ key: UnsafeRawBufferPointer
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        try check(database, "get")
        try checkKey(key, "get")
        var keyValue = MDB_val(key)
        var value = MDB_val()
        let code = mdb_get(raw, database.handle, &keyValue, &value)
        if code == MDB_NOTFOUND { return nil }
        guard code == MDB_SUCCESS else { throw failure(code, "get", database) }
        return value.bytes
    }

    @usableFromInline
    func number(
        _ database: Database, _ value: UnsafeRawBufferPointer
    ) throws(LMDBError) -> UInt64 {
        guard value.count == 8, let number = value.bytes.bigEndianUInt64() else {
            throw LMDBError(
                kind: .corrupted, operation: "get",
                detail: "database \(database.name): \(value.count) bytes where 8 must be")
        }
        return number
    }

    @usableFromInline
    func put(
        _ database: Database, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        _ flags: PutFlags
    ) throws(LMDBError) {
        try check(database, "put")
        try checkKey(key, "put")
        var keyValue = MDB_val(key)
        var data = MDB_val(value)
        let code = mdb_put(raw, database.handle, &keyValue, &data, flags.rawValue)
        guard code == MDB_SUCCESS else { throw putFailure(code, "put", database, flags) }
    }

    /// - Returns: false when the key exists.
    @usableFromInline
    func insert(
        _ database: Database, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(LMDBError) -> Bool {
        try check(database, "insert")
        try checkKey(key, "insert")
        var keyValue = MDB_val(key)
        var data = MDB_val(value)
        let code = mdb_put(raw, database.handle, &keyValue, &data, UInt32(MDB_NOOVERWRITE))
        if code == MDB_KEYEXIST { return false }
        guard code == MDB_SUCCESS else { throw failure(code, "insert", database) }
        return true
    }

    /// Makes room for a value and returns it, filled with zeros.
    @usableFromInline
    func reserve(
        _ database: Database, _ key: UnsafeRawBufferPointer, _ count: Int, _ flags: PutFlags
    ) throws(LMDBError) -> UnsafeMutableRawBufferPointer {
        try check(database, "reserve")
        try checkKey(key, "reserve")
        guard count >= 0 else {
            throw LMDBError(kind: .valueSize, operation: "reserve", detail: "\(count) bytes")
        }
        var keyValue = MDB_val(key)
        var data = MDB_val(mv_size: count, mv_data: nil)
        let code = mdb_put(
            raw, database.handle, &keyValue, &data, flags.rawValue | UInt32(MDB_RESERVE))
        guard code == MDB_SUCCESS else { throw putFailure(code, "reserve", database, flags) }
        let room = UnsafeMutableRawBufferPointer(start: data.mv_data, count: count)
        // LMDB leaves whatever the page held; that could be older text, and it goes to the disk.
        room.initializeMemory(as: UInt8.self, repeating: 0)
        return room
    }

    private func putFailure(
        _ code: Int32, _ operation: String, _ database: Database, _ flags: PutFlags
    ) -> LMDBError {
        if code == MDB_KEYEXIST, flags.contains(.append) {
            return LMDBError(
                kind: .outOfOrder, operation: operation, detail: "database \(database.name)",
                code: code)
        }
        return failure(code, operation, database)
    }

    @usableFromInline
    func delete(
        _ database: Database, _ key: UnsafeRawBufferPointer
    ) throws(LMDBError) -> Bool {
        try check(database, "delete")
        try checkKey(key, "delete")
        var keyValue = MDB_val(key)
        let code = mdb_del(raw, database.handle, &keyValue, nil)
        if code == MDB_NOTFOUND { return false }
        guard code == MDB_SUCCESS else { throw failure(code, "delete", database) }
        return true
    }
}

extension MDB_val {
    /// Lends the bytes; LMDB does not write through keys or through values it is given.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(
            mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: mv_data, count: mv_size)
    }
}
