import Names
import TestSupport
import Testing

@Suite struct NameHashTests {
    private static func hash(_ hash: NameHash, _ text: String) -> UInt64 {
        TextBytes.withBytes(of: text) { hash($0) }
    }

    @Test func sameBytesHashAlikeAndOthersHardlyEver() {
        let hash = NameHash()
        withSeeds(4) { random, seed in
            var seen: [UInt64: String] = [:]
            for length in 0..<64 {
                for _ in 0..<200 {
                    let text = String(
                        decoding: (0..<length).map { _ in UInt8(97 + random.below(3)) },
                        as: UTF8.self)
                    let value = Self.hash(hash, text)
                    #expect(Self.hash(hash, String(text)) == value)
                    if let other = seen[value] { #expect(other == text, "seed \(seed)") }
                    seen[value] = text
                }
            }
        }
    }

    /// Nobody can choose names that fall together: the key is drawn anew.
    @Test func eachHashHasItsOwnKey() {
        let (first, second) = (NameHash(), NameHash())
        #expect(Self.hash(first, "activity-1") != Self.hash(second, "activity-1"))
        #expect(first(1, 2) != second(1, 2))
        #expect(first(1, 2) == first(1, 2))
        #expect(first(1, 2) != first(2, 1))
    }
}

extension SeededRandom {
    fileprivate mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
}
