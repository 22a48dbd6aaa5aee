import ArgumentParser
import Client
import Schema

/// `taizhang bench query`: questions to a read model.
struct BenchQueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Measure queries of single rows: rates and latencies.",
        discussion: """
            EXAMPLES
              taizhang bench query
              taizhang bench query --connections 1
              taizhang bench query --server 127.0.0.1:7400 --model talent_pipeline \
                --where org=na

            Without --where, branch_health is asked for one of the bench's branches by chance. A
            range in braces stands for all its values, of which each query takes one by chance.
            """)

    @Option(help: "Connections.")
    var connections = 64

    @Option(help: "Queries in flight on each connection.")
    var inFlight = 1

    @Option(help: "The model to ask.")
    var model = "branch_health"

    @Option(help: "Its table: rows, summary or persons.")
    var table: String?

    @Option(
        name: .customLong("where"), parsing: .singleValue,
        help: "COLUMN=VALUE that rows must have; VALUE may hold a range such as {1..8}.")
    var conditions: [String] = []

    @Option(help: "Queries to make.")
    var events: Int?

    @Option(help: "Seconds to ask for.")
    var seconds: Double?

    @OptionGroup var options: BenchOptions

    func run() async throws {
        try await options.general.run {
            try BenchOptions.require(
                (1...4_096).contains(connections), "--connections", "1–4096")
            try BenchOptions.require((1...1_000).contains(inFlight), "--in-flight", "1–1000")
            let plan = QueryPlan(
                connections: connections, inFlight: inFlight, requests: try requests(),
                extent: try .of(events: events, seconds: seconds, standard: 5))
            try options.check()
            if options.server != nil, !options.mayRecord {
                // A server that runs already is asked as it is, whatever it holds.
                try await BenchServer.with(options) { server in
                    let run = BenchRun(
                        server: server, language: options.general.language,
                        isJSON: options.json)
                    try await LedgerConnection.with(options.connection(to: server.address)) {
                        try await measure(plan, run, $0)
                    }
                }
                return
            }
            try await BenchRun.with(
                options, streams: 100, persons: 400, mayRecord: true
            ) { run, connection, _ in
                _ = try await Drain.wait(connection.client)
                try await measure(plan, run, connection)
            }
        }
    }

    /// One request for each combination of the conditions' values.
    private func requests() throws -> [[UInt8]] {
        let texts =
            conditions.isEmpty && model == "branch_health" ? ["branch=bench-{1..8}"] : conditions
        var request = QueryRequest()
        request.model = model
        if let table { request.table = table }
        var requests = [request]
        for text in texts {
            guard let equals = text.firstIndex(of: "=") else {
                throw BenchTexts.outOfRange("--where", "COLUMN=VALUE")
            }
            let column = String(text[..<equals])
            let values = ValueRange.values(String(text[text.index(after: equals)...]))
            requests = requests.flatMap { request in
                values.map { value in
                    var filter = ColumnFilter()
                    filter.column = column
                    filter.value = value
                    var request = request
                    request.where.append(filter)
                    return request
                }
            }
        }
        return requests.map(\.wireBytes)
    }

    private func measure(
        _ plan: QueryPlan, _ run: BenchRun, _ connection: LedgerConnection
    ) async throws {
        let loop = DirectLoop()
        let load = QueryLoad(plan)
        do {
            try await load.connect(to: run.server.address, on: loop)
            let (figures, usage) = try await run.showing(
                BenchTexts.asking, plan.extent.total, load.progress
            ) {
                let begun = run.usage()
                let figures = try await load.run(on: loop)
                return (figures, run.usage().since(begun))
            }
            await loop.shutDown()
            report(plan, run, figures, usage)
        } catch let error as TaizhangError {
            await loop.shutDown()
            throw connection.failure(error)
        } catch {
            await loop.shutDown()
            throw error
        }
    }

    private func report(
        _ plan: QueryPlan, _ run: BenchRun, _ figures: QueryLoad.Figures, _ usage: BenchRun.Usage
    ) {
        var report = BenchReport("query", BenchTexts.query)
        report.add("model", .string(model))
        report.add("connections", .integer(Int64(plan.connections)))
        report.add("in_flight", .integer(Int64(plan.inFlight)))
        report.count("queries", figures.queries, BenchTexts.queries)
        report.count("rows", figures.rows, BenchTexts.rows)
        report.span("elapsed_us", nanoseconds: figures.nanoseconds, BenchTexts.elapsed)
        report.rate(
            "queries_per_second", figures.queries, nanoseconds: figures.nanoseconds,
            BenchTexts.queryRate)
        report.latency("latency_us", figures.latencies.summary, BenchTexts.queryLatency)
        report.usage(usage, per: figures.queries, "query")
        report.memory(of: run.server)
        report.print(asJSON: run.isJSON, run.language)
    }
}
