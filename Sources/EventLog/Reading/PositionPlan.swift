/// A set of positions in terms of the index's lists.
indirect enum PositionPlan: Equatable {
    /// Every position.
    case everything
    case list(ListName)
    /// In at least one of them.
    case any([PositionPlan])
    /// In all of them.
    case all([PositionPlan])

    /// The set that an append condition or a filtered read describes.
    init(_ query: EventQuery) {
        self = .union(
            query.alternatives.map { alternative in
                .intersection(
                    [
                        .types(alternative.types),
                        .lists(alternative.streams) { .stream($0) },
                        .lists(alternative.categories) { .category($0) },
                    ] + alternative.tags.map(Self.tag))
            })
    }

    /// The set that a read runs along.
    init(_ query: ReadQuery) {
        let scope: PositionPlan =
            switch query.scope {
            case .all: .everything
            case .stream(let name): .list(.stream(name))
            case .category(let name): .list(.category(name))
            case .tag(let name): .tag(name)
            case .matching(let query): PositionPlan(query)
            }
        self = .intersection([scope, .types(query.types)] + query.tags.map(Self.tag))
    }

    /// Whether the index is needed at all.
    var isEverything: Bool {
        self == .everything
    }

    /// Every event carries its own stream's name, which is therefore not listed a second time.
    private static func tag(_ name: String) -> PositionPlan {
        .any([.list(.stream(name)), .list(.tag(name))])
    }

    private static func types(_ types: [UInt32]) -> PositionPlan {
        types.isEmpty ? .everything : .union(types.map { .list(.type($0)) })
    }

    /// The lists of these names; everything when there are none.
    private static func lists(
        _ names: [String], _ list: (String) -> ListName
    ) -> PositionPlan {
        names.isEmpty ? .everything : .union(names.map { .list(list($0)) })
    }

    private static func union(_ plans: [PositionPlan]) -> PositionPlan {
        if plans.contains(.everything) { return .everything }
        return plans.count == 1 ? plans[0] : .any(plans)
    }

    private static func intersection(_ plans: [PositionPlan]) -> PositionPlan {
        let narrowing = plans.filter { $0 != .everything }
        return switch narrowing.count {
        case 0: .everything
        case 1: narrowing[0]
        default: .all(narrowing)
        }
    }

    /// Visits the lists, each as often as it occurs.
    func forEachList(_ visit: (ListName) -> Void) {
        switch self {
        case .everything: break
        case .list(let name): visit(name)
        case .any(let plans), .all(let plans): for plan in plans { plan.forEachList(visit) }
        }
    }
}
