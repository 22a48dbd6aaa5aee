/// Finds positions of one list, over its chunks in the table and its part in the overlay.
final class ListSearch {
    /// Nil when the table does not have the list.
    private let list: ListID?
    private let window: [UInt64]
    private let floor: UInt64
    private let isForwards: Bool
    /// The chunk that was looked at last.
    private var chunk: [UInt64] = []
    /// Going backwards: no other chunk begins between the loaded one and this position.
    private var loadedFor: UInt64 = 0
    /// Going forwards: the table has nothing at or after this position.
    private var tableEnd = UInt64.max
    /// Going backwards: the table has nothing at or before this position.
    private var tableStart: UInt64 = 0

    init(list: ListID?, window: [UInt64], floor: UInt64, isForwards: Bool) {
        self.list = list
        self.window = window
        self.floor = floor
        self.isForwards = isForwards
    }

    /// The list's nearest position at or after `position` (at or before it, going backwards).
    func seek(_ position: UInt64, _ load: ChunkLoader) throws -> UInt64? {
        if isForwards {
            if let found = try seekTableForwards(position, load) { return found }
            let index = window.lowerBound(position)
            return index < window.count ? window[index] : nil
        }
        let index = window.upperBound(position)
        if index > 0 { return window[index - 1] }
        return try seekTableBackwards(min(position, floor), load)
    }

    private func seekTableForwards(_ position: UInt64, _ load: ChunkLoader) throws -> UInt64? {
        guard let list, position <= floor, position < tableEnd else { return nil }
        let holds = chunk.first.map { $0 <= position } ?? false
        if !(holds && position <= chunk[chunk.count - 1]) {
            // A list read in order needs no search for a chunk that begins earlier.
            let isNext = chunk.last.map { position == $0 + 1 } ?? false
            guard try load(list, isNext ? .startingAt(position) : .holding(position), &chunk)
            else {
                tableEnd = position
                return nil
            }
        }
        let found = chunk[chunk.lowerBound(position)]
        // The table may be newer than the overlay's copy, which then has the position itself.
        guard found <= floor else {
            tableEnd = position
            return nil
        }
        return found
    }

    private func seekTableBackwards(_ position: UInt64, _ load: ChunkLoader) throws -> UInt64? {
        guard let list, position > tableStart else { return nil }
        let holds = chunk.first.map { $0 <= position && position <= loadedFor } ?? false
        if !holds {
            guard try load(list, .upTo(position), &chunk) else {
                tableStart = position
                return nil
            }
            loadedFor = position
        }
        return chunk[chunk.upperBound(position) - 1]
    }
}
