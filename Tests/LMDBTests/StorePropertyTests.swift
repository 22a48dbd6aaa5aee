import LMDB
import TestSupport
import Testing

/// The store against a sorted array under random operations.
@Suite struct StorePropertyTests {
    private struct Model {
        var entries: [(key: [UInt8], value: [UInt8])] = []

        func lowerBound(_ key: [UInt8]) -> Int {
            var low = 0
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].key.lexicographicallyPrecedes(key) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
        }

        func index(of key: [UInt8]) -> Int? {
            let index = lowerBound(key)
            return index < entries.count && entries[index].key == key ? index : nil
        }

        mutating func put(_ key: [UInt8], _ value: [UInt8]) {
            let index = lowerBound(key)
            if index < entries.count, entries[index].key == key {
                entries[index].value = value
            } else {
                entries.insert((key, value), at: index)
            }
        }

        mutating func delete(_ key: [UInt8]) -> Bool {
            guard let index = index(of: key) else { return false }
            entries.remove(at: index)
            return true
        }
    }

    private func randomKey(_ random: inout SeededRandom) -> [UInt8] {
        let isLong = Int.random(in: 0..<20, using: &random) == 0
        let count = Int.random(in: 1...(isLong ? 511 : 3), using: &random)
        return (0..<count).map { _ in UInt8.random(in: 0..<8, using: &random) }
    }

    private func randomValue(_ random: inout SeededRandom) -> [UInt8] {
        let isLarge = Int.random(in: 0..<12, using: &random) == 0
        let count = Int.random(in: 0...(isLarge ? 12_000 : 60), using: &random)
        return [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: count)
    }

    @Test func agreesWithASortedArray() throws {
        try withSeeds(6) { random, seed in
            let store = try Fixture()
            var committed = Model()
            for _ in 0..<40 {
                var model = committed
                let keeps = Int.random(in: 0..<4, using: &random) > 0
                do {
                    try store.environment.write { transaction in
                        for _ in 0..<Int.random(in: 1...60, using: &random) {
                            try change(&transaction, store.facts, &model, &random, seed)
                        }
                        if !keeps { throw Deliberate() }
                    }
                    committed = model
                } catch is Deliberate {}
                try compare(store, committed, &random, seed)
            }
        }
    }

    private func change(
        _ transaction: inout WriteTransaction, _ facts: Database, _ model: inout Model,
        _ random: inout SeededRandom, _ seed: UInt64
    ) throws {
        let key = randomKey(&random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5:
            let value = randomValue(&random)
            try transaction.put(facts, key, value)
            model.put(key, value)
        case 5:
            let value = randomValue(&random)
            let isNew = try transaction.insert(facts, key, value)
            #expect(isNew == (model.index(of: key) == nil), "seed \(seed)")
            if isNew { model.put(key, value) }
        case 6, 7:
            expectEqual(try transaction.delete(facts, key), model.delete(key), "seed \(seed)")
        default:
            try transaction.withWriteCursor(facts) { cursor in
                try wander(&cursor, &model, key, &random, seed)
            }
        }
    }

    /// Walks about from a key, and now and then removes or replaces what the cursor stands on.
    private func wander(
        _ cursor: inout WriteCursor, _ model: inout Model, _ key: [UInt8],
        _ random: inout SeededRandom, _ seed: UInt64
    ) throws {
        // The entry the cursor stands on, or the one after the gap it stands in.
        var index = model.lowerBound(key)
        var isGap = false
        expectEqual(try cursor.seek(key), (index < model.entries.count), "seed \(seed)")
        for _ in 0..<Int.random(in: 1...25, using: &random) {
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                if !isGap, index < model.entries.count { index += 1 }
                isGap = false
                expectEqual(try cursor.next(), (index < model.entries.count), "seed \(seed)")
            case 2, 3:
                isGap = false
                guard index > 0 else {
                    expectTrue(try !cursor.previous(), "seed \(seed)")
                    expectEqual(try cursor.first(), !model.entries.isEmpty, "seed \(seed)")
                    continue
                }
                index -= 1
                expectTrue(try cursor.previous(), "seed \(seed)")
            default:
                guard cursor.hasEntry else { continue }
                if Bool.random(using: &random) {
                    try cursor.delete()
                    model.entries.remove(at: index)
                    isGap = true
                } else {
                    let value = randomValue(&random)
                    try cursor.put(model.entries[index].key, value)
                    model.entries[index].value = value
                }
            }
            expectEqual(cursor.hasEntry, (!isGap && index < model.entries.count), "seed \(seed)")
            if cursor.hasEntry {
                let expected = model.entries[index]
                expectEqual(cursor.key { $0.copied() }, expected.key, "seed \(seed)")
                expectEqual(cursor.value { $0.copied() }, expected.value, "seed \(seed)")
            }
        }
    }

    private func compare(
        _ store: Fixture, _ model: Model, _ random: inout SeededRandom, _ seed: UInt64
    ) throws {
        try store.environment.read { transaction in
            #expect(
                try transaction.stat(store.facts).entries == model.entries.count, "seed \(seed)")
            try transaction.withCursor(store.facts) { cursor in
                var isSame = true
                for entry in model.entries {
                    isSame = try isSame && cursor.next()
                    isSame = isSame && cursor.key { $0.copied() } == entry.key
                    isSame = isSame && cursor.value { $0.copied() } == entry.value
                }
                #expect(isSame, "seed \(seed)")
                expectTrue(try !cursor.next(), "seed \(seed)")
                for _ in 0..<10 {
                    let key = randomKey(&random)
                    let bound = model.lowerBound(key)
                    let isExact = model.index(of: key) != nil
                    expectEqual(try cursor.seekExact(key), isExact, "seed \(seed)")
                    let atMost = isExact ? bound : bound - 1
                    expectEqual(try cursor.seekAtMost(key), (atMost >= 0), "seed \(seed)")
                    if atMost >= 0 {
                        let found = cursor.key { $0.copied() }
                        #expect(found == model.entries[atMost].key, "seed \(seed)")
                    }
                }
            }
        }
    }
}
