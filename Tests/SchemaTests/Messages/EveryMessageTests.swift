import Schema
import TestSupport
import Testing

/// Properties that hold for every message of the schema, also for those that are yet to come.
@Suite struct EveryMessageTests {
    /// JSON → bytes → JSON is the identity, the bytes are valid, and they are those of the
    /// generated type.
    @Test(arguments: EventType.all)
    func payloadsSurviveTheWayThere(type: EventType) throws {
        try withSeeds(6) { random, seed in
            var maker = RandomMessage(random)
            let json = maker.message(type.descriptor)
            let bytes = try MessageJSON.decode(type.descriptor, json)
            try SchemaValidator.validate(type.descriptor, bytes)
            #expect(try MessageJSON.encode(type.descriptor, bytes) == json, "seed \(seed)")
            let payload = try EventPayload.decode(type: type, bytes: bytes)
            #expect(payload.type == type)
            #expect(try payload.serializedBytes() == bytes, "seed \(seed)")
            let text = try JSONValue(parsing: json.utf8())
            #expect(try MessageJSON.decode(type.descriptor, text) == bytes, "seed \(seed)")
        }
    }

    @Test func rowsAndServicesSurviveTheWayThere() throws {
        try withSeeds(3) { random, seed in
            var maker = RandomMessage(random)
            for descriptor in MessageDescriptor.all {
                let json = maker.message(descriptor)
                let bytes = try MessageJSON.decode(descriptor, json)
                #expect(
                    try MessageJSON.encode(descriptor, bytes) == json,
                    "\(descriptor.fullName), seed \(seed)")
            }
        }
    }

    @Test func damagedPayloadsGiveErrorsAndNeverTrap() {
        withSeeds(5) { random, _ in
            var maker = RandomMessage(random)
            for type in EventType.all {
                guard
                    let whole = try? MessageJSON.decode(
                        type.descriptor, maker.message(type.descriptor))
                else {
                    Issue.record("a valid \(type) was refused")
                    continue
                }
                for _ in 0..<10 {
                    let bytes = mutated(whole, &random)
                    let isValid = (try? SchemaValidator.validate(type.descriptor, bytes)) != nil
                    let json = try? MessageJSON.encode(type.descriptor, bytes)
                    let payload = try? EventPayload.decode(type: type, bytes: bytes)
                    // What is valid can be read by everybody.
                    #expect(!isValid || (json != nil && payload != nil), "\(type) \(bytes)")
                }
            }
        }
    }

    @Test func randomBytesGiveErrorsAndNeverTrap() {
        withSeeds(5) { random, _ in
            for descriptor in MessageDescriptor.all {
                let count = Int.random(in: 0..<60, using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                let isValid = (try? SchemaValidator.validate(descriptor, bytes)) != nil
                let json = try? MessageJSON.encode(descriptor, bytes)
                #expect(!isValid || json != nil)
            }
        }
    }

    @Test func damagedJSONGivesErrorsAndNeverTraps() throws {
        withSeeds(5) { random, _ in
            var maker = RandomMessage(random)
            for type in EventType.all {
                let text = mutated(maker.message(type.descriptor).utf8(), &random)
                guard let json = try? JSONValue(parsing: text),
                    let bytes = try? MessageJSON.decode(type.descriptor, json)
                else { continue }
                #expect((try? MessageJSON.encode(type.descriptor, bytes)) != nil)
            }
        }
    }
}
