/// The name of a list of positions, before it is interned.
enum ListName: Hashable, Sendable {
    case stream(String)
    case tag(String)
    case category(String)
    case type(UInt32)

    var kind: ListKind {
        switch self {
        case .stream: .stream
        case .tag: .tag
        case .category: .category
        case .type: .type
        }
    }

    /// The name to intern; nil for a type, which is a number already.
    var text: String? {
        switch self {
        case .stream(let name), .tag(let name), .category(let name): name
        case .type: nil
        }
    }
}

/// The positions of one list that are not in the index's table yet. Guarded by the overlay's lock.
final class PostingList {
    let name: ListName
    /// Ascending. Positions at or below the overlay's floor may linger until they are drained.
    var positions: [UInt64] = []
    /// Whether the list stands in the overlay's `touched`.
    var isTouched = false

    init(_ name: ListName) {
        self.name = name
    }
}

/// What the overlay knows of a name. Guarded by the overlay's lock.
final class NameEntry {
    let name: String
    /// The name's number in the table, once it is known.
    var number: UInt32?
    /// Version and last position of the stream of this name in the table, as of the last drain
    /// of `stream`; nil until it was looked up.
    var base: (version: UInt64, last: UInt64)?
    var stream: PostingList?
    var tag: PostingList?
    /// The list of the stream's category, so that its name is cut out once and not per event.
    var category: PostingList?

    init(name: String) {
        self.name = name
    }

    /// The stream's version including everything judged; nil when the table must be asked.
    var version: UInt64? {
        guard let base else { return nil }
        return base.version + UInt64(stream?.positions.count ?? 0)
    }

    /// Whether nothing would be lost by forgetting the entry.
    var isClean: Bool {
        !(stream?.isTouched ?? false) && !(tag?.isTouched ?? false)
    }
}

/// Searches in ascending positions.
extension [UInt64] {
    /// Index of the first position at or after `position`; `count` when there is none.
    func lowerBound(_ position: UInt64) -> Int {
        // The tail is where most searches end: look there before halving.
        guard let last, last >= position else { return count }
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Index of the first position after `position`; `count` when there is none.
    func upperBound(_ position: UInt64) -> Int {
        position == UInt64.max ? count : lowerBound(position + 1)
    }
}
