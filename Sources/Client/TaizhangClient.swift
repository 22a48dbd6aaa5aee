import NIOCore
import Wire

/// A client of a Taizhang server.
///
/// It keeps one connection, over which any number of tasks make calls at the same time, and makes
/// a new one when it is lost. A call that was lost with its connection fails, unless it may be
/// repeated; a subscription goes on from where it was.
///
/// ```swift
/// let client = try await TaizhangClient.connect(host: "127.0.0.1", port: 7077)
/// for try await event in try client.subscribe() { print(try event.json()) }
/// ```
public final class TaizhangClient: Sendable {
    let caller: Caller

    private init(caller: Caller) {
        self.caller = caller
    }

    /// Connects to a server.
    ///
    /// - Throws: `TaizhangError`: UNAVAILABLE when the server cannot be reached,
    ///   FAILED_PRECONDITION when it has another ledger than the options name.
    public static func connect(
        host: String, port: Int, options: ClientOptions = ClientOptions()
    ) async throws -> TaizhangClient {
        let client = lazy(host: host, port: port, options: options)
        _ = try await client.caller.keeper.connection(deadline: nil)
        return client
    }

    /// A client that connects when the first call is made.
    public static func lazy(
        host: String, port: Int, options: ClientOptions = ClientOptions()
    ) -> TaizhangClient {
        TaizhangClient(
            caller: Caller(
                keeper: ConnectionKeeper(host: host, port: port, options: options),
                options: options))
    }

    /// What the server said of itself; nil while there is no connection.
    public var server: ServerInfo? {
        caller.keeper.present.map { ServerInfo($0.welcome) }
    }

    /// Makes a unary call.
    ///
    /// - Parameters:
    ///   - method: for example `taizhang.services.v1.Status/Status`.
    ///   - body: the request, in protobuf.
    /// - Returns: the response, in protobuf.
    /// - Throws: `TaizhangError`, or `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func call(
        _ method: String, _ body: [UInt8], options: CallOptions = CallOptions()
    ) async throws -> [UInt8] {
        try await caller.call(method, body, options)
    }

    /// A server-streaming call.
    ///
    /// - Parameter resume: makes the request that continues behind a message. With it, a stream
    ///   that is lost goes on by itself; without, it fails.
    public func stream(
        _ method: String, _ body: [UInt8], options: CallOptions = CallOptions(),
        resume: (@Sendable (_ lastMessage: [UInt8]) -> [UInt8])? = nil
    ) -> MessageStream {
        MessageStream(
            caller: caller, method: method, body: body, options: options, resume: resume)
    }

    /// A call in which both sides send many messages.
    ///
    /// - Throws: `TaizhangError` when there is no connection to make it on.
    public func exchange(
        _ method: String, options: CallOptions = CallOptions()
    ) async throws -> Exchange {
        let deadline = options.deadline.map { NIODeadline.now() + $0.timeAmount }
        let connection = try await caller.keeper.connection(deadline: deadline)
        let gate = SendGate()
        let call = StreamCall(
            window: caller.window, credit: { gate.add($0) }, over: { gate.close() })
        call.begin(
            OutgoingCall(
                method: method, metadata: Caller.metadata(options), credit: caller.window),
            deadline: deadline, on: connection)
        return Exchange(call: call, gate: gate)
    }

    /// Makes no new calls, and closes the connection when those under way have ended.
    ///
    /// - Parameter patience: after this time the connection is cut, whatever is under way.
    public func close(within patience: Duration = .seconds(5)) async {
        await caller.keeper.close(within: patience)
    }
}

/// What a server says of itself.
public struct ServerInfo: Sendable, Equatable {
    /// The ledger's identity, 16 bytes.
    public let ledger: [UInt8]
    /// Name and version of the server's software.
    public let software: String
    /// Calls that it takes at the same time on one connection.
    public let callsMax: Int
    /// What else it says, for example its mode.
    public let metadata: [String: String]

    init(_ welcome: Welcome) {
        ledger = welcome.ledger.bytes
        software = welcome.software
        callsMax = Int(welcome.callsMax)
        var metadata: [String: String] = [:]
        for pair in welcome.metadata.pairs { metadata[pair.key] = pair.value }
        self.metadata = metadata
    }
}
