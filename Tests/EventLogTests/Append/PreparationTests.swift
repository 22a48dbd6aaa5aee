import Dispatch
import LMDB
import Synchronization
import TestSupport
import Testing

@testable import EventLog

/// Requests that a judge puts off until something has been prepared.
@Suite struct PreparationTests {
    private final class Person: Sendable {}

    private func request(
        _ number: Int, _ stream: String, of caller: Person? = nil
    ) -> AppendRequest {
        AppendRequest(
            events: [draft(UInt64(number + 1), stream: stream)],
            caller: caller.map { ObjectIdentifier($0) })
    }

    /// The known streams `warm` and `gated`, of which the judge knows nothing yet.
    private func fill(_ fixture: LedgerFixture) async throws {
        try await fixture.withLog { log async throws in
            for number in 0..<10 {
                _ = try await log.append(request(900 + number, number < 5 ? "warm" : "gated"))
            }
        }
    }

    /// Others are served while a request waits; those of its own caller stand behind it.
    @Test func othersGoByAndOnesOwnFollow() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture)
        let gate = DispatchSemaphore(value: 0)
        let judge = PatientJudge(gate: gate)
        let (first, second) = (Person(), Person())
        try await fixture.withLog(judge: judge) { log async throws in
            let outcomes = Outcomes()
            log.submit(request(0, "gated", of: first)) { outcomes.set(0, $0) }
            log.submit(request(1, "warm", of: first)) { outcomes.set(1, $0) }
            log.submit(request(2, "new", of: first), mayCarry: true) { outcomes.set(2, $0) }
            for number in 3..<9 {
                let result = try await log.append(request(number, "warm", of: second))
                #expect(result.result.first.value == UInt64(number + 8))
            }
            #expect(outcomes.count == 0)
            gate.signal()
            let results = try await outcomes.all(3).map { try $0.get().result.first.value }
            #expect(results == [17, 18, 19])
            #expect(judge.state.withLock { $0.contradictions } == [])
            #expect(judge.state.withLock { $0.counted } == 0)
        }
        try fixture.expectSound()
        withExtendedLifetime((first, second)) {}
    }

    /// The caller whose own thread would have judged is not kept either.
    @Test func aCarrierDoesNotWait() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture)
        let gate = DispatchSemaphore(value: 0)
        try await fixture.withLog(judge: PatientJudge(gate: gate)) { log async throws in
            let outcomes = Outcomes()
            for number in 0..<3 {
                log.submit(request(number, "gated"), mayCarry: true) { outcomes.set(number, $0) }
            }
            #expect(outcomes.count == 0)
            gate.signal()
            let results = try await outcomes.all(3).map { try $0.get().result.first.value }
            #expect(results == [11, 12, 13])
        }
    }

    /// Closing lets those be answered who wait.
    @Test func closingAnswersThoseWhoWait() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture)
        let gate = DispatchSemaphore(value: 0)
        let log = try fixture.open(judge: PatientJudge(gate: gate))
        let outcomes = Outcomes()
        for number in 0..<20 {
            log.submit(request(number, number % 2 == 0 ? "gated" : "warm")) {
                outcomes.set(number, $0)
            }
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) { gate.signal() }
        log.close()
        let results = try await outcomes.all(20).map { try $0.get().result.first.value }
        #expect(results == Array(11...30))
        try fixture.expectSound()
    }

    /// A log that has stopped refuses those who wait, and can be closed.
    @Test func aStoppedLogRefusesThoseWhoWait() async throws {
        var fixture = LedgerFixture.tiny()
        try await fill(fixture)
        let gate = DispatchSemaphore(value: 0)
        let fails = Shared(false)
        fixture.options.beforeCommit = { _ in
            if fails.value { throw LMDBError(kind: .io, operation: "commit") }
        }
        let (first, second) = (Person(), Person())
        try await fixture.withLog(judge: PatientJudge(gate: gate)) { log async throws in
            let outcomes = Outcomes()
            log.submit(request(0, "gated", of: first)) { outcomes.set(0, $0) }
            log.submit(request(1, "warm", of: first)) { outcomes.set(1, $0) }
            _ = try await log.append(request(2, "warm", of: second))
            fails.value = true
            let failed = await log.outcome(of: request(3, "warm", of: second))
            #expect(failed.failure != nil)
            for outcome in try await outcomes.all(2) {
                guard case .failure(.stopped) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
            gate.signal()
        }
        withExtendedLifetime((first, second)) {}
    }

    /// What waits is bounded; who finds no room is told so, and others are served.
    @Test func whatWaitsIsBounded() async throws {
        var fixture = LedgerFixture.tiny()
        try await fill(fixture)
        fixture.options.maxQueuedRequests = 4
        let gate = DispatchSemaphore(value: 0)
        let people = (0..<6).map { _ in Person() }
        try await fixture.withLog(judge: PatientJudge(gate: gate)) { log async throws in
            let outcomes = Outcomes()
            for (number, person) in people.enumerated() {
                log.submit(request(number, "gated", of: person)) { outcomes.set(number, $0) }
                // Each is looked at before the next comes: the queue itself is as small.
                _ = try await log.append(request(100 + number, "new", of: Person()))
            }
            #expect(outcomes.count == 2)
            gate.signal()
            let results = try await outcomes.all(6)
            #expect(results[..<4].allSatisfy { $0.failure == nil })
            for result in results[4...] {
                guard case .failure(.overloaded) = result else {
                    Issue.record("\(result)")
                    continue
                }
            }
        }
        withExtendedLifetime(people) {}
    }

    /// Where preparing fails the judge does without.
    @Test func whatCannotBePreparedIsJudgedAllTheSame() async throws {
        let fixture = LedgerFixture.tiny()
        let judge = PatientJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            for number in 0..<3 { _ = try await log.append(request(number, "failing")) }
            #expect(judge.state.withLock { $0.counted } == 1)
            #expect(judge.state.withLock { $0.contradictions } == [])
        }
    }

    /// Random callers, streams and failures of commits, and a judge that forgets: the judge's
    /// state is always that of the log, every request is answered once, and those of each caller
    /// are recorded in order.
    @Test(arguments: testSeeds(4))
    func ordersAreKeptWhateverHappens(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var fixture = LedgerFixture.tiny()
        fixture.options.nameCacheEntries = 40
        let faults = Shared(0)
        fixture.options.beforeCommit = { _ in
            let isDue = faults.update { left in
                left -= left > 0 ? 1 : 0
                return left == 1
            }
            if isDue { throw LMDBError(kind: .diskFull, operation: "commit") }
        }
        let judge = PatientJudge(patience: 5)
        let people = (0..<4).map { _ in Person() }
        var asked: [[Int]] = Array(repeating: [], count: 5)
        try await fixture.withLog(judge: judge) { log async throws in
            let outcomes = Outcomes()
            for number in 0..<400 {
                let place = Int.random(in: 0..<5, using: &random)
                var request = request(
                    number, "s-\(Int.random(in: 0..<9, using: &random))",
                    of: place < 4 ? people[place] : nil)
                request.dryRun = Int.random(in: 0..<20, using: &random) == 0
                if !request.dryRun { asked[place].append(number) }
                if Int.random(in: 0..<60, using: &random) == 0 { faults.value = 2 }
                log.submit(request, mayCarry: Int.random(in: 0..<4, using: &random) == 0) {
                    outcomes.set(number, $0)
                }
                if Int.random(in: 0..<30, using: &random) == 0 {
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
            let results = try await outcomes.all(400)
            for numbers in asked {
                let positions = numbers.compactMap { number -> UInt64? in
                    guard case .success(.appended(let result)) = results[number] else { return nil }
                    return result.first.value
                }
                #expect(positions == positions.sorted())
            }
            for result in results {
                switch result {
                case .success, .failure(.full): break
                case .failure(let failure): Issue.record("\(failure)")
                }
            }
        }
        let state = judge.state.withLock { $0 }
        #expect(state.contradictions == [])
        #expect(state.putOff > 0)
        try fixture.expectSound()
        withExtendedLifetime(people) {}
    }
}
