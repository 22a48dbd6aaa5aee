package import NIOCore
package import NIOPosix
package import Wire

/// What a server may be told about its connections.
package struct ListenOptions: Sendable {
    package var limits = Limits()
    /// Connections at the same time. Below the usual limit of open files, so that the log can
    /// always open its own.
    package var connectionsMax = 10_000
    /// Connections of one address at the same time.
    package var connectionsPerPeerMax = 1_000
    /// Calls of all connections at the same time.
    package var callsMax = 20_000
    /// Bytes of answers of all connections that wait for their readers before calls are refused.
    package var queuedBytesMax = 256 * 1_024 * 1_024
    /// Connections that the system holds before they are accepted.
    package var backlog: Int32 = 1_024
    /// Bytes that may lie in a socket unsent. What lies there can no longer be overtaken.
    package var unsentBytesMax = 65_536

    package init() {}
}

/// Told of connections that begin and end, for logs and figures. Called on event loops.
package protocol ConnectionObserver: Sendable {
    func connectionOpened(_ peer: Peer)
    /// - Parameter fault: what the connection was closed for, if it was anybody's fault.
    func connectionClosed(_ peer: Peer, fault: ProtocolFault?)
    func connectionRefused(_ address: String, reason: String)
}

/// Accepts connections of `taizhang/1` and gives their calls to a router.
package final class ServerListener: Sendable {
    private let channel: any Channel
    private let mailboxes: [ObjectIdentifier: LoopMailbox]
    private let gate: AcceptGate
    private let load: ServerLoad
    private let drainMsMax: UInt32

    private init(
        channel: any Channel, mailboxes: [ObjectIdentifier: LoopMailbox], gate: AcceptGate,
        load: ServerLoad, drainMsMax: UInt32
    ) {
        self.channel = channel
        self.mailboxes = mailboxes
        self.gate = gate
        self.load = load
        self.drainMsMax = drainMsMax
    }

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - socket: bound to where the server is to listen; used up.
    ///   - observer: told of connections, if anyone wants to know.
    /// - Throws: what the system says when the address cannot be had.
    package static func listen(
        on socket: BoundSocket, group: MultiThreadedEventLoopGroup = .singleton,
        identity: ServerIdentity,
        router: any CallRouter, options: ListenOptions = ListenOptions(),
        observer: (any ConnectionObserver)? = nil
    ) async throws -> ServerListener {
        var mailboxes: [ObjectIdentifier: LoopMailbox] = [:]
        for loop in group.makeIterator() {
            mailboxes[ObjectIdentifier(loop)] = LoopMailbox(eventLoop: loop)
        }
        let gate = AcceptGate(
            connectionsMax: options.connectionsMax,
            connectionsPerPeerMax: options.connectionsPerPeerMax)
        let load = ServerLoad(
            callsMax: options.callsMax, queuedBytesMax: options.queuedBytesMax)
        let acceptor = Acceptor(
            mailboxes: mailboxes, gate: gate, load: load, limits: options.limits,
            identity: identity, router: router, observer: observer)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: options.backlog)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                ChannelOptions.tcpOption(Acceptor.unsentLowWater), value: options.unsentBytesMax
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try acceptor.accepted(channel) }
            }
        let channel = try await bootstrap.withBoundSocket(socket.take()).get()
        return ServerListener(
            channel: channel, mailboxes: mailboxes, gate: gate, load: load,
            drainMsMax: options.limits.drainMsMax)
    }

    /// Begins to listen where there was no need to be sure of the address before.
    ///
    /// - Parameter port: 0 for any free port; `address` tells which.
    /// - Throws: what the system says when the address cannot be had.
    package static func listen(
        host: String, port: Int, group: MultiThreadedEventLoopGroup = .singleton,
        identity: ServerIdentity, router: any CallRouter,
        options: ListenOptions = ListenOptions(), observer: (any ConnectionObserver)? = nil
    ) async throws -> ServerListener {
        try await listen(
            on: try BoundSocket(host: host, port: port), group: group, identity: identity,
            router: router, options: options, observer: observer)
    }

    /// Where the server listens.
    package var address: SocketAddress? { channel.localAddress }

    /// Connections that are there.
    package var connections: Int { gate.connections }

    /// Calls that are under way, those included whose caller has gone.
    package var calls: Int { load.calls.value }

    /// Bytes of answers that wait for their readers.
    package var queuedBytes: Int { load.queuedBytes.value }

    /// Stops in an orderly way: accepts nothing more, lets calls end within `Limits.drainMsMax`,
    /// then closes what is left. Returns when all connections are gone.
    package func drain() async {
        try? await channel.close()
        forEachConnection { $0.drain() }
        let deadline = NIODeadline.now() + .milliseconds(Int64(drainMsMax) + 1_000)
        while gate.connections > 0, NIODeadline.now() < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        await abort()
    }

    /// Stops at once: connections are cut. Returns when all of them are gone.
    package func stop() async {
        try? await channel.close()
        await abort()
    }

    private func abort() async {
        while gate.connections > 0 {
            forEachConnection { $0.abort() }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func forEachConnection(_ body: @escaping @Sendable (ConnectionHandler) -> Void) {
        for mailbox in mailboxes.values {
            mailbox.eventLoop.execute {
                for connection in mailbox.state.connections.values { body(connection) }
            }
        }
    }
}

/// Makes a connection of each accepted channel.
private struct Acceptor: Sendable {
    /// TCP_NOTSENT_LOWAT of Linux (tcp(7)), which NIO has no name for.
    static let unsentLowWater = NIOBSDSocket.Option(rawValue: 25)

    let mailboxes: [ObjectIdentifier: LoopMailbox]
    let gate: AcceptGate
    let load: ServerLoad
    let limits: Limits
    let identity: ServerIdentity
    let router: any CallRouter
    let observer: (any ConnectionObserver)?

    func accepted(_ channel: any Channel) throws {
        guard let mailbox = mailboxes[ObjectIdentifier(channel.eventLoop)] else {
            throw ChannelError.inappropriateOperationForState
        }
        let peer = Peer(address: channel.remoteAddress)
        if let reason = gate.arrived(from: peer.address) {
            observer?.connectionRefused(peer.address, reason: reason)
            refuse(channel, reason)
            return
        }
        channel.closeFuture.whenComplete { _ in gate.left(peer.address) }
        let handler = ConnectionHandler(
            machine: ServerConnectionMachine(
                limits: limits, identity: identity, at: ConnectionHandler.now),
            peer: peer, router: router, mailbox: mailbox, load: load, observer: observer)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Says why in a GO_AWAY. The channel is not active yet, so this happens a moment later.
    private func refuse(_ channel: any Channel, _ reason: String) {
        let fault = ProtocolFault(.tooManyConnections, reason)
        var farewell = ByteBuffer()
        farewell.writeFrame(
            .goAway(GoAway(lastCall: CallID(0), code: fault.kind.code, text: fault.text)))
        let bytes = farewell
        channel.eventLoop.execute {
            channel.writeAndFlush(bytes).whenComplete { _ in channel.close(promise: nil) }
        }
    }
}

extension Peer {
    fileprivate init(address: SocketAddress?) {
        let text = address?.ipAddress ?? "unix"
        self.init(
            address: text,
            isLocal: text == "unix" || text == "::1" || text.hasPrefix("127."),
            software: "", metadata: Metadata())
    }
}
