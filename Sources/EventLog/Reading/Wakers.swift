import Synchronization

/// Those who want to know of each commit.
final class Wakers: Sendable {
    private struct State {
        var nextToken: UInt64 = 0
        var wakers: [UInt64: @Sendable (Position) -> Void] = [:]
    }

    private let state = Mutex(State())

    func add(_ wake: @escaping @Sendable (Position) -> Void) -> UInt64 {
        state.withLock { state in
            state.nextToken += 1
            state.wakers[state.nextToken] = wake
            return state.nextToken
        }
    }

    func remove(_ token: UInt64) {
        // The closure is let go outside the lock: its end may run foreign code.
        _ = state.withLock { $0.wakers.removeValue(forKey: token) }
    }

    /// Calls everybody; in no particular order.
    func wake(_ position: Position) {
        let wakers = state.withLock { state in
            state.wakers.isEmpty ? [] : Array(state.wakers.values)
        }
        for wake in wakers { wake(position) }
    }
}

/// Keeps a registration for wake-ups; letting go of it ends the registration.
package final class WakeToken: Sendable {
    private let wakers: Wakers
    private let token: UInt64

    init(wakers: Wakers, token: UInt64) {
        self.wakers = wakers
        self.token = token
    }

    /// Ends the registration; a call that is under way may still come through.
    package func cancel() {
        wakers.remove(token)
    }

    deinit {
        wakers.remove(token)
    }
}
