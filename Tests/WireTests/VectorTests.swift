import Foundation
import NIOCore
import Testing

@testable import Wire

/// The vectors in `Schemas/vectors`, from which clients in other languages are tested too.
@Suite struct VectorTests {
    // MARK: Frames

    struct FrameFile: Decodable {
        var frames: [FrameVector]
    }

    struct FrameVector: Decodable, CustomTestStringConvertible {
        var name: String
        var to: String
        var handshake: Bool
        var hex: String
        var type: String
        var call: UInt32
        var flags: [String]
        var events: UInt32
        var fields: Field
        var testDescription: String { name }
    }

    @Test(arguments: try load(FrameFile.self, "frames").frames)
    func aLegalFrameMeansWhatItSaysAndIsWrittenTheSame(vector: FrameVector) throws {
        let receiver: Role = vector.to == "server" ? .server : .client
        var decoder = FrameDecoder(receiver: receiver)
        var bytes = try ByteBuffer(hex: vector.hex)
        let encoded = bytes
        if vector.handshake {
            if receiver == .server {
                var preface = ByteBuffer(bytes: Limits.preface)
                preface.writeBuffer(&bytes)
                bytes = preface
            }
        } else {
            decoder.skipHandshake()
        }
        let next = try decoder.next(&bytes)
        let frame = try #require(next)
        #expect(frame.vectorType == vector.type)
        #expect(frame.vectorCall == vector.call)
        #expect(frame.vectorFlags == Set(vector.flags))
        #expect(frame.vectorEvents == vector.events)
        #expect(frame.vectorFields == vector.fields)
        #expect(frame.encoded == encoded)
    }

    // MARK: Malformed

    struct MalformedFile: Decodable {
        var cases: [Malformed]
    }

    struct Malformed: Decodable, CustomTestStringConvertible {
        struct Reaction: Decodable {
            var kind: String
            var code: UInt8?
            var fault: String?
            var call: UInt32?
            var reason: String?
        }

        var name: String
        var to: String
        var phase: String
        var before: [String]
        var hex: String
        var reaction: Reaction
        var testDescription: String { name }
    }

    @Test(arguments: try load(MalformedFile.self, "malformed").cases)
    func illegalBytesHaveTheRequiredReaction(vector: Malformed) throws {
        if vector.to == "server" {
            try judgeServer(vector)
        } else {
            try judgeClient(vector)
        }
    }

