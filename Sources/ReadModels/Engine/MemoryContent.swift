/// Content in memory: what a past state of knowledge is folded into.
struct MemoryContent: Sendable {
    private let entries: MemoryEntries
    private let serviceEntries: MemoryEntries

    /// - Parameters:
    ///   - change: a change to empty content.
    ///   - services: the series of volunteer services: keys below its section and values.
    init(_ change: ContentChange, services: [(key: [UInt8], value: [UInt8])] = []) {
        var entries: [(key: [UInt8], value: [UInt8])] = []
        for (key, measures) in change.deltas where measures.contains(where: { $0 != 0 }) {
            entries.append((key.bytes, Shelf.encoded(measures)))
        }
        for (key, row) in change.rows {
            if let row { entries.append((key.bytes, row)) }
        }
        self.entries = MemoryEntries(entries)
        serviceEntries = MemoryEntries(services)
    }

    /// Bytes of memory that it takes up, roughly.
    var weight: Int { entries.weight + serviceEntries.weight }

    var shelf: Shelf { Shelf(entries.scan, last: entries.last) }

    var services: ServiceShelf { ServiceShelf(serviceEntries.scan) }
}

/// Sorted keys with values.
private struct MemoryEntries: Sendable {
    private let entries: [(key: [UInt8], value: [UInt8])]

    init(_ entries: [(key: [UInt8], value: [UInt8])]) {
        self.entries = entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    var weight: Int { entries.reduce(0) { $0 + $1.key.count + $1.value.count + 96 } }

    /// Index of the first entry whose key is not less than a key.
    private func index(of key: [UInt8]) -> Int {
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

    func scan(
        _ prefix: [UInt8], _ from: [UInt8],
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws {
        var index = index(of: from)
        while index < entries.count, entries[index].key.starts(with: prefix) {
            guard try body(entries[index].key, entries[index].value) else { return }
            index += 1
        }
    }

    func last(_ prefix: [UInt8], _ bound: [UInt8]) -> [UInt8]? {
        var index = index(of: bound)
        if index == entries.count || entries[index].key != bound { index -= 1 }
        guard index >= 0, entries[index].key.starts(with: prefix) else { return nil }
        return entries[index].value
    }
}
