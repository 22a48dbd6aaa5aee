/// When events of a steady rate are to be sent, in steps of a tick.
struct SendSchedule {
    static let tickNanoseconds: Int64 = 1_000_000

    private let eventsPerSecond: Double
    private var startedAt: UInt64 = 0
    /// Events that have become due since the beginning.
    private var due = 0
    /// What is due and not sent, oldest first.
    private var waiting: [(events: Int, since: UInt64)] = []
    private var first = 0

    init(eventsPerSecond: Double) {
        self.eventsPerSecond = eventsPerSecond
    }

    mutating func begin(at now: UInt64) {
        startedAt = now
    }

    mutating func advance(to now: UInt64) {
        let wanted = Int(Double(now &- startedAt) / 1_000_000_000 * eventsPerSecond)
        guard wanted > due else { return }
        waiting.append((wanted - due, now))
        due = wanted
    }

    /// Takes events that are due.
    ///
    /// - Returns: when the oldest of them became due; nil when there are not so many.
    mutating func take(_ events: Int) -> UInt64? {
        guard first < waiting.count else { return nil }
        var wanted = events
        var available = 0
        for entry in waiting[first...] {
            available += entry.events
            if available >= wanted { break }
        }
        guard available >= wanted else { return nil }
        let since = waiting[first].since
        while wanted > 0 {
            let part = min(wanted, waiting[first].events)
            waiting[first].events -= part
            wanted -= part
            if waiting[first].events == 0 { first += 1 }
        }
        if first > 1_024 {
            waiting.removeFirst(first)
            first = 0
        }
        return since
    }
}
