import Schema
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

    @Test func sameTextsHashAlike() {
        func hash(_ text: String) -> Int {
            var hasher = Hasher()
            TextBytes.hash(text, into: &hasher)
            return hasher.finalize()
        }
        for text in Self.texts {
            #expect(hash(text) == hash(String(decoding: Array(text.utf8), as: UTF8.self)))
        }
        #expect(Set(Self.texts.map(hash)).count == Self.texts.count)
    }

    @Test func kindsEndAtTheHyphen() {
        #expect(TextBytes.isName("activity-1", ofKind: "activity"))
        #expect(!TextBytes.isName("activity", ofKind: "activity"))
        #expect(!TextBytes.isName("activities-1", ofKind: "activity"))
        #expect(!TextBytes.isName("act-1", ofKind: "activity"))
        #expect(!TextBytes.isName("", ofKind: "activity"))
    }

    /// The quick look over whole words finds the fault where the slow one does.
    @Test func faultsAreFoundWhereverTheyAre() {
        let text = Array("志愿服务 role 12 岗位é😀 abcdefghijklmnop 导诊".utf8)
        #expect(UTF8Text.isValid(text, 0..<text.count))
        withSeeds(20) { random, seed in
            for _ in 0..<200 {
                let bytes = mutated(text, &random)
                let start = Int.random(in: 0...bytes.count, using: &random)
                let end = Int.random(in: start...bytes.count, using: &random)
                #expect(
                    UTF8Text.isValid(bytes, start..<end)
                        == (String(validating: bytes[start..<end], as: UTF8.self) != nil),
                    "seed \(seed): \(bytes[start..<end])")
            }
        }
    }
}
