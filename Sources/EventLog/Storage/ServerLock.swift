import Glibc
import Synchronization

/// The lock that keeps a second process (or a second log of this one) out of a ledger's directory:
/// an exclusive `flock` on `server.lock`, which holds the owner's process id as text.
///
/// The kernel lets go of it when the process ends, however it ends.
final class ServerLock: Sendable {
    private let descriptor: Int32
    private let isReleased = Atomic(false)

    /// - Parameter isShared: for readers at rest, who exclude a server but not each other.
    /// - Throws: `.locked` with the owner's process id, `.system`.
    init(directory: String, isShared: Bool) throws(EventLogError) {
        let path = "\(directory)/server.lock"
        var descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0, isShared {
            // A copy on a read-only file system can be looked at all the same.
            descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw .system(operation: "open \(path)", code: errno) }
        guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
            let code = errno
            let owner = Self.owner(descriptor)
            Glibc.close(descriptor)
            guard code == EWOULDBLOCK else { throw .system(operation: "lock \(path)", code: code) }
            throw .locked(pid: owner)
        }
        if !isShared {
            let text = Array("\(getpid())\n".utf8)
            guard ftruncate(descriptor, 0) == 0,
                pwrite(descriptor, text, text.count, 0) == text.count
            else {
                let code = errno
                Glibc.close(descriptor)
                throw .system(operation: "write \(path)", code: code)
            }
        }
        self.descriptor = descriptor
    }

    deinit {
        release()
    }

    /// Frees the directory. Calling it again does nothing.
    func release() {
        guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // A process that is being started at this moment may hold a copy of the descriptor for an
        // instant; unlocking reaches all copies, closing only this one.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    private static func owner(_ descriptor: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0 else { return nil }
        let digits = text.prefix(count).prefix {
            $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
        }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}
