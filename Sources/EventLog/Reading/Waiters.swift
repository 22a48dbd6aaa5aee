import Synchronization

/// Tasks that wait for the head to pass a position.
final class Waiters: Sendable {
    private struct Waiter {
        var after: UInt64
        var continuation: CheckedContinuation<Position, any Error>
    }

    private struct State {
        var head: UInt64
        var isClosed = false
        var nextNumber: UInt64 = 0
        var waiting: [UInt64: Waiter] = [:]
        /// Cancelled before they began to wait.
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    init(head: UInt64) {
        state = Mutex(State(head: head))
    }

    /// Tasks that wait at this moment.
    var count: Int {
        state.withLock { $0.waiting.count }
    }

    /// Wakes everybody who waited for less than `position`.
    func advanced(to position: Position) {
        let ready = state.withLock { state -> [Waiter] in
            state.head = max(state.head, position.value)
            guard !state.waiting.isEmpty else { return [] }
            let head = state.head
            let ready = state.waiting.filter { $0.value.after < head }
            for number in ready.keys { state.waiting[number] = nil }
            return Array(ready.values)
        }
        for waiter in ready { waiter.continuation.resume(returning: position) }
    }

    /// Wakes everybody with an error; nobody waits any more.
    func close() {
        let left = state.withLock { state -> [Waiter] in
            state.isClosed = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for waiter in left { waiter.continuation.resume(throwing: EventLogError.closed) }
    }

    /// Waits until the head is past `position`.
    func wait(after position: UInt64) async throws -> Position {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer = state.withLock { state -> Result<Position, any Error>? in
                    if state.cancelled.remove(number) != nil {
                        return .failure(CancellationError())
                    }
                    if state.isClosed { return .failure(EventLogError.closed) }
                    if state.head > position { return .success(Position(state.head)) }
                    state.waiting[number] = Waiter(after: position, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                if let waiter = state.waiting.removeValue(forKey: number) { return waiter }
                state.cancelled.insert(number)
                return nil
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
