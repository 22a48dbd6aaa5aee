import Synchronization

/// A thread on which direct connections run, and everything that drives them. It lives until
/// `shutDown`.
package final class DirectLoop: Sendable {
    private let reactor: Result<DirectReactor, TaizhangError>

    /// Nanoseconds after which a connection that nobody has answered is given up.
    private static let connectNanoseconds: Int64 = 10_000_000_000

    /// Starts the thread; if the system has none, `run` says so.
    package init() {
        reactor = Result { () throws(TaizhangError) in try DirectReactor() }
    }

    /// Runs `body` on the thread and waits until the outcome is told.
    ///
    /// - Throws: what the outcome is failed with; UNAVAILABLE when there is no thread.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable (DirectLoop, DirectOutcome<Value>) -> Void
    ) async throws -> Value {
        let reactor = try reactor.get()
        return try await withCheckedThrowingContinuation { continuation in
            let outcome = DirectOutcome(continuation)
            if !reactor.post({ body(self, outcome) }) {
                outcome.tell(.failure(TaizhangError.unavailable("the loop has ended")))
            }
        }
    }

    /// Begins to connect; only on the thread.
    ///
    /// - Parameter driver: told when the server has greeted, or that it cannot be reached.
    package func connect(host: String, port: Int, driver: any DirectDriver) {
        guard case .success(let reactor) = reactor else { return }
        reactor.checkThread()
        let connection = DirectConnection(
            driver: driver, reactor, name: "\(host):\(port)",
            addresses: DirectAddress.resolve(host: host, port: port))
        connection.connect()
        after(nanoseconds: Self.connectNanoseconds) { [weak connection] in
            connection?.connectTimeIsOver()
        }
    }

    /// Runs `body` after a time; only on the thread.
    package func after(nanoseconds: Int64, _ body: @escaping () -> Void) {
        guard case .success(let reactor) = reactor else { return }
        reactor.checkThread()
        reactor.schedule(
            at: DirectSelector.now() &+ UInt64(clamping: nanoseconds), body)
    }

    /// Ends the thread with all its connections.
    package func shutDown() async {
        guard case .success(let reactor) = reactor else { return }
        await withCheckedContinuation { continuation in
            reactor.end { continuation.resume() }
        }
    }
}

/// What a run on a loop's thread came to; only the first telling counts.
package final class DirectOutcome<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = Mutex(continuation)
    }

    /// Ends the run.
    package func tell(_ result: Result<Value, any Error>) {
        let continuation = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        continuation?.resume(with: result)
    }
}
