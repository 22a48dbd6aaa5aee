import Schema

extension BenchReport {
    /// What a load of recordings came to.
    ///
    /// - Parameters:
    ///   - phase: `burst`, or `sustained` when the clock ran on until everything had caught up.
    ///   - nanoseconds: how long that took.
    static func append(
        phase: String, _ plan: AppendPlan, _ figures: AppendFigures, nanoseconds: UInt64,
        streams: Int, usage: BenchRun.Usage, state: LedgerState, server: BenchServer
    ) -> BenchReport {
        var report = BenchReport(
            "append", phase == "burst" ? BenchTexts.burst : BenchTexts.sustained)
        report.add("phase", .string(phase))
        report.add("connections", .integer(Int64(plan.connections)))
        report.add("in_flight", .integer(Int64(plan.inFlight)))
        report.add("batch", .integer(Int64(plan.batch)))
        report.add("payload_bytes", .integer(Int64(plan.payloadBytes)))
        report.add("streams", .integer(Int64(streams)))
        report.count("events", figures.events, BenchTexts.events)
        report.count("calls", figures.calls, BenchTexts.calls)
        report.add("refused", .integer(0))
        report.span("elapsed_us", nanoseconds: nanoseconds, BenchTexts.elapsed)
        report.rate(
            "events_per_second", figures.events, nanoseconds: nanoseconds, BenchTexts.rate)
        report.rate(
            "calls_per_second", figures.calls, nanoseconds: nanoseconds, BenchTexts.callRate)
        report.latency("latency_us", figures.latencies.summary, BenchTexts.appendLatency)
        report.usage(usage, per: figures.events, "event")
        report.memory(of: server)
        report.state(state)
        return report
    }

    /// When what follows the log had caught up, counted from the beginning of the load.
    mutating func drain(_ drain: Drain, since startedAt: UInt64) {
        func span(_ key: String, _ at: UInt64?, _ label: Phrase) {
            guard let at else {
                add(key, .null)
                return
            }
            self.span(key, nanoseconds: at - min(at, startedAt), label)
        }
        span("index_caught_up_us", drain.indexAt, BenchTexts.indexCaughtUp)
        span("models_caught_up_us", drain.modelsAt, BenchTexts.modelsCaughtUp)
        span("sealer_caught_up_us", drain.sealedAt, BenchTexts.sealerCaughtUp)
    }
}
