import Client
import PartyBuilding
import Synchronization

/// When a load ends.
enum LoadExtent: Sendable {
    /// After so many events or queries.
    case events(Int)
    case seconds(Double)

    /// What the user asks for.
    ///
    /// - Parameter standard: seconds when neither is given.
    /// - Throws: `CommandFailure` when both are given, or a number that makes no sense.
    static func of(events: Int?, seconds: Double?, standard: Double) throws -> LoadExtent {
        switch (events, seconds) {
        case (.some, .some): throw BenchTexts.eventsOrSeconds
        case (let events?, nil):
            try BenchOptions.require(
                (1...1_000_000_000).contains(events), "--events", "1–1000000000")
            return .events(events)
        case (nil, let seconds?):
            try BenchOptions.require(seconds > 0 && seconds <= 86_400, "--seconds", "0–86400")
            return .seconds(seconds)
        case (nil, nil): return .seconds(standard)
        }
    }

    /// Events or queries of the whole load; 0 when it ends by the clock.
    var total: Int { if case .events(let events) = self { events } else { 0 } }
}

/// What a load of recordings is.
struct AppendPlan: Sendable {
    var connections: Int
    /// Calls of one connection under way at the same time.
    var inFlight: Int
    /// Facts of one call, each in a stream of its own.
    var batch: Int
    var payloadBytes: Int
    var extent: LoadExtent
    /// Events per second that are wanted; nil: each answer is followed by the next call at once.
    var rate: Double?
    /// Loops that the connections are spread over.
    var threads = 1
    var ids = ServiceFactWriter.IDs.random
}

/// What a load came to.
struct AppendFigures: Sendable {
    var events = 0
    var calls = 0
    /// From the first call to the last answer.
    var startedAt: UInt64 = .max
    var endedAt: UInt64 = 0
    /// From the moment a call left, or should have left, to its answer.
    var latencies = Latencies()
    var lastPosition: UInt64 = 0

    var nanoseconds: UInt64 { endedAt - min(endedAt, startedAt) }

    mutating func add(_ other: AppendFigures) {
        events += other.events
        calls += other.calls
        startedAt = min(startedAt, other.startedAt)
        endedAt = max(endedAt, other.endedAt)
        latencies.add(other.latencies)
        lastPosition = max(lastPosition, other.lastPosition)
    }
}

/// Records facts of the scenario over many connections.
///
/// Each stream belongs to one connection, which is how the connection knows the version that it
/// has; a stream never has two calls under way.
final class AppendLoad: Sendable {
    private let shares: [AppendShare]
    private let loops: [DirectLoop]
    /// Events that were recorded so far, for the progress bar.
    let progress: AppendProgress

    /// - Parameters:
    ///   - versions: of every activity's stream.
    ///   - loops: where it runs; the plan's number of them.
    init(
        _ plan: AppendPlan, _ scenario: BenchScenario, versions: [UInt32], day: LocalDate,
        loops: [DirectLoop]
    ) {
        let text = RoleText(seed: 1)
        let progress = AppendProgress()
        self.progress = progress
        self.loops = loops
        shares = loops.indices.map { index in
            AppendShare(
                plan, scenario, share: index, of: loops.count, versions: versions, day: day,
                text: text, progress: progress)
        }
    }

    /// Connects; the load begins with `run`.
    func connect(to address: ServerAddress) async throws {
        for (loop, share) in zip(loops, shares) {
            let _: Bool = try await loop.run { loop, outcome in
                share.connect(to: address, on: loop, outcome)
            }
        }
    }

    /// Records until the plan's end.
    ///
    /// - Parameter answered: told of every answer, on the load's thread.
    /// - Throws: `BenchRefusal` when the server refused anything, `TaizhangError`.
    func run(
        answered: (@Sendable (_ first: UInt64, _ last: UInt64, _ at: UInt64) -> Void)? = nil
    ) async throws -> AppendFigures {
        try await withThrowingTaskGroup(of: AppendFigures.self) { group in
            for (loop, share) in zip(loops, shares) {
                group.addTask {
                    try await loop.run { loop, outcome in
                        share.run(on: loop, answered, outcome)
                    }
                }
            }
            var figures = AppendFigures()
            for try await share in group { figures.add(share) }
            return figures
        }
    }

    /// The versions that the streams have after the load.
    func versions() async throws -> [UInt32] {
        var versions: [UInt32] = []
        for (loop, share) in zip(loops, shares) {
            let own: [UInt32] = try await loop.run { _, outcome in
                outcome.tell(.success(share.books.versions))
            }
            // Each share has moved only its own streams.
            versions = versions.isEmpty ? own : zip(versions, own).map(max)
        }
        return versions
    }

    /// Closes the connections.
    func close() async {
        for (loop, share) in zip(loops, shares) {
            let _: Bool? = try? await loop.run { _, outcome in
                share.close()
                outcome.tell(.success(true))
            }
        }
    }
}

/// How many events a load has recorded, to be looked at from other threads.
final class AppendProgress: Sendable {
    private let count = Atomic<Int>(0)

    var events: Int { count.load(ordering: .relaxed) }

    func add(_ events: Int) { count.wrappingAdd(events, ordering: .relaxed) }
}

/// The server did not record what it was to record.
struct BenchRefusal: Error {
    let error: TaizhangError
}
