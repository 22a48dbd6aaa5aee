import ArgumentParser

/// `taizhang import`: facts from NDJSON, each judged by the rules.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Record facts from NDJSON files; every line is judged by the rules.",
        discussion: """
            EXAMPLES
              taizhang import Tools/demo-data/YQ.ndjson
              taizhang import facts.ndjson --keep-going --refused refused.ndjson
              cat facts.ndjson | taizhang import -

            A line is one fact: {"type","stream","event_id"?,"occurred_at","recorded_at"?,
            "recorded_by",…,"payload":{…}}. A fact without event_id gets one derived from its
            content, so that importing a file twice records nothing twice.

            Without --keep-going the import stops at the first line that is refused or malformed:
            nothing behind it is recorded. Exit code 1 when lines were refused, 65 when a line is
            malformed.
            """)

    @Argument(help: "NDJSON files, or - for standard input.")
    var files: [String]

    @Flag(help: "Go on after refused and malformed lines.")
    var keepGoing = false

    @Option(help: "With --keep-going: write refused lines to this file.")
    var refused: String?

    @Flag(help: "End with one JSON object of counts.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print no progress and no summary.")
    var quiet = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        try await general.run {
            if files == ["-"], Terminal.isInputTerminal {
                throw CommandFailure(
                    .usage, zh: "标准输入是终端：请用管道送入 NDJSON，或给出文件名",
                    en: "standard input is a terminal: pipe NDJSON in, or name files")
            }
            var sources: [LineSource] = []
            for file in files { sources.append(try LineSource(file)) }
            let outcome = try await LedgerConnection.with(connection) { server in
                let importer = FactImporter(
                    server, keepGoing: keepGoing, refusedPath: refused, quiet: quiet || json,
                    language: general.language)
                return try await importer.run(sources)
            }
            report(outcome)
            if let failure = outcome.failure { throw failure }
            if outcome.refused > 0 { throw ExitCode(ExitStatus.negativeResult.rawValue) }
        }
    }

    private func report(_ outcome: FactImporter.Outcome) {
        if json {
            Terminal.print(
                "{\"accepted\":\(outcome.accepted),\"refused\":\(outcome.refused),"
                    + "\"duplicates\":\(outcome.duplicates)}")
            return
        }
        if quiet { return }
        let text = Phrase(
            zh: "记入 \(outcome.accepted)，拒绝 \(outcome.refused)，重复 \(outcome.duplicates)",
            en: "accepted \(outcome.accepted), refused \(outcome.refused), "
                + "duplicates \(outcome.duplicates)")
        Terminal.print(text(general.language))
        if outcome.warnings > 0 {
            let text = Phrase(
                zh: "其中 \(outcome.warnings) 条有提醒（taizhang read --json 的 warnings）",
                en:
                    "\(outcome.warnings) of them carry warnings (see warnings in taizhang read --json)"
            )
            Terminal.print(text(general.language))
        }
    }
}
