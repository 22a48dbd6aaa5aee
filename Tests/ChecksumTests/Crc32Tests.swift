import Checksum
import TestSupport
import Testing

@Suite struct Crc32Tests {
    /// Published check values; `bytewise` confirms each from the definition.
    @Test(arguments: [
        ("", UInt32(0)), ("a", 0xE8B7_BE43), ("123456789", 0xCBF4_3926),
        ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
    ])
    func knownValues(text: String, expected: UInt32) {
        let bytes = Array(text.utf8)
        #expect(crc32(bytes) == expected)
        #expect(crc32(bytes.span.bytes) == expected)
        #expect(bytes.withUnsafeBytes { crc32($0) } == expected)
        #expect(bytewise(bytes) == expected)
    }

    @Test func nothingContinuesWithTheSame() {
        let before = crc32(Array("abc".utf8))
        #expect(crc32([UInt8](), continuing: before) == before)
        let nowhere = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(crc32(nowhere, continuing: before) == before)
    }

    @Test func piecesGiveTheSameAsTheWhole() {
        withSeeds(4) { random, seed in
            let count = Int.random(in: 0...5_000, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(crc32(bytes) == bytewise(bytes), "seed \(seed)")
            var sum: UInt32 = 0
            var start = 0
            while start < count {
                let end = Int.random(in: start...count, using: &random)
                sum = crc32(Array(bytes[start..<end]), continuing: sum)
                start = end
            }
            #expect(sum == crc32(bytes), "seed \(seed)")
        }
    }

    /// The definition, one bit at a time.
    private func bytewise(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
