import ArgumentParser
import Crypto
import Names
import PartyBuilding
import Schema

/// `taizhang replay`: history again, at its own pace or through today's rules.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Play history again: to the screen at its own pace, or through today's rules.",
        discussion: """
            EXAMPLES
              taizhang replay --rules                     judge every fact anew; what would be refused?
              taizhang replay --from 100 --to 200 --json  a stretch of history
              taizhang replay --speed 86400               a day of record time in a second

            The digest at the end is that of all facts in order, without what only the server says
            (position, ledger_at, …): an export gives the same digest in the ledger that imports it.
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    @Option(help: "Last position (inclusive).")
    var to: UInt64?

    @Option(help: "Times faster than record time; 0 is as fast as possible.")
    var speed: Double = 0

    @Flag(help: "Judge every fact by the rules of this program instead of printing it.")
    var rules = false

    @Flag(help: "JSON lines.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print the end only.")
    var quiet = false

    func run() async throws {
        try await general.run {
            guard speed >= 0, speed.isFinite else {
                throw CommandFailure(
                    .usage, zh: "--speed 不能为负", en: "--speed must not be negative")
            }
            guard !rules || filter.isEmpty else {
                throw CommandFailure(
                    .usage, zh: "--rules 须重判全部历史，不能与 --stream、--category、--type、--tag 并用",
                    en: "--rules judges the whole of history: it goes with none of --stream, "
                        + "--category, --type and --tag")
            }
            var request = ReadRequest()
            request.filter = try filter.filter()
            // The rules need all that went before, also where only the end is asked for.
            let first = filter.from ?? 0
            request.from = rules ? 0 : first
            let start = request
            let run = Replay(self)
            try await LedgerConnection.with(connection) { server in
                try await server.stream(
                    .read, start, as: ReadResponse.self, hasDeadline: false
                ) { answer in
                    for fact in answer.facts {
                        if let to, fact.position > to { return false }
                        try await run.take(fact, isTold: fact.position >= first)
                    }
                    return true
                }
            }
            run.finish()
            if run.refusals > 0 { throw ExitCode(ExitStatus.negativeResult.rawValue) }
        }
    }
}

/// One replay under way.
private final class Replay {
    private let command: ReplayCommand
    private let language: Language
    private var printer: FactPrinter
    private var types = KnownTypes()
    private var hash = SHA256()
    private var count = 0
    private(set) var refusals = 0
    private var lastRecordedAt: Int64?
    private let judge = ReplayJudge()

    init(_ command: ReplayCommand) {
        self.command = command
        language = command.general.language
        printer = FactPrinter(language: language, json: command.json)
    }

    /// - Parameter isTold: false for a fact that is only judged because later ones rest on it.
    func take(_ message: RecordedFact, isTold: Bool) async throws {
        let content = try types.content(message)
        if isTold {
            count += 1
            hash.update(data: content)
        }
        let fact = try FactDecoder.recorded(
            body: [UInt8](message.envelope), trailer: [UInt8](message.trailer),
            position: message.position, streamVersion: message.streamVersion, tags: message.tags)
        if isTold { try await pace(fact) }
        if command.rules {
            let refusal = try judge.judge(fact, envelope: [UInt8](message.envelope))
            if let refusal, isTold {
                refusals += 1
                tell(refusal, fact)
            }
        } else if !command.quiet {
            try printer.print(message)
        }
    }

    func finish() {
        let digest = Hexadecimal.text(Array(hash.finalize()))
        if command.json {
            Terminal.print(
                JSONValue.members([
                    "facts": .integer(Int64(count)), "refused": .integer(Int64(refusals)),
                    "digest": .string(digest),
                ]).text())
            return
        }
        let verdict =
            command.rules
            ? Phrase(
                zh: "，按现行规则会被拒绝 \(refusals) 条", en: ", \(refusals) of them refused by today's rules"
            )
            : Phrase(zh: "", en: "")
        let text = Phrase(
            zh: "重放 \(count) 条事实\(verdict.zh)\n摘要 \(digest)",
            en: "\(count) facts replayed\(verdict.en)\ndigest \(digest)")
        Terminal.print(text(language))
    }

    /// Waits as long as history did, divided by the speed; at most a second at a time.
    private func pace(_ fact: Fact) async throws {
        defer { lastRecordedAt = fact.recordedAt }
        guard command.speed > 0, let last = lastRecordedAt, fact.recordedAt > last else { return }
        let pause = Double(fact.recordedAt - last) / command.speed
        try await Task.sleep(for: .microseconds(Int64(min(pause, 1_000_000))))
    }

    private func tell(_ refusal: Refusal, _ fact: Fact) {
        if command.json {
            Terminal.print(
                JSONValue.members([
                    "position": .integer(Int64(clamping: fact.position)),
                    "type": .string(fact.type.name), "stream": .string(fact.stream),
                    "rule": .string(refusal.rule), "zh": .string(refusal.text.zh),
                    "en": .string(refusal.text.en),
                ]).text())
        } else if !command.quiet {
            let text = language == .zh ? refusal.text.zh : refusal.text.en
            Terminal.print(
                "\(fact.position)  \(fact.type.name)  \(fact.stream)  \(refusal.rule)  "
                    + DisplayWidth.escaped(text))
        }
    }
}

/// Judges history by the rules of this program, with the facts in memory.
private final class ReplayJudge {
    private let rulebook = Rulebook { Array(SHA256.hash(data: $0)) }
    private let history = History()
    private lazy var office = Office(source: history)

    /// - Returns: why today's rules refuse the fact; nil when they admit it. Either way it counts
    ///   as recorded for what follows.
    func judge(_ fact: Fact, envelope: [UInt8]) throws -> Refusal? {
        var found: Refusal?
        do {
            var proposal = try FactDecoder.proposal(envelope)
            proposal.recordedAt = fact.recordedAt
            proposal.tenant = fact.tenant
            _ = try rulebook.admit(
                proposal, at: fact.position, version: fact.streamVersion, now: .max,
                actor: Actor(principal: "replay"), office: office)
        } catch let refusal as Refusal {
            office.discard(from: fact.position)
            office.record(fact)
            found = refusal
        }
        history.append(fact)
        office.visible(through: fact.position)
        office.settled(through: fact.position)
        return found
    }

    /// Facts in memory.
    private final class History: FactSource {
        private var byTag: [String: [Fact]] = [:]
        private var byID: [FactID: Fact] = [:]

        func append(_ fact: Fact) {
            byID[fact.id] = fact
            for tag in fact.tags { byTag[tag, default: []].append(fact) }
        }

        func facts(tag: String, types: [EventType]?) -> [Fact] {
            let facts = byTag[tag] ?? []
            guard let types else { return facts }
            return facts.filter { types.contains($0.type) || $0.isAmendment }
        }

        func first(tag: String) -> Fact? { byTag[tag]?.first }
        func last(tag: String) -> Fact? { byTag[tag]?.last }
        func fact(id: FactID) -> Fact? { byID[id] }
    }
}
