import Names
import TestSupport
import Testing

@Suite struct TextBytesTests {
    private static let texts = [
        "", "a", "activity-bench-00001", "activity-bench-00002", "activity-bench-0000",
        "branch-b1", "person-陈", "person-陈晨", "\u{e9}", "e\u{301}", "tree-r",
    ]

    @Test(arguments: texts, texts)
    func comparesBytes(left: String, right: String) {
        let (first, second) = (Array(left.utf8), Array(right.utf8))
        #expect(TextBytes.same(left, right) == (first == second))
        #expect(TextBytes.precedes(left, right) == first.lexicographicallyPrecedes(second))
    }

    /// Names of every length up to several words, equal or different in one byte.
    @Test func sameSeesEveryByte() {
        withSeeds(4) { random, seed in
            for count in 0..<40 {
                let left = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                var right = left
                #expect(same(left, right), "seed \(seed)")
                #expect(!same(left, right + [0]), "seed \(seed)")
                guard count > 0 else { continue }
                for _ in 0..<8 {
                    let place = Int.random(in: 0..<count, using: &random)
                    right[place] ^= UInt8.random(in: 1...255, using: &random)
                    #expect(!same(left, right), "seed \(seed)")
                    right = left
                }
            }
        }
    }

    private func same(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { TextBytes.same(left, $0) } }
    }

    @Test func kindsEndAtTheHyphen() {
        #expect(TextBytes.isName("activity-1", ofKind: "activity"))
        #expect(!TextBytes.isName("activity", ofKind: "activity"))
        #expect(!TextBytes.isName("activities-1", ofKind: "activity"))
        #expect(!TextBytes.isName("act-1", ofKind: "activity"))
        #expect(!TextBytes.isName("", ofKind: "activity"))
    }
}
