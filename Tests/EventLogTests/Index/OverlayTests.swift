import Testing

@testable import EventLog

@Suite struct OverlayTests {
    private func overlay() -> Overlay {
        Overlay(
            checkpoint: IndexCheckpoint(empty: EventID(high: 1, low: 2)), nameCacheEntries: 100)
    }

    @discardableResult
    private func add(_ overlay: Overlay, _ number: UInt64, _ stream: String, _ tags: [String] = [])
        -> UInt64
    {
        added(overlay, number, stream, tags).version
    }

    private func added(
        _ overlay: Overlay, _ number: UInt64, _ stream: String, _ tags: [String] = []
    ) -> (version: UInt64, keys: Int) {
        overlay.withLock { state in
            let name = state.resolve(stream)
            state.load(stream: name, record: nil)
            let tags = tags.map { state.resolve($0) }
            return state.add(id: testID(number), stream: name, type: 1, tags: tags[...])
        }
    }

    @Test func discardLeavesNoTrace() {
        let overlay = overlay()
        #expect(add(overlay, 1, "a-1", ["x"]) == 1)
        #expect(add(overlay, 2, "a-1", ["x", "y"]) == 2)
        #expect(add(overlay, 3, "b-1") == 1)
        overlay.withLock { $0.discard(from: 2) }
        overlay.withLock { state in
            #expect(state.last == 1)
            #expect(state.position(of: testID(1)) == 1)
            #expect(state.position(of: testID(2)) == nil)
            #expect(state.version(ofStream: "a-1") == 1)
            #expect(state.list(.tag("x"))?.positions == [1])
            #expect(state.list(.tag("y"))?.positions == [])
            #expect(state.list(.category("b"))?.positions == [])
        }
        #expect(add(overlay, 3, "b-1") == 1)
        #expect(overlay.withLock { $0.position(of: testID(3)) } == 2)
    }

    /// What a write leaves over counts for the next one, and an event in very many lists for more
    /// than one event each time.
    @Test func whatComesAgainIsCountedAgain() {
        let overlay = overlay()
        func write(through position: UInt64) {
            let lists = overlay.withLock { $0.takeTouched() }
            var checkpoint = IndexCheckpoint(empty: EventID(high: 1, low: 2))
            checkpoint.position = position
            overlay.withLock { state in
                state.raiseFloor(to: checkpoint)
                for list in lists { state.drain(list, number: 7) }
                state.finishTaken()
            }
        }
        let first = added(overlay, 1, "a-1", ["x"]).keys
        #expect(first == 5)
        overlay.withLock { $0.markDurable(through: 1, keys: first) }
        #expect(added(overlay, 2, "a-1", ["x"]).keys == 1)
        write(through: 1)
        // Its four lists have the second event's positions; nothing is durable yet.
        #expect(overlay.withLock { $0.durableKeys } == 0)
        overlay.withLock { $0.markDurable(through: 2, keys: 1) }
        #expect(overlay.withLock { $0.durableKeys } == 5)
        #expect(added(overlay, 3, "a-1", ["x"]).keys == 1)
        overlay.withLock { $0.markDurable(through: 3, keys: 1) }
        write(through: 2)
        #expect(overlay.withLock { $0.durableKeys } == 5)
        write(through: 3)
        #expect(overlay.withLock { $0.durableKeys } == 0)
        let tags = (0..<100).map { "t-\($0)" }
        #expect(added(overlay, 4, "a-1", tags).keys > 100)
        #expect(added(overlay, 5, "a-1", tags).keys >= 12)
        var options = EventLogOptions()
        options.overlayMaxKeys = 120
        #expect(overlay.withLock { $0.isFull(options) })
    }

    /// A failed commit may come while a write of the index has the lists in hand.
    @Test func discardReachesListsThatAreBeingWritten() {
        let overlay = overlay()
        add(overlay, 1, "a-1")
        overlay.withLock { $0.markDurable(through: 1, keys: 4) }
        add(overlay, 2, "a-1")
        let taken = overlay.withLock { $0.takeTouched() }
        overlay.withLock { $0.discard(from: 2) }
        #expect(taken.count == 3)
        #expect(
            overlay.withLock { state in taken.map { state.list(at: $0).positions } }
                == [[1], [1], [1]])
        overlay.withLock { $0.giveBackTaken() }
        #expect(overlay.withLock { $0.takeTouched().count } == 3)
    }

    @Test func targetsAreWholeCommitsWithinTheLimits() {
        let overlay = overlay()
        var options = EventLogOptions()
        options.checkpointEvents = 4
        options.checkpointKeys = 100
        #expect(overlay.withLock { $0.checkpointTarget(options) } == nil)
        for number in 1...9 { add(overlay, UInt64(number), "a-1") }
        overlay.withLock { state in
            state.markDurable(through: 3, keys: 12)
            state.markDurable(through: 5, keys: 8)
        }
        #expect(overlay.withLock { $0.checkpointTarget(options) } == 3)
        options.checkpointEvents = 100
        #expect(overlay.withLock { $0.checkpointTarget(options) } == 5)
        options.checkpointKeys = 1
        #expect(overlay.withLock { $0.checkpointTarget(options) } == 3)
        #expect(overlay.withLock { $0.durableKeys } == 20)
    }

    @Test func drainingMovesVersionsToTheTable() {
        let overlay = overlay()
        for number in 1...4 { add(overlay, UInt64(number), "a-1", ["t"]) }
        overlay.withLock { $0.markDurable(through: 3, keys: 15) }
        let lists = overlay.withLock { $0.takeTouched() }
        var checkpoint = IndexCheckpoint(empty: EventID(high: 1, low: 2))
        checkpoint.position = 3
        checkpoint.greatestV7 = testID(3)
        overlay.withLock { state in
            state.raiseFloor(to: checkpoint)
            #expect(state.version(ofStream: "a-1") == 4)
            for (number, list) in lists.enumerated() {
                state.drain(list, number: UInt32(number + 1))
            }
            state.finishTaken()
            while state.drainIDs(limit: 2) {}
            #expect(state.version(ofStream: "a-1") == 4)
            #expect(state.entry(named: "a-1")?.base?.version == 3)
            #expect(state.list(.tag("t"))?.positions == [4])
            #expect(state.position(of: testID(3)) == nil)
            #expect(state.position(of: testID(4)) == 4)
            #expect(!state.isBeyondTable(testID(2)))
            #expect(state.isBeyondTable(testID(5)))
            #expect(state.takeTouched().count == 4)
        }
    }
}
