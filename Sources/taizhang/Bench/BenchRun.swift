import Client
import Foundation
import Schema

/// What the measurements have in common: the ledger they begin with, progress, processor time.
struct BenchRun: Sendable {
    let server: BenchServer
    let language: Language
    let isJSON: Bool

    /// Runs `work` with a server and a ledger that is set up, whose making is reported first.
    ///
    /// - Parameter mayRecord: whether the scenario may be recorded where it is not.
    static func with(
        _ options: BenchOptions, streams: Int, persons: Int, mayRecord: Bool,
        _ work: (BenchRun, LedgerConnection, ScenarioLedger) async throws -> Void
    ) async throws {
        try options.check()
        try await BenchServer.with(options) { server in
            let run = BenchRun(
                server: server, language: options.general.language, isJSON: options.json)
            run.warnOfMemory()
            try await LedgerConnection.with(options.connection(to: server.address)) { connection in
                let ledger = try await ScenarioLedger.prepare(
                    connection, at: server.address, streams: streams, persons: persons,
                    mayRecord: mayRecord && options.mayRecord, language: run.language)
                run.report(ledger)
                do {
                    try await work(run, connection, ledger)
                } catch let refusal as BenchRefusal {
                    throw connection.failure(refusal.error)
                }
            }
        }
    }

    /// A flush into memory costs nothing: whoever measures there should know.
    private func warnOfMemory() {
        guard let directory = server.directory,
            let mounts = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        else { return }
        let path = URL(filePath: directory).resolvingSymlinksInPath().path
        let kinds = mounts.split(separator: "\n").compactMap { line -> (String, Substring)? in
            let words = line.split(separator: " ")
            guard words.count > 2 else { return nil }
            let point = String(words[1])
            let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
            return isAbove ? (point, words[2]) : nil
        }
        let kind = kinds.max { $0.0.utf8.count < $1.0.utf8.count }?.1
        if kind == "tmpfs" || kind == "ramfs" { Terminal.note(BenchTexts.notInMemory(language)) }
    }

    private func report(_ ledger: ScenarioLedger) {
        let setup = ledger.setup
        var report = BenchReport("setup", BenchTexts.setup)
        report.count("facts", setup.facts, BenchTexts.facts)
        if setup.isReused {
            report.add("elapsed_us", .integer(0))
            report.add("facts_per_second", .null)
            report.add("reused", .bool(true), BenchTexts.reused, "✓")
        } else {
            report.span("elapsed_us", nanoseconds: setup.nanoseconds, BenchTexts.elapsed)
            report.rate(
                "facts_per_second", setup.facts, nanoseconds: setup.nanoseconds,
                BenchTexts.factRate)
            report.add("reused", .bool(false))
        }
        if let directory = server.directory {
            report.add("directory", .string(directory), BenchTexts.directory, directory)
        } else {
            report.add("directory", .null)
        }
        report.add("streams", .integer(Int64(ledger.scenario.streams)))
        report.add("persons", .integer(Int64(ledger.scenario.persons)))
        report.add("head", .integer(Int64(clamping: ledger.head)))
        report.print(asJSON: isJSON, language)
    }

    /// Runs `work` while a bar shows how far it is.
    ///
    /// - Parameter total: 0 when it is not known.
    func showing<Result: Sendable>(
        _ label: Phrase, _ total: Int, _ progress: AppendProgress,
        _ work: () async throws -> Result
    ) async throws -> Result {
        let text = label(language)
        let painter = Task {
            var bar = ProgressBar(text, total: UInt64(clamping: total))
            defer { bar.finish() }
            while !Task.isCancelled {
                bar.update(UInt64(clamping: progress.events))
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        do {
            let result = try await work()
            painter.cancel()
            await painter.value
            return result
        } catch {
            painter.cancel()
            await painter.value
            throw error
        }
    }

    /// Processor time that this process and the server have used so far.
    func usage() -> Usage {
        Usage(client: .own(), server: server.processorTime)
    }

    /// Processor time on both sides.
    struct Usage: Sendable {
        var client: ProcessorTime
        var server: ProcessorTime?

        func since(_ earlier: Usage) -> Usage {
            Usage(
                client: client.since(earlier.client),
                server: server.flatMap { now in earlier.server.map { now.since($0) } })
        }
    }
}

extension BenchReport {
    /// Processor time for each of so many things, on both sides.
    mutating func usage(_ usage: BenchRun.Usage, per count: Int, _ thing: String) {
        processor(
            "client_cpu_ns_per_\(thing)", usage.client.total, per: count,
            BenchTexts.clientProcessor)
        processor(
            "server_cpu_ns_per_\(thing)", usage.server?.total, per: count,
            BenchTexts.serverProcessor)
        let user = usage.server.map { Int64(clamping: $0.user / UInt64(max(1, count))) }
        let system = usage.server.map { Int64(clamping: $0.system / UInt64(max(1, count))) }
        add("server_cpu_user_ns_per_\(thing)", user.map { .integer($0) } ?? .null)
        add("server_cpu_system_ns_per_\(thing)", system.map { .integer($0) } ?? .null)
    }

    /// Memory that the server holds.
    mutating func memory(of server: BenchServer) {
        let memory = server.process.flatMap(ProcessMemory.of)
        size("server_rss_bytes", memory?.resident, BenchTexts.serverMemory)
        size("server_rss_anon_bytes", memory?.anonymous, BenchTexts.serverOwnMemory)
        add(
            "server_rss_peak_bytes",
            memory.map { .integer(Int64(clamping: $0.peak)) } ?? .null)
    }

    /// Positions and sizes of the ledger.
    mutating func state(_ state: LedgerState) {
        func number(_ value: UInt64?) -> JSONValue {
            value.map { .integer(Int64(clamping: $0)) } ?? .null
        }
        add("head", number(state.head))
        add("index_position", number(state.index))
        add("models_position", number(state.models))
        add("sealed_position", number(state.sealed))
        add("log_bytes", number(state.logBytes))
        add("index_bytes", number(state.indexBytes))
        add("views_bytes", number(state.viewsBytes))
    }
}
