import LMDB
import Names
import Synchronization
import TestSupport
import Testing

@testable import EventLog

/// What happens to callers, judge and log when a commit fails.
@Suite struct FailureTests {
    /// Fails chosen commits.
    private final class Fault: Sendable {
        let remaining = Mutex<[LMDBError]>([])

        func install(in options: inout EventLogOptions) {
            options.beforeCommit = { _ in
                let error = self.remaining.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                if let error { throw error }
            }
        }

        func fail(_ kinds: LMDBError.Kind...) {
            remaining.withLock { errors in
                errors += kinds.map { LMDBError(kind: $0, operation: "commit") }
            }
        }
    }

    @Test(arguments: testSeeds(3))
    func afterAFullDiskTheLogGoesOn(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var fixture = LedgerFixture.tiny()
        let fault = Fault()
        fault.install(in: &fixture.options)
        let judge = TestJudge()
        var recorded: [UInt64] = []
        try await fixture.withLog(judge: judge) { log async throws in
            var failed = 0
            for round in 0..<40 {
                if Int.random(in: 0..<3, using: &random) == 0 {
                    fault.fail(Bool.random(using: &random) ? .diskFull : .mapFull)
                }
                let outcomes = Outcomes()
                for number in 0..<20 {
                    let event = draft(
                        UInt64(round * 20 + number + 1), stream: "s-\(number % 4)", tags: ["t"])
                    log.submit(AppendRequest(events: [event])) { outcomes.set(number, $0) }
                }
                for (number, answer) in try await outcomes.all(20).enumerated() {
                    switch answer {
                    case .success(.appended(let result)):
                        recorded.append(UInt64(round * 20 + number + 1))
                        #expect(result.first.value == UInt64(recorded.count))
                    case .failure(.full(.logDisk)), .failure(.full(.logMap)): failed += 1
                    case let other: Issue.record("\(other)")
                    }
                }
            }
            #expect(failed > 0)
            #expect(judge.state.withLock { !$0.discards.isEmpty })
            #expect(judge.contradictions == [])
            let events = try readAll(log, ReadQuery(.tag("t")))
            #expect(events.map(\.id) == recorded.map { testID($0) })
        }
        try fixture.expectSound()
    }

