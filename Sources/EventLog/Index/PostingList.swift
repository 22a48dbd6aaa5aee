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

/// Whose list of positions it is.
enum ListOwner: Equatable {
    case stream(NameIndex)
    case tag(NameIndex)
    case category(NameIndex)
    case type(UInt32)

    var kind: ListKind {
        switch self {
        case .stream: .stream
        case .tag: .tag
        case .category: .category
        case .type: .type
        }
    }

    /// The owner's place in the table of names; nil for a type.
    var name: NameIndex? {
        switch self {
        case .stream(let name), .tag(let name), .category(let name): name
        case .type: nil
        }
    }
}

/// The positions of one list that are not in the index's table yet.
struct PostingList {
    let owner: ListOwner
    /// Ascending. Positions at or below the overlay's floor may linger until they are drained.
    var positions: [UInt64] = []
    /// Whether the list stands in the overlay's `touched` or `taken`.
    var isTouched = false

    init(_ owner: ListOwner) {
        self.owner = owner
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
