import EventLog
import LogFormat
import TestSupport
import Testing

/// The seam for several machines: what one log sequenced, another takes over byte for byte.
@Suite struct ReplicationTests {
    @Test func aReplicaBecomesTheSameLedger() async throws {
        let origin = LedgerFixture.tiny()
        var replica = LedgerFixture.tiny()
        try await origin.withLog(judge: TestJudge()) { source async throws in
            replica.options.identity = source.identity
            for number in 0..<60 as Range<UInt64> {
                let events = (0..<(1 + number % 4)).map { offset in
                    draft(
                        number * 10 + offset + 1, stream: "s-\(offset)", type: UInt32(number % 5),
                        tags: ["t"], body: [UInt8](repeating: 3, count: Int(number) * 5))
                }
                _ = try await source.append(AppendRequest(events: events))
            }
            try await replica.withLog { copy async throws in
                while let batch = try source.sequencedBatch(after: copy.head) {
                    let position = try await copy.appendSequenced(batch)
                    #expect(position == copy.head)
                    #expect(try copy.root(after: position) == source.root(after: position))
                }
                #expect(copy.head == source.head)
                #expect(try readAll(copy, ReadQuery()) == readAll(source, ReadQuery()))
                #expect(
                    try readAll(copy, ReadQuery(.tag("t"), types: [3]))
                        == readAll(source, ReadQuery(.tag("t"), types: [3])))
                #expect(try copy.status().root == source.status().root)
            }
        }
        try replica.expectSound()
    }

    @Test func whatDoesNotContinueIsRefusedAndLeavesNothing() async throws {
        let origin = LedgerFixture()
        let other = LedgerFixture()
        var replica = LedgerFixture()
        let source = try origin.open()
        defer { source.close() }
        for number in 1...6 as ClosedRange<UInt64> {
            _ = try await source.append(AppendRequest(events: [draft(number)]))
        }
        let first = try #require(try source.sequencedBatch(after: .zero))
        let second = try #require(try source.sequencedBatch(after: .first))
        replica.options.identity = source.identity
        let copy = try replica.open()
        defer { copy.close() }
        await expectRefusal(copy, second)
        _ = try await copy.appendSequenced(first)
        await expectRefusal(copy, first)
        // Another history with the same position.
        let stranger = try other.open()
        defer { stranger.close() }
        for number in 1...2 as ClosedRange<UInt64> {
            _ = try await stranger.append(AppendRequest(events: [draft(number, type: 9)]))
        }
        await expectRefusal(copy, try #require(try stranger.sequencedBatch(after: .first)))
        // A claim that is not true, a damaged value, a cut commit, an empty batch.
        await expectRefusal(
            copy,
            SequencedBatch(
                previousPosition: .first, previousRoot: second.previousRoot,
                values: try #require(try stranger.sequencedBatch(after: .first)).values))
        var damaged = second.values
        damaged[0][70] ^= 1
        for values in [damaged, [], [[]], second.values + second.values] {
            await expectRefusal(
                copy,
                SequencedBatch(
                    previousPosition: .first, previousRoot: second.previousRoot, values: values))
        }
        #expect(copy.head == .first)
        _ = try await copy.appendSequenced(second)
        #expect(copy.head == Position(2))
        #expect(try copy.streamVersion("issue-1") == 2)
        #expect(try copy.verify().isSound)
    }

    @Test func whoJudgesDoesNotCopy() async throws {
        let fixture = LedgerFixture()
        try await fixture.withLog(judge: TestJudge()) { log async throws in
            await expectRefusal(
                log,
                SequencedBatch(previousPosition: .zero, previousRoot: .empty, values: [[1]]))
        }
    }

    private func expectRefusal(_ log: EventLog, _ batch: SequencedBatch) async {
        let head = log.head
        await #expect(throws: EventLogError.self) { try await log.appendSequenced(batch) }
        #expect(log.head == head)
    }
}
