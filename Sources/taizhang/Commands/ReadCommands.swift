import ArgumentParser
import Schema

/// `taizhang read`: recorded facts, then the end.
struct ReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Read recorded facts.",
        discussion: """
            EXAMPLES
              taizhang read --limit 10
              taizhang read --tag person-yq-p01 --json      all facts about a person
              taizhang read --stream issue-yq-0007          one issue's history
              taizhang read --type IssueClosed --backwards --limit 5
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    @Option(help: "At most so many facts.")
    var limit: UInt64?

    @Flag(help: "From the newest to the oldest.")
    var backwards = false

    @Flag(help: "One JSON object a line, in the shape that import reads.")
    var json = false

    func run() async throws {
        try await general.run {
            var request = ReadRequest()
            request.filter = try filter.filter()
            request.from = filter.from ?? 0
            request.backwards = backwards
            request.limit = limit ?? 0
            var printer = FactPrinter(language: general.language, json: json)
            let start = request
            try await LedgerConnection.with(connection) { server in
                try await server.stream(
                    .read, start, as: ReadResponse.self, hasDeadline: false
                ) { answer in
                    for fact in answer.facts { try printer.print(fact) }
                    return true
                }
            }
            printer.finish()
        }
    }
}

/// `taizhang subscribe`: history, then every fact as it is recorded.
struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Follow facts: history first, then live; ends with Ctrl-C or --limit.",
        discussion: """
            EXAMPLES
              taizhang subscribe                       everything from the beginning
              taizhang subscribe --from-end            only what is recorded from now on
              taizhang subscribe --from 4711 --json    resume behind position 4710
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    @Flag(help: "Skip history.")
    var fromEnd = false

    @Option(help: "End after so many facts.")
    var limit: UInt64?

    @Flag(help: "One JSON object a line, in the shape that import reads.")
    var json = false

    func run() async throws {
        try await general.run {
            var request = SubscribeRequest()
            request.filter = try filter.filter()
            request.from = filter.from ?? 0
            request.fromEnd = fromEnd
            let start = request
            var printer = FactPrinter(language: general.language, json: json)
            var remaining = limit ?? .max
            var hasCaughtUp = false
            try await LedgerConnection.with(connection) { server in
                try await server.stream(
                    .subscribe, start, as: ReadResponse.self, hasDeadline: false,
                    resume: { last in
                        var next = start
                        next.from = last.nextPosition
                        next.fromEnd = false
                        return next
                    }
                ) { answer in
                    for fact in answer.facts where remaining > 0 {
                        try printer.print(fact)
                        remaining -= 1
                    }
                    if answer.caughtUp, !hasCaughtUp, !json, remaining > 0 {
                        hasCaughtUp = true
                        let text = Phrase(
                            zh: "── 历史已读完（位置 \(answer.headPosition)），以下为实时 ──",
                            en: "── end of history (position \(answer.headPosition)), now live ──")
                        Terminal.note(Colour.faint(text(general.language)))
                    }
                    return remaining > 0
                }
            }
            printer.finish()
        }
    }
}

/// `taizhang export`: every fact as NDJSON, to be imported elsewhere.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write facts as NDJSON that import reads.",
        discussion: """
            EXAMPLES
              taizhang export > ledger.ndjson
              taizhang export --tag tree-yq --output yq.ndjson
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    @Option(help: "File to write; standard output without it.")
    var output: String?

    func run() async throws {
        try await general.run {
            var request = ReadRequest()
            request.filter = try filter.filter()
            request.from = filter.from ?? 0
            let start = request
            let sink = try FactFile(output)
            var count: UInt64 = 0
            try await LedgerConnection.with(connection) { server in
                let status = try await server.unary(
                    .status, StatusRequest(), as: StatusResponse.self)
                var bar = ProgressBar(
                    Phrase(zh: "导出", en: "export")(general.language),
                    total: status.headPosition, isShown: output != nil && Terminal.isErrorTerminal)
                var types = KnownTypes()
                try await server.stream(
                    .read, start, as: ReadResponse.self, hasDeadline: false
                ) { answer in
                    for fact in answer.facts {
                        try sink.write(types.line(fact))
                        count += 1
                        bar.update(fact.position)
                    }
                    return true
                }
                bar.finish()
            }
            try sink.close()
            if output != nil {
                let text = Phrase(zh: "已导出 \(count) 条事实", en: "\(count) facts exported")
                Terminal.note(text(general.language))
            }
        }
    }
}
