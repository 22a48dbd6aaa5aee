import EventLog
import Foundation
import PartyBuilding
import Schema
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Server

/// States that are folded aside are those that are folded where they are needed.
@Suite struct StateFoldTests {
    private final class Person: Sendable {}

    private func open(
        _ directory: TemporaryDirectory, _ name: String, _ judge: RulebookJudge
    ) throws -> EventLog {
        var options = EventLogOptions()
        options.clock = { ServiceStack.noon }
        options.logMapBytes = 1 << 30
        options.indexMapBytes = 1 << 30
        return try EventLog.open(
            directory: directory.appending(name), options: options, judge: judge)
    }

    private func request(_ envelopes: [[UInt8]]) throws -> AppendRequest {
        var bytes: [UInt8] = []
        var places: [Range<Int>] = []
        for envelope in envelopes {
            places.append(bytes.count..<bytes.count + envelope.count)
            bytes += envelope
        }
        return try FactIntake.request(bytes, places, actor: .local)
    }

    /// What a caller is told.
    private func told(_ outcome: Result<AppendOutcome, AppendFailure>) -> String {
        switch outcome {
        case .success(let outcome): "\(outcome)"
        case .failure(let failure): "\(failure)"
        }
    }

    private func outcome(
        _ request: AppendRequest, _ log: EventLog
    ) async -> Result<AppendOutcome, AppendFailure> {
        do { return .success(try await log.append(request)) } catch { return .failure(error) }
    }

    /// A judge that folds every state aside and keeps next to nothing says the same of a random
    /// history as one that does neither.
    @Test(arguments: testSeeds(3))
    func verdictsAreTheSame(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let directory = TemporaryDirectory("folds")
        let plain = try open(directory, "plain", RulebookJudge())
        let aside = try open(
            directory, "aside", RulebookJudge(inlineFactsMax: 0, subjectsMax: 16))
        var history = RandomCalls()
        for number in 0..<250 {
            var request = try request(history.next(&random))
            // Without the first there is nothing to judge.
            request.dryRun = number > 0 && Int.random(in: 0..<12, using: &random) == 0
            let first = await outcome(request, plain)
            let second = await outcome(request, aside)
            #expect(told(first) == told(second))
            guard !request.dryRun else { continue }
            if case .success = first { history.recorded(request.events) }
        }
        #expect(aside.head == plain.head)
        #expect(aside.head > Position(50))
        plain.close()
        aside.close()
    }

    /// Many callers at once, pipelined: what is recorded is, in its order, what a plain judge
    /// admits, and the facts of each caller are in the order in which they were sent.
    @Test(arguments: testSeeds(2))
    func pipelinedCallersGetWhatTheOrderSays(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let directory = TemporaryDirectory("folds")
        let aside = try open(
            directory, "aside", RulebookJudge(inlineFactsMax: 0, subjectsMax: 16))
        let plain = try open(directory, "plain", RulebookJudge())
        let people = (0..<4).map { _ in Person() }
        let outcomes = Mutex<[Int: Result<AppendOutcome, AppendFailure>]>([:])
        var history = RandomCalls()
        var requests: [AppendRequest] = []
        for number in 0..<200 {
            var request = try request(history.next(&random))
            request.caller = ObjectIdentifier(people[number % 4])
            // Whether it is admitted is not known yet; corrections then meet facts that are not.
            history.recorded(request.events)
            requests.append(request)
            aside.submit(request) { outcome in outcomes.withLock { $0[number] = outcome } }
        }
        #expect(await comesTrue { outcomes.withLock { $0.count } == 200 })
        let answers = outcomes.withLock { $0 }
        var recorded: [(number: Int, result: AppendResult)] = []
        for (number, answer) in answers {
            if case .success(.appended(let result)) = answer { recorded.append((number, result)) }
        }
        recorded.sort { $0.result.first < $1.result.first }
        for (number, result) in recorded {
            let again = await outcome(requests[number], plain)
            #expect(told(again) == told(.success(.appended(result))))
        }
        for place in 0..<4 {
            let own = recorded.map(\.number).filter { $0 % 4 == place }
            #expect(own == own.sorted())
        }
        #expect(recorded.count > 20)
        aside.close()
        plain.close()
        withExtendedLifetime(people) {}
    }

    /// Plans, activities held, corrections and voids, one or several in a call.
    private struct RandomCalls {
        private var activities: [(id: EventID, stream: String)] = []
        private var isFounded = false

        mutating func next(_ random: inout SeededRandom) -> [[UInt8]] {
            guard isFounded else {
                isFounded = true
                return [Facts.organisation("root"), Facts.organisation("h", below: "root")]
            }
            let count = Int.random(in: 0..<5, using: &random) == 0 ? 3 : 1
            return (0..<count).map { _ in fact(&random) }
        }

        mutating func recorded(_ events: [EventDraft]) {
            activities += events.filter { $0.type == EventType.activityPlanned.number }
                .map { ($0.id, $0.stream) }
        }

        private func fact(_ random: inout SeededRandom) -> [UInt8] {
            let id = "\(Int.random(in: 0..<30, using: &random))"
            let hosts = Bool.random(using: &random) ? ["org-root"] : ["org-h", "org-root"]
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1: return Facts.held(id)
            case 2:
                guard let target = activities.randomElement(using: &random) else { break }
                let event = made(RecordCorrected()) {
                    $0.targetEvent = Data(target.id.bytes)
                    $0.replacement = Data(
                        made(Facts.plan(hosts)) { $0.plannedOn = 2019_07_25 }.wireBytes)
                    $0.mask = ["hosts", "planned_on"]
                    $0.reason = "录入有误"
                    $0.approver = "boss"
                }
                return Facts.envelope(event, in: target.stream)
            case 3:
                guard let target = activities.randomElement(using: &random) else { break }
                let event = made(RecordVoided()) {
                    $0.targetEvent = Data(target.id.bytes)
                    $0.reason = "重复"
                    $0.approver = "boss"
                }
                return Facts.envelope(event, in: target.stream)
            default: break
            }
            return Facts.planned(id, hosts)
        }
    }
}
