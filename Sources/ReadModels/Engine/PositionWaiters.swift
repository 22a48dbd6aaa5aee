import Synchronization

/// Those who wait until the views have seen a position.
final class PositionWaiters: Sendable {
    private struct Waiter {
        let position: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var nextID: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var position: UInt64 = 0
        var isEnded = false
    }

    private let state = Mutex(State())
    /// The lowest position that somebody waits for, `.max` when nobody waits; read without the
    /// lock for every commit.
    private let lowest = Atomic<UInt64>(.max)
    /// Called when somebody begins to wait.
    private let onWait: @Sendable () -> Void

    init(onWait: @escaping @Sendable () -> Void) {
        self.onWait = onWait
    }

    /// Waits until the position is reached, the deadline has passed or the task is cancelled.
    func wait(for position: UInt64, until deadline: ContinuousClock.Instant) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let timer = Task { [weak self] in
            try? await Task.sleep(until: deadline, clock: .continuous)
            self?.end(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isEnded || state.position >= position || timer.isCancelled
                        || Task.isCancelled || ContinuousClock.now >= deadline
                    {
                        return true
                    }
                    state.waiters[id] = Waiter(position: position, continuation: continuation)
                    noteLowest(state)
                    return false
                }
                if isOver { continuation.resume() } else { onWait() }
            }
        } onCancel: {
            end(id)
        }
        timer.cancel()
    }

    /// Whether somebody waits for this position or an earlier one.
    func isAnyone(waitingFor position: UInt64) -> Bool {
        lowest.load(ordering: .acquiring) <= position
    }

    private func noteLowest(_ state: borrowing State) {
        var lowest = UInt64.max
        for waiter in state.waiters.values { lowest = min(lowest, waiter.position) }
        self.lowest.store(lowest, ordering: .releasing)
    }

    func advanced(to position: UInt64) {
        let reached = state.withLock { state in
            state.position = max(state.position, position)
            let reached = state.waiters.filter { $0.value.position <= position }
            for id in reached.keys { state.waiters[id] = nil }
            if !reached.isEmpty { noteLowest(state) }
            return reached
        }
        for waiter in reached.values { waiter.continuation.resume() }
    }

    /// Lets everybody go: the views are closed.
    func endAll() {
        let waiters = state.withLock { state in
            state.isEnded = true
            let waiters = state.waiters
            state.waiters = [:]
            noteLowest(state)
            return waiters
        }
        for waiter in waiters.values { waiter.continuation.resume() }
    }

    private func end(_ id: UInt64) {
        let waiter = state.withLock { state in
            let waiter = state.waiters.removeValue(forKey: id)
            if waiter != nil { noteLowest(state) }
            return waiter
        }
        waiter?.continuation.resume()
    }
}

/// Those who want to know of each batch that was applied.
final class AppliedWakers: Sendable {
    private struct State {
        var nextID: UInt64 = 0
        var wakers: [UInt64: @Sendable (UInt64) -> Void] = [:]
    }

    private let state = Mutex(State())

    func add(_ wake: @escaping @Sendable (UInt64) -> Void) -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            state.wakers[state.nextID] = wake
            return state.nextID
        }
    }

    func remove(_ id: UInt64) {
        _ = state.withLock { $0.wakers.removeValue(forKey: id) }
    }

    func wake(_ position: UInt64) {
        let wakers = state.withLock { Array($0.wakers.values) }
        for wake in wakers { wake(position) }
    }
}

/// Keeps a registration for wake-ups; letting go of it ends the registration.
package final class AppliedToken: Sendable {
    private let wakers: AppliedWakers
    private let id: UInt64

    init(_ wakers: AppliedWakers, _ id: UInt64) {
        self.wakers = wakers
        self.id = id
    }

    deinit {
        wakers.remove(id)
    }
}
