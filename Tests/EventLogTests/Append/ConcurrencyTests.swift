import EventLog
import TestSupport
import Testing

@Suite struct ConcurrencyTests {
    /// Many tasks append at once; the order of positions must be a witness: gapless, every
    /// stream's versions in order, every completion called once, and nothing answered before it
    /// can be read.
    @Test func positionsWitnessTheOrder() async throws {
        var fixture = LedgerFixture()
        fixture.options.checkpointEvents = 500
        fixture.options.overlayMaxEvents = 1_500
        fixture.options.maxBatchEvents = 100
        let judge = TestJudge(looksAround: false)
        let callers = 16
        let perCaller = 150
        try await fixture.withLog(judge: judge) { log async throws in
            let commits = Shared<[Position]>([])
            let token = log.onCommit { position in commits.update { $0.append(position) } }
            let results = try await withThrowingTaskGroup(of: [AppendResult].self) { group in
                for caller in 0..<callers {
                    group.addTask { try await appendMany(log, caller, perCaller) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            // The wake-up comes after the answers.
            while commits.value.last != log.head { try await Task.sleep(for: .milliseconds(1)) }
            token.cancel()
            let positions = results.map(\.first.value).sorted()
            #expect(positions == Array(1...UInt64(callers * perCaller)))
            let events = try readAll(log, ReadQuery(.all, maxEvents: 1_000))
            var versions: [String: UInt64] = [:]
            for event in events {
                #expect(event.streamVersion == versions[event.stream, default: 0] + 1)
                versions[event.stream] = event.streamVersion
            }
            #expect(events.map(\.position.value) == positions)
            let heads = commits.value
            #expect(heads == heads.sorted())
            #expect(Set(heads).count == heads.count)
            #expect(judge.contradictions == [])
        }
        try fixture.expectSound()
    }

    private func appendMany(
        _ log: EventLog, _ caller: Int, _ count: Int
    ) async throws -> [AppendResult] {
        var results: [AppendResult] = []
        for number in 0..<count {
            let event = draft(
                UInt64(number * 1_000 + caller + 1), stream: "s-\(number % 7)",
                type: UInt32(number % 4), tags: ["org-\(caller % 3)"])
            let result = try await log.append(AppendRequest(events: [event])).result
            #expect(log.head >= result.last)
            #expect(try log.event(withID: event.id)?.position == result.first)
            results.append(result)
        }
        return results
    }

    /// Readers along every kind of list, while appends and writes of the index go on, never miss
    /// an event that was durable before they began, and never see one twice.
    @Test func readersSeeEachEventOnceWhileTheIndexIsWritten() async throws {
        var fixture = LedgerFixture()
        fixture.options.checkpointEvents = 40
        fixture.options.overlayMaxEvents = 400
        fixture.options.postingChunkBytes = 32
        fixture.options.postingTailBytes = 20
        fixture.options.maxBatchEvents = 16
        try await fixture.withLog { log async throws in
            let isDone = Shared(false)
            async let faults: [String] = withTaskGroup(of: [String].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var faults: [String] = []
                        while !isDone.value, faults.isEmpty {
                            faults += Self.faultsOfReads(log)
                            // The readers must not keep the test itself from running.
                            await Task.yield()
                        }
                        return faults
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            let outcomes = Outcomes()
            for number in 0..<3_000 {
                let event = draft(UInt64(number + 1), stream: "s-\(number % 3)", tags: ["all"])
                log.submit(AppendRequest(events: [event])) { outcomes.set(number, $0) }
                if number % 100 == 0 { try await Task.sleep(for: .milliseconds(1)) }
            }
            _ = try await outcomes.all(3_000)
            isDone.value = true
            #expect(await faults == [])
            #expect(try log.verify().isSound)
        }
    }

    private static func faultsOfReads(_ log: EventLog) -> [String] {
        let head = log.head.value
        do {
            for direction in [ReadQuery.Direction.forwards, .backwards] {
                for scope in [ReadQuery.Scope.tag("all"), .category("s"), .all] {
                    let query = ReadQuery(
                        scope, from: direction == .forwards ? .first : Position(head),
                        direction: direction, maxEvents: 500)
                    let found = try readAll(log, query).map(\.position.value)
                    let ordered = direction == .forwards ? found : found.reversed()
                    let expected = (0..<UInt64(found.count)).map { $0 + 1 }
                    guard ordered == expected, found.count >= Int(head)
                    else { return ["\(scope) \(direction) to \(head): \(found.count) events"] }
                }
            }
            let versions = try (0..<3).map { try log.streamVersion("s-\($0)") }
            if versions.reduce(0, +) < head { return ["versions \(versions) at \(head)"] }
            return []
        } catch {
            return ["\(error)"]
        }
    }
}
