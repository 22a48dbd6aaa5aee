import CLMDB

extension Cursor where Access == WriteAccess {
    /// Stores a value under a key of the cursor's database and stands on it.
    ///
    /// - Throws: `.keyExists` or `.outOfOrder`, when it stands on the entry in the way, and others.
    @inlinable
    package mutating func put<
        Key: ByteSource & ~Copyable & ~Escapable, Value: ByteSource & ~Copyable & ~Escapable
    >(
        _ key: borrowing Key, _ value: borrowing Value, _ flags: PutFlags = []
    ) throws(LMDBError) {
        try key.withBytes { (keyBytes) throws(LMDBError) in
            try value.withBytes { (valueBytes) throws(LMDBError) in
                try put(bytes: keyBytes, valueBytes, flags)
            }
        }
    }

    @usableFromInline
    mutating func put(
        bytes: UnsafeRawBufferPointer, _ valueBytes: UnsafeRawBufferPointer, _ flags: PutFlags
    ) throws(LMDBError) {
        try core.checkThread("put")
        try core.checkKey(bytes, "put")
        var newKey = MDB_val(bytes)
        var newValue = MDB_val(valueBytes)
        let code = mdb_cursor_put(raw, &newKey, &newValue, flags.rawValue)
        if code == MDB_KEYEXIST {
            _ = try move(MDB_GET_CURRENT, otherwise: .nowhere)
            throw LMDBError(
                kind: flags.contains(.append) ? .outOfOrder : .keyExists, operation: "put",
                detail: "database \(database.name)", code: code)
        }
        guard code == MDB_SUCCESS else { throw core.failure(code, "put", database) }
        bytesPut += bytes.count + valueBytes.count
        _ = try move(MDB_GET_CURRENT, otherwise: .nowhere)
    }

    /// Removes the entry the cursor stands on; `next` then goes to the entry after it and
    /// `previous` to the one before.
    ///
    /// - Throws: `.misuse` when there is no entry.
    package mutating func delete() throws(LMDBError) {
        try core.checkThread("delete")
        guard hasEntry else {
            throw LMDBError(
                kind: .misuse("the cursor stands on no entry"), operation: "delete",
                detail: "database \(database.name)")
        }
        let code = mdb_cursor_del(raw, 0)
        place = code == MDB_SUCCESS ? .gap : .nowhere
        key = MDB_val()
        value = MDB_val()
        guard code == MDB_SUCCESS else { throw core.failure(code, "delete", database) }
    }

    /// Stores a value in another database of the same transaction; the cursor stays where it is.
    @inlinable
    package mutating func put<
        Key: ByteSource & ~Copyable & ~Escapable, Value: ByteSource & ~Copyable & ~Escapable
    >(
        into other: Database, _ key: borrowing Key, _ value: borrowing Value,
        _ flags: PutFlags = []
    ) throws(LMDBError) {
        try checkOther(other, "put")
        let count = try WriteTransaction.put(core, other, key, value, flags)
        bytesPut += count
        try refresh()
    }

    /// Removes a key of another database of the same transaction.
    ///
    /// - Returns: whether there was such a key.
    @inlinable
    @discardableResult
    package mutating func delete<Key: ByteSource & ~Copyable & ~Escapable>(
        from other: Database, _ key: borrowing Key
    ) throws(LMDBError) -> Bool {
        try checkOther(other, "delete")
        let core = core
        let existed = try key.withBytes { (bytes) throws(LMDBError) in
            try core.delete(other, bytes)
        }
        try refresh()
        return existed
    }

    @usableFromInline
    borrowing func checkOther(_ other: Database, _ operation: String) throws(LMDBError) {
        guard other != database else {
            throw LMDBError(
                kind: .misuse("change the cursor's own database through the cursor"),
                operation: operation, detail: "database \(database.name)")
        }
    }

    /// Looks again where the entry lies: a write may have moved dirty pages to the disk.
    @usableFromInline
    mutating func refresh() throws(LMDBError) {
        if hasEntry { _ = try move(MDB_GET_CURRENT, otherwise: .nowhere) }
    }
}
