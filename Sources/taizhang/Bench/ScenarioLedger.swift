import Client
import PartyBuilding
import Schema

/// The ledger of a measurement: set up for the scenario, now or by an earlier measurement.
struct ScenarioLedger: Sendable {
    let scenario: BenchScenario
    /// Versions of the activities' streams.
    var versions: [UInt32]
    /// The last durable position.
    let head: UInt64
    let setup: Setup

    /// How the ledger came to be ready.
    struct Setup: Sendable {
        let facts: Int
        let nanoseconds: UInt64
        /// The scenario was there already.
        let isReused: Bool
    }

    /// Facts of the scenario that are recorded beyond its setup.
    var services: Int {
        versions.reduce(0) { $0 + Int($1 - BenchScenario.setupVersion) }
    }

    /// Makes a server's ledger ready.
    ///
    /// - Parameters:
    ///   - streams: how many activities a new scenario has.
    ///   - persons: how many persons.
    ///   - mayRecord: whether the scenario may be set up where it is not.
    static func prepare(
        _ server: LedgerConnection, at address: ServerAddress, streams: Int, persons: Int,
        mayRecord: Bool, language: Language
    ) async throws -> ScenarioLedger {
        let found = try await present(server)
        guard found != nil || mayRecord else { throw BenchTexts.noScenario }
        let scenario =
            found
            ?? BenchScenario(
                streams: streams, persons: persons, day: today().adding(days: -1))
        let status = try await LedgerState.of(server.client)
        let isComplete: Bool
        if found == nil {
            isComplete = false
        } else {
            isComplete = try await isHeld(scenario, server)
        }
        let startedAt = BenchClock.now()
        if !isComplete {
            guard mayRecord else { throw BenchTexts.noScenario }
            try await ScenarioSetup(server, scenario, language).run()
        }
        let setup = Setup(
            facts: scenario.setupFacts, nanoseconds: BenchClock.now() - startedAt,
            isReused: isComplete)
        var versions = [UInt32](
            repeating: BenchScenario.setupVersion, count: scenario.streams)
        if isComplete {
            versions = try await StreamVersions.read(scenario, from: address)
        }
        let head =
            isComplete ? status.head : try await LedgerState.of(server.client).head
        return ScenarioLedger(
            scenario: scenario, versions: versions, head: head, setup: setup)
    }

    /// Today where the offices are.
    static func today() -> LocalDate {
        LocalDate(instant: Int64(BenchClock.wallMilliseconds()) * 1_000)
    }

    /// The scenario that the ledger's facts name.
    private static func present(_ server: LedgerConnection) async throws -> BenchScenario? {
        let events = try server.client.read(
            EventSelection(streams: [BenchScenario.firstStream]), limit: 1)
        for try await event in events {
            let envelope = try EnvelopeReader(event.envelope)
            let moment = envelope.occurredAt
            guard let mark = envelope.correlationID, case .date(let day) = moment,
                let date = LocalDate(yyyymmdd: day),
                let scenario = BenchScenario(mark: mark, day: date)
            else { throw BenchTexts.foreignScenario }
            return scenario
        }
        return nil
    }

    /// Whether the setup came to its last fact.
    private static func isHeld(
        _ scenario: BenchScenario, _ server: LedgerConnection
    ) async throws -> Bool {
        let events = try server.client.read(
            EventSelection(streams: [scenario.activity(scenario.streams - 1)]),
            limit: UInt64(BenchScenario.setupVersion))
        var count: UInt32 = 0
        for try await _ in events { count += 1 }
        return count == BenchScenario.setupVersion
    }
}

/// Records the facts that set the scenario up.
struct ScenarioSetup {
    private let server: LedgerConnection
    private let scenario: BenchScenario
    private let language: Language

    init(_ server: LedgerConnection, _ scenario: BenchScenario, _ language: Language) {
        self.server = server
        self.scenario = scenario
        self.language = language
    }

    /// - Throws: `CommandFailure` with the text of the first refusal.
    func run() async throws {
        let exchange = try await server.exchange(.importFacts, metadata: ["on-refusal": "stop"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for envelope in ScenarioFacts(scenario) {
                    var item = ImportItem()
                    item.envelope = .init(envelope)
                    try await exchange.send(item.wireBytes)
                }
                exchange.finishSending()
            }
            var bar = ProgressBar(
                BenchTexts.settingUp(language), total: UInt64(scenario.setupFacts))
            defer { bar.finish() }
            var answered: UInt64 = 0
            while let bytes = try await exchange.receive() {
                try check(try ImportAnswer(decoding: bytes))
                answered += 1
                bar.update(answered)
            }
            try await group.waitForAll()
            guard answered == UInt64(scenario.setupFacts) else {
                throw BenchTexts.setupIncomplete(answered, of: scenario.setupFacts)
            }
        }
    }

    private func check(_ answer: ImportAnswer) throws {
        switch answer.outcome {
        case .recorded, .duplicate: return
        case .refused:
            throw CommandFailure(
                .negativeResult, zh: "\(answer.rule)  \(answer.zh)",
                en: "\(answer.rule)  \(answer.en)")
        case .skipped, .unspecified, .UNRECOGNIZED:
            throw BenchTexts.setupIncomplete(0, of: scenario.setupFacts)
        }
    }
}
