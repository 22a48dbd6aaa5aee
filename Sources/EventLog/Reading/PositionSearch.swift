/// What a search for the next position found.
enum SearchStep: Equatable {
    case found(UInt64)
    /// The effort was used up; nothing was found before this position.
    case gaveUp(UInt64)
    case none

    /// The position that the step is about.
    var position: UInt64? {
        switch self {
        case .found(let position), .gaveUp(let position): position
        case .none: nil
        }
    }
}

/// Walks the positions of a plan in one direction, over table and overlay as one.
struct PositionSearch {
    private indirect enum Node {
        case list(ListSearch)
        case any([Node])
        case all([Node])
    }

    private let root: Node
    private let isForwards: Bool
    /// Beyond this position (before it, going backwards) the snapshot is incomplete.
    private var bound: UInt64?
    /// Look-ups that may still be made.
    private var effort: Int
    /// Where `collect` began.
    private var start: UInt64 = 0

    /// - Parameters:
    ///   - numberOf: a list's number in the table, asked when the overlay does not know it.
    ///   - effort: look-ups after which the search gives up and says how far it came.
    init(
        _ plan: PositionPlan, _ snapshot: OverlaySnapshot, direction: ReadQuery.Direction,
        effort: Int, numberOf: (ListName) throws -> UInt32?
    ) rethrows {
        isForwards = direction == .forwards
        self.effort = effort
        root = try Self.node(plan, snapshot, isForwards, numberOf)
        for window in snapshot.windows.values {
            guard let bound = window.bound else { continue }
            let nearest = self.bound ?? bound
            self.bound = isForwards ? min(nearest, bound) : max(nearest, bound)
        }
    }

    private static func node(
        _ plan: PositionPlan, _ snapshot: OverlaySnapshot, _ isForwards: Bool,
        _ numberOf: (ListName) throws -> UInt32?
    ) rethrows -> Node {
        switch plan {
        case .everything:
            // Plans are made so that this never stands below a list; nothing is the safe answer.
            return .any([])
        case .list(let name):
            let window = snapshot.windows[name] ?? OverlayWindow()
            let number = try window.number ?? numberOf(name)
            return .list(
                ListSearch(
                    list: number.map { ListID(kind: name.kind, number: $0) },
                    window: window.positions, floor: snapshot.floor, isForwards: isForwards))
        case .any(let plans):
            return .any(try plans.map { try node($0, snapshot, isForwards, numberOf) })
        case .all(let plans):
            return .all(try plans.map { try node($0, snapshot, isForwards, numberOf) })
        }
    }

    /// Collects up to `limit` positions from `start` on.
    ///
    /// - Returns: the positions in the search's direction, and where to go on; nil when there is
    ///   nothing more.
    mutating func collect(
        from start: UInt64, limit: Int, _ load: ChunkLoader
    ) throws -> (positions: [UInt64], next: UInt64?) {
        var positions: [UInt64] = []
        var from = start
        self.start = start
        while true {
            let step = try seek(root, from, load)
            if let bound, step.position.map({ isForwards ? $0 > bound : $0 < bound }) ?? true {
                return (positions, isForwards ? bound + 1 : (bound > 1 ? bound - 1 : nil))
            }
            switch step {
            case .none: return (positions, nil)
            case .gaveUp(let position): return (positions, position)
            case .found(let position):
                guard positions.count < limit else { return (positions, position) }
                positions.append(position)
                if isForwards {
                    guard position < UInt64.max else { return (positions, nil) }
                    from = position + 1
                } else {
                    guard position > 1 else { return (positions, nil) }
                    from = position - 1
                }
            }
        }
    }

    private mutating func seek(
        _ node: Node, _ from: UInt64, _ load: ChunkLoader
    ) throws -> SearchStep {
        switch node {
        case .list(let list):
            effort -= 1
            return try list.seek(from, load).map(SearchStep.found) ?? .none
        case .any(let nodes):
            var best = SearchStep.none
            for node in nodes {
                let step = try seek(node, from, load)
                if let position = step.position, isNearer(position, than: best, step) {
                    best = step
                }
            }
            return best
        case .all(let nodes):
            return try seekAll(nodes, from, load)
        }
    }

    /// Lets every list jump to where the last one stands until all stand on the same position.
    private mutating func seekAll(
        _ nodes: [Node], _ from: UInt64, _ load: ChunkLoader
    ) throws -> SearchStep {
        var candidate = from
        var agreeing = 0
        var index = 0
        while agreeing < nodes.count {
            // A page that begins again where it began would never end.
            guard effort > 0 || candidate == start else { return .gaveUp(candidate) }
            switch try seek(nodes[index], candidate, load) {
            case .none: return .none
            case .gaveUp(let position): return .gaveUp(position)
            case .found(let position):
                agreeing = position == candidate ? agreeing + 1 : 1
                candidate = position
            }
            index = (index + 1) % nodes.count
        }
        return .found(candidate)
    }

    private func isNearer(_ position: UInt64, than best: SearchStep, _ step: SearchStep) -> Bool {
        guard let other = best.position else { return true }
        if position == other, case .found = step { return true }
        return isForwards ? position < other : position > other
    }
}
