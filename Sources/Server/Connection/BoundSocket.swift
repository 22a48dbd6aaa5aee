import Glibc
import NIOCore
import Synchronization

/// A socket that has its address but does not listen yet: whoever needs the address can be sure of
/// it before anything else is begun, unless two ask for it in the same moment: then the second one
/// fails when it begins to listen.
package final class BoundSocket: Sendable {
    /// Negative when the socket is somebody else's.
    private let handle: Mutex<CInt>

    /// - Parameter port: 0 for any free port.
    /// - Throws: `IOError` with what the system says, `SocketAddressError` for an unknown host.
    package init(host: String, port: Int) throws {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let handle = socket(CInt(address.protocol.rawValue), type, 0)
        guard handle >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        var isReused: CInt = 1
        setsockopt(
            handle, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<CInt>.size))
        let outcome = address.withSockAddr { bind(handle, $0, socklen_t($1)) }
        guard outcome == 0 else {
            let code = errno
            Glibc.close(handle)
            throw IOError(errnoCode: code, reason: "bind")
        }
        self.handle = Mutex(handle)
    }

    deinit {
        let handle = take()
        if handle >= 0 { Glibc.close(handle) }
    }

    /// Gives the socket away.
    func take() -> CInt {
        handle.withLock { handle in
            defer { handle = -1 }
            return handle
        }
    }
}
