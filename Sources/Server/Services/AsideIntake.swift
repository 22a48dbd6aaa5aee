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
    /// Bytes of the calls that are here.
    private let waiting = Atomic<Int>(0)

    /// Most bytes that may wait: a call whose caller has gone away goes on waiting.
    private static let bytesMax = 64 << 20

    /// Whether a call of this connection is here; asked on the connection's event loop.
    func isBusy(with connection: ObjectIdentifier) -> Bool {
        count.load(ordering: .acquiring) > 0 && calls.withLock { $0[connection] != nil }
    }

    /// Does the work after all that was added before it.
    ///
    /// - Parameters:
    ///   - connection: must live until the work is done.
    ///   - bytes: the size of the call's message.
    /// - Returns: false when too much waits already; the work is then not done.
    func add(
        of connection: ObjectIdentifier, bytes: Int, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        let sum = waiting.add(bytes, ordering: .relaxed).newValue
        guard sum <= Self.bytesMax || sum == bytes else {
            waiting.subtract(bytes, ordering: .relaxed)
            return false
        }
        calls.withLock { $0[connection, default: 0] += 1 }
        count.add(1, ordering: .relaxed)
        queue.async { [self] in
            work()
            calls.withLock { calls in
                let rest = (calls[connection] ?? 1) - 1
                calls[connection] = rest > 0 ? rest : nil
            }
            count.subtract(1, ordering: .releasing)
            waiting.subtract(bytes, ordering: .relaxed)
        }
        return true
    }
}
