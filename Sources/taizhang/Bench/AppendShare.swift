import Client
import PartyBuilding

/// One loop's part of a load: some of the connections with their streams.
///
/// Confined to its loop's thread, on which every call but the initialiser is made; that is why it
/// may be shared unchecked.
final class AppendShare: @unchecked Sendable {
    private let plan: AppendPlan
    private let progress: AppendProgress
    var books: AppendBooks
    private var lanes: [AppendLane] = []
    /// Told of every answer.
    private(set) var answered: (@Sendable (UInt64, UInt64, UInt64) -> Void)?
    private let capacityText: CommandFailure
    /// Events that the progress bar knows of.
    private var shown = 0
    private var isClosing = false
    private var connecting: DirectOutcome<Bool>?
    private var running: DirectOutcome<AppendFigures>?
    /// Why the load broke off.
    private var failure: (any Error)?

    /// - Parameters:
    ///   - share: which of the shares this is; connections go to shares in turn.
    ///   - shares: how many shares there are.
    init(
        _ plan: AppendPlan, _ scenario: BenchScenario, share: Int, of shares: Int,
        versions: [UInt32], day: LocalDate, text: RoleText, progress: AppendProgress
    ) {
        self.plan = plan
        self.progress = progress
        capacityText = BenchTexts.exhausted(scenario)
        let seed = BenchClock.now() &+ UInt64(share) &* 0x1_0000_0000
        var events: Int?
        if case .events(let total) = plan.extent {
            events = total / shares + (share < total % shares ? 1 : 0)
        }
        books = AppendBooks(
            scenario, batch: plan.batch, events: events,
            rate: plan.rate.map { $0 / Double(shares) }, versions: versions,
            writer: ServiceFactWriter(
                scenario, payloadBytes: plan.payloadBytes, day: day, ids: plan.ids, text: text,
                seed: seed ^ 0x5555), seed: seed)
        for connection in stride(from: share, to: plan.connections, by: shares) {
            let streams = stride(from: connection, to: versions.count, by: plan.connections)
            lanes.append(AppendLane(self, plan: plan, streams: Array(streams)))
        }
    }

    // MARK: Connecting

    func connect(to address: ServerAddress, on loop: DirectLoop, _ outcome: DirectOutcome<Bool>) {
        connecting = outcome
        for lane in lanes { loop.connect(host: address.host, port: address.port, driver: lane) }
    }

    func opened(_ lane: AppendLane) {
        guard lanes.allSatisfy(\.isOpen) else { return }
        connecting?.tell(.success(true))
        connecting = nil
    }

    /// Closes the connections; nothing can be run afterwards.
    func close() {
        isClosing = true
        for lane in lanes { lane.close() }
        lanes = []
    }

    func closed(_ error: TaizhangError) {
        if !isClosing { fail(error) }
    }

    // MARK: Running

    func run(
        on loop: DirectLoop, _ answered: (@Sendable (UInt64, UInt64, UInt64) -> Void)?,
        _ outcome: DirectOutcome<AppendFigures>
    ) {
        if let failure {
            outcome.tell(.failure(failure))
            return
        }
        running = outcome
        self.answered = answered
        let now = BenchClock.now()
        let seconds: Double? = if case .seconds(let seconds) = plan.extent { seconds } else { nil }
        books.begin(at: now, seconds: seconds)
        if books.isScheduled {
            tick(loop)
        } else {
            for lane in lanes { lane.fill(at: now) }
            settled(at: now)
        }
    }

    /// Begins what has become due, each tick on the connections in turn.
    private func tick(_ loop: DirectLoop) {
        guard books.isRunning, !lanes.isEmpty else { return }
        let now = BenchClock.now()
        books.advance(to: now)
        // Round the connections: a tick's events do not all take the same one.
        lanes.append(lanes.removeFirst())
        for lane in lanes { lane.fill(at: now) }
        settled(at: now)
        loop.after(nanoseconds: SendSchedule.tickNanoseconds) { self.tick(loop) }
    }

    /// What arrived or became due together has been dealt with.
    func settled(at now: UInt64) {
        progress.add(books.figures.events - shown)
        shown = books.figures.events
        if books.isExhausted, books.callsUnderWay == 0 {
            fail(capacityText)
        } else if books.isDone(at: now) {
            books.stop()
            running?.tell(.success(books.figures))
            running = nil
        }
    }

    func fail(_ error: any Error) {
        books.stop()
        if failure == nil { failure = error }
        connecting?.tell(.failure(error))
        connecting = nil
        running?.tell(.failure(error))
        running = nil
    }
}