    private func judgeServer(_ vector: Malformed) throws {
        var machine = ServerConnectionMachine(limits: Limits(), identity: identity, at: at(0))
        var decoder = FrameDecoder(receiver: .server)
        var bytes = ByteBuffer()
        if vector.phase != "preface" { bytes.writeBytes(Limits.preface) }
        if vector.phase == "open" { bytes.writeFrame(.hello(hello())) }
        for hex in vector.before { bytes.writeImmutableBuffer(try ByteBuffer(hex: hex)) }
        feed(&bytes, &decoder) { machine.frameReceived($0, at: at(0)) }
        #expect(machine.phase != .closing, "\(vector.before)")
        _ = machine.framesOut(at: at(0))
        let before = machine.callsHeld

        bytes.writeImmutableBuffer(try ByteBuffer(hex: vector.hex))
        if let fault = feed(&bytes, &decoder, { machine.frameReceived($0, at: at(0)) }) {
            _ = machine.bytesRefused(fault)
        }
        let frames = machine.framesOut(at: at(0))
        try judge(vector, frames, isClosing: machine.phase == .closing)
        if vector.reaction.kind == "ignore" { #expect(machine.callsHeld == before) }
    }

    private func judgeClient(_ vector: Malformed) throws {
        var machine =
            vector.phase == "open"
            ? greetedClient()
            : ClientConnectionMachine(limits: Limits(), hello: hello(), at: at(0))
        var decoder = FrameDecoder(receiver: .client)
        if vector.phase == "open" {
            decoder.skipHandshake()
            _ = machine.callStarted(
                OutgoingCall(method: "m", credit: Credit(events: 1, bytes: 65_536), ends: true),
                at: at(0))
        }
        _ = machine.framesOut()
        var bytes = ByteBuffer()
        for hex in vector.before { bytes.writeImmutableBuffer(try ByteBuffer(hex: hex)) }
        feed(&bytes, &decoder) { machine.frameReceived($0, at: at(0)) }
        _ = machine.framesOut()
        bytes.writeImmutableBuffer(try ByteBuffer(hex: vector.hex))
        var last = ClientReaction.none
        let fault = feed(&bytes, &decoder) { last = machine.frameReceived($0, at: at(0)) }
        if let fault { _ = machine.bytesRefused(fault) }
        if vector.reaction.kind == "ended" {
            let code = StatusCode(rawValue: vector.reaction.code ?? 99) ?? .ok
            #expect(last == .ended(CallID(vector.reaction.call ?? 0), WireStatus(code)))
            return
        }
        try judge(vector, machine.framesOut(), isClosing: machine.phase == .closing)
    }

    @discardableResult
    private func feed<R>(
        _ bytes: inout ByteBuffer, _ decoder: inout FrameDecoder, _ take: (Frame) -> R
    ) -> ProtocolFault? {
        do throws(ProtocolFault) {
            while let frame = try decoder.next(&bytes) { _ = take(frame) }
            return nil
        } catch {
            return error
        }
    }

    private func judge(_ vector: Malformed, _ frames: [Frame], isClosing: Bool) throws {
        let reaction = vector.reaction
        switch reaction.kind {
        case "go_away":
            guard case .goAway(let goAway) = frames.last else {
                Issue.record("no farewell: \(frames)")
                return
            }
            #expect(isClosing)
            #expect(goAway.code.rawValue == reaction.code)
            #expect(goAway.text.split(separator: ":").first.map(String.init) == reaction.fault)
        case "status":
            guard case .status(let call, let status) = frames.last else {
                Issue.record("no status: \(frames)")
                return
            }
            #expect(!isClosing)
            #expect(call.number == reaction.call)
            #expect(status.code.rawValue == reaction.code)
            #expect(status.info?.reason == reaction.reason)
        case "cancel":
            #expect(frames == [.cancel(CallID(reaction.call ?? 0))])
            #expect(!isClosing)
        case "wait", "ignore":
            #expect(frames.isEmpty)
            #expect(!isClosing)
        default:
            Issue.record("unknown reaction \(reaction.kind)")
        }
    }

    // MARK: A session

    struct SessionFile: Decodable {
        struct Step: Decodable {
            var by: String
            var what: String
            var hex: String
        }

        var steps: [Step]
    }

    @Test func theWorkedSessionIsWhatTheServerDoes() throws {
        let steps = try load(SessionFile.self, "session").steps
        var machine = ServerConnectionMachine(
            limits: Limits(), identity: sessionIdentity, at: at(0))
        var decoder = FrameDecoder(receiver: .server)
        var bytes = ByteBuffer()
        var sent = ByteBuffer()
        var expected = ByteBuffer()
        for step in steps {
            if step.by == "server" {
                expected.writeImmutableBuffer(try ByteBuffer(hex: step.hex))
                continue
            }
            #expect(sent == expected, "before \(step.what)")
            bytes.writeImmutableBuffer(try ByteBuffer(hex: step.hex))
            let fault = feed(&bytes, &decoder) { frame in
                guard case .open(let call) = machine.frameReceived(frame, at: at(0)) else { return }
                let question = Array((call.message?.bytes ?? ByteBuffer()).readableBytesView)
                _ = machine.messageSubmitted(call.id, OutboundMessage(question), at: at(0))
                _ = machine.handlerFinished(call.id, .ok, at: at(0))
            }
            #expect(fault == nil, "\(step.what)")
            _ = machine.outputWanted(into: &sent, bytesMax: .max, at: at(0))
        }
        #expect(sent == expected)
        #expect(steps.count == 9)
        var output = ByteBuffer()
        let round = machine.outputWanted(into: &output, bytesMax: .max, at: at(0))
        #expect(round.isLast)
    }

    private var sessionIdentity: ServerIdentity {
        ServerIdentity(ledger: ledger, software: "taizhang/test")
    }
}

/// A value of a JSON document, for comparing.
enum Field: Decodable, Equatable {
    case null
    case number(Int64)
    case text(String)
    case list([Field])
    case object([String: Field])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let number = try? container.decode(Int64.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([Field].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: Field].self))
        }
    }

    init(_ number: some BinaryInteger) { self = .number(Int64(number)) }

    init(_ metadata: Metadata) {
        self = .list(metadata.pairs.map { .list([.text($0.key), .text($0.value)]) })
    }

    init(_ ledger: LedgerID?) { self = ledger.map { .text($0.bytes.hex) } ?? .null }
}

extension Frame {
    fileprivate var vectorType: String {
        switch self {
        case .hello: "hello"
        case .welcome: "welcome"
        case .open: "open"
        case .unacceptableOpen: "unacceptable"
        case .message: "message"
        case .halfClose: "half_close"
        case .status: "status"
        case .cancel: "cancel"
        case .credit: "credit"
        case .ping: "ping"
        case .pong: "pong"
        case .goAway: "go_away"
        case .block: "block"
        }
    }

