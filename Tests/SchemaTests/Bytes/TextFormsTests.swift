import Schema
import TestSupport
import Testing

@Suite struct UTF8TextTests {
    @Test func agreesWithTheStandardLibrary() {
        withSeeds(20) { random, _ in
            for _ in 0..<2000 {
                let count = Int.random(in: 0...6, using: &random)
                // Lead and continuation bytes are made likely, else nearly nothing is well-formed.
                let pool: [UInt8] = [
                    0x41, 0x80, 0xBF, 0xC2, 0xE0, 0xA0, 0xED, 0x9F, 0xF0, 0x90, 0xF4, 0x8F,
                ]
                let bytes = (0..<count).map { _ in
                    Bool.random(using: &random)
                        ? pool[Int.random(in: 0..<pool.count, using: &random)]
                        : UInt8.random(in: 0...255, using: &random)
                }
                let expected = String(validating: bytes, as: UTF8.self) != nil
                #expect(UTF8Text.isValid(bytes, 0..<bytes.count) == expected, "\(bytes)")
            }
        }
    }

    @Test func namesTheFirstFault() {
        #expect(UTF8Text.firstFault(in: [0x41, 0xE4, 0xBD, 0xA0, 0xFF], 0..<5) == 4)
        #expect(UTF8Text.firstFault(in: [0x41, 0xE4, 0xBD], 0..<3) == 1)
    }
}

@Suite struct UUIDFormTests {
    @Test func readsWhatItWrites() throws {
        let text = "0190b2c4-7a3e-7c11-9d52-0123456789ab"
        let bytes = try #require(UUIDForm.bytes(text))
        #expect(bytes.count == 16)
        #expect(UUIDForm.text(bytes) == text)
        #expect(UUIDForm.bytes(text.uppercased()) == bytes)
        #expect(UUIDForm.isAccepted(bytes))
    }

    @Test(arguments: [
        "", "0190b2c4", "0190b2c47a3e7c119d520123456789ab", "0190b2c4-7a3e-7c11-9d52-0123456789ag",
        "0190b2c4-7a3e-7c11-9d520-123456789ab", "0190b2c4-7a3e-7c11-9d52-0123456789ab ",
    ])
    func refusesOtherTexts(text: String) {
        #expect(UUIDForm.bytes(text) == nil)
    }

    @Test func acceptsVersionsFourSevenAndEight() throws {
        for version in 0...15 {
            let digit = String(version, radix: 16)
            let bytes = try #require(UUIDForm.bytes("0190b2c4-7a3e-\(digit)c11-9d52-0123456789ab"))
            #expect(UUIDForm.isAccepted(bytes) == [4, 7, 8].contains(version))
        }
        let variant = try #require(UUIDForm.bytes("0190b2c4-7a3e-7c11-cd52-0123456789ab"))
        #expect(!UUIDForm.isAccepted(variant))
        #expect(!UUIDForm.isAccepted([1, 2, 3]))
    }
}
