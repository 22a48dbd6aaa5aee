import NIOCore
import TestSupport
import Testing

@testable import Wire

/// A decoder with its bytes.
private final class FrameReader {
    var decoder: FrameDecoder
    var bytes: ByteBuffer

    init(_ receiver: Role, _ bytes: ByteBuffer, greeted: Bool = true) {
        decoder = FrameDecoder(receiver: receiver)
        if greeted { decoder.skipHandshake() }
        self.bytes = bytes
    }

    func next() throws -> Frame? { try decoder.next(&bytes) }
}

@Suite struct FrameCodingTests {
    /// What is written is read again, from both ends, whatever the pieces in which it arrives.
    @Test func everyFrameSurvivesTheWireInAnyPieces() throws {
        try withSeeds(60) { random, seed in
            for receiver in [Role.server, .client] {
                var maker = FrameMaker(random: random)
                let frames = (0..<12).map { _ in maker.frame(to: receiver) }
                random = maker.random
                var bytes = ByteBuffer()
                for frame in frames { bytes.writeFrame(frame) }
                var decoder = FrameDecoder(receiver: receiver)
                decoder.skipHandshake()
                var arrived = ByteBuffer()
                var decoded: [Frame] = []
                while bytes.readableBytes > 0 {
                    let size = Int.random(in: 1...min(90, bytes.readableBytes), using: &random)
                    arrived.writeImmutableBuffer(bytes.readSlice(length: size) ?? ByteBuffer())
                    while let frame = try decoder.next(&arrived) { decoded.append(frame) }
                }
                #expect(decoded == frames, "seed \(seed)")
                #expect(arrived.readableBytes == 0, "seed \(seed)")
            }
        }
    }

    @Test func theHandshakeSurvivesTheWire() throws {
        var greeting = hello()
        greeting.ledger = ledger
        greeting.metadata = ["token": "s3"]
        var bytes = ByteBuffer(bytes: Limits.preface)
        bytes.writeFrame(.hello(greeting))
        let server = FrameReader(.server, bytes, greeted: false)
        #expect(try server.next() == .hello(greeting))
        #expect(server.decoder.phase == .frames)

        let welcome = Welcome(
            version: 1, frameBytesMax: 65_536, messageBytesMax: 4_194_304, callsMax: 100,
            callCredit: plenty, metadataBytesMax: 8_192, idleMs: 1, keepaliveMs: 2,
            ledger: ledger, software: "taizhang/1", metadata: ["mode": "dev"])
        let client = FrameReader(.client, Frame.welcome(welcome).encoded, greeted: false)
        #expect(try client.next() == .welcome(welcome))
    }

    @Test func thePrefaceMayArriveByteByByteAndIsRefusedAtItsFirstWrongByte() throws {
        let reader = FrameReader(.server, ByteBuffer(), greeted: false)
        for byte in Limits.preface.dropLast() {
            reader.bytes.writeInteger(byte)
            #expect(try reader.next() == nil)
            #expect(reader.decoder.phase == .preface)
        }
        reader.bytes.writeInteger(UInt8(ascii: "x"))
        #expect(throws: ProtocolFault(.badPreface)) { try reader.next() }

        let http = FrameReader(.server, ByteBuffer(string: "G"), greeted: false)
        #expect(throws: ProtocolFault(.badPreface)) { try http.next() }
    }

    /// A header is judged before its body is waited for.
    @Test func aLengthBombIsRefusedAtItsHeader() {
        var bytes = ByteBuffer()
        bytes.writeHeader(bodyBytes: 0x7fff_0000, .message, call: CallID(1))
        let reader = FrameReader(.server, bytes)
        #expect { try reader.next() } throws: {
            ($0 as? ProtocolFault)?.kind == .frameTooLong
        }
    }

    @Test func beforeTheHandshakeTheLimitIsSmaller() {
        var bytes = ByteBuffer(bytes: Limits.preface)
        bytes.writeHeader(bodyBytes: 4_096 - 16 + 1, .hello)
        let reader = FrameReader(.server, bytes, greeted: false)
        #expect { try reader.next() } throws: {
            ($0 as? ProtocolFault)?.kind == .frameTooLong
        }
    }

    @Test func textsThatAreTooLongAreCutBetweenCharacters() throws {
        let long = String(repeating: "账", count: 2_000)
        let status = WireStatus(
            .internal, long,
            details: [.info(ErrorInfo(code: long, reason: long, domain: "d"))])
        let bytes = Frame.status(CallID(1), status).encoded
        let reader = FrameReader(.client, bytes)
        guard case .status(_, let decoded) = try reader.next() else {
            Issue.record("no status")
            return
        }
        #expect(decoded.message == String(long.prefix(2_048 / 3)))
        #expect(decoded.info?.reason == String(long.prefix(128 / 3)))
    }

    @Test func aStatusIsNeverLargerThanItsFrame() throws {
        let value = String(repeating: "v", count: 4_000)
        let info = ErrorInfo(reason: "r", domain: "d", metadata: ["a": value, "b": value])
        let status = WireStatus(
            .internal, "m", details: Array(repeating: .info(info), count: 40))
        let bytes = Frame.status(CallID(1), status).encoded
        #expect(bytes.readableBytes <= Limits.statusFrameBytesMax)
        let reader = FrameReader(.client, bytes)
        guard case .status(_, let decoded) = try reader.next() else {
            Issue.record("no status")
            return
        }
        #expect(decoded.details == [.info(info), .info(info)])
    }

    @Test func detailsOfAnUnknownKindAreSkipped() throws {
        var bytes = ByteBuffer()
        bytes.writeHeader(bodyBytes: 6 + 7 + 8, .status, call: CallID(1))
        bytes.writeMultipleIntegers(UInt8(9), UInt8(0), UInt16(0), UInt16(2))
        bytes.writeMultipleIntegers(UInt8(200), UInt8(0), UInt16(3))
        bytes.writeBytes([1, 2, 3])
        bytes.writeMultipleIntegers(UInt8(2), UInt8(0), UInt16(4), UInt32(70))
        let reader = FrameReader(.client, bytes)
        #expect(
            try reader.next()
                == .status(
                    CallID(1), WireStatus(.failedPrecondition, details: [.retry(afterMs: 70)])))
    }

    @Test func anOpenThatCannotBeAcceptedLeavesTheStreamIntact() throws {
        var bytes = Frame.open(CallID(1), unary("bad method")).encoded
        bytes.writeFrame(.ping(7))
        let reader = FrameReader(.server, bytes)
        guard case .unacceptableOpen(CallID(1), let status) = try reader.next() else {
            Issue.record("accepted")
            return
        }
        #expect(status.code == .invalidArgument)
        #expect(status.info?.reason == "BAD_METHOD")
        #expect(try reader.next() == .ping(7))
    }
}
