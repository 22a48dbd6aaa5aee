import TestSupport
import Testing

@testable import Schema

@Suite struct UTF8RunsTests {
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

    /// Text that is known to be sound is taken as it is.
    @Test func soundTextsBecomeStrings() {
        for text in ["", "a", "志愿服务 role 12", "é😀", String(repeating: "岗", count: 90)] {
            let bytes = Array("<\(text)>".utf8)
            #expect(UTF8Text.string(sound: bytes, 1..<bytes.count - 1) == text)
        }
    }
}
