import LMDB
import LogFormat
import TestSupport
import Testing

@testable import EventLog

/// Ids in the index's table, against a dictionary that holds the same.
@Suite struct IDLookupTests {
    /// An index beside the log of a ledger.
    private func withIndex<Result>(
        of fixture: LedgerFixture, _ body: (IndexStore) throws -> Result
    ) throws -> Result {
        var options = EventLogOptions()
        options.readOnly = true
        let log = try LogStore(path: "\(fixture.path)/log", options: options)
        defer { log.close() }
        let directory = TemporaryDirectory("ids")
        let index = try IndexStore(
            path: directory.path, mapBytes: 64 << 20, readOnly: false, log: log)
        defer { index.environment.close() }
        return try body(index)
    }

    /// Fingerprints that are all the same, or as they are.
    private func secret(_ random: inout SeededRandom) -> IDSecret {
        Bool.random(using: &random)
            ? IDSecret(key0: 0, key1: 0)
            : IDSecret(key0: random.next(), key1: random.next())
    }

    /// Writes ids of a run of positions; gives the new checkpoint.
    private func write(
        _ ids: some Collection<EventID>, after checkpoint: IndexCheckpoint, _ index: IndexStore,
        chunkBytes: Int
    ) throws -> IndexCheckpoint {
        var options = EventLogOptions()
        options.idChunkBytes = chunkBytes
        let work = CheckpointWork(
            position: checkpoint.position + UInt64(ids.count), root: .empty,
            firstPosition: checkpoint.position + 1, ids: Array(ids))
        return try index.write(work, after: checkpoint, options).checkpoint
    }

    /// Times that go on, go back, come again and again, or come in no order at all.
    private func randomIDs(_ random: inout SeededRandom, _ count: Int) -> [EventID] {
        var now: UInt64 = 1 << 40
        let manner = Int.random(in: 0..<4, using: &random)
        return (0..<count).map { _ in
            switch manner {
            case 0: now += UInt64.random(in: 0...3, using: &random)
            case 1: now = now + UInt64.random(in: 0...60, using: &random) - 28
            case 2: now = UInt64.random(in: 0...2, using: &random)
            default: now = UInt64.random(in: 0...IDEntry.timeMax, using: &random)
            }
            if Int.random(in: 0..<12, using: &random) == 0 {
                return EventID(high: random.next() & ~0x8000, low: random.next() & ~(1 << 63))
            }
            return EventID.version7(milliseconds: now, random: &random)
        }
    }

    @Test func candidatesAreThoseOfAModel() async throws {
        let fixture = LedgerFixture()
        try await fixture.withLog { _ in }
        try withSeeds(60) { random, _ in
            let secret = secret(&random)
            let ids = randomIDs(&random, Int.random(in: 1...400, using: &random))
            let chunkBytes = Int.random(in: 8...200, using: &random)
            var model: [IDEntry: Set<UInt64>] = [:]
            for (offset, id) in ids.enumerated() where id.isVersion7 {
                model[secret.entry(of: id, at: 1), default: []].insert(UInt64(offset) + 1)
            }
            try withIndex(of: fixture) { index in
                var checkpoint = IndexCheckpoint(
                    empty: EventID(high: 1, low: 2), idSecret: secret)
                var rest = ids[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...rest.count, using: &random)
                    checkpoint = try write(
                        rest.prefix(count), after: checkpoint, index, chunkBytes: chunkBytes)
                    rest = rest.dropFirst(count)
                }
                let strangers = randomIDs(&random, 40)
                let asked = ids + strangers
                let found = try index.candidates(ofIDs: asked)
                for (offset, id) in asked.enumerated() {
                    let expected: Set<UInt64> =
                        id.isVersion7
                        ? model[secret.entry(of: id, at: 1)] ?? []
                        : offset < ids.count ? [UInt64(offset) + 1] : []
                    #expect(Set(found[offset]) == expected, "\(id)")
                    #expect(found[offset].count == expected.count)
                }
                let known = ids.filter(\.isVersion7).max() ?? EventID(high: 0, low: 0)
                #expect(checkpoint.greatestV7 == known)
                #expect(try index.loadCheckpoint() == checkpoint)
                try expectChunks(of: index, holding: ids.count(where: \.isVersion7), chunkBytes)
            }
        }
    }

    /// Chunks are sound, in order, and no larger than they may be.
    private func expectChunks(
        of index: IndexStore, holding count: Int, _ chunkBytes: Int
    ) throws {
        var entries: [IDEntry] = []
        try index.environment.read { transaction in
            try transaction.withCursor(index.ids) { cursor in
                while try cursor.next() {
                    let first = try #require(IDEntry(cursor.pairKey))
                    let before = entries.count
                    let (isSound, size) = cursor.value { span in
                        (
                            IDChunk.decode(span.transactionBytes, first: first, into: &entries),
                            span.byteCount
                        )
                    }
                    #expect(isSound)
                    #expect(size <= chunkBytes || entries.count == before + 1)
                }
            }
        }
        #expect(entries.count == count)
        #expect(entries == entries.sorted())
    }

    /// Ids that look alike to the table are told apart by the log, recorded ones and others.
    @Test func onlyTheLogDecidesWhetherAnIDIsRecorded() async throws {
        for seed in testSeeds(4) {
            print("seed \(seed)")
            var random = SeededRandom(seed: seed)
            let fixture = LedgerFixture.tiny()
            let ids = (0..<120).map { _ in
                EventID.version7(
                    milliseconds: UInt64.random(in: 5...6, using: &random), random: &random)
            }
            try await fixture.withLog { log async throws in
                for id in ids {
                    var event = draft(1)
                    event.id = id
                    _ = try await log.append(AppendRequest(events: [event]))
                }
            }
            try withIndex(of: fixture) { index in
                let checkpoint = IndexCheckpoint(
                    empty: EventID(high: 1, low: 2), idSecret: IDSecret(key0: 0, key1: 0))
                _ = try write(ids, after: checkpoint, index, chunkBytes: 50)
                let strangers = (0..<50).map { _ in
                    EventID.version7(milliseconds: 5, random: &random)
                }
                let found = try index.positions(ofIDs: ids + strangers)
                #expect(found.prefix(120).elementsEqual((1...120).map { UInt64($0) }))
                #expect(found.dropFirst(120).allSatisfy { $0 == nil })
                #expect(try index.candidates(ofIDs: [strangers[0]])[0].count > 20)
            }
        }
    }

    /// A ledger whose senders' clocks differ finds every repetition, whatever was written when.
    @Test func repetitionsAreFoundWhateverTheClocksSay() async throws {
        for seed in testSeeds(3) {
            print("seed \(seed)")
            var random = SeededRandom(seed: seed)
            let fixture = LedgerFixture.tiny()
            let ids = randomIDs(&random, 150)
            try await fixture.withLog { log async throws in
                for (offset, id) in ids.enumerated() {
                    var event = draft(1)
                    event.id = id
                    let request = AppendRequest(events: [event])
                    #expect(
                        try await log.append(request).result.first == Position(UInt64(offset) + 1))
                    let earlier = Int.random(in: 0...offset, using: &random)
                    event.id = ids[earlier]
                    let again = try await log.append(AppendRequest(events: [event]))
                    #expect(again.result.first == Position(UInt64(earlier) + 1))
                }
                #expect(log.head == Position(150))
                #expect(try log.verify().isSound)
            }
            try fixture.expectSound()
        }
    }
}
