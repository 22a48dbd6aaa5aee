import TestSupport
import Testing

@testable import ReadModels

@Suite struct AnswerCacheTests {
    /// Whatever is kept and however it grows, the bound holds and what was used last stays.
    @Test func propertyTheBoundHolds() {
        withSeeds(20) { random, seed in
            let cache = AnswerCache<Int, Int>(weightMax: 100)
            for step in 0..<300 {
                let key = Int.random(in: 0..<20, using: &random)
                let weight = Int.random(in: 0...120, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    cache.keep(key, step, weight: weight) { _ in false }
                    #expect((cache.value(key) == step) == (weight <= 100), "seed \(seed)")
                case 1:
                    cache.weigh(key, as: weight)
                default:
                    guard cache.value(key) != nil else { continue }
                    cache.weigh(key, as: min(weight, 100))
                    #expect(cache.value(key) != nil, "seed \(seed)")
                }
                #expect(cache.weight <= 100, "seed \(seed)")
            }
        }
    }

    @Test func theObsoleteGoes() {
        let cache = AnswerCache<Int, String>(weightMax: 100)
        cache.keep(1, "one", weight: 10) { _ in false }
        cache.keep(2, "two", weight: 10) { $0 < 2 }
        #expect(cache.value(1) == nil)
        #expect(cache.value(2) == "two")
        #expect(cache.weight == 10)
    }
}
