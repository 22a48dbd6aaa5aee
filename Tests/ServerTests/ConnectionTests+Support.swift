import Client
import Glibc
import NIOCore
import Server
import Synchronization
import Testing
import Wire

/// A server on a free port whose methods do one simple thing each.
final class EchoServer: Sendable {
    let listener: ServerListener
    let port: Int
    let events: EventBook

    private init(listener: ServerListener, port: Int, events: EventBook) {
        self.listener = listener
        self.port = port
        self.events = events
    }

    static func start(
        port: Int = 0, _ change: (inout ListenOptions) -> Void = { _ in }
    ) async throws -> EchoServer {
        var options = ListenOptions()
        change(&options)
        let events = EventBook()
        let ledger = try #require(LedgerID(Array(repeating: 7, count: 16)))
        let listener = try await ServerListener.listen(
            host: "127.0.0.1", port: port,
            identity: ServerIdentity(ledger: ledger, software: "echo/1"),
            router: EchoRouter(events: events), options: options, observer: events)
        return EchoServer(
            listener: listener, port: try #require(listener.address?.port), events: events)
    }

    func client(
        _ change: (inout ClientOptions) -> Void = { _ in }
    ) async throws -> TaizhangClient {
        var options = ClientOptions()
        change(&options)
        return try await TaizhangClient.connect(host: "127.0.0.1", port: port, options: options)
    }
}

/// What happened on the server, for tests that wait for it.
final class EventBook: ConnectionObserver {
    private let state = Mutex<[String]>([])

    func note(_ event: String) { state.withLock { $0.append(event) } }

    func count(_ event: String) -> Int { state.withLock { $0.count { $0 == event } } }

    /// Waits until something has happened so often; long, for machines that are busy.
    func happens(_ event: String, times: Int = 1) async -> Bool {
        await eventually { self.count(event) >= times }
    }

    func connectionOpened(_ peer: Peer) { note("opened") }

    func connectionClosed(_ peer: Peer, fault: ProtocolFault?) {
        note("closed")
        if let fault { note(fault.kind.rawValue) }
    }

    func connectionRefused(_ address: String, reason: String) { note("refused") }
}

func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}

struct EchoRouter: CallRouter {
    let events: EventBook

    func open(call: CallContext) -> any CallHandler {
        switch call.method {
        case "echo": EchoHandler(call, elsewhere: false)
        case "elsewhere": EchoHandler(call, elsewhere: true)
        case "hang": HangHandler(call, events)
        case "count": CountHandler(call, events)
        case "sum": SumHandler(call, gives: true)
        case "stingy": SumHandler(call, gives: false)
        case "drop": DropHandler()
        default: RefuseHandler(call)
        }
    }
}

/// Answers with the question, or with as many bytes as the question's text says.
private final class EchoHandler: CallHandler {
    let call: CallContext
    let elsewhere: Bool

    init(_ call: CallContext, elsewhere: Bool) {
        self.call = call
        self.elsewhere = elsewhere
    }

    func message(_ message: CallMessage) {
        let text = String(decoding: message.bytes.prefix(20), as: UTF8.self)
        let answer =
            text.hasPrefix("bytes ")
            ? Array(repeating: UInt8(1), count: Int(text.dropFirst(6)) ?? 0) : message.bytes
        let responder = call.responder
        if elsewhere {
            Thread.detach { responder.reply(answer) }
        } else {
            responder.reply(answer)
        }
    }

    func cancelled(_ cause: CancelCause) { call.responder.finish() }
}

private enum Thread {
    static func detach(_ body: @escaping @Sendable () -> Void) {
        Task.detached { body() }
    }
}

/// Answers only when its caller has gone.
private final class HangHandler: CallHandler {
    let call: CallContext
    let events: EventBook

    init(_ call: CallContext, _ events: EventBook) {
        self.call = call
        self.events = events
        events.note("hanging")
    }

    func message(_ message: CallMessage) {}

    func cancelled(_ cause: CancelCause) {
        events.note("cancelled \(cause)")
        call.responder.finish()
    }
}

