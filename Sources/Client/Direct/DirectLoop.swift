import NIOCore
import NIOPosix
import Synchronization

/// A thread on which direct connections run, and everything that drives them.
package final class DirectLoop: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let loop: any EventLoop

    /// Starts the thread.
    package init() {
        loop = group.any()
    }

    /// Runs `body` on the thread and waits until the outcome is told.
    ///
    /// - Throws: what the outcome is failed with.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable (DirectLoop, DirectOutcome<Value>) -> Void
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = DirectOutcome(continuation)
            loop.execute { body(self, outcome) }
        }
    }

    /// Begins to connect; only on the thread.
    ///
    /// - Parameter driver: told when the server has greeted, or that it cannot be reached.
    package func connect(host: String, port: Int, driver: any DirectDriver) {
        let connection = NIOLoopBound(DirectConnection(driver: driver), eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DirectHandler(connection.value))
                }
            }
            .connect(host: host, port: port)
            .whenFailure { error in
                connection.value.fail(
                    .unavailable("cannot reach \(host):\(port): \(failureReason(error))"))
            }
    }

    /// Runs `body` after a time; only on the thread.
    package func after(nanoseconds: Int64, _ body: @escaping () -> Void) {
        loop.assumeIsolated().scheduleTask(in: .nanoseconds(max(0, nanoseconds)), body)
    }

    /// Ends the thread with all its connections.
    package func shutDown() async {
        try? await group.shutdownGracefully()
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

/// Carries what a channel says to its connection.
final class DirectHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: DirectConnection

    init(_ connection: DirectConnection) {
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.activated(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection.readingPaused()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.fail(.unavailable("the server closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.fail(.unavailable(failureReason(error)))
        context.close(promise: nil)
    }
}
