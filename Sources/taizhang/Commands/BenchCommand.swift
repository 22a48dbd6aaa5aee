import ArgumentParser

/// `taizhang bench`: how fast it is, here.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast it is on this machine.",
        discussion: """
            EXAMPLES
              taizhang bench append                                    many connections
              taizhang bench append --connections 1 --in-flight 1      one caller who waits
              taizhang bench append --data ./bench --events 1000000 --sustained
              taizhang bench read --data ./bench --streams 1000        in the ledger made before
              taizhang bench subscribe --rate 20000
              taizhang bench query --model branch_health

            Each measures a server of its own, in a process of its own, on a new ledger in $TMPDIR
            or /var/tmp that is removed afterwards. What is recorded is judged by all rules: members
            of a hospital's branches serve in its activities. Every answer comes after the flush.
            """,
        subcommands: [
            BenchAppendCommand.self, BenchReadCommand.self, BenchSubscribeCommand.self,
            BenchQueryCommand.self,
        ])
}

/// Where a measurement takes place; what every bench command takes.
struct BenchOptions: ParsableArguments {
    @Option(
        help: "Keep the ledger in this directory; one that a bench made before is used again.")
    var data: String?

    @Option(help: "Measure a running server at HOST:PORT.")
    var server: String?

    @Flag(help: "With --server: record test facts there, for ever.")
    var intoThisLedger = false

    @Flag(help: "One JSON object for each result.")
    var json = false

    @OptionGroup var general: GeneralOptions

    /// Facts may be recorded: the ledger is our own, or the user says so.
    var mayRecord: Bool { server == nil || intoThisLedger }

    /// - Throws: `CommandFailure` for options that exclude each other.
    func check() throws {
        if server != nil, data != nil { throw BenchTexts.serverAndData }
    }

    /// How the program's own client reaches the server.
    func connection(to address: ServerAddress) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.server = "\(address.host):\(address.port)"
        options.timeout = 600
        return options
    }

    /// Checks an option's value.
    ///
    /// - Throws: `CommandFailure` that names the option.
    static func require(_ isRight: Bool, _ option: String, _ range: String) throws {
        if !isRight { throw BenchTexts.outOfRange(option, range) }
    }
}

/// How much is recorded, and how; what the bench commands that record take.
struct BenchLoadOptions: ParsableArguments {
    @Option(help: "Calls in flight on each connection that records.")
    var inFlight = 16

    @Option(help: "Streams of a new ledger.")
    var streams = 10_000

    @Option(help: "Bytes of each payload.")
    var payload = 300

    @Option(help: "Facts in one call, each in another stream.")
    var batch = 1

    @Option(help: "Event loops of the load.")
    var threads = 1

    @Option(help: "Events to record.")
    var events: Int?

    @Option(help: "Seconds to record for.")
    var seconds: Double?

    /// - Throws: `CommandFailure` for a value that cannot be.
    func check() throws {
        try BenchOptions.require((1...1_000_000).contains(streams), "--streams", "1–1000000")
        let bytes = ServiceFactWriter.payloadBytesMin...ServiceFactWriter.payloadBytesMax
        try BenchOptions.require(
            bytes.contains(payload), "--payload", "\(bytes.lowerBound)–\(bytes.upperBound)")
        try BenchOptions.require((1...1_000).contains(batch), "--batch", "1–1000")
        try BenchOptions.require((1...64).contains(threads), "--threads", "1–64")
    }

    /// When the load ends.
    func extent() throws -> LoadExtent {
        try .of(events: events, seconds: seconds, standard: 5)
    }
}

extension AppendPlan {
    /// - Throws: `CommandFailure` when streams could not be chosen freely.
    func check(streams: Int) throws {
        try BenchOptions.require((1...4_096).contains(connections), "--connections", "1–4096")
        try BenchOptions.require((1...1_000).contains(inFlight), "--in-flight", "1–1000")
        let least = 2 * connections * inFlight * batch
        guard streams >= least else {
            throw BenchTexts.tooFewStreams(streams, least: least)
        }
    }
}
