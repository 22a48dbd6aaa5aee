import Glibc
import Synchronization

/// The environments this process has open, by the identity of their data files.
///
/// A second open of the same file is refused, because closing either one drops the record locks
/// that mark this process's readers as alive, and another process could then reuse their pages.
///
/// The data file stays open as long as it is registered, so its number cannot pass to another file.
enum EnvironmentRegistry {
    /// What makes two paths the same file.
    struct FileIdentity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64

        /// Nil when there is no such file; errno is left as `stat` set it.
        init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    private static let registered = Mutex<Set<FileIdentity>>([])

    /// Opens an environment unless its data file is open already, and registers it.
    ///
    /// One open at a time: before a new environment is made there is no file to compare.
    ///
    /// - Parameters:
    ///   - dataFile: path of the file that `body` opens or makes.
    ///   - body: opens the environment.
    ///   - undo: closes it again when it cannot be registered.
    static func open<Opened: Sendable>(
        dataFile: String, _ body: () throws(LMDBError) -> Opened, undo: (Opened) -> Void
    ) throws(LMDBError) -> (opened: Opened, identity: FileIdentity) {
        try registered.withLock { (registered) throws(LMDBError) in
            if let identity = FileIdentity(path: dataFile), registered.contains(identity) {
                throw LMDBError(kind: .alreadyOpen, operation: "open", detail: dataFile)
            }
            let opened = try body()
            guard let identity = FileIdentity(path: dataFile) else {
                let error = LMDBError(code: errno, operation: "open", detail: dataFile)
                undo(opened)
                throw error
            }
            registered.insert(identity)
            return (opened, identity)
        }
    }

    /// Closes an environment by `body` and gives its file free again.
    static func close(_ file: FileIdentity, _ body: () -> Void) {
        registered.withLock { registered in
            body()
            registered.remove(file)
        }
    }

    /// Whether a file belongs to an environment that is open in this process.
    static func isOpen(_ file: FileIdentity) -> Bool {
        registered.withLock { $0.contains(file) }
    }
}
