import CLMDB
import Glibc
import Synchronization

/// An LMDB environment: one directory with a data file and a lock file, opened once in a process.
///
/// Transactions are lent to synchronous closures, so they cannot cross an `await` or be kept. One
/// write transaction exists at a time, over all processes; readers never wait for it. The
/// environment must not be used after `fork` in the child.
///
/// `close` may be called at any time; an environment that goes out of use closes itself.
package final class Environment: Sendable {
    /// The greatest length of a key in bytes, fixed when LMDB is compiled.
    package static let keySizeMax = 511

    /// The directory.
    package let path: String
    /// How it was opened.
    package let options: Options

    /// Distinguishes environments of this process, so that a foreign handle is noticed.
    @usableFromInline let id: UInt64
    let gate: TransactionGate
    private let raw: Handle
    private let databases = Mutex<[String: Database]>([:])
    private let file: EnvironmentRegistry.FileIdentity

    private static let lastID = Atomic<UInt64>(0)

    /// The C environment.
    ///
    /// `@unchecked Sendable` holds because LMDB's functions on an environment are thread-safe
    /// except for resizing and closing, and both go through the gate.
    private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// Opens the environment in a directory and creates both if need be.
    ///
    /// - Parameters:
    ///   - path: the directory; it is created, its parent is not.
    ///   - options: sizes and limits.
    /// - Throws: `.alreadyOpen`, `.permission`, `.versionMismatch`, `.invalid`, `.diskFull`,
    ///   `.outOfMemory` and others.
    package init(path: String, options: Options = Options()) throws(LMDBError) {
        guard !path.utf8.contains(0) else {
            throw LMDBError(kind: .misuse("a path cannot contain a zero byte"), operation: "open")
        }
        if !options.readOnly, mkdir(path, 0o700) != 0, errno != EEXIST {
            throw LMDBError(code: errno, operation: "create directory", detail: path)
        }
        let (opened, file) = try EnvironmentRegistry.open(
            dataFile: "\(path)/data.mdb",
            { () throws(LMDBError) in Handle(pointer: try Self.open(path, options)) },
            undo: { mdb_env_close($0.pointer) })
        raw = opened
        self.file = file
        self.path = path
        self.options = options
        id = Self.lastID.add(1, ordering: .relaxed).newValue
        let limit = UInt64(clamping: options.readerAgeLimitMilliseconds)
        gate = TransactionGate(
            readerAgeLimitNanoseconds: limit.multipliedReportingOverflow(by: 1_000_000).partialValue
        )
    }

    deinit {
        if gate.close() { release() }
    }

    /// Opening can fail while another process opens or closes the same environment.
    private static let openAttemptsMax = 20
    private static let openPauseMicroseconds: UInt32 = 10_000

    private static func open(
        _ path: String, _ options: Options
    ) throws(LMDBError) -> OpaquePointer {
        var attempts = 0
        while true {
            do throws(LMDBError) {
                return try openOnce(path, options)
            } catch {
                attempts += 1
                guard case .busy = error.kind, attempts < openAttemptsMax else { throw error }
                usleep(openPauseMicroseconds)
            }
        }
    }

    private static func openOnce(
        _ path: String, _ options: Options
    ) throws(LMDBError) -> OpaquePointer {
        guard options.mapSize > 0, let readers = UInt32(exactly: options.maxReaders),
            let databases = UInt32(exactly: options.maxDatabases)
        else {
            throw LMDBError(kind: .misuse("sizes must be positive"), operation: "open")
        }
        var created: OpaquePointer?
        var code = mdb_env_create(&created)
        guard code == MDB_SUCCESS, let raw = created else {
            throw LMDBError(code: code, operation: "open", detail: path)
        }
        var flags = UInt32(MDB_NOTLS)
        if options.readOnly { flags |= UInt32(MDB_RDONLY) }
        if !options.readAhead { flags |= UInt32(MDB_NORDAHEAD) }
        code = mdb_env_set_mapsize(raw, roundedToPage(options.mapSize))
        if code == MDB_SUCCESS { code = mdb_env_set_maxreaders(raw, readers) }
        if code == MDB_SUCCESS { code = mdb_env_set_maxdbs(raw, databases) }
        if code == MDB_SUCCESS { code = mdb_env_open(raw, path, flags, options.fileMode) }
        guard code == MDB_SUCCESS else {
            mdb_env_close(raw)
            throw LMDBError(code: code, operation: "open", detail: path).refined(path: path)
        }
        return raw
    }

    static func roundedToPage(_ bytes: Int) -> Int {
        let page = max(sysconf(Int32(_SC_PAGESIZE)), 1)
        let (sum, overflow) = bytes.addingReportingOverflow(page - 1)
        return overflow ? bytes / page * page : sum / page * page
    }

    /// Ends the environment: refuses newcomers, waits for the transactions of other threads.
    ///
    /// Called inside a transaction of this thread it does not wait; the end of the last
    /// transaction closes then. Calling it again does nothing.
    package func close() {
        if gate.close() { release() }
    }

    private func release() {
        for idle in gate.drainIdleReads() { mdb_txn_abort(idle) }
        EnvironmentRegistry.close(file) { mdb_env_close(raw.pointer) }
        gate.didRelease()
    }

    /// The failure that closed this environment to writes, nil while it takes them.
    package var failure: LMDBError? { gate.failure }
}