    /// A real full map: the log is filled to the brim, reads go on, and what was refused is gone.
    @Test func aFullMapRefusesAndKeepsEverythingElse() async throws {
        var fixture = LedgerFixture()
        fixture.options.logMapBytes = 512 << 10
        let judge = TestJudge()
        var recorded: UInt64 = 0
        try await fixture.withLog(judge: judge) { log async throws in
            for number in 1...200 as ClosedRange<UInt64> {
                let event = draft(number, body: [UInt8](repeating: 7, count: 9_000))
                switch await log.outcome(of: AppendRequest(events: [event])) {
                case .success: recorded += 1
                case .failure(.full(.logMap)): break
                case let other: Issue.record("\(other)")
                }
            }
            #expect(recorded > 10)
            #expect(recorded < 200)
            #expect(log.head.value == recorded)
            #expect(try readAll(log, ReadQuery(.stream("issue-1"))).count == Int(recorded))
            #expect(judge.contradictions == [])
            try log.grow(logMapBytes: 8 << 20)
            _ = try await log.append(AppendRequest(events: [draft(999)]))
            recorded += 1
        }
        fixture.options.logMapBytes = 8 << 20
        try await fixture.withLog(judge: judge) { log async throws in
            let event = draft(1_000)
            #expect(
                try await log.append(AppendRequest(events: [event])).result.first.value == recorded
                    + 1)
        }
        try fixture.expectSound()
    }

    @Test(arguments: [LMDBError.Kind.io, .panic, .poisoned])
    func afterAFailedFlushTheLogStops(kind: LMDBError.Kind) async throws {
        var fixture = LedgerFixture()
        fixture.options.maxBatchEvents = 3
        let fault = Fault()
        fault.install(in: &fixture.options)
        let judge = TestJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            _ = try await log.append(AppendRequest(events: [draft(1)]))
            fault.fail(kind)
            let outcomes = Outcomes()
            for number in 0..<50 {
                let event = draft(UInt64(number + 2))
                log.submit(AppendRequest(events: [event])) { outcomes.set(number, $0) }
            }
            var unknown = 0
            for answer in try await outcomes.all(50) {
                switch answer {
                case .failure(.unknownOutcome): unknown += 1
                case .failure(.stopped): break
                case let other: Issue.record("\(other)")
                }
            }
            #expect(unknown >= 1)
            #expect(unknown <= 3)
            let later = await log.outcome(of: AppendRequest(events: [draft(99)])).failure
            guard case .stopped = later else {
                Issue.record("\(String(describing: later))")
                return
            }
            #expect(try log.status().stopped != nil)
            #expect(try readAll(log, ReadQuery()).count == 1)
            #expect(judge.state.withLock { $0.discards } == [2])
        }
        try await fixture.withLog { log async throws in
            #expect(try await log.append(AppendRequest(events: [draft(2)])).result.first.value == 2)
        }
        try fixture.expectSound()
    }

    @Test func aFullIndexRefusesWritesServesReadsAndRecovers() async throws {
        var fixture = LedgerFixture.tiny()
        let isFull = Shared(true)
        fixture.options.beforeCheckpoint = { _ in
            if isFull.value {
                throw LMDBError(kind: .mapFull, operation: "commit")
            }
        }
        try await fixture.withLog { log async throws in
            var recorded = 0
            var failure: AppendFailure?
            for number in 1...1_000 as ClosedRange<UInt64> where failure == nil {
                failure = await log.outcome(of: AppendRequest(events: [draft(number)])).failure
                if failure == nil { recorded += 1 }
            }
            guard case .full(.index) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(try readAll(log, ReadQuery(.stream("issue-1"))).count == recorded)
            // A repeated request is still answered.
            let again = try await log.append(AppendRequest(events: [draft(1)]))
            guard case .duplicate = again else {
                Issue.record("\(again)")
                return
            }
            isFull.value = false
            while await log.outcome(of: AppendRequest(events: [draft(5_000)])).failure != nil {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        try fixture.expectSound()
    }

    @Test func aBrokenIndexStopsAppendsAndStillCloses() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.beforeCheckpoint = { _ in throw LMDBError(kind: .io, operation: "commit") }
        try await fixture.withLog { log async throws in
            let outcomes = Outcomes()
            for number in 0..<500 {
                log.submit(AppendRequest(events: [draft(UInt64(number + 1))])) {
                    outcomes.set(number, $0)
                }
            }
            let answers = try await outcomes.all(500)
            let recorded = answers.prefix { (try? $0.get()) != nil }.count
            #expect(log.head.value == UInt64(recorded))
            for answer in answers.dropFirst(recorded) {
                guard case .failure(.stopped) = answer else {
                    Issue.record("\(answer)")
                    continue
                }
            }
            #expect(recorded < 500)
            #expect(try readAll(log, ReadQuery(.stream("issue-1"))).count == recorded)
        }
        fixture.options.beforeCheckpoint = nil
        try await fixture.withLog { log async throws in #expect(try log.verify().isSound) }
        try fixture.expectSound()
    }

    @Test func dryRunsLeaveNothing() async throws {
        let fixture = LedgerFixture()
        let judge = TestJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            var request = AppendRequest(
                events: [draft(1, stream: "a-1"), draft(2, stream: "a-1")], dryRun: true)
            let admitted = try await log.append(request)
            guard case .admitted(let result) = admitted else {
                Issue.record("\(admitted)")
                return
            }
            #expect(result.versions == [1, 2])
            #expect(result.trailers.count == 2)
            #expect(log.head == .zero)
            #expect(judge.state.withLock { $0.discards } == [1])
            request.dryRun = false
            #expect(try await log.append(request).result.versions == [1, 2])
            var refused = AppendRequest(events: [draft(3, body: [0xFF])], dryRun: true)
            for isDry in [true, false] {
                refused.dryRun = isDry
                let failure = await log.outcome(of: refused).failure
                guard case .refused(let error) = failure else {
                    Issue.record("\(String(describing: failure))")
                    continue
                }
                #expect(error is TestJudge.Refused)
            }
            #expect(judge.contradictions == [])
        }
    }

    /// A body may be a small part of a large message, all of which waits in the queue with it.
    @Test func aRequestWeighsWhatItKeepsInMemory() {
        let message = [UInt8](repeating: 7, count: 10_000)
        let part = EventDraft(
            id: EventID(high: 1, low: 1), type: 1, stream: 0..<3, names: [], body: 10..<40,
            in: message)
        let request = AppendRequest(events: [part])
        #expect(RequestForm.bodyBytes(of: request) == 30)
        #expect(RequestForm.heldBytes(of: request) == 10_000)
        #expect(RequestForm.heldBytes(of: AppendRequest(events: [])) == 0)
        let two = AppendRequest(events: [draft(1, body: [1, 2]), draft(2, body: [3, 4, 5])])
        #expect(RequestForm.bodyBytes(of: two) == 5)
        // An event of its own bytes keeps its stream's name and its body.
        let first = two.events[0].stream.utf8.count + 2
        #expect(RequestForm.heldBytes(of: two) == max(5, first))
    }

    @Test func formAndSizeAreCheckedBeforeAnythingIsQueued() async throws {
        var fixture = LedgerFixture()
        fixture.options.maxEventBytes = 1_000
        fixture.options.maxRequestBytes = 2_000
        fixture.options.maxRequestEvents = 4
        try await fixture.withLog { log async throws in
            let long = String(repeating: "x", count: 201)
            let malformed = [
                AppendRequest(events: []),
                AppendRequest(events: (1...5).map { draft($0) }),
                AppendRequest(events: [draft(1, stream: "")]),
                AppendRequest(events: [draft(1, stream: long)]),
                AppendRequest(events: [draft(1, stream: "-7")]),
                AppendRequest(events: [draft(1, tags: [long])]),
                AppendRequest(
                    events: [draft(1)], expected: [StreamExpectation(stream: "", version: .any)]),
            ]
            for request in malformed {
                guard case .invalid = await log.outcome(of: request).failure else {
                    Issue.record("\(request)")
                    continue
                }
            }
            let body = [UInt8](repeating: 1, count: 900)
            let large = [
                AppendRequest(events: [draft(1, body: body + body)]),
                AppendRequest(events: [
                    draft(1, tags: [String(repeating: "t", count: 150)], body: body)
                ]),
                AppendRequest(events: (1...3).map { draft($0, body: body) }),
            ]
            for request in large {
                guard case .tooLarge = await log.outcome(of: request).failure else {
                    Issue.record("a request was not too large")
                    continue
                }
            }
            #expect(
                try await log.append(AppendRequest(events: [draft(1, body: body)])).result.first
                    == .first)
        }
        let closed = try fixture.open()
        closed.close()
        guard case .closed = await closed.outcome(of: AppendRequest(events: [draft(9)])).failure
        else {
            Issue.record("a closed log took a request")
            return
        }
    }

    @Test func aFullQueueRefusesAtOnce() async throws {
        var fixture = LedgerFixture()
        fixture.options.maxQueuedRequests = 8
        let gate = Mutex(())
        fixture.options.beforeCommit = { _ in gate.withLock { _ in } }
        try await fixture.withLog { log async throws in
            let outcomes = Outcomes()
            gate.withLock { _ in
                for number in 0..<2_000 {
                    log.submit(AppendRequest(events: [draft(UInt64(number + 1))])) {
                        outcomes.set(number, $0)
                    }
                }
            }
            let answers = try await outcomes.all(2_000)
            let refused = answers.count { answer in
                if case .failure(.overloaded) = answer { return true }
                return false
            }
            let recorded = answers.count { (try? $0.get()) != nil }
            #expect(refused > 0)
            #expect(recorded + refused == 2_000)
            #expect(log.head.value == UInt64(recorded))
        }
    }
}