/// Sends the numbers from the one asked for up to a last one, as credit allows.
private final class CountHandler: CallHandler {
    let call: CallContext
    let events: EventBook
    var next = 0
    var last = 0
    var allowance: Credit
    var hasBegun = false

    init(_ call: CallContext, _ events: EventBook) {
        self.call = call
        self.events = events
        allowance = call.allowance
    }

    func message(_ message: CallMessage) {
        let numbers = String(decoding: message.bytes, as: UTF8.self).split(separator: " ")
        next = numbers.first.flatMap { Int($0) } ?? 0
        last = numbers.last.flatMap { Int($0) } ?? 0
        hasBegun = true
        pump()
    }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        pump()
    }

    func cancelled(_ cause: CancelCause) {
        events.note("cancelled \(cause)")
        call.responder.finish()
    }

    private func pump() {
        guard hasBegun else { return }
        while next <= last, allowance.isPositive {
            let bytes = Array("\(next)".utf8)
            call.responder.send(bytes)
            events.note("sent")
            allowance.spend(Credit(events: 1, bytes: UInt32(bytes.count + 16)))
            next += 1
        }
        if next > last { call.responder.finish() }
    }
}

/// Adds up the sizes of what it is sent.
private final class SumHandler: CallHandler {
    let call: CallContext
    let gives: Bool
    var sum = 0

    init(_ call: CallContext, gives: Bool) {
        self.call = call
        self.gives = gives
    }

    func message(_ message: CallMessage) {
        sum += message.bytes.count
        if gives { call.responder.give(message.cost) }
    }

    func halfClosed() { call.responder.reply(Array("\(sum)".utf8)) }

    func cancelled(_ cause: CancelCause) { call.responder.finish() }
}

private final class DropHandler: CallHandler {
    func message(_ message: CallMessage) {}
    func cancelled(_ cause: CancelCause) {}
}

private final class RefuseHandler: CallHandler {
    init(_ call: CallContext) {
        call.responder.finish(
            WireStatus(
                .unimplemented, "no method \(call.method)",
                details: [.info(ErrorInfo(reason: "NO_METHOD", domain: "test"))]))
    }

    func message(_ message: CallMessage) {}
    func cancelled(_ cause: CancelCause) {}
}

/// A client that says whatever bytes it likes.
final class RawClient {
    private let descriptor: Int32
    private var received = ByteBuffer()
    private var decoder = FrameDecoder(receiver: .client)

    init(port: Int, greets: Bool = true) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, size)
            }
        }
        try #require(result == 0)
        if greets {
            var bytes = ByteBuffer(bytes: Limits.preface)
            bytes.writeFrame(.hello(Hello(messageBytesMax: 4_194_304, software: "raw")))
            send(bytes)
        }
    }

    deinit { close(descriptor) }

    /// - Returns: false when the server takes nothing more.
    @discardableResult
    func send(_ bytes: ByteBuffer, flags: Int32 = Int32(MSG_NOSIGNAL)) -> Bool {
        bytes.withUnsafeReadableBytes { pointer in
            var sent = 0
            while sent < pointer.count {
                let count = Glibc.send(
                    descriptor, pointer.baseAddress.map { $0 + sent }, pointer.count - sent, flags)
                if count <= 0 { return false }
                sent += count
            }
            return true
        }
    }

    @discardableResult
    func send(_ frame: Frame) -> Bool {
        var bytes = ByteBuffer()
        bytes.writeFrame(frame)
        return send(bytes)
    }

    /// The next frame of the server; nil when it has closed the connection.
    func next() throws -> Frame? {
        while true {
            if let frame = try decoder.next(&received) { return frame }
            guard readMore() else { return nil }
        }
    }

    /// Reads until the server closes.
    func rest() throws -> [Frame] {
        var frames: [Frame] = []
        while let frame = try next() { frames.append(frame) }
        return frames
    }

    private func readMore() -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 20_000) > 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        received.writeBytes(bytes[..<count])
        return true
    }
}
