import ArgumentParser
import Client
import Schema

/// `taizhang bench subscribe`: live subscribers while facts are recorded.
struct BenchSubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Measure delivery to live subscribers while facts are recorded.",
        discussion: """
            EXAMPLES
              taizhang bench subscribe                     as fast as it goes
              taizhang bench subscribe --rate 20000        at a steady rate, for latencies

            Every subscriber checks that it sees every position once and in order; one that is
            missing ends the measurement with exit code 1.
            """)

    @Option(help: "Subscribers, each on its own connection.")
    var subscribers = 16

    @Option(help: "Events per second to record; 0: as fast as answers come.")
    var rate: Double = 0

    @Option(help: "Connections that record.")
    var connections = 16

    @OptionGroup var load: BenchLoadOptions
    @OptionGroup var options: BenchOptions

    func run() async throws {
        try await options.general.run {
            guard options.mayRecord else { throw BenchTexts.needsConsent }
            try load.check()
            try BenchOptions.require(
                (1...4_096).contains(subscribers), "--subscribers", "1–4096")
            try BenchOptions.require(
                rate >= 0 && rate <= 10_000_000, "--rate", "0–10000000")
            let plan = AppendPlan(
                connections: connections, inFlight: load.inFlight, batch: load.batch,
                payloadBytes: load.payload, extent: try load.extent(),
                rate: rate > 0 ? rate : nil, ids: .stamped)
            try plan.check(streams: load.streams)
            try await BenchRun.with(
                options, streams: load.streams,
                persons: BenchScenario.persons(forEvents: plan.extent.total, streams: load.streams),
                mayRecord: true
            ) { run, _, ledger in
                try plan.check(streams: ledger.scenario.streams)
                let loop = DirectLoop()
                do {
                    try await measure(plan, run, ledger, on: loop)
                    await loop.shutDown()
                } catch {
                    await loop.shutDown()
                    throw error
                }
            }
        }
    }

    private func measure(
        _ plan: AppendPlan, _ run: BenchRun, _ ledger: ScenarioLedger, on loop: DirectLoop
    ) async throws {
        let audience = SubscribeLoad(subscribers: subscribers, from: ledger.head + 1)
        let address = run.server.address
        let _: Bool = try await loop.run { loop, outcome in
            audience.connect(to: address, on: loop, outcome)
        }
        // On the same loop, so that an answer and an arrival are seen in the order they came.
        let recorder = AppendLoad(
            plan, ledger.scenario, versions: ledger.versions, day: ledger.scenario.day,
            loops: [loop])
        try await recorder.connect(to: address)
        let (recorded, seen, usage) = try await run.showing(
            BenchTexts.recording, plan.extent.total, recorder.progress
        ) {
            let begun = run.usage()
            let recorded = try await recorder.run { first, last, now in
                audience.answered(first, last, at: now)
            }
            let seen: SubscribeLoad.Figures = try await loop.run { loop, outcome in
                audience.finish(last: recorded.lastPosition, on: loop, outcome)
            }
            return (recorded, seen, run.usage().since(begun))
        }
        await recorder.close()
        let _: Bool = try await loop.run { _, outcome in
            audience.close()
            outcome.tell(.success(true))
        }
        report(plan, run, recorded, seen, usage)
        if seen.lost > 0 { throw BenchTexts.lost(seen.lost) }
    }

    private func report(
        _ plan: AppendPlan, _ run: BenchRun, _ recorded: AppendFigures,
        _ seen: SubscribeLoad.Figures, _ usage: BenchRun.Usage
    ) {
        let nanoseconds = max(seen.endedAt, recorded.endedAt) - recorded.startedAt
        var report = BenchReport("subscribe", BenchTexts.subscribe)
        report.count("subscribers", subscribers, BenchTexts.subscribers)
        report.add("rate", .integer(Int64(rate)))
        report.add("connections", .integer(Int64(plan.connections)))
        report.add("in_flight", .integer(Int64(plan.inFlight)))
        report.add("batch", .integer(Int64(plan.batch)))
        report.add("payload_bytes", .integer(Int64(plan.payloadBytes)))
        report.count("events", recorded.events, BenchTexts.events)
        report.count("delivered", seen.delivered, BenchTexts.delivered)
        report.count("lost", seen.lost, BenchTexts.lost)
        report.span("elapsed_us", nanoseconds: nanoseconds, BenchTexts.elapsed)
        report.rate(
            "delivered_per_second", seen.delivered, nanoseconds: nanoseconds,
            BenchTexts.deliveryRate)
        report.rate(
            "events_per_second", recorded.events, nanoseconds: recorded.nanoseconds,
            BenchTexts.rate)
        report.latency(
            "append_latency_us", recorded.latencies.summary, BenchTexts.appendLatency)
        report.latency("delivery_latency_us", seen.delivery.summary, BenchTexts.deliveryLatency)
        report.latency("behind_commit_us", seen.behindCommit.summary, BenchTexts.behindCommit)
        report.usage(usage, per: seen.delivered, "delivery")
        report.memory(of: run.server)
        report.print(asJSON: run.isJSON, run.language)
    }
}