// MARK: - Transactions

extension Environment {
    /// Lends a snapshot to a closure.
    ///
    /// Keep it short, a second at most: no page that was freed after it began can be used again.
    /// Copy a block out, leave, then send.
    ///
    /// - Throws: `LMDBError` (`.readersFull`, `.mapResized`, `.panic`, `.closed` and others), or
    ///   what `body` throws.
    package func read<Result>(
        _ body: (borrowing ReadTransaction) throws -> Result
    ) throws -> Result {
        let transaction = try beginRead()
        return try body(transaction)
    }

    /// Lends the write transaction to a closure; commits when it returns, undoes when it throws.
    ///
    /// When the call returns, the changes are on the disk. Waits for other writers.
    ///
    /// - Throws: `LMDBError` (`.misuse` for a write inside a write of the same thread,
    ///   `.poisoned` after a fatal failure, `.mapFull`, `.diskFull`, `.io`, `.panic` and others),
    ///   or what `body` throws.
    package func write<Result>(
        _ body: (inout WriteTransaction) throws -> Result
    ) throws -> Result {
        var transaction = try beginWrite()
        let result = try body(&transaction)
        try transaction.commit()
        return result
    }

    private func beginRead() throws(LMDBError) -> ReadTransaction {
        let (pointer, ticket) = try begin(.read, "begin read")
        let core = TransactionCore(raw: pointer, environment: self, thread: pthread_self())
        return ReadTransaction(core: core, ticket: ticket, isWriting: false)
    }

    private func beginWrite() throws(LMDBError) -> WriteTransaction {
        guard !options.readOnly else {
            throw LMDBError(
                kind: .misuse("the environment was opened for reading"),
                operation: "begin write", detail: path)
        }
        let (pointer, ticket) = try begin(.write, "begin write")
        let core = TransactionCore(raw: pointer, environment: self, thread: pthread_self())
        return WriteTransaction(core: core, ticket: ticket, isWriting: true)
    }

    /// Often enough to follow another process that grows the map again and again.
    private static let beginAttemptsMax = 5

    private func begin(
        _ purpose: TransactionGate.Purpose, _ operation: String
    ) throws(LMDBError) -> (OpaquePointer, TransactionGate.Ticket) {
        var attempts = 0
        while true {
            let ticket = try gate.enter(purpose, operation: operation)
            var pointer = ticket.idleRead
            let code = beginRaw(purpose, &pointer)
            if code == MDB_SUCCESS, let pointer { return (pointer, ticket) }
            attempts += 1
            var isWorthAnotherTry = false
            if code == MDB_READERS_FULL, attempts == 1 {
                var dead: Int32 = 0
                isWorthAnotherTry = mdb_reader_check(raw.pointer, &dead) == MDB_SUCCESS && dead > 0
            }
            leave(ticket)
            if code == MDB_MAP_RESIZED, attempts < Self.beginAttemptsMax {
                guard !gate.isHeldByThisThread() else { throw failure(code, operation) }
                try adoptMapSize()
                isWorthAnotherTry = true
            }
            guard isWorthAnotherTry else { throw failure(code, operation) }
        }
    }

