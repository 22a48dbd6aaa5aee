import Names

/// The ids of a run of positions without gaps: in their order, and to be found by id. Grows at the
/// end, shrinks at either.
struct IDTable {
    private let hash: NameHash
    /// The ids in the order of positions, from `first` on.
    private(set) var order: [EventID] = []
    /// The position of the first id in `order`.
    private(set) var first: UInt64
    /// How many at the front of `order` are not to be found any more.
    private var forgotten = 0
    /// Open addressing with linear steps: 16 bits of the hash above 48 bits of position; 0 is free.
    private var slots: [UInt64]
    private var used = 0

    private static let positionBits: UInt64 = 48
    private static let positionMask: UInt64 = (1 << positionBits) - 1
    private static let slotsMin = 1_024

    init(first: UInt64, hash: NameHash) {
        self.first = first
        self.hash = hash
        slots = [UInt64](repeating: 0, count: Self.slotsMin)
    }

    /// The position of an id; nil when it is not here.
    func position(of id: EventID) -> UInt64? {
        find(id).map { slots[$0] & Self.positionMask }
    }

    /// Looks at the place where an id would be, so that the processor has it at hand.
    func foresee(_ id: EventID) -> UInt64 {
        slots[Int(truncatingIfNeeded: hash(id.high, id.low)) & (slots.count - 1)]
    }

    private func find(_ id: EventID) -> Int? {
        let hash = hash(id.high, id.low)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[index]
            if slot == 0 { return nil }
            if slot >> Self.positionBits == hash >> Self.positionBits,
                order[Int((slot & Self.positionMask) - first)] == id
            {
                return index
            }
            index = (index + 1) & mask
        }
    }

    /// Adds the id of the next position. One that is here already keeps its first position.
    mutating func append(_ id: EventID) {
        // Half of the slots stay free, so that steps stay few.
        if (used + 1) * 2 > slots.count { resize(to: slots.count * 2) }
        insert(id, first + UInt64(order.count))
        order.append(id)
    }

    private mutating func insert(_ id: EventID, _ position: UInt64) {
        let hash = hash(id.high, id.low)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index] != 0 { index = (index + 1) & mask }
        slots[index] = (hash & ~Self.positionMask) | (position & Self.positionMask)
        used += 1
    }

    private mutating func resize(to count: Int) {
        slots = [UInt64](repeating: 0, count: count)
        used = 0
        for index in forgotten..<order.count { insert(order[index], first + UInt64(index)) }
    }

    /// Takes an id out and closes the gap, so that searches need no marks of what was there.
    private mutating func remove(_ id: EventID) {
        guard var gap = find(id) else { return }
        let mask = slots.count - 1
        var index = gap
        while true {
            index = (index + 1) & mask
            let slot = slots[index]
            if slot == 0 { break }
            let offset = Int((slot & Self.positionMask) - first)
            let home = Int(truncatingIfNeeded: hash(order[offset].high, order[offset].low)) & mask
            // What already stands between its home and the gap must stay where it is.
            if (index - home) & mask >= (index - gap) & mask {
                slots[gap] = slot
                gap = index
            }
        }
        slots[gap] = 0
        used -= 1
    }

    /// Takes everything from `position` on back.
    mutating func removeAll(from position: UInt64) {
        let kept = position > first ? Int(min(position - first, UInt64(order.count))) : 0
        let found = max(kept, forgotten)
        for id in order[found...] { remove(id) }
        order.removeSubrange(found...)
    }

    /// Forgets up to `limit` ids at or below `floor`.
    ///
    /// - Returns: whether there are more.
    mutating func forget(through floor: UInt64, limit: Int) -> Bool {
        let stale = floor >= first ? Int(min(floor - first + 1, UInt64(order.count))) : 0
        let end = min(forgotten + limit, stale)
        while forgotten < end {
            remove(order[forgotten])
            forgotten += 1
        }
        if forgotten < stale { return true }
        // Cut once, at the end: cutting at each step would move the tail every time.
        order.removeFirst(forgotten)
        first += UInt64(forgotten)
        forgotten = 0
        return false
    }

    /// The ids at positions from `first` through `last`, as far as they are held.
    func ids(from first: UInt64, through last: UInt64) -> ArraySlice<EventID> {
        guard first >= self.first, last >= first, last - self.first < UInt64(order.count) else {
            return []
        }
        return order[Int(first - self.first)...Int(last - self.first)]
    }
}
