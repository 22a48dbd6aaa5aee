import Client
import EventLog
import Schema
import Server
import Testing

@Suite struct SubscribeTests {
    /// Takes messages until so many facts have come.
    private func facts(
        _ count: Int, _ iterator: inout MessageStream.Iterator
    ) async throws -> [RecordedFact] {
        var facts: [RecordedFact] = []
        while facts.count < count, let bytes = try await iterator.next() {
            facts += try ReadResponse(decoding: bytes).facts
        }
        return facts
    }

    /// History goes over into live without gap or repetition while three writers record.
    @Test func historyAndLiveAreOne() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        _ = try await client.importFacts((0..<300).map { Facts.planned("old-\($0)") })
        let positions = try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<3 {
                group.addTask {
                    let client = try await stack.client()
                    for number in 0..<100 {
                        try await client.record([Facts.planned("\(writer)-\(number)")])
                    }
                }
            }
            var iterator = client.subscription().makeAsyncIterator()
            let found = try await facts(601, &iterator).map(\.position)
            try await group.waitForAll()
            return found
        }
        #expect(positions == Array(1...601))
        try await stack.stop()
    }

    /// "Caught up" is said once history is through, also when there is none.
    @Test func caughtUpIsSaid() async throws {
        let stack = try await ServiceStack.start(founds: false)
        let client = try await stack.client()
        var iterator = client.subscription().makeAsyncIterator()
        let first = try ReadResponse(decoding: try #require(try await iterator.next()))
        #expect(first.facts.isEmpty)
        #expect(first.caughtUp)
        #expect(first.nextPosition == 1)
        try await client.record([Facts.organisation("root")])
        let second = try ReadResponse(decoding: try #require(try await iterator.next()))
        #expect(second.facts.map(\.position) == [1])
        #expect(second.caughtUp)
        #expect(second.nextPosition == 2)
        var other = client.subscription().makeAsyncIterator()
        let whole = try ReadResponse(decoding: try #require(try await other.next()))
        #expect(whole.facts.map(\.position) == [1])
        #expect(whole.caughtUp)
        try await stack.stop()
    }

    @Test func fromTheEndAndFromAPosition() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        try await client.record([Facts.planned("1"), Facts.planned("2")])
        var end = client.subscription { $0.fromEnd = true }.makeAsyncIterator()
        let first = try ReadResponse(decoding: try #require(try await end.next()))
        #expect(first.facts.isEmpty && first.caughtUp)
        #expect(first.nextPosition == 4)
        var middle = client.subscription { $0.from = 3 }.makeAsyncIterator()
        #expect(try await facts(1, &middle).map(\.position) == [3])
        // A reader may begin in the future, and must not be told to come back earlier.
        var future = client.subscription { $0.from = 6 }.makeAsyncIterator()
        let early = try ReadResponse(decoding: try #require(try await future.next()))
        #expect(early.nextPosition == 6)
        try await client.record([Facts.planned("3"), Facts.planned("4"), Facts.planned("5")])
        #expect(try await facts(3, &end).map(\.position) == [4, 5, 6])
        #expect(try await facts(1, &future).map(\.position) == [6])
        try await stack.stop()
    }

    @Test func aFilteredSubscriptionGetsOnlyItsFacts() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        var iterator = client.subscription { $0.filter.types = [EventType.activityHeld.number] }
            .makeAsyncIterator()
        let first = try ReadResponse(decoding: try #require(try await iterator.next()))
        #expect(first.facts.isEmpty && first.caughtUp)
        for number in 0..<5 {
            try await client.record([Facts.planned("\(number)")])
            if number % 2 == 0 { try await client.record([Facts.held("\(number)")]) }
        }
        #expect(try await facts(3, &iterator).map(\.position) == [3, 6, 9])
        try await stack.stop()
    }

    /// A reader that is given room for three facts at a time gets every one of them, those of the
    /// past and those recorded while it reads.
    @Test func aSlowReaderMissesNothing() async throws {
        let stack = try await ServiceStack.start()
        let writer = try await stack.client()
        let reader = try await stack.client {
            $0.streamEvents = 3
            $0.streamBytes = 1_200
        }
        _ = try await writer.importFacts((0..<100).map { Facts.planned("old-\($0)") })
        let positions = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<100 { try await writer.record([Facts.planned("\(number)")]) }
            }
            var iterator = reader.subscription().makeAsyncIterator()
            var positions: [UInt64] = []
            while positions.count < 201 {
                positions += try await facts(1, &iterator).map(\.position)
                await Task.yield()
            }
            try await group.waitForAll()
            return positions
        }
        #expect(positions == Array(1...201))
        try await stack.stop()
    }

    /// Live facts that add up to many times what a call may queue, each small: whoever takes them
    /// as they come is never left waiting.
    @Test func aLongLiveSubscriptionDoesNotStall() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        var iterator = client.subscription { $0.fromEnd = true }.makeAsyncIterator()
        _ = try await iterator.next()
        let text = String(repeating: "x", count: 4_000)
        for number in 0..<150 {
            try await client.record([Facts.planned("\(number)") { $0.lateReason = text }])
            #expect(try await facts(1, &iterator).map(\.position) == [UInt64(number) + 2])
        }
        try await stack.stop()
    }

    @Test func aSubscriptionThatIsGivenUpLeavesNothing() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        for try await _ in client.subscription() { break }
        let reading = Task {
            for try await _ in client.subscription() {}
        }
        #expect(await comesTrue { stack.listener.calls > 0 })
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        #expect(await stack.isQuiet())
        #expect(try await client.record([Facts.planned("1")]).outcome == .recorded)
        try await stack.stop()
    }

    /// An orderly stop does not wait for what never ends.
    @Test func theServerEndsSubscriptionsWhenItStops() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        var iterator = client.subscription().makeAsyncIterator()
        _ = try await iterator.next()
        stack.ledger.endSubscriptions()
        let error = await #expect(throws: TaizhangError.self) { try await iterator.next() }
        #expect(error?.code == .unavailable)
        #expect(error?.reason == "CLOSING")
        var late = client.subscription().makeAsyncIterator()
        let refused = await #expect(throws: TaizhangError.self) {
            while try await late.next() != nil {}
        }
        #expect(refused?.code == .unavailable)
        #expect(await stack.isQuiet())
        try await stack.stop()
    }
}
