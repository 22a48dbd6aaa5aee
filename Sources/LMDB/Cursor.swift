import CLMDB

/// A cursor that looks only.
@usableFromInline
package typealias ReadCursor = Cursor<ReadAccess>

/// A cursor of a write transaction that can also change.
@usableFromInline
package typealias WriteCursor = Cursor<WriteAccess>

/// A place in the order of keys of one database, valid inside one closure.
///
/// Moves say whether there is an entry at the new place. A new cursor stands nowhere: `next` goes
/// to the first key and `previous` to the last. Off an end it stays there until it is turned round.
@usableFromInline
package struct Cursor<Access: TransactionAccess>: ~Copyable {
    @usableFromInline let core: TransactionCore
    @usableFromInline let database: Database
    let raw: OpaquePointer
    var key = MDB_val()
    var value = MDB_val()
    var place = CursorPlace.nowhere
    /// Bytes put through this cursor.
    @usableFromInline var bytesPut = 0

    @usableFromInline
    init(_ core: TransactionCore, _ database: Database) throws(LMDBError) {
        try core.check(database, "cursor")
        var opened: OpaquePointer?
        let code = mdb_cursor_open(core.raw, database.handle, &opened)
        guard code == MDB_SUCCESS, let opened else {
            throw core.failure(code, "cursor", database)
        }
        self.core = core
        self.database = database
        raw = opened
    }

    deinit {
        mdb_cursor_close(raw)
    }
}

/// Where a cursor is in relation to the keys.
enum CursorPlace: Equatable {
    case nowhere
    case beforeFirst
    case entry
    /// Where an entry was removed, between its neighbours.
    case gap
    case afterLast
}

// MARK: - Moving

extension Cursor {
    /// Whether the cursor stands on an entry.
    package var hasEntry: Bool { place == .entry }

    /// Goes to the smallest key.
    package mutating func first() throws(LMDBError) -> Bool {
        try move(MDB_FIRST, otherwise: .afterLast)
    }

    /// Goes to the greatest key.
    package mutating func last() throws(LMDBError) -> Bool {
        try move(MDB_LAST, otherwise: .beforeFirst)
    }

    /// Goes to the next greater key.
    package mutating func next() throws(LMDBError) -> Bool {
        switch place {
        case .nowhere, .beforeFirst: try move(MDB_FIRST, otherwise: .afterLast)
        case .entry, .gap: try move(MDB_NEXT, otherwise: .afterLast)
        case .afterLast: false
        }
    }

    /// Goes to the next smaller key.
    package mutating func previous() throws(LMDBError) -> Bool {
        switch place {
        case .nowhere, .afterLast: try move(MDB_LAST, otherwise: .beforeFirst)
        case .entry, .gap: try move(MDB_PREV, otherwise: .beforeFirst)
        case .beforeFirst: false
        }
    }

    /// Goes to the smallest key that is equal to or greater than `key`.
    @inlinable
    package mutating func seek<Key: ByteSource & ~Copyable & ~Escapable>(
        _ key: borrowing Key
    ) throws(LMDBError) -> Bool {
        try key.withBytes { (bytes) throws(LMDBError) in
            try move(toKeyAtLeast: bytes)
        }
    }

    /// Goes to exactly this key.
    @inlinable
    package mutating func seekExact<Key: ByteSource & ~Copyable & ~Escapable>(
        _ key: borrowing Key
    ) throws(LMDBError) -> Bool {
        try key.withBytes { (bytes) throws(LMDBError) in
            try move(toKey: bytes)
        }
    }

    /// Goes to the greatest key that is equal to or smaller than `key`.
    @inlinable
    package mutating func seekAtMost<Key: ByteSource & ~Copyable & ~Escapable>(
        _ key: borrowing Key
    ) throws(LMDBError) -> Bool {
        try key.withBytes { (bytes) throws(LMDBError) in
            try move(toKeyAtMost: bytes)
        }
    }

    @usableFromInline
    mutating func move(toKeyAtLeast bytes: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
        try core.checkKey(bytes, "seek")
        key = MDB_val(bytes)
        return try move(MDB_SET_RANGE, otherwise: .afterLast)
    }

    @usableFromInline
    mutating func move(toKey bytes: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
        try core.checkKey(bytes, "seek")
        key = MDB_val(bytes)
        return try move(MDB_SET_KEY, otherwise: .nowhere)
    }

    @usableFromInline
    mutating func move(toKeyAtMost bytes: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
        guard try move(toKeyAtLeast: bytes) else { return try last() }
        if key.bytes.elementsEqual(bytes) { return true }
        return try previous()
    }

    mutating func move(
        _ operation: MDB_cursor_op, otherwise absent: CursorPlace
    ) throws(LMDBError) -> Bool {
        try core.checkThread("cursor")
        let code = mdb_cursor_get(raw, &key, &value, operation)
        if code == MDB_SUCCESS {
            place = .entry
            return true
        }
        place = code == MDB_NOTFOUND ? absent : .nowhere
        key = MDB_val()
        value = MDB_val()
        guard code == MDB_NOTFOUND else { throw core.failure(code, "cursor", database) }
        return false
    }
}

// MARK: - Looking

extension Cursor {
    /// Lends the key the cursor stands on; an empty span when there is no entry.
    @inlinable
    package borrowing func key<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(keyBytes.bytes)
    }

    /// Lends the value the cursor stands on; an empty span when there is no entry.
    @inlinable
    package borrowing func value<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(valueBytes.bytes)
    }

    /// Lends key and value; empty spans when there is no entry.
    @inlinable
    package borrowing func entry<Result, Failure: Error>(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(keyBytes.bytes, valueBytes.bytes)
    }

    /// The key as one big-endian number, nil when there is no entry or it has not eight bytes.
    package var numberKey: UInt64? {
        guard hasEntry, key.mv_size == 8 else { return nil }
        return key.bytes.bytes.bigEndianUInt64()
    }

    /// The key as two big-endian numbers, nil when there is no entry or it has not sixteen bytes.
    package var pairKey: PairKey? {
        guard hasEntry, key.mv_size == 16 else { return nil }
        let bytes = key.bytes.bytes
        guard let first = bytes.bigEndianUInt64(at: 0), let second = bytes.bigEndianUInt64(at: 8)
        else { return nil }
        return PairKey(first, second)
    }

    @usableFromInline
    var keyBytes: UnsafeRawBufferPointer {
        key.bytes
    }

    @usableFromInline
    var valueBytes: UnsafeRawBufferPointer {
        value.bytes
    }
}
