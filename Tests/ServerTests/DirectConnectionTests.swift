import Glibc
import NIOCore
import Server
import Testing
import Wire

@testable import Client

/// Direct connections against a server that echoes.
@Suite struct DirectConnectionTests {
    @Test func everyCallGetsItsOwnAnswer() async throws {
        let server = try await EchoServer.start()
        let questions = (0..<700).map { Array("question \($0)".utf8) }
        let answers = try await DirectCalls.run(server.port, "echo", questions, inFlight: 50)
        #expect(answers.map(\.messages) == questions.map { [$0] })
        #expect(answers.allSatisfy { $0.failure == nil })
        await server.listener.drain()
        #expect(server.events.count("opened") == 1)
    }

    /// Below and above what travels in the frame that begins the call, and over many frames.
    @Test(arguments: [0, 1, 65_000, 65_536, 70_000, 3_000_000])
    func messagesOfAnySizeArriveWhole(size: Int) async throws {
        let server = try await EchoServer.start()
        let question = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let answers = try await DirectCalls.run(
            server.port, "echo", [question, Array("bytes 200000".utf8)], inFlight: 2)
        #expect(answers[0].messages == [question])
        #expect(answers[1].messages.map(\.count) == [200_000])
        await server.listener.drain()
    }

    /// Far more than the window: what has arrived is given back.
    @Test func aStreamGoesOnBeyondItsWindow() async throws {
        let server = try await EchoServer.start()
        let answers = try await DirectCalls.run(
            server.port, "count", [Array("1 5000".utf8)], inFlight: 1, window: (20, 2_000))
        let numbers = answers[0].messages.map { String(decoding: $0, as: UTF8.self) }
        #expect(numbers == (1...5_000).map(String.init))
        await server.listener.drain()
    }

    @Test func aRefusalComesWithItsReason() async throws {
        let server = try await EchoServer.start()
        let answers = try await DirectCalls.run(server.port, "nothing", [[1]], inFlight: 1)
        #expect(answers[0].messages.isEmpty)
        #expect(answers[0].failure?.code == .unimplemented)
        #expect(answers[0].failure?.detail?.reason == "NO_METHOD")
        await server.listener.drain()
    }

    @Test func whoCannotBeReachedIsNamed() async throws {
        let error = await #expect(throws: TaizhangError.self) {
            try await DirectCalls.run(1, "echo", [[1]], inFlight: 1)
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("127.0.0.1:1") == true)
    }

    /// A server that goes away ends the connection, whatever is under way.
    @Test func aLostConnectionIsTold() async throws {
        let server = try await EchoServer.start()
        let port = server.port
        let calls = Task { try await DirectCalls.run(port, "hang", [[1]], inFlight: 1) }
        #expect(await server.events.happens("hanging"))
        await server.listener.stop()
        let error = await #expect(throws: TaizhangError.self) { try await calls.value }
        #expect(error?.code == .unavailable)
    }

    @Test func aNameThatDoesNotExistIsNamed() async throws {
        let loop = DirectLoop()
        let error = await #expect(throws: TaizhangError.self) {
            let _: [DirectCalls.Answer] = try await loop.run { loop, outcome in
                let calls = DirectCalls([], DirectMethod("echo"), inFlight: 1, outcome)
                loop.connect(host: "no-such-host.invalid", port: 1, driver: calls)
            }
        }
        await loop.shutDown()
        #expect(error?.message.contains("no-such-host.invalid:1") == true)
    }

    @Test func timesComeInTheirOrder() async throws {
        let loop = DirectLoop()
        let order: [Int] = try await loop.run { loop, outcome in
            let seen = Seen()
            for (number, milliseconds) in [(2, 20), (0, -5), (3, 30), (1, 10)] {
                loop.after(nanoseconds: Int64(milliseconds) * 1_000_000) {
                    seen.numbers.append(number)
                    if seen.numbers.count == 4 { outcome.tell(.success(seen.numbers)) }
                }
            }
        }
        #expect(order == [0, 1, 2, 3])
        await loop.shutDown()
    }

    @Test func aLoopThatHasEndedTakesNothing() async throws {
        let loop = DirectLoop()
        await loop.shutDown()
        await loop.shutDown()
        let error = await #expect(throws: TaizhangError.self) {
            let _: Int = try await loop.run { _, outcome in outcome.tell(.success(1)) }
        }
        #expect(error?.code == .unavailable)
    }

    /// Whatever is under way when the loop ends is told so.
    @Test func theEndOfTheLoopEndsItsConnections() async throws {
        let server = try await EchoServer.start()
        let loop = DirectLoop()
        let port = server.port
        let calls = Task {
            let answers: [DirectCalls.Answer] = try await loop.run { loop, outcome in
                let calls = DirectCalls([[1]], DirectMethod("hang"), inFlight: 1, outcome)
                loop.connect(host: "127.0.0.1", port: port, driver: calls)
            }
            return answers.count
        }
        #expect(await server.events.happens("hanging"))
        await loop.shutDown()
        await #expect(throws: TaizhangError.self) { try await calls.value }
        await server.listener.stop()
    }

    /// What is written from the template is the frame that the protocol's own writer makes.
    @Test(arguments: [0, 1, 5_000])
    func theTemplateIsAnOpenFrame(size: Int) throws {
        let open = DirectOpen(method: "area.Service/Method", events: 7, bytes: 900)
        let message = [UInt8](repeating: 0xAB, count: size)
        var written = ByteBuffer()
        open.write(call: 300_000, messageBytes: size, to: &written) { $0.copyBytes(from: message) }
        var expected = ByteBuffer()
        let first = Part(bytes: ByteBuffer(bytes: message), events: 1)
        expected.writeFrame(
            .open(
                CallID(300_000),
                Open(
                    method: "area.Service/Method", credit: Credit(events: 7, bytes: 900),
                    first: first, ends: true)))
        #expect(written == expected)
    }
}

