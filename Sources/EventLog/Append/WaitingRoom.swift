/// Requests whose judgement waits for preparations, and those of the same callers behind them.
///
/// Each caller has a lane: what he sent later is judged later, whatever it is about, while the
/// requests of all others go by. Confined to the thread that judges.
final class WaitingRoom<Item> {
    /// Whose requests keep their order; those of nobody in particular keep theirs as well.
    typealias Caller = ObjectIdentifier?

    /// The first request of a lane, which can be judged.
    struct Turn {
        let caller: Caller
        let item: Item
        let bytes: Int
        /// How often it was put off.
        let attempts: Int
    }

    private final class Lane {
        /// The first one waits for preparations, the others for the first; nil where one was
        /// taken out.
        private var items: [(item: Item, bytes: Int)?] = []
        private var start = 0
        /// Preparations that the first one waits for.
        var lacking = 0
        var attempts = 0

        var isEmpty: Bool { start == items.count }

        func append(_ item: Item, _ bytes: Int) { items.append((item, bytes)) }

        func popFirst() -> (item: Item, bytes: Int)? {
            guard start < items.count, let first = items[start] else { return nil }
            items[start] = nil
            start += 1
            if start * 2 > items.count {
                items.removeFirst(start)
                start = 0
            }
            return first
        }

        func putBack(_ item: Item, _ bytes: Int) {
            if start == 0 {
                items.insert((item, bytes), at: 0)
            } else {
                start -= 1
                items[start] = (item, bytes)
            }
        }

        var rest: [Item] { items[start...].compactMap { $0?.item } }
    }

    private struct Order {
        /// Kept alive, because its identity is the key.
        let preparation: any Preparation
        var waiting: [Caller] = []
    }

    private var lanes: [Caller: Lane] = [:]
    /// What was ordered and is not done, by identity.
    private var orders: [ObjectIdentifier: Order] = [:]
    /// Lanes whose first request lacks nothing, in order.
    private var ready: [Caller] = []

    /// Requests that wait.
    private(set) var count = 0
    /// Bytes that they keep in memory.
    private(set) var bytes = 0

    /// Nobody waits.
    var isEmpty: Bool { lanes.isEmpty }

    /// There is a request that can be judged.
    var hasReady: Bool { !ready.isEmpty }

    /// Preparations that are under way.
    var ordered: Int { orders.count }

    /// Whether a request of this caller has to wait behind others of his.
    func holds(_ caller: Caller) -> Bool { lanes[caller] != nil }

    /// Begins a lane with a request that was to be judged.
    ///
    /// - Parameter lacking: what it waits for.
    /// - Returns: what of that was not under way yet, and is from now on.
    func hold(
        _ item: Item, bytes size: Int, of caller: Caller, lacking: [any Preparation]
    ) -> [any Preparation] {
        put(Turn(caller: caller, item: item, bytes: size, attempts: 0), lacking)
    }

    /// Puts a request behind those of its caller that wait.
    func follow(_ item: Item, bytes size: Int, of caller: Caller) {
        guard let lane = lanes[caller] else { return }
        lane.append(item, size)
        count += 1
        bytes += size
    }

    /// Begins preparations that nobody waits for yet.
    ///
    /// - Returns: those that were not under way.
    func order(_ preparations: [any Preparation]) -> [any Preparation] {
        preparations.filter { preparation in
            let key = ObjectIdentifier(preparation)
            guard orders[key] == nil else { return false }
            orders[key] = Order(preparation: preparation)
            return true
        }
    }

    /// A preparation is done.
    func done(_ preparation: any Preparation) {
        guard let order = orders.removeValue(forKey: ObjectIdentifier(preparation)) else { return }
        for caller in order.waiting {
            guard let lane = lanes[caller] else { continue }
            lane.lacking -= 1
            if lane.lacking == 0 { ready.append(caller) }
        }
    }

    /// Takes out the first request of the first lane that is ready; `finish` or `putBack` must
    /// follow.
    func takeTurn() -> Turn? {
        guard let caller = ready.first, let lane = lanes[caller], let first = lane.popFirst()
        else { return nil }
        let attempts = lane.attempts
        lane.attempts = 0
        count -= 1
        bytes -= first.bytes
        return Turn(caller: caller, item: first.item, bytes: first.bytes, attempts: attempts)
    }

    /// The request of a turn was judged; the next one of its caller has its turn.
    func finish(_ turn: Turn) {
        guard let lane = lanes[turn.caller], lane.isEmpty else { return }
        lanes[turn.caller] = nil
        ready.removeFirst()
    }

    /// The request of a turn has to wait again.
    ///
    /// - Returns: as `hold`.
    func putBack(_ turn: Turn, lacking: [any Preparation]) -> [any Preparation] {
        ready.removeFirst()
        return put(turn, lacking)
    }

    /// Takes all requests out; those of each caller are in order.
    func takeAll() -> [Item] {
        let items = lanes.values.flatMap(\.rest)
        lanes = [:]
        ready = []
        for key in orders.keys { orders[key]?.waiting = [] }
        count = 0
        bytes = 0
        return items
    }

    private func put(_ turn: Turn, _ lacking: [any Preparation]) -> [any Preparation] {
        let lane = lanes[turn.caller] ?? Lane()
        lanes[turn.caller] = lane
        lane.putBack(turn.item, turn.bytes)
        lane.attempts = turn.attempts + 1
        count += 1
        bytes += turn.bytes
        let new = order(lacking)
        var keys: Set<ObjectIdentifier> = []
        for preparation in lacking where keys.insert(ObjectIdentifier(preparation)).inserted {
            orders[ObjectIdentifier(preparation)]?.waiting.append(turn.caller)
        }
        lane.lacking = keys.count
        // Of nothing that is lacking nothing will be told to be done.
        if keys.isEmpty { ready.append(turn.caller) }
        return new
    }
}
