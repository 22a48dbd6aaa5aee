import CLMDB
import Glibc

extension Environment {
    /// The error of a return code, after a look at the disk and with its consequences drawn.
    ///
    /// A failed write or flush (`.io`), a failed root page (`.panic`) and damage (`.corrupted`)
    /// close the environment to writes: after a failed flush nobody knows what of the file the
    /// kernel still holds, so the only safe way on is to close, open again and verify.
    func failure(_ code: Int32, _ operation: String, detail: String = "") -> LMDBError {
        var text = "\(path)"
        if !detail.isEmpty { text += ", \(detail)" }
        if code == MDB_MAP_FULL, let size = try? info.mapSize { text += ", map \(size) bytes" }
        let error = LMDBError(code: code, operation: operation, detail: text).refined(path: path)
        switch error.kind {
        case .io, .panic, .corrupted: gate.refuseWrites(because: error)
        default: break
        }
        return error
    }

    /// The error of a commit.
    ///
    /// A full disk is not fatal: LMDB gives the transaction up before its root page is written, so
    /// nothing refers to the pages that are missing, and a later commit writes its own. Any other
    /// failure of a write or flush is. A root page that could not be written is told only by the
    /// next transaction, which LMDB answers with `MDB_PANIC`.
    func commitFailure(_ code: Int32) -> LMDBError {
        let operation = "commit"
        if code > 0, isPanicking() {
            let error = LMDBError(
                kind: .panic, operation: operation,
                detail: "\(path), root page: \(String(cString: strerror(code)))",
                code: MDB_PANIC)
            gate.refuseWrites(because: error)
            return error
        }
        let error = failure(code, operation)
        let isHarmless = error.kind == .diskFull || error.kind == .outOfMemory
        guard code > 0, error.kind != .io, !isHarmless else { return error }
        let flush = LMDBError(
            kind: .io, operation: operation, detail: "\(path), \(String(cString: strerror(code)))",
            code: code)
        gate.refuseWrites(because: flush)
        return flush
    }

    private func isPanicking() -> Bool {
        let code = try? service("probe") { (raw) throws(LMDBError) -> Int32 in
            var probe: OpaquePointer?
            let code = mdb_txn_begin(raw, nil, UInt32(MDB_RDONLY), &probe)
            if let probe { mdb_txn_abort(probe) }
            return code
        }
        return code == MDB_PANIC
    }
}

extension LMDBError {
    /// Below this many bytes a file system counts as full: LMDB reports a short write as EIO.
    private static let fullDiskBytes: UInt64 = 1 << 20

    /// A file that has reached its limit lacks less than a page of it.
    private static let pageBytes = UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 4_096))

    /// Tells a full disk from a broken one.
    func refined(path: String) -> LMDBError {
        guard kind == .io || kind == .diskFull else { return self }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return self }
        let available = UInt64(status.f_bavail).multipliedReportingOverflow(
            by: UInt64(status.f_frsize)
        ).partialValue
        let isFull = available < Self.fullDiskBytes || Self.isAtSizeLimit("\(path)/data.mdb")
        return LMDBError(
            kind: kind == .io && isFull ? .diskFull : kind, operation: operation,
            detail: "\(detail), \(available) bytes available", code: code)
    }

    /// Whether the process may not let a file grow any more (`ulimit -f`): the last write, which
    /// goes up to the limit, is a short one too and ends there. As with a full disk, another
    /// failure at that moment cannot be told from it.
    private static func isAtSizeLimit(_ path: String) -> Bool {
        var limit = rlimit()
        var status = stat()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
            limit.rlim_cur != rlim_t.max, stat(path, &status) == 0
        else { return false }
        let size = UInt64(clamping: status.st_size)
        return size <= UInt64(limit.rlim_cur) && UInt64(limit.rlim_cur) - size < pageBytes
    }
}
