import Synchronization

/// What answers are made from, kept as long as nothing that they are made from has changed, and
/// within a limit of bytes.
final class AnswerCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let key: Key
        let value: Value
        var weight: Int
    }

    let weightMax: Int
    /// The one that was used last is the last one.
    private let entries = Mutex<[Entry]>([])

    init(weightMax: Int) {
        self.weightMax = weightMax
    }

    func value(_ key: Key) -> Value? {
        entries.withLock { entries in
            guard let index = entries.lastIndex(where: { $0.key == key }) else { return nil }
            let found = entries[index]
            if index < entries.count - 1 {
                entries.remove(at: index)
                entries.append(found)
            }
            return found.value
        }
    }

    /// Keeps a value; what was not used for the longest time has to go when there is no room.
    ///
    /// - Parameter isObsolete: whose time is over in any case.
    func keep(_ key: Key, _ value: Value, weight: Int, isObsolete: (Key) -> Bool) {
        entries.withLock { entries in
            entries.removeAll { $0.key == key || isObsolete($0.key) }
            guard weight <= weightMax else { return }
            entries.append(Entry(key: key, value: value, weight: weight))
            makeRoom(&entries)
        }
    }

    /// Counts what a value weighs now: some grow while they are used.
    func weigh(_ key: Key, as weight: Int) {
        entries.withLock { entries in
            guard let index = entries.lastIndex(where: { $0.key == key }),
                entries[index].weight != weight
            else { return }
            if weight > weightMax {
                entries.remove(at: index)
            } else {
                entries[index].weight = weight
                makeRoom(&entries)
            }
        }
    }

    /// Bytes of what is kept, as they were weighed.
    var weight: Int { entries.withLock { Self.weight($0) } }

    private static func weight(_ entries: [Entry]) -> Int { entries.reduce(0) { $0 + $1.weight } }

    private func makeRoom(_ entries: inout [Entry]) {
        var sum = Self.weight(entries)
        while sum > weightMax, let first = entries.first {
            sum -= first.weight
            entries.removeFirst()
        }
    }
}
