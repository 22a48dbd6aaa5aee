import TestSupport
import Testing

@testable import Schema

/// The quick ways give the results of the thorough ones, or none.
@Suite struct MessageCheckTests {
    private func passes(_ message: MessageDescriptor, _ bytes: [UInt8]) -> Bool {
        (try? SchemaValidator.validate(message, bytes, in: 0..<bytes.count, depth: 1)) != nil
    }

    private func isSound(_ message: MessageDescriptor, _ bytes: [UInt8]) -> Bool {
        MessageCheck.isSound(message, bytes, 0..<bytes.count)
    }

    /// It never vouches for what the validator refuses.
    @Test func itVouchesOnlyForWhatTheValidatorLetsPass() throws {
        var vouched = 0
        try withSeeds(6) { random, seed in
            var maker = RandomMessage(random)
            for message in MessageDescriptor.all {
                let whole = try MessageJSON.decode(message, maker.message(message))
                for bytes in [whole] + (0..<12).map({ _ in mutated(whole, &random) })
                where isSound(message, bytes) {
                    vouched += 1
                    #expect(
                        passes(message, bytes), "\(message.fullName), seed \(seed): \(bytes)")
                }
            }
        }
        #expect(vouched > 1_000)
    }

    /// What is recorded most often does not take the long way.
    @Test(arguments: [EventType.volunteerServiceRecorded, .activityHeld, .memberEnrolled])
    func itVouchesForOrdinaryPayloads(type: EventType) throws {
        try withSeeds(20) { random, seed in
            var maker = RandomMessage(random)
            let bytes = try MessageJSON.decode(type.descriptor, maker.message(type.descriptor))
            #expect(isSound(type.descriptor, bytes), "seed \(seed)")
            let envelope = try MessageJSON.decode(.envelope, maker.message(.envelope))
            #expect(isSound(.envelope, envelope), "seed \(seed)")
        }
    }

    @Test func theLeanDecoderGivesWhatTheLibraryGives() throws {
        var taken = 0
        try withSeeds(4) { random, seed in
            var maker = RandomMessage(random)
            for type in EventType.all {
                let whole = try MessageJSON.decode(
                    type.descriptor, maker.message(type.descriptor))
                for bytes in [whole] + (0..<8).map({ _ in mutated(whole, &random) }) {
                    var lean = LeanDecoder(bytes, in: 0..<bytes.count)
                    guard let payload = try? EventPayload.decodeMessage(type: type, &lean) else {
                        continue
                    }
                    taken += 1
                    let other = try? EventPayload.decodeMessage(type: type, bytes: bytes)
                    #expect(payload == other, "\(type), seed \(seed): \(bytes)")
                }
            }
        }
        #expect(taken > EventType.all.count)
    }

    @Test func theLeanDecoderTakesEveryValidPayload() throws {
        try withSeeds(4) { random, seed in
            var maker = RandomMessage(random)
            for type in EventType.all {
                let bytes = try MessageJSON.decode(
                    type.descriptor, maker.message(type.descriptor))
                var lean = LeanDecoder(bytes, in: 0..<bytes.count)
                #expect(throws: Never.self, "\(type), seed \(seed)") {
                    try EventPayload.decodeMessage(type: type, &lean)
                }
            }
        }
    }

    /// Unknown fields are kept, which only the library does.
    @Test func unknownFieldsAreTheLibrarys() throws {
        var writer = WireWriter()
        writer.string("wrong person", field: 2)
        writer.varint(7, field: 99)
        let payload = try EventPayload.decode(type: .recordVoided, bytes: writer.bytes)
        #expect(try payload.serializedBytes() == writer.bytes)
    }
}
