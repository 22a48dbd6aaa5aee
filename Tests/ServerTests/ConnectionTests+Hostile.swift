import Client
import NIOCore
import Server
import Testing
import Wire

/// Peers that mean harm, over real sockets. An honest client is served meanwhile.
@Suite struct HostilePeerTests {
    private func expectCut(
        _ raw: RawClient, _ server: EchoServer, _ kind: ProtocolFault.Kind,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let frames = try raw.rest()
        guard case .goAway(let goAway) = frames.last else {
            Issue.record("no farewell: \(frames.suffix(3))", sourceLocation: sourceLocation)
            return
        }
        #expect(goAway.code == kind.code, sourceLocation: sourceLocation)
        #expect(goAway.text.hasPrefix(kind.rawValue), sourceLocation: sourceLocation)
        #expect(await server.events.happens(kind.rawValue), sourceLocation: sourceLocation)
        let client = try await server.client()
        let answer = try await client.call("echo", [1])
        #expect(answer == [1], sourceLocation: sourceLocation)
        await client.close()
        await server.listener.drain()
        #expect(server.listener.connections == 0, sourceLocation: sourceLocation)
        #expect(server.listener.calls == 0, sourceLocation: sourceLocation)
        #expect(server.listener.queuedBytes == 0, sourceLocation: sourceLocation)
    }

    private func open(_ number: UInt32, _ method: String, _ question: String = "") -> Frame {
        .open(
            CallID(number),
            Open(
                method: method, credit: Credit(events: 1, bytes: 100_000_000),
                first: Part(bytes: ByteBuffer(string: question), events: 1, ends: true),
                ends: true))
    }

    @Test func aPeerThatSpeaksHTTPIsShownTheDoor() async throws {
        let server = try await EchoServer.start()
        let raw = try RawClient(port: server.port, greets: false)
        raw.send(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        try await expectCut(raw, server, .badPreface)
    }

    @Test func aLengthBombIsRefusedAtItsHeader() async throws {
        let server = try await EchoServer.start()
        let raw = try RawClient(port: server.port)
        raw.send(ByteBuffer(bytes: [0x7f, 0xff, 0xff, 0xff, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]))
        try await expectCut(raw, server, .frameTooLong)
    }

    @Test func aPeerThatDoesNotGreetIsCut() async throws {
        let server = try await EchoServer.start { $0.limits.handshakeMsMax = 2_000 }
        let raw = try RawClient(port: server.port, greets: false)
        try await expectCut(raw, server, .handshakeTimeout)
    }

    @Test func slowlorisIsCutHoweverItTrickles() async throws {
        let server = try await EchoServer.start { $0.limits.partialFrameMsMax = 1_000 }
        let raw = try RawClient(port: server.port)
        var frame = ByteBuffer()
        frame.writeFrame(open(1, "echo", String(repeating: "x", count: 1_000)))
        while let byte = frame.readSlice(length: 1), server.events.count("closed") == 0 {
            guard raw.send(byte) else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(frame.readableBytes > 0)
        try await expectCut(raw, server, .partialFrameTimeout)
    }

    @Test func rapidResetIsCut() async throws {
        let server = try await EchoServer.start()
        let start = ContinuousClock.now
        let raw = try RawClient(port: server.port)
        for number in UInt32(1)...100_000 {
            guard raw.send(open(number, "hang")), raw.send(.cancel(CallID(number))) else { break }
        }
        #expect(await server.events.happens(ProtocolFault.Kind.faultFlood.rawValue))
        // 200 at once and one that is too much; 10 more for each second that this took.
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        #expect(server.events.count("hanging") <= 201 + Int((10 * seconds).rounded(.up)))
        #expect(await eventually { server.listener.calls == 0 })
        await server.listener.drain()
    }

    @Test func aPingFloodIsCut() async throws {
        let server = try await EchoServer.start()
        let raw = try RawClient(port: server.port)
        for token in UInt64(0)..<100 { guard raw.send(.ping(token)) else { break } }
        try await expectCut(raw, server, .pingFlood)
    }

    @Test func aCreditFloodIsCut() async throws {
        let server = try await EchoServer.start()
        let raw = try RawClient(port: server.port)
        raw.send(open(1, "hang"))
        for _ in 0..<5_000 {
            guard raw.send(.credit(CallID(1), Credit(events: 1, bytes: 1))) else { break }
        }
        try await expectCut(raw, server, .controlFlood)
    }

    /// It asks for a lot and reads nothing: the server stops listening to it.
    @Test func aPeerThatDoesNotReadCannotFillTheServer() async throws {
        let server = try await EchoServer.start { $0.limits.writeStallMsMax = 1_500 }
        let raw = try RawClient(port: server.port)
        for number in UInt32(1)...80 { raw.send(open(number, "echo", "bytes 1000000")) }
        #expect(await server.events.happens(ProtocolFault.Kind.writeStalled.rawValue))
        #expect(await eventually { server.listener.queuedBytes == 0 })
        await server.listener.drain()
    }

    @Test func moreConnectionsThanAllowedAreToldSo() async throws {
        let server = try await EchoServer.start { $0.connectionsPerPeerMax = 2 }
        let first = try RawClient(port: server.port)
        let second = try RawClient(port: server.port)
        _ = try first.next()
        _ = try second.next()
        let third = try RawClient(port: server.port, greets: false)
        guard case .goAway(let goAway) = try third.next() else {
            Issue.record("no farewell")
            return
        }
        #expect(goAway.code == .resourceExhausted)
        #expect(server.events.count("refused") == 1)
        #expect(server.listener.connections == 2)
        await server.listener.drain()
    }

    @Test func callsBeyondTheServersLimitAreRefused() async throws {
        let server = try await EchoServer.start { $0.callsMax = 1 }
        let client = try await server.client { $0.retriesMax = 0 }
        let task = Task { try await client.call("hang", []) }
        #expect(await server.events.happens("hanging"))
        let other = try await server.client { $0.retriesMax = 0 }
        let error = await #expect(throws: TaizhangError.self) { try await other.call("echo", []) }
        #expect(error?.detail?.reason == "SERVER_CALLS")
        #expect(error?.retryAfter != nil)
        task.cancel()
        _ = await task.result
        await client.close()
        await other.close()
        await server.listener.drain()
    }
}
