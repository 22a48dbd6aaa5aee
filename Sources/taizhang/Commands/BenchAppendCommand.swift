import ArgumentParser
import Client

/// `taizhang bench append`: facts recorded over many connections.
struct BenchAppendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append",
        abstract: "Measure recording: rates, latencies, processor time.",
        discussion: """
            EXAMPLES
              taizhang bench append
              taizhang bench append --connections 64 --in-flight 16 --events 2000000 --sustained
              taizhang bench append --connections 16 --in-flight 1 --batch 64
              taizhang bench append --connections 1 --in-flight 1 --json

            Each fact goes into one of the streams by chance, with the version expected that the
            stream has, and an event id of its own. A refusal ends the measurement.
            """)

    @Option(help: "Connections.")
    var connections = 64

    @Option(help: "Persons of a new ledger; each serves once in each stream.")
    var persons: Int?

    @Option(help: "Events to record before the measurement begins.")
    var warmUp = 0

    @Flag(help: "Also report the rate until index, models and sealer have caught up.")
    var sustained = false

    @OptionGroup var load: BenchLoadOptions
    @OptionGroup var options: BenchOptions

    func run() async throws {
        try await options.general.run {
            guard options.mayRecord else { throw BenchTexts.needsConsent }
            try load.check()
            try BenchOptions.require(
                (1...90_000).contains(persons ?? 1), "--persons", "1–90000")
            try BenchOptions.require(warmUp >= 0, "--warm-up", "≥ 0")
            let plan = AppendPlan(
                connections: connections, inFlight: load.inFlight, batch: load.batch,
                payloadBytes: load.payload, extent: try load.extent(),
                threads: min(load.threads, connections))
            try plan.check(streams: load.streams)
            let people =
                persons
                ?? BenchScenario.persons(
                    forEvents: plan.extent.total + warmUp, streams: load.streams)
            try await BenchRun.with(
                options, streams: load.streams, persons: people, mayRecord: true
            ) { run, connection, ledger in
                try plan.check(streams: ledger.scenario.streams)
                var ledger = ledger
                if warmUp > 0 {
                    var warming = plan
                    warming.extent = .events(warmUp)
                    _ = try await AppendMeasurement(run, connection, warming).run(&ledger)
                }
                let measurement = AppendMeasurement(run, connection, plan)
                try await measurement.report(&ledger, sustained: sustained)
            }
        }
    }
}

/// A load of recordings together with what it cost both sides.
struct AppendMeasurement {
    private let run: BenchRun
    private let connection: LedgerConnection
    private let plan: AppendPlan

    init(_ run: BenchRun, _ connection: LedgerConnection, _ plan: AppendPlan) {
        self.run = run
        self.connection = connection
        self.plan = plan
    }

    /// Records without reporting, and brings the ledger's versions up to date.
    @discardableResult
    func run(_ ledger: inout ScenarioLedger) async throws -> (
        figures: AppendFigures, begun: BenchRun.Usage, ended: BenchRun.Usage
    ) {
        let loops = (0..<plan.threads).map { _ in DirectLoop() }
        do {
            let load = AppendLoad(
                plan, ledger.scenario, versions: ledger.versions, day: ledger.scenario.day,
                loops: loops)
            try await load.connect(to: run.server.address)
            let (figures, begun, ended) = try await run.showing(
                BenchTexts.recording, plan.extent.total, load.progress
            ) {
                let begun = run.usage()
                let figures = try await load.run()
                return (figures, begun, run.usage())
            }
            ledger.versions = try await load.versions()
            await load.close()
            for loop in loops { await loop.shutDown() }
            return (figures, begun, ended)
        } catch {
            for loop in loops { await loop.shutDown() }
            throw error
        }
    }

    /// Records and reports.
    ///
    /// - Parameter sustained: also until everything has caught up.
    func report(_ ledger: inout ScenarioLedger, sustained: Bool) async throws {
        let (figures, begun, ended) = try await run(&ledger)
        let state = try await LedgerState.of(connection.client)
        BenchReport.append(
            phase: "burst", plan, figures, nanoseconds: figures.nanoseconds,
            streams: ledger.scenario.streams, usage: ended.since(begun), state: state,
            server: run.server
        ).print(asJSON: run.isJSON, run.language)
        guard sustained else { return }
        let drain = try await waitForDrain()
        let usage = run.usage().since(begun)
        var report = BenchReport.append(
            phase: "sustained", plan, figures,
            nanoseconds: max(drain.endedAt, figures.endedAt) - figures.startedAt,
            streams: ledger.scenario.streams, usage: usage, state: drain.state,
            server: run.server)
        report.drain(drain, since: figures.startedAt)
        report.print(asJSON: run.isJSON, run.language)
    }

    /// Waits until index, models and sealer have caught up, and shows how far they are.
    @discardableResult
    func waitForDrain() async throws -> Drain {
        var bar = ProgressBar(BenchTexts.draining(run.language), total: 0)
        defer { bar.finish() }
        return try await Drain.wait(connection.client) { state in
            bar.update(min(state.index, state.models), note: "/ \(state.head)")
        }
    }
}
