import LogFormat
import TestSupport
import Testing

@testable import EventLog

@Suite struct BlockMakerTests {
    /// A block is believed only when its records lead from the tree before it to the root that its
    /// last batch states.
    @Test func onlyTheTrueHistoryIsProved() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.sealing = false
        try await fixture.withLog { log async throws in
            for number in 1...60 as ClosedRange<UInt64> {
                _ = try await log.append(AppendRequest(events: [draft(number)]))
            }
            var before = MerkleFrontier()
            try log.log.forEachRecord(from: 1) { position, record, _ in
                before.append(.leaf(record.bytes))
                return position < 20
            }
            let batches = try log.log.rawBatches(from: 21, through: 60, bytes: 1 << 20)
            let maker = try BlockMaker(level: 6, blockBytes: 1 << 20, dictionary: nil)
            let made = try maker.make(batches, after: before)
            #expect(made.last == 60)
            #expect(try maker.prove(made.bytes, after: before).root == log.status().root)

            var other = MerkleFrontier()
            for number in 1...20 as ClosedRange<UInt8> {
                other.append([number].withUnsafeBytes { .leaf($0) })
            }
            #expect(throws: EventLogError.self) { try maker.prove(made.bytes, after: other) }
            // Made upon another tree it would tell a false one, though its records are right.
            let misled = try maker.make(batches, after: other)
            #expect(throws: EventLogError.self) { try maker.prove(misled.bytes, after: before) }
        }
    }
}
