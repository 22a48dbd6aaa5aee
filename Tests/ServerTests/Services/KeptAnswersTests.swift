import EventLog
import PartyBuilding
import ReadModels
import Schema
import Synchronization
import TestSupport
import Testing

@testable import ReadModels
@testable import Server

/// What is kept is given as long as it is what would be found anew, and never longer.
@Suite struct KeptAnswersTests {
    /// A clock that is put on by hand.
    private final class Clock: Sendable {
        let now = Atomic<Int64>(ServiceStack.noon)

        var value: Int64 { now.load(ordering: .relaxed) }
        func advance(_ microseconds: Int64) { now.wrappingAdd(microseconds, ordering: .relaxed) }
    }

    private static let day: Int64 = 86_400_000_000
    /// What is recorded later than that must say why (R-GEN-03).
    private static let daysMax = 6

    private func questions(_ issues: Int) -> [QueryRequest] {
        var questions: [QueryRequest] = []
        for model in ModelEngine.catalogue {
            for table in model.tables {
                let plain = made(QueryRequest()) {
                    $0.model = model.name
                    $0.table = table.name
                }
                questions.append(plain)
                questions.append(made(plain) { $0.asOf = 2019_07_06 })
                questions.append(made(plain) { $0.knownAtUs = ServiceStack.noon })
                for issue in 0..<issues where model.name == "rectification_ledger" {
                    var condition = ColumnFilter()
                    condition.column = "issue"
                    condition.value = "\(issue)"
                    questions.append(made(plain) { $0.where = [condition] })
                }
            }
        }
        return questions
    }

    /// The same question in the engine's terms.
    private func query(_ request: QueryRequest, at now: Int64) -> ModelQuery {
        var query = ModelQuery(model: request.model, now: now)
        query.table = request.table
        if request.hasAsOf { query.asOf = LocalDate(yyyymmdd: request.asOf) }
        if request.hasKnownAtUs { query.knownAt = request.knownAtUs }
        query.conditions = request.where.map { .init(column: $0.column, value: $0.value) }
        return query
    }

    @Test(arguments: testSeeds(3)) func keptAnswersAreThoseOfNow(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let clock = Clock()
        let stack = try await ServiceStack.start { $0.clock = { clock.value } }
        let client = try await stack.client()
        let questions = questions(3)
        var recorded = 0
        var days = 0
        var quick = 0
        var kept = 0
        for _ in 0..<400 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                let receipt = try await client.record([Facts.issue("\(recorded)")])
                recorded += 1
                await stack.ledger.models.waitForPosition(
                    receipt.lastPosition, until: .now + .seconds(60))
            case 1:
                clock.advance(Int64.random(in: 1...1_000_000, using: &random))
            case 2 where days < Self.daysMax:
                clock.advance(Self.day)
                days += 1
            default:
                let asked = questions[Int.random(in: 0..<questions.count, using: &random)]
                let bytes = asked.wireBytes
                let expected = try stack.ledger.models.rows(query(asked, at: clock.value))
                for _ in 0..<2 {
                    let isKept = bytes.withUnsafeBytes {
                        stack.ledger.keptAnswers.message(
                            for: $0, stack.ledger.models, at: clock.value) != nil
                    }
                    let outcome = bytes.withUnsafeBytes {
                        QueryService.quickOutcome($0, stack.ledger)
                    }
                    guard case .reply(let message, _) = outcome else {
                        #expect(!isKept)
                        continue
                    }
                    quick += 1
                    kept += isKept ? 1 : 0
                    let response = try QueryResponse(decoding: message)
                    #expect(
                        response.rows.map { [UInt8]($0) } == expected.rows.map(\.bytes),
                        "\(asked.model) \(asked.table)")
                    #expect(response.position == expected.position)
                    #expect(response.asOf == expected.asOf.yyyymmdd)
                    #expect(response.knownAtUs == expected.knownAt)
                }
            }
        }
        #expect(quick > 100)
        #expect(kept > quick / 3)
        try await stack.stop()
    }

    /// A row can be asked for by the instant of asking; then its answer is of this instant.
    @Test func whatDependsOnTheInstantIsNotKept() {
        var query = ModelQuery(model: "rectification_ledger", now: ServiceStack.noon)
        #expect(Question(query) != nil)
        query.conditions = [.init(column: "known_at", value: "2019-07-05T12:00:00+08:00")]
        #expect(Question(query) == nil)
        query.conditions = []
        query.pageToken = [1]
        #expect(Question(query) == nil)
    }

    /// An instant that takes more room than the kept one has no place in the message.
    @Test func instantsOfAnotherLengthAreNotPatchedIn() throws {
        let page = ModelPage(
            rowType: "row",
            rows: [ModelRow(key: [1], bytes: [0xA8, 0x06, 0x81, 0x02], knownAtPlace: 2)],
            position: 7, asOf: try #require(LocalDate(yyyymmdd: 2019_07_05)), knownAt: 0x101,
            lag: 0, nextPage: nil,
            standing: AnswerStanding(
                basis: AnswerBasis(
                    model: ContentVersion(generation: 1, touched: 1),
                    registry: ContentVersion(generation: 2, touched: 1),
                    asOf: try #require(LocalDate(yyyymmdd: 2019_07_05)), knownAt: nil),
                position: 7))
        let message = QueryMessage.timeless(page)
        #expect(message.at(0x101) == message.bytes)
        let later = try #require(message.at(0x3FFF))
        let response = try QueryResponse(decoding: later)
        #expect(response.knownAtUs == 0x3FFF)
        #expect(response.rows.map { [UInt8]($0) } == [[0xA8, 0x06, 0xFF, 0x7F]])
        for other in [0, 1, 0x7F, 0x4000, -1] { #expect(message.at(Int64(other)) == nil) }
    }
}
