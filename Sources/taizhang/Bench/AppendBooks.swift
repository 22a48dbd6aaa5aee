import PartyBuilding

/// What a load knows of its streams and what it has done: a value, so that one look at it costs
/// one check and not one for each of its parts.
struct AppendBooks: Sendable {
    /// A call that is to begin.
    struct NextCall {
        /// Facts of the call.
        let count: Int
        /// The moment that its latency counts from.
        let since: UInt64
        /// Size of its message.
        let bytes: Int
    }

    private let persons: Int
    private let batch: Int
    var writer: ServiceFactWriter
    private(set) var versions: [UInt32]
    private var isBusy: [Bool]
    private var random: BenchRandom
    private(set) var figures = AppendFigures()

    /// Events that still may be begun; for a load of so many seconds as many as there can be.
    private var remaining: Int
    private var endsAt: UInt64 = .max
    private var schedule: SendSchedule?
    private(set) var isRunning = false
    private(set) var callsUnderWay = 0
    /// Nobody is left to serve in a stream that is free.
    private(set) var isExhausted = false

    /// - Parameters:
    ///   - events: how many to record; nil when the load ends by the clock.
    ///   - rate: events per second; nil for as fast as answers come.
    init(
        _ scenario: BenchScenario, batch: Int, events: Int?, rate: Double?, versions: [UInt32],
        writer: ServiceFactWriter, seed: UInt64
    ) {
        persons = scenario.persons
        self.batch = batch
        self.writer = writer
        self.versions = versions
        isBusy = [Bool](repeating: false, count: versions.count)
        random = BenchRandom(seed: seed)
        remaining = events ?? .max
        schedule = rate.map { SendSchedule(eventsPerSecond: $0) }
    }

    /// Whether calls follow a schedule instead of answers.
    var isScheduled: Bool { schedule != nil }

    /// - Parameter seconds: nil when the load ends with its last event.
    mutating func begin(at now: UInt64, seconds: Double?) {
        figures.startedAt = now
        if let seconds { endsAt = now &+ UInt64(seconds * 1_000_000_000) }
        schedule?.begin(at: now)
        isRunning = true
    }

    mutating func stop() { isRunning = false }

    /// Lets become due what the schedule says.
    mutating func advance(to now: UInt64) {
        schedule?.advance(to: now)
    }

    /// Nothing is to be begun any more, and nothing is under way.
    mutating func isDone(at now: UInt64) -> Bool {
        if now >= endsAt { remaining = 0 }
        return isRunning && callsUnderWay == 0 && remaining == 0
    }

    /// Chooses streams and writes the facts of the next call into their places.
    ///
    /// - Parameters:
    ///   - streams: those of the connection.
    ///   - items: places of facts.
    ///   - start: the first place of the call.
    /// - Returns: nil when none is to begin now.
    mutating func next(
        at now: UInt64, streams: [Int], items: inout [ServiceFactWriter.Item], start: Int
    ) -> NextCall? {
        guard isRunning, remaining > 0 else { return nil }
        if now >= endsAt {
            remaining = 0
            return nil
        }
        let events = min(batch, remaining)
        var since = now
        if schedule != nil {
            guard let due = schedule?.take(events) else { return nil }
            since = due
        }
        var count = 0
        while count < events, let stream = choose(streams) {
            items[start + count] = writer.item(activity: stream, version: versions[stream])
            count += 1
        }
        guard count > 0 else {
            isExhausted = true
            return nil
        }
        remaining -= count
        callsUnderWay += 1
        return NextCall(
            count: count, since: since, bytes: writer.size(items, start..<(start + count)))
    }

    /// A stream of these that has no call under way and somebody left to serve; nil when there is
    /// none.
    private mutating func choose(_ streams: [Int]) -> Int? {
        var place = random.next(below: streams.count)
        for _ in 0..<streams.count {
            let stream = streams[place]
            if !isBusy[stream], Int(versions[stream] - BenchScenario.setupVersion) < persons {
                isBusy[stream] = true
                return stream
            }
            place += 1
            if place == streams.count { place = 0 }
        }
        return nil
    }

    /// A call's facts are recorded.
    mutating func settle(
        _ items: [ServiceFactWriter.Item], _ range: Range<Int>, since: UInt64, at now: UInt64,
        last: UInt64
    ) {
        for index in range {
            let stream = items[index].activity
            versions[stream] += 1
            isBusy[stream] = false
        }
        callsUnderWay -= 1
        figures.events += range.count
        figures.calls += 1
        figures.latencies.record(nanoseconds: now &- since)
        figures.endedAt = now
        figures.lastPosition = max(figures.lastPosition, last)
    }
}
