import NIOCore
import NIOPosix
import Synchronization
import Wire

/// One connection to a server, usable from any task.
///
/// Requests of many tasks are handed to the event loop together: it is woken once for all of them
/// and writes once.
final class ClientConnection: Sendable {
    let welcome: Welcome
    private let channel: any Channel
    private let handler: NIOLoopBound<ClientChannelHandler>
    private let commands = Mutex<[ClientCommand]>([])
    private let state: State

    /// What outlives the connection's making.
    final class State: Sendable {
        let isUsable = Atomic<Bool>(true)
    }

    private init(
        welcome: Welcome, channel: any Channel, handler: NIOLoopBound<ClientChannelHandler>,
        state: State
    ) {
        self.welcome = welcome
        self.channel = channel
        self.handler = handler
        self.state = state
    }

    /// Whether new calls can be made on it.
    var isUsable: Bool { state.isUsable.load(ordering: .acquiring) }

    /// Connects and completes the handshake.
    ///
    /// - Throws: `TaizhangError`, with UNAVAILABLE when the server cannot be reached.
    static func connect(
        host: String, port: Int, options: ClientOptions, loop: any EventLoop
    ) -> EventLoopFuture<ClientConnection> {
        let state = State()
        let greeting = loop.makePromise(of: Welcome.self)
        let hello = options.hello
        let limits = options.limits
        return ClientBootstrap(group: loop)
            .connectTimeout(options.connectTimeout.timeAmount)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ClientChannelHandler(limits: limits, hello: hello, greeting: greeting) {
                            _ in state.isUsable.store(false, ordering: .releasing)
                        })
                }
            }
            .connect(host: host, port: port)
            .flatMapError { error in
                let failure = TaizhangError.unavailable(
                    "cannot reach \(host):\(port): \(failureReason(error))")
                greeting.fail(failure)
                return loop.makeFailedFuture(failure)
            }
            .flatMap { channel in
                greeting.futureResult.flatMapThrowing { welcome in
                    let handler = try channel.pipeline.syncOperations.handler(
                        type: ClientChannelHandler.self)
                    return ClientConnection(
                        welcome: welcome, channel: channel,
                        handler: NIOLoopBound(handler, eventLoop: loop), state: state)
                }
            }
    }

    /// Hands a request over; it is carried out in the order of requests.
    func post(_ command: ClientCommand) {
        let isFirst = commands.withLock { commands in
            commands.append(command)
            return commands.count == 1
        }
        guard isFirst else { return }
        channel.eventLoop.execute {
            let arrived = self.commands.withLock { commands in
                let arrived = commands
                commands = []
                return arrived
            }
            self.handler.value.commandsReceived(arrived)
        }
    }

    /// Begins a call.
    func start(_ wanted: OutgoingCall, deadline: NIODeadline?, sink: any CallSink) -> ClientCall {
        let call = ClientCall(sink: sink)
        post(.start(wanted, call, deadline: deadline))
        return call
    }

    /// Makes no new calls; closes when the last one has ended.
    func leave() {
        state.isUsable.store(false, ordering: .releasing)
        post(.leave)
    }

    /// Leaves, and waits until the connection is closed.
    func leave(within patience: Duration) async {
        leave()
        let cut = channel.eventLoop.scheduleTask(in: patience.timeAmount) {
            self.channel.close(promise: nil)
        }
        try? await channel.closeFuture.get()
        cut.cancel()
    }
}

extension ClientOptions {
    fileprivate var hello: Hello {
        var pairs = Metadata()
        for key in metadata.keys.sorted() { pairs = pairs.adding(key, metadata[key] ?? "") }
        return Hello(
            messageBytesMax: max(messageBytesMax, UInt32(Limits.messageBytesMaxLeast)),
            ledger: ledger.flatMap { LedgerID($0) }, software: software, metadata: pairs)
    }

    fileprivate var limits: Limits {
        var limits = Limits()
        limits.messageBytesMax = Int(max(messageBytesMax, UInt32(Limits.messageBytesMaxLeast)))
        limits.handshakeMsMax = UInt32(
            clamping: max(1, connectTimeout.timeAmount.nanoseconds / 1_000_000))
        return limits
    }
}

extension Duration {
    /// The same span for NIO; the longest there is instead of an overflow.
    var timeAmount: TimeAmount {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowOfSum) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return .nanoseconds(overflow || overflowOfSum ? (seconds < 0 ? 0 : .max / 4) : sum)
    }
}