private final class Seen {
    var numbers: [Int] = []
}

/// Makes calls over a direct connection and keeps what came of each.
private final class DirectCalls: DirectDriver {
    struct Answer: Sendable {
        var messages: [[UInt8]] = []
        var failure: TaizhangError?
    }

    private let questions: [[UInt8]]
    private let method: DirectMethod
    private let inFlight: Int
    private let isStream: Bool
    private let outcome: DirectOutcome<[Answer]>
    private var answers: [Answer]
    private var asked = 0
    private var ended = 0

    /// - Parameter window: for a call that goes on beyond it; nil for one that is small.
    static func run(
        _ port: Int, _ method: String, _ questions: [[UInt8]], inFlight: Int,
        window: (events: UInt32, bytes: UInt32)? = nil
    ) async throws -> [Answer] {
        let loop = DirectLoop()
        do {
            let answers: [Answer] = try await loop.run { loop, outcome in
                let method =
                    window.map { DirectMethod(method, events: $0.events, bytes: $0.bytes) }
                    ?? DirectMethod(method)
                let calls = DirectCalls(
                    questions, method, inFlight: inFlight, isStream: window != nil, outcome)
                loop.connect(host: "127.0.0.1", port: port, driver: calls)
            }
            await loop.shutDown()
            return answers
        } catch {
            await loop.shutDown()
            throw error
        }
    }

    init(
        _ questions: [[UInt8]], _ method: DirectMethod, inFlight: Int, isStream: Bool = false,
        _ outcome: DirectOutcome<[Answer]>
    ) {
        self.questions = questions
        self.method = method
        self.inFlight = inFlight
        self.isStream = isStream
        self.outcome = outcome
        answers = [Answer](repeating: Answer(), count: questions.count)
    }

    func opened(_ connection: DirectConnection) {
        #expect(connection.callsMax > 0)
        for _ in 0..<inFlight { ask(connection) }
    }

    private func ask(_ connection: DirectConnection) {
        guard asked < questions.count else { return }
        let question = questions[asked]
        asked += 1
        let number =
            isStream
            ? connection.stream(method, question)
            : connection.call(method, messageBytes: question.count) { $0.copyBytes(from: question) }
        #expect(number == UInt32(asked))
    }

    func received(
        _ call: UInt32, _ message: UnsafeRawBufferPointer, events: UInt32, isBlock: Bool,
        on connection: DirectConnection
    ) {
        #expect(!isBlock)
        answers[Int(call) - 1].messages.append([UInt8](message))
    }

    func ended(_ call: UInt32, _ failure: TaizhangError?, on connection: DirectConnection) {
        answers[Int(call) - 1].failure = failure
        ended += 1
        ask(connection)
        guard ended == questions.count else { return }
        outcome.tell(.success(answers))
        connection.close()
    }

    func closed(_ connection: DirectConnection, _ failure: TaizhangError) {
        outcome.tell(.failure(failure))
    }
}
