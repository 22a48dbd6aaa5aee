import Glibc

/// Exclusive use of a directory by one process, held until the value goes out of use.
///
/// LMDB itself lets several processes share an environment. A ledger has one server, so the server
/// holds this lock on a file of its own beside the environments. The lock is one of the open file
/// description: it is not lost when another descriptor of the same file is closed, it ends with
/// the process however that dies, and it also excludes a second holder in the same process.
package struct DirectoryLock: ~Copyable, Sendable {
    /// The process that holds a lock, as far as its file says.
    package struct Holder: Sendable, Equatable {
        /// Its id inside its own process namespace; nil when the file does not say.
        package let processID: Int32?
        /// The namespace the id belongs to; nil when the file does not say.
        package let processNamespace: UInt64?

        /// Whether this process sees the holder under that id.
        ///
        /// LMDB tells live readers by their process ids, so two containers that share a volume but
        /// not the namespace take each other's readers for dead. A tool must then leave a live
        /// directory alone and work on a copy.
        package var sharesNamespace: Bool {
            processNamespace != nil && processNamespace == currentProcessNamespace()
        }
    }

    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - path: the file; it is created. It must not be a file of LMDB.
    ///   - fileMode: permission bits of a new file.
    /// - Throws: `.busy` with the id of the holder, `.permission`, `.notFound` and others.
    package init(path: String, fileMode: UInt32 = 0o600) throws(LMDBError) {
        descriptor = try Self.acquire(path, fileMode)
    }

    deinit {
        // Unlocked by name, because a child process between fork and exec has the file open too.
        var request = Self.wholeFile(F_UNLCK)
        _ = fcntl(descriptor, setLockCommand, &request)
        close(descriptor)
    }

    /// Who holds the lock of a file now, without taking it even for a moment.
    ///
    /// - Returns: nil when nobody does or there is no such file.
    package static func holder(path: String) throws(LMDBError) -> Holder? {
        let operation = "look at directory lock"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw LMDBError(code: errno, operation: operation, detail: path)
        }
        defer { close(descriptor) }
        var request = wholeFile(F_WRLCK)
        guard fcntl(descriptor, getLockCommand, &request) == 0 else {
            throw LMDBError(code: errno, operation: operation, detail: path)
        }
        return request.l_type == Int16(F_UNLCK) ? nil : readHolder(descriptor)
    }

    private static func acquire(_ path: String, _ fileMode: UInt32) throws(LMDBError) -> Int32 {
        let operation = "lock directory"
        guard !path.utf8.contains(0) else {
            throw LMDBError(
                kind: .misuse("a path cannot contain a zero byte"), operation: operation)
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, fileMode)
        guard descriptor >= 0 else {
            throw LMDBError(code: errno, operation: operation, detail: path)
        }
        var request = wholeFile(F_WRLCK)
        var code: Int32 = 0
        if fcntl(descriptor, setLockCommand, &request) != 0 {
            code = errno
        } else {
            code = writeHolder(descriptor)
            if code == 0 { return descriptor }
        }
        let holder = readHolder(descriptor)
        close(descriptor)
        guard code == EAGAIN || code == EACCES else {
            throw LMDBError(code: code, operation: operation, detail: path)
        }
        throw LMDBError(
            kind: .busy(pid: holder.processID), operation: operation, detail: path, code: code)
    }

    private static func wholeFile(_ type: Int32) -> flock {
        flock(
            l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }

    /// - Returns: 0 or the errno of the failure.
    private static func writeHolder(_ descriptor: Int32) -> Int32 {
        let text = "\(getpid()) \(currentProcessNamespace() ?? 0)\n"
        guard ftruncate(descriptor, 0) == 0 else { return errno }
        let written = text.utf8.span.bytes.withUnsafeBytes {
            pwrite(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard written == text.utf8.count else { return written < 0 ? errno : ENOSPC }
        return 0
    }

    private static func readHolder(_ descriptor: Int32) -> Holder {
        let text = withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { room in
            let count = pread(descriptor, room.baseAddress, room.count, 0)
            return String(decoding: room.prefix(max(count, 0)), as: UTF8.self)
        }
        let words = text.split { $0 == " " || $0 == "\n" }
        let namespace = words.count > 1 ? UInt64(words[1]) : nil
        return Holder(
            processID: words.first.flatMap { Int32($0) },
            processNamespace: namespace == 0 ? nil : namespace)
    }
}

/// F_OFD_SETLK and F_OFD_GETLK of fcntl(2), whose names the module map hides.
private let setLockCommand: Int32 = 37
private let getLockCommand: Int32 = 36

/// Which namespace the ids of processes belong to; nil when the system does not say.
private func currentProcessNamespace() -> UInt64? {
    var status = stat()
    guard stat("/proc/self/ns/pid", &status) == 0 else { return nil }
    return UInt64(status.st_ino)
}
