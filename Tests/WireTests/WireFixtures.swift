import NIOCore
import TestSupport

@testable import Wire

/// A moment so many milliseconds after the tests' beginning of time.
func at(_ milliseconds: UInt32) -> Instant {
    Instant(nanoseconds: 1_000_000_000).advanced(byMs: milliseconds)
}

let ledger = LedgerID(0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f)

let identity = ServerIdentity(ledger: ledger, software: "taizhang/test")

let plenty = Credit(events: 1_000, bytes: 1_000_000)

func hello() -> Hello {
    Hello(messageBytesMax: 4_194_304, software: "test/1")
}

func text(_ text: String, events: UInt32 = 1, more: Bool = false, ends: Bool = false) -> Part {
    Part(bytes: ByteBuffer(string: text), events: events, hasMore: more, ends: ends)
}

func unary(
    _ method: String = "a.B/C", deadlineMs: UInt32? = nil, credit: Credit = plenty
) -> Open {
    Open(
        method: method, deadlineMs: deadlineMs, credit: credit,
        first: text("ask", ends: true), ends: true)
}

/// A server's machine after the handshake, its greeting already fetched.
func greetedServer(_ limits: Limits = Limits()) -> ServerConnectionMachine {
    var machine = ServerConnectionMachine(limits: limits, identity: identity, at: at(0))
    _ = machine.frameReceived(.hello(hello()), at: at(0))
    _ = machine.framesOut(at: at(0))
    return machine
}

/// A client's machine after the handshake, its greeting already fetched.
func greetedClient(_ limits: Limits = Limits()) -> ClientConnectionMachine {
    var machine = ClientConnectionMachine(limits: limits, hello: hello(), at: at(0))
    var output = ByteBuffer()
    _ = machine.outputWanted(into: &output, bytesMax: 65_536)
    var server = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
    _ = server.frameReceived(.hello(hello()), at: at(0))
    for frame in server.framesOut(at: at(0)) { _ = machine.frameReceived(frame, at: at(0)) }
    return machine
}

extension ServerConnectionMachine {
    /// Fetches what is to be written, decoded.
    mutating func framesOut(at now: Instant, bytesMax: Int = .max) -> [Frame] {
        var output = ByteBuffer()
        _ = outputWanted(into: &output, bytesMax: bytesMax, at: now)
        return decodeAll(&output, as: .client)
    }

    mutating func opened(_ number: UInt32, _ open: Open = unary(), at now: Instant) -> CallID {
        let call = CallID(number)
        _ = frameReceived(.open(call, open), at: now)
        return call
    }
}

extension ClientConnectionMachine {
    mutating func framesOut(bytesMax: Int = .max) -> [Frame] {
        var output = ByteBuffer()
        _ = outputWanted(into: &output, bytesMax: bytesMax)
        return decodeAll(&output, as: .server)
    }

    mutating func started(_ call: OutgoingCall, at now: Instant) -> CallID? {
        guard case .started(let id) = callStarted(call, at: now) else { return nil }
        return id
    }
}

/// Decodes frames that follow a handshake (or are one); what cannot be decoded is missing.
func decodeAll(_ bytes: inout ByteBuffer, as receiver: Role) -> [Frame] {
    var frames: [Frame] = []
    while let type = bytes.getInteger(at: bytes.readerIndex + 4, as: UInt8.self) {
        var decoder = FrameDecoder(receiver: receiver)
        let isGreeting = type == FrameType.hello.rawValue || type == FrameType.welcome.rawValue
        if !isGreeting { decoder.skipHandshake() }
        if isGreeting && receiver == .server {
            var withPreface = ByteBuffer(bytes: Limits.preface)
            withPreface.writeBuffer(&bytes)
            bytes = withPreface
        }
        guard let frame = try? decoder.next(&bytes) else { break }
        frames.append(frame)
    }
    return frames
}

extension FrameDecoder {
    /// A decoder that has seen a handshake.
    mutating func skipHandshake() {
        var greeting = ByteBuffer()
        var server = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        _ = server.frameReceived(.hello(hello()), at: at(0))
        if self == FrameDecoder(receiver: .server) {
            greeting.writeBytes(Limits.preface)
            greeting.writeFrame(.hello(hello()))
        } else {
            _ = server.outputWanted(into: &greeting, bytesMax: .max, at: at(0))
        }
        _ = try? next(&greeting)
    }
}

extension Frame {
    var encoded: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeFrame(self)
        return buffer
    }
}

/// Frames of all kinds with arbitrary legal contents.
struct FrameMaker {
    var random: SeededRandom

    mutating func word(_ lengths: ClosedRange<Int>) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789._-")
        let length = Int.random(in: lengths, using: &random)
        return String((0..<length).map { _ in letters.randomElement(using: &random) ?? "a" })
    }

    mutating func prose(_ lengths: ClosedRange<Int>) -> String {
        let letters = Array("abc 台账党建é𝄞")
        let length = Int.random(in: lengths, using: &random)
        return String((0..<length).map { _ in letters.randomElement(using: &random) ?? "a" })
    }

    mutating func metadata() -> Metadata {
        var metadata = Metadata()
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            metadata = metadata.adding(word(1...20), prose(0...30))
        }
        return metadata
    }

    mutating func credit() -> Credit {
        Credit(
            events: .random(in: 1...1_000_000, using: &random),
            bytes: .random(in: 0...1_000_000, using: &random))
    }

    mutating func part(ends: Bool) -> Part {
        let size = Int.random(in: 1...300, using: &random)
        let hasMore = !ends && Bool.random(using: &random)
        return Part(
            bytes: ByteBuffer(
                bytes: (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }),
            events: .random(in: 0...Limits.eventsPerMessageMax, using: &random),
            hasMore: hasMore, ends: ends)
    }

    mutating func call() -> CallID { CallID(.random(in: 1...UInt32.max, using: &random)) }

    mutating func open() -> Open {
        let ends = Bool.random(using: &random)
        let first = Bool.random(using: &random) ? part(ends: ends) : nil
        return Open(
            method: word(1...60), deadlineMs: Bool.random(using: &random) ? 5_000 : nil,
            credit: credit(), metadata: metadata(), first: first, ends: ends)
    }

    mutating func status() -> WireStatus {
        var status = WireStatus(
            StatusCode.allCases.randomElement(using: &random) ?? .ok, prose(0...40))
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            status.details.append(
                Bool.random(using: &random)
                    ? .retry(afterMs: .random(in: 0...10_000, using: &random))
                    : .info(
                        ErrorInfo(
                            code: word(0...9), reason: word(1...20), domain: word(1...20),
                            metadata: metadata())))
        }
        return status
    }

    mutating func goAway() -> GoAway {
        GoAway(
            lastCall: CallID(.random(in: 0...100, using: &random)),
            code: StatusCode.allCases.randomElement(using: &random) ?? .ok, text: prose(0...60))
    }

    /// Any frame that may travel to the receiver after the handshake.
    mutating func frame(to receiver: Role) -> Frame {
        switch (Int.random(in: 0...7, using: &random), receiver) {
        case (0, .server): .open(call(), open())
        case (0, .client): .status(call(), status())
        case (1, .server): .cancel(call())
        case (1, .client): .block(call(), part(ends: false))
        case (2, .server): .halfClose(call())
        case (3, _): .credit(call(), credit())
        case (4, _): .ping(.random(in: 0...UInt64.max, using: &random))
        case (5, _): .pong(.random(in: 0...UInt64.max, using: &random))
        case (6, _): .goAway(goAway())
        default: .message(call(), part(ends: receiver == .server && Bool.random(using: &random)))
        }
    }
}
