import Client
import NIOCore
import Server
import Testing
import Wire

/// Client and server over a loopback connection, with a router that echoes.
@Suite struct ConnectionTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func aUnaryCallIsAnswered() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client()
        let answer = try await client.call("echo", Array("台账".utf8))
        #expect(text(answer) == "台账")
        #expect(client.server?.software == "echo/1")
        await client.close()
        await server.listener.drain()
        #expect(server.listener.connections == 0)
        #expect(server.listener.calls == 0)
        #expect(server.listener.queuedBytes == 0)
    }

    /// More at once than the server allows on a connection: the rest wait for their place.
    @Test(arguments: ["echo", "elsewhere"])
    func manyCallsAtOnceEachGetTheirOwnAnswer(method: String) async throws {
        let server = try await EchoServer.start { $0.limits.callsMax = 20 }
        let client = try await server.client()
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for index in 0..<500 {
                group.addTask {
                    let answer = try await client.call(method, Array("question \(index)".utf8))
                    return (index, String(decoding: answer, as: UTF8.self))
                }
            }
            for try await (index, answer) in group { #expect(answer == "question \(index)") }
        }
        await client.close()
        await server.listener.drain()
        #expect(server.events.count("opened") == 1)
    }

    @Test func largeMessagesTravelInPieces() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client()
        let question = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let answer = try await client.call("echo", question)
        #expect(answer == question)
        await client.close()
        await server.listener.drain()
    }

    @Test func aQuestionThatIsTooLargeIsRefusedBeforeItIsSent() async throws {
        let server = try await EchoServer.start { $0.limits.messageBytesMax = 100_000 }
        let client = try await server.client()
        let error = await #expect(throws: TaizhangError.self) {
            try await client.call("echo", Array(repeating: 0, count: 100_001))
        }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.detail?.reason == "MESSAGE_TOO_LARGE")
        await client.close()
        await server.listener.drain()
    }

    @Test func failuresArriveWithTheirDetails() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client()
        let unknown = await #expect(throws: TaizhangError.self) {
            try await client.call("no.such/Method", [])
        }
        #expect(unknown?.code == .unimplemented)
        #expect(unknown?.detail?.reason == "NO_METHOD")
        let dropped = await #expect(throws: TaizhangError.self) {
            try await client.call("drop", [])
        }
        #expect(dropped?.code == .internal)
        let bad = await #expect(throws: TaizhangError.self) {
            try await client.call("bad method", [])
        }
        #expect(bad?.code == .invalidArgument)
        await client.close()
        await server.listener.drain()
    }

    @Test func aDeadlineEndsTheCallOnBothSides() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client()
        // The connection is there and in use, so that the deadline finds the call under way.
        _ = try await client.call("echo", [])
        let error = await #expect(throws: TaizhangError.self) {
            try await client.call("hang", [], options: CallOptions(deadline: .milliseconds(500)))
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.outcomeIsUnknown == true)
        #expect(await server.events.happens("cancelled deadline"))
        await client.close()
        await server.listener.drain()
    }

    @Test func cancellingTheTaskCancelsTheCall() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client()
        let task = Task { try await client.call("hang", []) }
        #expect(await server.events.happens("hanging"))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(await server.events.happens("cancelled client"))
        await client.close()
        await server.listener.drain()
    }

    @Test func aStreamArrivesInOrder() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client { $0.streamEvents = 10 }
        var numbers: [Int] = []
        for try await message in client.stream("count", Array("1 1000".utf8)) {
            numbers.append(Int(text(message)) ?? -1)
        }
        #expect(numbers == Array(1...1_000))
        await client.close()
        await server.listener.drain()
    }

    @Test func aReaderThatPausesHoldsTheServer() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client { $0.streamEvents = 10 }
        let stream = client.stream("count", Array("1 100000".utf8))
        var iterator = stream.makeAsyncIterator()
        for expected in 1...12 {
            let message = try await iterator.next()
            #expect(message.map(text) == "\(expected)")
        }
        // Another call goes round the same loop, so whatever the stream could send is sent.
        _ = try await client.call("echo", [1])
        #expect(server.events.count("sent") <= 12 + 10)
        // The stream is still there: it is cut when the client's patience is over.
        await client.close(within: .milliseconds(20))
        await server.listener.drain()
    }

    @Test func lettingGoOfAStreamCancelsIt() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client { $0.streamEvents = 10 }
        for try await message in client.stream("count", Array("1 100000".utf8)) {
            #expect(text(message) == "1")
            break
        }
        #expect(await server.events.happens("cancelled client"))
        await client.close()
        await server.listener.drain()
    }

    @Test func bothSidesStreamAndTheClientHalfCloses() async throws {
        let server = try await EchoServer.start { $0.limits.callCreditBytes = 20_000 }
        let client = try await server.client()
        let exchange = try await client.exchange("sum")
        for _ in 0..<200 { try await exchange.send(Array(repeating: 1, count: 1_000)) }
        exchange.finishSending()
        let answer = try await exchange.receive()
        #expect(answer.map(text) == "200000")
        let end = try await exchange.receive()
        #expect(end == nil)
        await client.close()
        await server.listener.drain()
    }

    @Test func aServerThatGivesNoCreditHoldsTheClient() async throws {
        let server = try await EchoServer.start { $0.limits.callCreditEvents = 5 }
        let client = try await server.client()
        let exchange = try await client.exchange("stingy")
        let sent = EventBook()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await exchange.send([1])
                    sent.note("sent")
                }
            }
            #expect(await eventually { sent.count("sent") == 5 })
            _ = try await client.call("echo", [])
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        exchange.finishSending()
        let answer = try await exchange.receive()
        #expect(answer.map(text) == "5")
        await client.close()
        await server.listener.drain()
    }

    /// Both are asked for in one segment; the small answer is complete before the big one.
    @Test func aBigAnswerDoesNotBlockASmallOne() async throws {
        let server = try await EchoServer.start()
        let raw = try RawClient(port: server.port)
        let plenty = Credit(events: 1, bytes: 100_000_000)
        var bytes = ByteBuffer()
        for (number, question) in [(UInt32(1), "bytes 4000000"), (2, "small")] {
            bytes.writeFrame(
                .open(
                    CallID(number),
                    Open(
                        method: "echo", credit: plenty,
                        first: Part(bytes: ByteBuffer(string: question), events: 1, ends: true),
                        ends: true)))
        }
        raw.send(bytes)
        var ends: [CallID] = []
        var bigBytesBefore = 0
        while ends.count < 2, let frame = try raw.next() {
            switch frame {
            case .message(CallID(1), let part) where ends.isEmpty:
                bigBytesBefore += part.bytes.readableBytes
            case .status(let call, _): ends.append(call)
            default: break
            }
        }
        #expect(ends == [CallID(2), CallID(1)])
        #expect(bigBytesBefore <= 65_536)
        await server.listener.drain()
    }

    // MARK: Ends of connections

    @Test func aServerThatStopsLetsCallsEnd() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client { $0.retriesMax = 0 }
        let exchange = try await client.exchange("sum")
        try await exchange.send([1, 2, 3])
        _ = try await client.call("echo", [])
        async let drained: Void = server.listener.drain()
        // The farewell has arrived when the client has let go of the connection.
        #expect(await eventually { client.server == nil })
        let refused = await #expect(throws: TaizhangError.self) {
            try await client.call("echo", [])
        }
        #expect(refused?.code == .unavailable)
        exchange.finishSending()
        let answer = try await exchange.receive()
        #expect(answer.map(text) == "3")
        await drained
        #expect(server.events.count("closed") == 1)
        await client.close()
    }

    @Test func callsThatOutliveTheServersPatienceAreEnded() async throws {
        let server = try await EchoServer.start { $0.limits.drainMsMax = 50 }
        let client = try await server.client()
        let task = Task { try await client.call("hang", []) }
        #expect(await server.events.happens("hanging"))
        await server.listener.drain()
        let error = await #expect(throws: TaizhangError.self) { try await task.value }
        #expect(error?.code == .unavailable)
        #expect(server.listener.connections == 0)
        await client.close()
    }

    @Test func aLostConnectionIsMadeAgainAndASubscriptionGoesOn() async throws {
        let first = try await EchoServer.start()
        let client = try await first.client { options in
            options.streamEvents = 4
            options.backoff = .milliseconds(20)
            options.retriesMax = 100
        }
        let stream = client.stream("count", Array("1 60".utf8)) { last in
            let number = Int(String(decoding: last, as: UTF8.self)) ?? 0
            return Array("\(number + 1) 60".utf8)
        }
        var numbers: [Int] = []
        var second: EchoServer?
        for try await message in stream {
            numbers.append(Int(text(message)) ?? -1)
            if numbers.count == 20 {
                await first.listener.stop()
                second = try await EchoServer.start(port: first.port)
            }
        }
        #expect(numbers == Array(1...60))
        let again = try await client.call("echo", [9], options: CallOptions(isRepeatable: true))
        #expect(again == [9])
        await client.close()
        await second?.listener.drain()
    }

    @Test func aCallThatIsLostSaysThatItsOutcomeIsUnknown() async throws {
        let server = try await EchoServer.start()
        let client = try await server.client()
        let task = Task { try await client.call("hang", []) }
        #expect(await server.events.happens("hanging"))
        await server.listener.stop()
        let error = await #expect(throws: TaizhangError.self) { try await task.value }
        #expect(error?.code == .unavailable)
        #expect(error?.outcomeIsUnknown == true)
        await client.close()
    }

    @Test func nobodyListens() async throws {
        let server = try await EchoServer.start()
        let port = server.port
        await server.listener.drain()
        let error = await #expect(throws: TaizhangError.self) {
            try await TaizhangClient.connect(host: "127.0.0.1", port: port)
        }
        #expect(error?.code == .unavailable)
    }

    @Test func anotherLedgerIsRefused() async throws {
        let server = try await EchoServer.start()
        let error = await #expect(throws: TaizhangError.self) {
            try await server.client { $0.ledger = Array(repeating: 8, count: 16) }
        }
        #expect(error?.code == .failedPrecondition)
        await server.listener.drain()
    }
}