    private func beginRaw(
        _ purpose: TransactionGate.Purpose, _ pointer: inout OpaquePointer?
    ) -> Int32 {
        guard purpose == .read else { return mdb_txn_begin(raw.pointer, nil, 0, &pointer) }
        guard let idle = pointer else {
            return mdb_txn_begin(raw.pointer, nil, UInt32(MDB_RDONLY), &pointer)
        }
        let code = mdb_txn_renew(idle)
        if code != MDB_SUCCESS { mdb_txn_abort(idle) }
        return code
    }

    /// Gives a read transaction back; it is kept for the next reader, which saves LMDB's lock.
    func endRead(_ pointer: OpaquePointer, _ ticket: TransactionGate.Ticket) {
        mdb_txn_reset(pointer)
        depart(gate.leave(ticket.slot, keeping: pointer))
    }

    func leave(_ ticket: TransactionGate.Ticket) {
        depart(gate.leave(ticket.slot))
    }

    private func depart(_ departure: TransactionGate.Departure) {
        if let surplus = departure.surplusRead { mdb_txn_abort(surplus) }
        if departure.isLast { release() }
    }

    /// Runs a call that needs the environment open and its map in place.
    func service<Result>(
        _ operation: String, as purpose: TransactionGate.Purpose = .service,
        _ body: (OpaquePointer) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        let ticket = try gate.enter(purpose, operation: operation)
        defer {
            if let idle = ticket.idleRead {
                depart(gate.leave(ticket.slot, keeping: idle))
            } else {
                leave(ticket)
            }
        }
        return try body(raw.pointer)
    }

    /// Runs a call that must be alone.
    func exclusively(
        _ operation: String, _ body: (OpaquePointer) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        try gate.beginExclusive(operation: operation)
        defer { depart(gate.endExclusive()) }
        try body(raw.pointer)
    }
}

// MARK: - Databases

extension Environment {
    /// The handle of a named database; the same one at each call.
    ///
    /// Not allowed inside a transaction of the same thread; transactions that began before cannot
    /// use the handle.
    ///
    /// - Parameters:
    ///   - name: 1 to 511 bytes, no zero byte.
    ///   - create: make it when it does not exist.
    /// - Throws: `.notFound`, `.databasesFull`, `.incompatible`, `.misuse` and those of a write.
    package func openDatabase(_ name: String, create: Bool = true) throws(LMDBError) -> Database {
        let operation = "open database"
        guard !name.isEmpty, name.utf8.count <= Self.keySizeMax, !name.utf8.contains(0) else {
            throw LMDBError(
                kind: .misuse("a database name has 1 to 511 bytes and no zero byte"),
                operation: operation, detail: name)
        }
        guard !gate.isHeldByThisThread() else {
            throw LMDBError(
                kind: .misuse("open databases outside transactions"), operation: operation,
                detail: name)
        }
        return try databases.withLock { (known) throws(LMDBError) in
            if let database = known[name] { return database }
            let database = try open(name, create: create, operation)
            known[name] = database
            return database
        }
    }

    private func open(
        _ name: String, create: Bool, _ operation: String
    ) throws(LMDBError) -> Database {
        // LMDB wants handles opened by one transaction at a time: the writer's.
        let purpose = options.readOnly ? TransactionGate.Purpose.read : .write
        let (pointer, ticket) = try begin(purpose, operation)
        defer { leave(ticket) }
        let flags = create && !options.readOnly ? UInt32(MDB_CREATE) : 0
        var handle: MDB_dbi = 0
        var code = mdb_dbi_open(pointer, name, flags, &handle)
        guard code == MDB_SUCCESS else {
            mdb_txn_abort(pointer)
            throw failure(code, operation, detail: name)
        }
        code = mdb_txn_commit(pointer)
        guard code == MDB_SUCCESS else { throw commitFailure(code) }
        return Database(name: name, handle: handle, environmentID: id)
    }
}
