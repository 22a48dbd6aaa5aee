import Dispatch
import Synchronization

/// Checks large calls away from the event loops, one after another.
///
/// As long as a call of a connection is here, those that come after it on the same connection have
/// to follow it: otherwise a small call would be judged before the large one that it builds on.
final class AsideIntake: Sendable {
    private let queue = DispatchQueue(label: "taizhang.intake", qos: .userInitiated)
    /// Calls that are here, by connection.
    private let calls = Mutex<[ObjectIdentifier: Int]>([:])
    /// Of all connections; read without the lock for every call.
    private let count = Atomic<Int>(0)

    /// Whether a call of this connection is here; asked on the connection's event loop.
    func isBusy(with connection: ObjectIdentifier) -> Bool {
        count.load(ordering: .acquiring) > 0 && calls.withLock { $0[connection] != nil }
    }

    /// Does the work after all that was added before it.
    ///
    /// - Parameter connection: must live until the work is done.
    func add(of connection: ObjectIdentifier, _ work: @escaping @Sendable () -> Void) {
        calls.withLock { $0[connection, default: 0] += 1 }
        count.add(1, ordering: .relaxed)
        queue.async { [self] in
            work()
            calls.withLock { calls in
                let rest = (calls[connection] ?? 1) - 1
                calls[connection] = rest > 0 ? rest : nil
            }
            count.subtract(1, ordering: .releasing)
        }
    }
}
