import TestSupport
import Testing

@testable import ReadModels

@Suite struct PersonSetTests {
    /// Says the same as a set of the standard library, whatever is inserted in whatever order.
    @Test func propertyItIsASet() {
        withSeeds(30) { random, seed in
            let bounds = [3, 60, 2_000, 1_000_000]
            var sets = Array(repeating: PersonSet(), count: 4)
            var expected = Array(repeating: Set<Int>(), count: 4)
            for _ in 0..<60 {
                let index = Int.random(in: 0..<4, using: &random)
                if Int.random(in: 0..<5, using: &random) == 0 {
                    let other = Int.random(in: 0..<4, using: &random)
                    sets[index].formUnion(sets[other])
                    expected[index].formUnion(expected[other])
                } else {
                    let bound = bounds[Int.random(in: 0..<4, using: &random)]
                    for _ in 0..<Int.random(in: 0...100, using: &random) {
                        let number = Int.random(in: 0..<bound, using: &random)
                        sets[index].insert(number)
                        expected[index].insert(number)
                    }
                }
                #expect(sets[index].count == expected[index].count, "seed \(seed)")
                #expect(sets[index].isEmpty == expected[index].isEmpty, "seed \(seed)")
                let strangers = (0..<50).map { _ in Int.random(in: 0..<1_000_000, using: &random) }
                for number in expected[index].sorted().prefix(200) + strangers + [0, 63, 64] {
                    #expect(
                        sets[index].contains(number) == expected[index].contains(number),
                        "seed \(seed), number \(number)")
                }
            }
        }
    }

    /// A few persons out of a million do not take up what a million would.
    @Test func fewPersonsWeighLittle() {
        withSeeds(10) { random, seed in
            var few = PersonSet()
            for _ in 0..<1_000 { few.insert(Int.random(in: 0..<1_000_000, using: &random)) }
            #expect(few.weight <= 4_000, "seed \(seed)")
            var late = PersonSet()
            for number in 0..<100 { late.insert(number) }
            for step in 1...20 { late.insert(step * 50_000) }
            #expect(late.weight <= 4 * 8 * 120)
        }
    }

    @Test func mostPersonsWeighABitEach() {
        var most = PersonSet()
        for number in (0..<100_000).reversed() { most.insert(number) }
        most.formUnion(most)
        #expect(most.count == 100_000)
        #expect(most.weight <= 100_000 / 8 + 8)
    }
}
