import Foundation
import LogFormat
import Schema
import Testing

@testable import Client

/// Batches of stored values: what a server ships without looking at it.
@Suite struct EventBatchTests {
    private static let dictionary = Array("RecordCorrected person-1 branch-1".utf8)

    private func envelope(_ number: Int) -> [UInt8] {
        var envelope = Envelope()
        envelope.eventID = Data(repeating: UInt8(number % 250), count: 16)
        envelope.type = 505
        envelope.typeName = "VolunteerServiceRecorded"
        envelope.stream = "activity-\(number % 3)"
        envelope.payload = Data("payload \(number)".utf8)
        envelope.recordedBy = "p9"
        return envelope.wireBytes
    }

    private func record(_ number: Int) -> [UInt8] {
        let body = envelope(number)
        let stream = Array("activity-\(number % 3)".utf8)
        let tag = Array("person-1".utf8)
        var bytes: [UInt8] = [1, 0]
        bytes.append(littleEndian: UInt16(1))
        bytes.append(littleEndian: UInt32(505))
        bytes += [UInt8](repeating: UInt8(number % 250), count: 16)
        bytes.append(littleEndian: UInt64(1_000 + number))
        bytes.append(littleEndian: UInt64(number))
        bytes.append(littleEndian: UInt32(body.count))
        bytes.append(littleEndian: UInt32(2))
        bytes.append(UInt8(stream.count))
        return bytes + stream + [UInt8(tag.count)] + tag + body + [7, 8]
    }

    /// A sealed block of the events from 11 to 110.
    private func block() throws -> [UInt8] {
        var frontier = MerkleFrontier()
        for number in 1...10 { frontier.append(record(number).withUnsafeBytes { .leaf($0) }) }
        var writer = try SealedBlockWriter(
            after: frontier, level: 6, dictionary: (3, Self.dictionary), frameBytes: 1_000)
        for number in 11...110 {
            try record(number).withUnsafeBytes { try writer.add(#require(RecordView($0))) }
        }
        return try writer.finish(root: .empty, isContinued: false)
    }

    private func readers() throws -> ValueReaders {
        let readers = ValueReaders()
        var dictionary = SealDictionary()
        dictionary.number = 3
        dictionary.content = Data(Self.dictionary)
        #expect(try readers.add(dictionary))
        // The same again is fine; other bytes under a known number belong to another ledger.
        #expect(try readers.add(dictionary))
        dictionary.content.append(0)
        #expect(try !readers.add(dictionary))
        // What begins like a dictionary and is none is damage.
        dictionary.number = 4
        dictionary.content = Data([0x37, 0xA4, 0x30, 0xEC, 0, 0, 0, 0, 1])
        #expect(throws: TaizhangError.self) { try readers.add(dictionary) }
        return readers
    }

    @Test(arguments: [false, true])
    func everyEventIsThereFromThePositionThatIsWanted(decompressesAhead: Bool) throws {
        var batch = try EventBatch(
            value: try block(), expected: 40, after: nil, readers())
        #expect(batch.isSealed)
        if decompressesAhead { batch = try batch.decompressed() }
        #expect(batch.count == 71)
        #expect(batch.next == 111)
        var positions: [UInt64] = []
        try batch.forEach { event in
            positions.append(event.position)
            let number = Int(event.position)
            #expect(event.typeNumber == 505)
            #expect(event.streamVersion == event.position)
            #expect(event.ledgerAtMicroseconds == Int64(1_000 + number))
            #expect(event.tags == ["activity-\(number % 3)", "person-1"])
            event.withPayload { payload in
                let text = payload.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                #expect(text == "payload \(number)")
            }
        }
        #expect(positions == Array(40...110))
        let events = try batch.events()
        #expect(events.map(\.envelope) == (40...110).map(envelope))
        #expect(events.first?.trailer == [7, 8])
        #expect(events.first?.stream == "activity-1")
    }

    @Test func aValueThatIsNotTheNextOneIsRefused() throws {
        let block = try block()
        for expected in [1, 10, 111, 500] as [UInt64] {
            #expect(throws: TaizhangError.self) {
                try EventBatch(value: block, expected: expected, after: nil, readers())
            }
        }
        #expect(
            try EventBatch(value: block, expected: nil, after: nil, readers()).count == 100)
    }

    @Test func damageIsSaidAndNotServed() throws {
        var damaged = try block()
        damaged[damaged.count - 5] ^= 0x10
        let batch = try EventBatch(value: damaged, expected: 11, after: nil, readers())
        #expect(throws: TaizhangError.self) { try batch.events() }
        #expect(throws: TaizhangError.self) { try batch.decompressed() }
        damaged[70] ^= 1
        #expect(throws: TaizhangError.self) {
            try EventBatch(value: damaged, expected: 11, after: nil, readers())
        }
        #expect(throws: TaizhangError.self) {
            try EventBatch(value: [1, 2, 3], expected: 1, after: nil, readers())
        }
        let stranger = try EventBatch(
            value: try block(), expected: 11, after: nil, ValueReaders())
        #expect(throws: TaizhangError.self) { try stranger.events() }
    }
}
