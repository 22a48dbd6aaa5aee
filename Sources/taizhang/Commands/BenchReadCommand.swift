import ArgumentParser
import Client
import Schema

/// `taizhang bench read`: the whole ledger, and single streams.
struct BenchReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Measure reading: a replay of everything, and single streams.",
        discussion: """
            EXAMPLES
              taizhang bench read
              taizhang bench append --data ./bench --events 1000000
              taizhang bench read --data ./bench --streams 1000

            In a ledger that holds no services yet, --record are recorded first.
            """)

    @Option(help: "Replay at most so many events (default: all).")
    var events: Int?

    @Option(help: "Rounds that are measured, after one that is not.")
    var rounds = 3

    @Option(help: "Read so many streams, chosen by chance.")
    var streams: Int?

    @Option(help: "Connections that read them, each one stream after another.")
    var connections = 2

    @Flag(inversion: .prefixedNo, help: "Replay the whole ledger.")
    var replay = true

    @Option(help: "Events to record first where there are none.")
    var record = 100_000

    @OptionGroup var options: BenchOptions

    func run() async throws {
        try await options.general.run {
            try BenchOptions.require((1...1_000).contains(rounds), "--rounds", "1–1000")
            try BenchOptions.require(
                (1...256).contains(connections), "--connections", "1–256")
            try BenchOptions.require((events ?? 1) > 0, "--events", "≥ 1")
            try BenchOptions.require(
                (1...10_000_000).contains(streams ?? 1), "--streams", "1–10000000")
            try BenchOptions.require(
                (0...100_000_000).contains(record), "--record", "0–100000000")
            let made = 1_000
            try await BenchRun.with(
                options, streams: made,
                persons: BenchScenario.persons(forEvents: record, streams: made), mayRecord: true
            ) { run, connection, ledger in
                var ledger = ledger
                if ledger.services == 0, record > 0, options.mayRecord {
                    try await recordFirst(run, connection, &ledger)
                }
                if replay { try await replay(run, connection) }
                if let streams { try await read(streams, run, ledger) }
            }
        }
    }

    private func recordFirst(
        _ run: BenchRun, _ connection: LedgerConnection, _ ledger: inout ScenarioLedger
    ) async throws {
        let plan = AppendPlan(
            connections: 8, inFlight: 32, batch: 1, payloadBytes: 300, extent: .events(record))
        let measurement = AppendMeasurement(run, connection, plan)
        _ = try await measurement.run(&ledger)
        try await measurement.waitForDrain()
    }

    private func replay(_ run: BenchRun, _ connection: LedgerConnection) async throws {
        _ = try await ReplayRound.run(connection.client, limit: events)
        let begun = run.usage()
        var results: [ReplayRound] = []
        for _ in 0..<rounds {
            results.append(try await ReplayRound.run(connection.client, limit: events))
        }
        let usage = run.usage().since(begun)
        results.sort { $0.nanoseconds < $1.nanoseconds }
        let median = results[results.count / 2]
        var report = BenchReport("replay", BenchTexts.replay)
        report.count("events", median.events, BenchTexts.events)
        report.add("rounds", .integer(Int64(rounds)))
        report.add("bytes", .integer(Int64(median.payloadBytes)))
        report.span("elapsed_us", nanoseconds: median.nanoseconds, BenchTexts.elapsed)
        report.rate(
            "events_per_second", median.events, nanoseconds: median.nanoseconds, BenchTexts.rate)
        let (fastest, slowest) = (results[0], results[results.count - 1])
        report.rate(
            "events_per_second_min", slowest.events, nanoseconds: slowest.nanoseconds,
            BenchTexts.slowest)
        report.rate(
            "events_per_second_max", fastest.events, nanoseconds: fastest.nanoseconds,
            BenchTexts.fastest)
        report.usage(usage, per: rounds * median.events, "event")
        report.memory(of: run.server)
        report.print(asJSON: run.isJSON, run.language)
    }

    private func read(_ count: Int, _ run: BenchRun, _ ledger: ScenarioLedger) async throws {
        var random = BenchRandom(seed: BenchClock.now())
        func wanted(_ count: Int) -> [StreamReads.Wanted] {
            (0..<count).map { _ in
                StreamReads.Wanted(
                    name: ledger.scenario.activity(
                        random.next(below: ledger.scenario.streams)))
            }
        }
        let loop = DirectLoop()
        do {
            let address = run.server.address
            let warmUp = wanted(max(1, count / 10))
            _ = try await StreamReads.run(
                warmUp, connections: connections, from: address, on: loop)
            let begun = run.usage()
            let figures = try await StreamReads.run(
                wanted(count), connections: connections, from: address, on: loop)
            let usage = run.usage().since(begun)
            var report = BenchReport("streams", BenchTexts.streamReads)
            report.count("streams", count, BenchTexts.streams)
            report.add("connections", .integer(Int64(connections)))
            report.count("events", figures.events, BenchTexts.events)
            report.span("elapsed_us", nanoseconds: figures.nanoseconds, BenchTexts.elapsed)
            report.rate(
                "streams_per_second", count, nanoseconds: figures.nanoseconds,
                BenchTexts.streamRate)
            report.rate(
                "events_per_second", figures.events, nanoseconds: figures.nanoseconds,
                BenchTexts.rate)
            report.latency("latency_us", figures.latencies.summary, BenchTexts.readLatency)
            report.usage(usage, per: count, "stream")
            report.print(asJSON: run.isJSON, run.language)
            await loop.shutDown()
        } catch {
            await loop.shutDown()
            throw error
        }
    }
}
