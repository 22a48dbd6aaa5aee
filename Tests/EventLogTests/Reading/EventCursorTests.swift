import EventLog
import TestSupport
import Testing

@Suite struct EventCursorTests {
    /// Cursors that begin at random places while events are being recorded see every event from
    /// there on, once, in order: there is no seam between history and live.
    @Test func historyRunsIntoLiveWithoutASeam() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.checkpointEvents = 30
        let total: UInt64 = 400
        try await fixture.withLog { log async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 1...total {
                        let event = draft(number, stream: "s-\(number % 2)", tags: ["t"])
                        _ = try await log.append(AppendRequest(events: [event]))
                    }
                }
                for (start, scope) in [
                    (UInt64(1), ReadQuery.Scope.all), (1, .tag("t")), (50, .all),
                    (200, .category("s")), (399, .all),
                ] {
                    group.addTask {
                        var cursor = EventCursor(
                            ReadQuery(scope, from: Position(start), maxEvents: 17))
                        var seen: [UInt64] = []
                        while seen.last != total {
                            let page = try await cursor.nextPage(from: log)
                            seen += page.events.map(\.position.value)
                        }
                        #expect(seen == Array(start...total))
                        #expect(cursor.next == Position(total + 1))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aCursorWaitsPastEventsThatDoNotMatch() async throws {
        let fixture = LedgerFixture.tiny()
        try await fixture.withLog { log async throws in
            async let found: ReadPage = {
                var cursor = EventCursor(ReadQuery(.stream("wanted-1")))
                return try await cursor.nextPage(from: log)
            }()
            for number in 1...30 as ClosedRange<UInt64> {
                _ = try await log.append(AppendRequest(events: [draft(number, stream: "other-1")]))
            }
            _ = try await log.append(AppendRequest(events: [draft(31, stream: "wanted-1")]))
            #expect(try await found.events.map(\.position.value) == [31])
        }
    }

    @Test func waitingEndsWithCancellationAndWithTheLog() async throws {
        let fixture = LedgerFixture()
        let log = try fixture.open()
        let cancelled = Task { try await log.wait(after: .zero) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let waiting = Task { try await log.wait(after: .zero) }
        while try log.status().waiting == 0 { await Task.yield() }
        log.close()
        await #expect(throws: EventLogError.self) { try await waiting.value }
        await #expect(throws: EventLogError.self) { try await log.wait(after: .zero) }
        #expect(throws: EventLogError.self) { try log.read(ReadQuery()) }
    }

    @Test func pagesKeepTheirLimits() async throws {
        let fixture = LedgerFixture()
        try await fixture.withLog { log async throws in
            for number in 1...10 as ClosedRange<UInt64> {
                let event = draft(number, body: [UInt8](repeating: 1, count: 100))
                _ = try await log.append(AppendRequest(events: [event]))
            }
            for scope in [ReadQuery.Scope.all, .stream("issue-1")] {
                let three = try log.read(ReadQuery(scope, maxEvents: 3))
                #expect(three.events.map(\.position.value) == [1, 2, 3])
                #expect(three.next == Position(4))
                let bytes = try log.read(ReadQuery(scope, from: Position(4), maxBytes: 250))
                #expect(bytes.events.map(\.position.value) == [4, 5])
                #expect(bytes.next == Position(6))
                // One event always fits, or a reader would never get past it.
                let one = try log.read(ReadQuery(scope, direction: .backwards, maxBytes: 1))
                #expect(one.events.map(\.position.value) == [10])
                #expect(one.next == Position(9))
                let rest = try log.read(ReadQuery(scope, from: Position(9)))
                #expect(rest.events.count == 2)
                #expect(rest.next == nil)
                #expect(rest.head == Position(10))
                #expect(try log.read(ReadQuery(scope, from: Position(11))).events.isEmpty)
                #expect(
                    try log.read(ReadQuery(scope, from: .zero, direction: .backwards)).events
                        .isEmpty)
            }
        }
    }
}
