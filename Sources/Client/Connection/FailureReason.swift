import Glibc
import NIOCore
import NIOPosix

/// Why a connection could not be made or was lost, in a few words: the system's own where it gave
/// a reason.
func failureReason(_ error: any Error) -> String {
    switch error {
    case let error as IOError:
        return String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
        let causes = error.connectionErrors.map(\.error)
        let first = causes.first { $0 is IOError } ?? causes.first
        return first.map(failureReason) ?? "the name cannot be resolved"
    default:
        return "\(error)"
    }
}
