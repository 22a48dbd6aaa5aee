import NIOCore
import NIOPosix
import Synchronization
import Wire

/// Keeps one connection to a server, and makes a new one when it is gone and somebody needs it.
///
/// Who asks while there is none waits for the next attempt, and fails with it. Between attempts
/// there is a pause that grows with each failure.
final class ConnectionKeeper: Sendable {
    private let host: String
    private let port: Int
    private let options: ClientOptions
    private let loop: any EventLoop
    private let backoff: Backoff
    private let state = Mutex(State())

    private struct State {
        var phase = Phase.idle
        /// Attempts that failed since the last success.
        var failures = 0
        var notBefore = NIODeadline.now()
        var waiters: [UInt64: CheckedContinuation<ClientConnection, any Error>] = [:]
        var lastWaiter: UInt64 = 0
    }

    private enum Phase {
        case idle
        case connecting
        case connected(ClientConnection)
        case closed
    }

    init(host: String, port: Int, options: ClientOptions) {
        self.host = host
        self.port = port
        self.options = options
        loop = MultiThreadedEventLoopGroup.singleton.any()
        backoff = Backoff(first: options.backoff, longest: options.backoffMax)
    }

    /// The connection that is there; nil when the next caller would have to wait.
    var present: ClientConnection? {
        state.withLock { state in
            guard case .connected(let connection) = state.phase, connection.isUsable else {
                return nil
            }
            return connection
        }
    }

    /// A connection on which calls can be made.
    ///
    /// - Throws: `TaizhangError`: UNAVAILABLE when the attempt failed that this caller waited for,
    ///   DEADLINE_EXCEEDED; or `CancellationError`.
    nonisolated(nonsending) func connection(deadline: NIODeadline?) async throws -> ClientConnection
    {
        if let present { return present }
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let alarm = deadline.map { deadline in
            loop.scheduleTask(deadline: deadline) {
                self.dismiss(
                    number, TaizhangError(.deadlineExceeded, "no connection within the deadline"))
            }
        }
        defer { alarm?.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enlist(number, continuation)
            }
        } onCancel: {
            dismiss(number, CancellationError())
        }
    }

    private func enlist(
        _ number: UInt64, _ continuation: CheckedContinuation<ClientConnection, any Error>
    ) {
        enum Next {
            case wait
            case attempt(NIODeadline)
            case done(Result<ClientConnection, any Error>)
        }
        let isCancelled = Task.isCancelled
        let next = state.withLock { state -> Next in
            if isCancelled { return .done(.failure(CancellationError())) }
            switch state.phase {
            case .connected(let connection) where connection.isUsable:
                return .done(.success(connection))
            case .closed:
                return .done(.failure(TaizhangError.unavailable("the client is closed")))
            case .connecting:
                state.waiters[number] = continuation
                return .wait
            case .connected, .idle:
                state.waiters[number] = continuation
                state.phase = .connecting
                return .attempt(state.notBefore)
            }
        }
        switch next {
        case .wait: return
        case .done(let result): continuation.resume(with: result)
        case .attempt(let notBefore):
            loop.scheduleTask(deadline: notBefore) { self.attempt() }
        }
    }

    private func dismiss(_ number: UInt64, _ error: any Error) {
        state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(throwing: error)
    }

    private func attempt() {
        ClientConnection.connect(host: host, port: port, options: options, loop: loop)
            .whenComplete { result in
                switch result {
                case .success(let connection): self.connected(connection)
                case .failure(let error): self.failed(error)
                }
            }
    }

    private func connected(_ connection: ClientConnection) {
        let (waiters, isClosed) = state.withLock { state in
            let waiters = state.waiters
            state.waiters = [:]
            if case .closed = state.phase { return (waiters, true) }
            state.failures = 0
            state.notBefore = .now()
            state.phase = .connected(connection)
            return (waiters, false)
        }
        if isClosed { connection.leave() }
        for waiter in waiters.values { waiter.resume(returning: connection) }
    }

    private func failed(_ error: any Error) {
        let waiters = state.withLock { state in
            let waiters = state.waiters
            state.waiters = [:]
            if case .closed = state.phase { return waiters }
            state.failures += 1
            state.notBefore = .now() + backoff.pause(after: state.failures).timeAmount
            state.phase = .idle
            return waiters
        }
        let failure = error as? TaizhangError ?? .unavailable("\(error)")
        for waiter in waiters.values { waiter.resume(throwing: failure) }
    }

    /// Makes no new connections and closes the present one when its calls have ended.
    func close(within patience: Duration) async {
        let (connection, waiters) = state.withLock { state in
            let waiters = state.waiters
            state.waiters = [:]
            defer { state.phase = .closed }
            guard case .connected(let connection) = state.phase else {
                return (nil as ClientConnection?, waiters)
            }
            return (connection, waiters)
        }
        for waiter in waiters.values {
            waiter.resume(throwing: TaizhangError.unavailable("the client is closed"))
        }
        await connection?.leave(within: patience)
    }
}
