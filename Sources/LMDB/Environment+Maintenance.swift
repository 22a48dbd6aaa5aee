import CLMDB
import Glibc

extension Environment {
    /// Enlarges the map: waits for all transactions of this process and holds back new ones.
    ///
    /// - Parameter bytes: the new size; rounded up to whole pages. A smaller one than now is
    ///   refused.
    /// - Throws: `.misuse` inside a transaction of this thread, `.outOfMemory` when there is no
    ///   such address space (the old map stays).
    package func grow(to bytes: Int) throws(LMDBError) {
        let size = Self.roundedToPage(bytes)
        try exclusively("grow") { (raw) throws(LMDBError) in
            var numbers = MDB_envinfo()
            mdb_env_info(raw, &numbers)
            guard size >= numbers.me_mapsize else {
                throw LMDBError(
                    kind: .misuse("a map can only grow"), operation: "grow",
                    detail: "from \(numbers.me_mapsize) to \(size) bytes")
            }
            try tryMap(raw, size)
            try setMapSize(raw, size, "grow")
        }
    }

    /// Takes over the size that another process gave the map.
    func adoptMapSize() throws(LMDBError) {
        try exclusively("adopt map size") { (raw) throws(LMDBError) in
            try setMapSize(raw, 0, "adopt map size")
        }
    }

    private func setMapSize(
        _ raw: OpaquePointer, _ size: Int, _ operation: String
    ) throws(LMDBError) {
        let code = mdb_env_set_mapsize(raw, size)
        guard code == MDB_SUCCESS else {
            // LMDB has given the old map up by now; any further access would crash.
            let error = failure(code, operation)
            gate.refuseAll(because: error)
            throw error
        }
    }

    /// Maps the file once more on trial, because LMDB gives up the old map before it makes the new.
    private func tryMap(_ raw: OpaquePointer, _ size: Int) throws(LMDBError) {
        var descriptor: Int32 = -1
        let code = mdb_env_get_fd(raw, &descriptor)
        guard code == MDB_SUCCESS else { throw failure(code, "grow") }
        let trial = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let trial, trial != MAP_FAILED else {
            throw LMDBError(code: errno, operation: "grow", detail: "\(path), \(size) bytes")
        }
        munmap(trial, size)
    }

    /// Flushes the file; commits do so themselves.
    ///
    /// - Throws: `.io`; the environment then takes no more writes.
    package func sync() throws(LMDBError) {
        guard !options.readOnly else { return }
        try service("sync") { (raw) throws(LMDBError) in
            let code = mdb_env_sync(raw, 1)
            guard code == MDB_SUCCESS else { throw commitFailure(code) }
        }
    }

    /// Writes a consistent copy into another directory and flushes it.
    ///
    /// It is one long read transaction: the file grows meanwhile if there are writers.
    ///
    /// - Parameters:
    ///   - path: a directory without a data file; it is created, its parent is not.
    ///   - compact: leave out free pages, which can hold old text. Slower.
    /// - Throws: `.other` with `EEXIST` when there is a data file, `.diskFull`, `.io` and others.
    package func copy(to path: String, compact: Bool) throws(LMDBError) {
        let operation = "copy"
        guard !path.utf8.contains(0) else {
            throw LMDBError(
                kind: .misuse("a path cannot contain a zero byte"), operation: operation)
        }
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw LMDBError(code: errno, operation: operation, detail: path)
        }
        try service(operation, as: .read) { (raw) throws(LMDBError) in
            let code = mdb_env_copy2(raw, path, compact ? UInt32(MDB_CP_COMPACT) : 0)
            // A failure here is the target's, not this environment's.
            guard code == MDB_SUCCESS else {
                throw LMDBError(code: code, operation: operation, detail: path).refined(path: path)
            }
        }
        try flushFile("\(path)/data.mdb", operation)
        try flushFile(path, operation)
    }
}

/// Makes a file or the entries of a directory durable.
func flushFile(_ path: String, _ operation: String) throws(LMDBError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw LMDBError(code: errno, operation: operation, detail: path)
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
        throw LMDBError(code: errno, operation: operation, detail: path).refined(path: path)
    }
}
