import Client
import Schema

/// What a load of queries is.
struct QueryPlan: Sendable {
    var connections: Int
    /// Queries of one connection under way at the same time.
    var inFlight: Int
    /// Messages `QueryRequest`; each query is one of them by chance.
    var requests: [[UInt8]]
    var extent: LoadExtent
}

/// Asks queries over many connections, each answer followed by the next query.
///
/// Confined to its loop's thread once it runs; that is why it may be shared unchecked.
final class QueryLoad: @unchecked Sendable {
    /// What the queries came to.
    struct Figures: Sendable {
        var queries = 0
        var rows = 0
        var startedAt: UInt64 = 0
        var endedAt: UInt64 = 0
        var latencies = Latencies()

        var nanoseconds: UInt64 { endedAt - min(endedAt, startedAt) }
    }

    private let plan: QueryPlan
    let progress: AppendProgress
    private var lanes: [QueryLane] = []
    private var random = BenchRandom(seed: BenchClock.now())
    private var figures = Figures()
    private var remaining: Int
    private var endsAt: UInt64 = .max
    private var underWay = 0
    private var isClosing = false
    private var connecting: DirectOutcome<Bool>?
    private var running: DirectOutcome<Figures>?

    init(_ plan: QueryPlan) {
        self.plan = plan
        progress = AppendProgress()
        if case .events(let count) = plan.extent { remaining = count } else { remaining = .max }
        lanes = (0..<plan.connections).map { _ in QueryLane(self, inFlight: plan.inFlight) }
    }

    /// Connects; the queries begin with `run`.
    func connect(to address: ServerAddress, on loop: DirectLoop) async throws {
        let _: Bool = try await loop.run { [self] loop, outcome in
            connecting = outcome
            for lane in lanes { loop.connect(host: address.host, port: address.port, driver: lane) }
        }
    }

    /// Asks until the plan's end, and closes.
    func run(on loop: DirectLoop) async throws -> Figures {
        try await loop.run { [self] _, outcome in
            running = outcome
            figures.startedAt = BenchClock.now()
            if case .seconds(let seconds) = plan.extent {
                endsAt = figures.startedAt &+ UInt64(seconds * 1_000_000_000)
            }
            for lane in lanes { lane.fill(at: figures.startedAt) }
            finishIfDone(at: figures.startedAt)
        }
    }

    // MARK: What lanes tell

    func opened() {
        guard lanes.allSatisfy(\.isOpen) else { return }
        connecting?.tell(.success(true))
        connecting = nil
    }

    /// The next request; nil when there is none any more.
    func nextRequest(at now: UInt64) -> [UInt8]? {
        if now >= endsAt { remaining = 0 }
        guard remaining > 0 else { return nil }
        remaining -= 1
        underWay += 1
        return plan.requests[random.next(below: plan.requests.count)]
    }

    func ended(since: UInt64, at now: UInt64, rows: Int) {
        underWay -= 1
        figures.queries += 1
        figures.rows += rows
        figures.endedAt = now
        figures.latencies.record(nanoseconds: now &- since)
        progress.add(1)
    }

    func finishIfDone(at now: UInt64) {
        guard running != nil, underWay == 0 else { return }
        isClosing = true
        running?.tell(.success(figures))
        running = nil
        for lane in lanes { lane.close() }
        lanes = []
    }

    func failed(_ error: any Error) {
        guard !isClosing else { return }
        connecting?.tell(.failure(error))
        connecting = nil
        running?.tell(.failure(error))
        running = nil
    }
}

/// One connection of a load of queries. Confined to its load's loop.
private final class QueryLane: DirectDriver {
    private struct Slot {
        var since: UInt64 = 0
        var rows = 0
    }

    private let load: QueryLoad
    private var connection: DirectConnection?
    private var slots: [Slot]
    private var slotOfCall = CallTable()
    private var arrivedAt: UInt64 = 0

    private static let query = DirectMethod("taizhang.services.v1.Query/Query")

    init(_ load: QueryLoad, inFlight: Int) {
        self.load = load
        slots = [Slot](repeating: Slot(), count: inFlight)
    }

    var isOpen: Bool { connection != nil }

    func close() { connection?.close() }

    func fill(at now: UInt64) {
        guard let connection else { return }
        for slot in slots.indices { begin(slot, at: now, connection) }
        connection.flush()
    }

    private func begin(_ slot: Int, at now: UInt64, _ connection: DirectConnection) {
        guard let request = load.nextRequest(at: now) else { return }
        let call = connection.call(Self.query, messageBytes: request.count) {
            $0.copyBytes(from: request)
        }
        slots[slot] = Slot(since: now)
        slotOfCall.insert(call, slot)
    }

    func opened(_ connection: DirectConnection) {
        guard slots.count <= connection.callsMax else {
            load.failed(BenchTexts.tooManyInFlight(slots.count, most: connection.callsMax))
            return
        }
        self.connection = connection
        load.opened()
    }

    func received(
        _ call: UInt32, _ message: UnsafeRawBufferPointer, events: UInt32, isBlock: Bool,
        on connection: DirectConnection
    ) {
        guard let slot = slotOfCall.slot(of: call) else { return }
        var fields = LentFields(message)
        while let field = fields.next() {
            if case (2, .bytes) = field { slots[slot].rows += 1 }
        }
    }

    func ended(_ call: UInt32, _ failure: TaizhangError?, on connection: DirectConnection) {
        guard let slot = slotOfCall.remove(call) else { return }
        if let failure {
            load.failed(failure)
            return
        }
        if arrivedAt == 0 { arrivedAt = BenchClock.now() }
        load.ended(since: slots[slot].since, at: arrivedAt, rows: slots[slot].rows)
        begin(slot, at: arrivedAt, connection)
    }

    func settled(_ connection: DirectConnection) {
        guard arrivedAt > 0 else { return }
        load.finishIfDone(at: arrivedAt)
        arrivedAt = 0
    }

    func closed(_ connection: DirectConnection, _ failure: TaizhangError) {
        load.failed(failure)
    }
}