    fileprivate var vectorCall: UInt32 {
        switch self {
        case .open(let call, _), .unacceptableOpen(let call, _), .message(let call, _),
            .halfClose(let call), .status(let call, _), .cancel(let call), .credit(let call, _),
            .block(let call, _):
            call.number
        case .hello, .welcome, .ping, .pong, .goAway: 0
        }
    }

    private var part: Part? {
        switch self {
        case .open(_, let open): open.first
        case .message(_, let part), .block(_, let part): part
        default: nil
        }
    }

    fileprivate var vectorEvents: UInt32 { part?.events ?? 0 }

    fileprivate var vectorFlags: Set<String> {
        var flags: Set<String> = []
        if part?.hasMore == true { flags.insert("more") }
        if part?.ends == true { flags.insert("end") }
        if case .open(_, let open) = self {
            if open.ends { flags.insert("end") }
            if open.first != nil { flags.insert("message") }
            if open.deadlineMs != nil { flags.insert("deadline") }
        }
        return flags
    }

    fileprivate var vectorFields: Field {
        switch self {
        case .hello(let hello):
            .object([
                "version_min": Field(hello.versionMin), "version_max": Field(hello.versionMax),
                "frame_bytes_max": Field(hello.frameBytesMax),
                "message_bytes_max": Field(hello.messageBytesMax), "ledger": Field(hello.ledger),
                "software": .text(hello.software), "metadata": Field(hello.metadata),
            ])
        case .welcome(let welcome):
            .object([
                "version": Field(welcome.version),
                "frame_bytes_max": Field(welcome.frameBytesMax),
                "message_bytes_max": Field(welcome.messageBytesMax),
                "calls_max": Field(welcome.callsMax),
                "call_credit_events": Field(welcome.callCredit.events),
                "call_credit_bytes": Field(welcome.callCredit.bytes),
                "metadata_bytes_max": Field(welcome.metadataBytesMax),
                "idle_ms": Field(welcome.idleMs), "keepalive_ms": Field(welcome.keepaliveMs),
                "ledger": Field(welcome.ledger), "software": .text(welcome.software),
                "metadata": Field(welcome.metadata),
            ])
        case .open(_, let open):
            .object([
                "method": .text(open.method),
                "deadline_ms": open.deadlineMs.map { Field($0) } ?? .null,
                "credit_events": Field(open.credit.events),
                "credit_bytes": Field(open.credit.bytes), "metadata": Field(open.metadata),
                "message": open.first.map { .text($0.bytes.hex) } ?? .null,
            ])
        case .message(_, let part), .block(_, let part):
            .object(["bytes": .text(part.bytes.hex)])
        case .status(_, let status):
            .object([
                "code": Field(status.code.rawValue), "message": .text(status.message),
                "details": .list(status.details.map(\.vectorFields)),
            ])
        case .credit(_, let credit):
            .object(["events": Field(credit.events), "bytes": Field(credit.bytes)])
        case .ping(let token), .pong(let token):
            .object(["token": .text(ByteBuffer(integer: token).hex)])
        case .goAway(let goAway):
            .object([
                "last_call": Field(goAway.lastCall.number), "code": Field(goAway.code.rawValue),
                "text": .text(goAway.text),
            ])
        case .halfClose, .cancel, .unacceptableOpen:
            .object([:])
        }
    }
}

extension StatusDetail {
    fileprivate var vectorFields: Field {
        switch self {
        case .info(let info):
            .object([
                "kind": .text("info"), "code": .text(info.code), "reason": .text(info.reason),
                "domain": .text(info.domain), "metadata": Field(info.metadata),
            ])
        case .retry(let afterMs):
            .object(["kind": .text("retry"), "after_ms": Field(afterMs)])
        }
    }
}

extension ByteBuffer {
    struct NotHexadecimal: Error {}

    init(hex: String) throws {
        self.init()
        let digits = Array(hex.utf8)
        for index in stride(from: 0, to: digits.count - 1, by: 2) {
            let pair = String(decoding: digits[index...(index + 1)], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { throw NotHexadecimal() }
            writeInteger(byte)
        }
    }

    var hex: String { Array(readableBytesView).hex }
}

extension [UInt8] {
    var hex: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}

private func load<File: Decodable>(_ type: File.Type, _ name: String) throws -> File {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Schemas/vectors/\(name).json"))
    return try JSONDecoder().decode(type, from: data)
}
