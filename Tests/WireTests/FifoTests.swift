import TestSupport
import Testing

@testable import Wire

@Suite struct FifoTests {
    @Test func isAQueue() {
        withSeeds(20) { random, seed in
            var fifo = Fifo<Int>()
            var model: [Int] = []
            for step in 0..<500 {
                if Int.random(in: 0..<5, using: &random) < (step < 250 ? 3 : 2) {
                    fifo.append(step)
                    model.append(step)
                } else {
                    let expected = model.isEmpty ? nil : model.removeFirst()
                    let popped = fifo.popFirst()
                    #expect(popped == expected, "seed \(seed)")
                }
                #expect(fifo.first == model.first, "seed \(seed)")
                #expect(fifo.count == model.count, "seed \(seed)")
                #expect(fifo.isEmpty == model.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test func canBeEmptied() {
        var fifo = Fifo<Int>()
        fifo.append(1)
        fifo.removeAll()
        let popped = fifo.popFirst()
        #expect(popped == nil)
        #expect(fifo.isEmpty)
    }
}
