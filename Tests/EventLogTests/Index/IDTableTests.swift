import Names
import TestSupport
import Testing

@testable import EventLog

@Suite struct IDTableTests {
    /// Any order of adding, forgetting and taking back leaves what a dictionary would hold; the
    /// table doubles several times on the way.
    @Test func behavesLikeADictionary() {
        withSeeds(20) { random, _ in
            var table = IDTable(first: 5, hash: NameHash())
            var model: [EventID: UInt64] = [:]
            var order: [EventID] = []
            var floor: UInt64 = 4
            var last: UInt64 = 4
            for _ in 0..<200 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0 where last > floor:
                    floor = UInt64.random(in: floor...last, using: &random)
                    while table.forget(through: floor, limit: 7) {}
                    for id in order where model[id, default: .max] <= floor { model[id] = nil }
                case 1:
                    let from = UInt64.random(in: floor + 1...last + 1, using: &random)
                    table.removeAll(from: from)
                    for id in order where model[id, default: 0] >= from { model[id] = nil }
                    last = from - 1
                default:
                    for _ in 0..<Int.random(in: 0..<60, using: &random) {
                        last += 1
                        let id = EventID(
                            high: random.next() % 4 << 16 | 0x7000, low: random.next())
                        table.append(id)
                        model[id] = last
                        order.append(id)
                    }
                }
                order.removeAll { model[$0] == nil }
            }
            #expect(order.allSatisfy { table.position(of: $0) == model[$0] })
            #expect(table.position(of: EventID(high: 1, low: 1)) == nil)
            #expect(Array(table.ids(from: floor + 1, through: last)) == order)
        }
    }
}
