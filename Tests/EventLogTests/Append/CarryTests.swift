import EventLog
import Glibc
import LMDB
import TestSupport
import Testing

/// Requests that the caller's own thread carries through.
@Suite struct CarryTests {
    /// Submits a request and says whether its completion came on this thread, before `submit`
    /// returned.
    private func isCarried(
        _ log: EventLog, _ request: AppendRequest, _ outcomes: Outcomes, _ number: Int
    ) -> Bool {
        let caller = UInt(pthread_self())
        let isHere = Shared(false)
        log.submit(request, mayCarry: true) { outcome in
            isHere.value = UInt(pthread_self()) == caller
            outcomes.set(number, outcome)
        }
        return isHere.value
    }

    /// A lone caller is served on its own thread, judge and index included, and others take over
    /// where it ends.
    @Test func aLoneCallerIsServedOnItsOwnThread() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.sealing = false
        let judge = TestJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            let outcomes = Outcomes()
            var carried = 0
            for number in 0..<200 {
                let event = draft(
                    UInt64(number + 1), stream: "s-\(number % 3)", type: UInt32(number % 5))
                let request = AppendRequest(events: [event])
                if number % 10 == 9 {
                    _ = try await log.append(AppendRequest(events: [event]))
                }
                if isCarried(log, request, outcomes, number) { carried += 1 }
                while log.head.value < UInt64(number + 1) { usleep(100) }
            }
            // The sequencer may still be on its way to sleep; most requests find it there.
            #expect(carried > 50)
            for (number, outcome) in try await outcomes.all(200).enumerated() {
                #expect(try outcome.get().result.first.value == UInt64(number + 1))
            }
            #expect(judge.contradictions == [])
        }
        try fixture.expectSound()
    }

    /// Several threads that may carry, and others that queue: every request is answered once and
    /// the log is one.
    @Test func carriersAndQueueShareOneOrder() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.overlayMaxEvents = 60
        let judge = TestJudge(looksAround: false)
        try await fixture.withLog(judge: judge) { log async throws in
            let outcomes = Outcomes()
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<4 {
                    group.addTask {
                        for number in 0..<100 {
                            let index = task * 100 + number
                            let request = AppendRequest(
                                events: [draft(UInt64(index + 1), stream: "s-\(number % 5)")])
                            if task == 0 {
                                log.submit(request) { outcomes.set(index, $0) }
                            } else {
                                _ = isCarried(log, request, outcomes, index)
                            }
                            await Task.yield()
                        }
                    }
                }
            }
            let positions = try await outcomes.all(400).map { try $0.get().result.first.value }
            #expect(positions.sorted() == Array(1...400))
            #expect(judge.contradictions == [])
        }
        try fixture.expectSound()
    }

    /// A commit that fails on the caller's thread is undone like any other.
    @Test func aFailureOnTheCallersThreadIsUndone() async throws {
        var fixture = LedgerFixture()
        let isFull = Shared(false)
        fixture.options.beforeCommit = { _ in
            if isFull.value { throw LMDBError(kind: .diskFull, operation: "commit") }
        }
        let judge = TestJudge()
        try await fixture.withLog(judge: judge) { log async throws in
            let outcomes = Outcomes()
            for number in 0..<30 {
                isFull.value = number % 3 == 1
                _ = isCarried(
                    log, AppendRequest(events: [draft(UInt64(number + 1))]), outcomes, number)
                _ = try await outcomes.all(number + 1)
            }
            let answers = try await outcomes.all(30)
            for (number, answer) in answers.enumerated() {
                guard number % 3 == 1 else {
                    #expect(answer.failure == nil)
                    continue
                }
                guard case .full(.logDisk) = answer.failure else {
                    Issue.record("\(answer)")
                    continue
                }
            }
            #expect(log.head.value == 20)
            #expect(judge.contradictions == [])
        }
        try fixture.expectSound()
    }

    /// Closing from the completion, on whatever thread it runs, neither waits for itself nor loses
    /// the answer.
    @Test func theCompletionMayClose() async throws {
        let fixture = LedgerFixture()
        for round in 0..<10 {
            let log = try fixture.open()
            let outcomes = Outcomes()
            log.submit(AppendRequest(events: [draft(UInt64(round + 1))]), mayCarry: true) {
                log.close()
                outcomes.set(0, $0)
            }
            #expect(try await outcomes.all(1)[0].get().result.first.value == UInt64(round + 1))
            while (try? log.status()) != nil { try await Task.sleep(for: .milliseconds(1)) }
            var isOpen = false
            while !isOpen {
                do {
                    try fixture.open().close()
                    isOpen = true
                } catch EventLogError.locked {
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        try fixture.expectSound()
    }
}
