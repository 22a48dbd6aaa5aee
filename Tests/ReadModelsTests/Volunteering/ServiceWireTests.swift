import Foundation
import PartyBuilding
import ReadModels
import Schema
import TestSupport
import Testing

@testable import ReadModels

/// Reading a service out of its bytes agrees with decoding it.
struct ServiceWireTests {
    private func envelope(_ random: inout SeededRandom) throws -> Envelope {
        var event = VolunteerServiceRecorded()
        event.person = "p-\(Int.random(in: 0..<100, using: &random))"
        event.branchAtTime = "b"
        event.role = String(repeating: "导", count: Int.random(in: 0..<40, using: &random))
        event.minutes = Int32.random(in: -5...1_000, using: &random)
        event.isMember = Bool.random(using: &random)
        var envelope = Envelope()
        envelope.eventID = Data((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
        envelope.type = EventType.volunteerServiceRecorded.number
        if Bool.random(using: &random) { envelope.typeName = "VolunteerServiceRecorded" }
        envelope.stream = "activity-a-\(Int.random(in: 0..<9, using: &random))"
        envelope.payload = Data(try event.encoded())
        envelope.recordedBy = "clerk"
        let moments: [Moment.OneOf_Value?] = [
            .date(20_190_731), .instantUs(1_564_588_800_000_000 - 1), .month(201_907),
            .year(2_019), .date(20_190_732), nil,
        ]
        if let value = moments[Int.random(in: 0..<moments.count, using: &random)] {
            envelope.occurredAt.value = value
        }
        if Int.random(in: 0..<4, using: &random) == 0 { envelope.effectiveFrom = 20_190_805 }
        if Int.random(in: 0..<9, using: &random) == 0 { envelope.effectiveFrom = 20_190_230 }
        if Bool.random(using: &random) { envelope.evidence = [EvidenceRef.with("e")] }
        return envelope
    }

    private func trailer(_ random: inout SeededRandom) throws -> Trailer {
        var trailer = Trailer()
        trailer.recordedAtUs = Int64.random(in: 0...2_000_000_000_000_000, using: &random)
        trailer.tenant = "root"
        trailer.late = Bool.random(using: &random)
        trailer.afterSeal = Bool.random(using: &random)
        if Int.random(in: 0..<9, using: &random) == 0 {
            var filled = VolunteerServiceRecorded()
            filled.branchAtTime = "filled"
            trailer.filled = Data(try filled.encoded())
        }
        return trailer
    }

    @Test func agreesWithDecoding() throws {
        try withSeeds(20) { random, seed in
            for _ in 0..<100 {
                let envelope = try envelope(&random)
                var body = try envelope.encoded()
                let trailer = try trailer(&random).encoded()
                if Int.random(in: 0..<10, using: &random) == 0 {
                    body.removeLast(Int.random(in: 1...body.count, using: &random))
                }
                var read = ServiceFacts()
                let isRead = body.withUnsafeBytes { body in
                    trailer.withUnsafeBytes { trailer in
                        Array(envelope.stream.utf8).withUnsafeBytes { stream in
                            ServiceWire.append(
                                to: &read, position: 7, stream: stream, body: body,
                                trailer: trailer)
                        }
                    }
                }
                guard isRead else {
                    #expect(read.count == 0)
                    continue
                }
                let fact = try FactDecoder.recorded(
                    body: body, trailer: trailer, position: 7, streamVersion: 1, tags: [])
                var decoded = ServiceFacts()
                decoded.append(fact)
                #expect(read == decoded, "seed \(seed), \(envelope)")
            }
        }
    }

    /// The common case is not left to the decoder.
    @Test func readsTheCommonCase() throws {
        var random = SeededRandom(seed: 1)
        var envelope = try envelope(&random)
        envelope.occurredAt = Moment(day(20_190_731))
        envelope.clearEffectiveFrom()
        var facts = ServiceFacts()
        let isRead = try envelope.encoded().withUnsafeBytes { body in
            try Trailer().encoded().withUnsafeBytes { trailer in
                Array(envelope.stream.utf8).withUnsafeBytes { stream in
                    ServiceWire.append(
                        to: &facts, position: 1, stream: stream, body: body, trailer: trailer)
                }
            }
        }
        #expect(isRead)
        #expect(facts.entries.first?.day == day(20_190_731))
    }
}
