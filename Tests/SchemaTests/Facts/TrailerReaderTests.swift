import Schema
import TestSupport
import Testing

@Suite struct TrailerReaderTests {
    /// The numbers that the reader knows by heart are those of the schema.
    @Test func agreesWithTheGeneratedType() throws {
        try withSeeds(20) { random, seed in
            var maker = RandomMessage(random)
            let bytes = try MessageJSON.decode(.trailer, maker.message(.trailer))
            let message = try Trailer(decoding: bytes)
            let trailer = try TrailerReader(bytes)
            #expect(trailer.recordedAt == message.recordedAtUs)
            #expect(trailer.tenant == message.tenant)
            #expect(trailer.isLate == message.late)
            #expect(trailer.isAfterSeal == message.afterSeal)
            #expect(Array(trailer.filled) == [UInt8](message.filled), "seed \(seed)")
        }
    }

    @Test func whatIsDamagedIsAnError() {
        #expect(throws: SchemaError.self) { try TrailerReader([0xFF]) }
        #expect(throws: SchemaError.self) { try TrailerReader([0x12, 1, 0xFF]) }
    }

    @Test func neverTrapsOnAnyBytes() {
        withSeeds(10) { random, _ in
            for _ in 0..<200 {
                let count = Int.random(in: 0..<40, using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                let trailer = try? TrailerReader(bytes)
                #expect(trailer?.filled.count ?? 0 <= bytes.count)
            }
        }
    }
}
