import EventLog
import LogFormat
import Schema
import TestSupport
import Testing

@testable import Server

@Suite struct RecordedFactBytesTests {
    private struct Fact {
        var version: UInt64
        var ledgerAt: Int64
        var names: [String]
        var body: [UInt8]
        var trailer: [UInt8]

        init(_ random: inout SeededRandom) {
            version = UInt64.random(in: 1...1 << 40, using: &random)
            ledgerAt = Int64.random(in: 0...1 << 52, using: &random)
            names = (0...Int.random(in: 0...5, using: &random)).map { _ in
                "s-" + String(repeating: "x", count: Int.random(in: 0...198, using: &random))
            }
            let size = Bool.random(using: &random) ? 300 : 40_000
            func bytes(_ most: Int) -> [UInt8] {
                (0..<Int.random(in: 0...most, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            body = bytes(size)
            trailer = bytes(200)
        }

        /// As the log records it (Schemas/log-format.md).
        var record: [UInt8] {
            var bytes: [UInt8] = [1, 0]
            bytes.append(littleEndian: UInt16(names.count - 1))
            bytes.append(littleEndian: UInt32(505))
            bytes.append(contentsOf: [UInt8](repeating: 9, count: 16))
            bytes.append(littleEndian: UInt64(bitPattern: ledgerAt))
            bytes.append(littleEndian: version)
            bytes.append(littleEndian: UInt32(body.count))
            bytes.append(littleEndian: UInt32(trailer.count))
            for name in names {
                bytes.append(UInt8(name.utf8.count))
                bytes.append(contentsOf: name.utf8)
            }
            return bytes + body + trailer
        }
    }

    /// The message is the one that the schema's own type reads, of records of both kinds.
    @Test(arguments: testSeeds(4)) func theMessageSaysWhatTheRecordsHold(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let facts = (0..<Int.random(in: 1...30, using: &random)).map { _ in Fact(&random) }
        var frontier = MerkleFrontier()
        var writer = try SealedBlockWriter(after: frontier, level: 3, dictionary: nil)
        for fact in facts {
            try fact.record.withUnsafeBytes {
                frontier.append(.leaf($0))
                try writer.add(#require(RecordView($0)))
            }
        }
        let block = try writer.finish(root: frontier.root, isContinued: false)
        var message = RecordedFactBytes(capacity: Int.random(in: 0...4_000, using: &random))
        let reader = ValueReader { _ in nil }
        try block.withUnsafeBytes { raw in
            let value = try ValueView(raw, at: 1)
            for (index, fact) in facts.enumerated() {
                let position = UInt64(index) + 1
                if index % 3 == 0 {
                    try fact.record.withUnsafeBytes {
                        message.add(.whole(try #require(RecordView($0))), at: position)
                    }
                } else {
                    message.add(try reader.storedRecord(at: position, in: value), at: position)
                }
            }
        }
        #expect(message.count == UInt64(facts.count))
        let isCaughtUp = Bool.random(using: &random)
        let bytes = message.finish(
            next: Position(UInt64(facts.count) + 1), head: Position(1 << 40),
            isCaughtUp: isCaughtUp)
        let response = try ReadResponse(decoding: bytes)
        #expect(response.facts.map(\.position) == (1...UInt64(facts.count)).map { $0 })
        #expect(response.facts.map(\.streamVersion) == facts.map(\.version))
        #expect(response.facts.map(\.ledgerAtUs) == facts.map(\.ledgerAt))
        #expect(response.facts.map(\.tags) == facts.map(\.names))
        #expect(response.facts.map { [UInt8]($0.envelope) } == facts.map(\.body))
        #expect(response.facts.map { [UInt8]($0.trailer) } == facts.map(\.trailer))
        #expect(response.nextPosition == UInt64(facts.count) + 1)
        #expect(response.headPosition == 1 << 40)
        #expect(response.caughtUp == isCaughtUp)
    }
}
