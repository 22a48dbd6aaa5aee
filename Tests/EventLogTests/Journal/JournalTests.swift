import Glibc
import LMDB
import LogFormat
import TestSupport
import Testing

@testable import EventLog

/// What is in the journal alone is as safe as what is in the log, and reads the same.
@Suite struct JournalTests {
    /// A request of one to four events of up to a few kilobytes.
    private func request(_ number: UInt64, _ random: inout SeededRandom) -> AppendRequest {
        AppendRequest(
            events: (0..<UInt64.random(in: 1...4, using: &random)).map { index in
                let size = Int.random(in: 0...3_000, using: &random)
                return draft(
                    number * 10 + index, stream: "issue-\(number % 3)", tags: ["t"],
                    body: (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            })
    }

    /// Every file of the journal, each with its bytes.
    private func journals(_ fixture: LedgerFixture) throws -> [[UInt8]] {
        try Journal.paths(in: "\(fixture.path)/log").map {
            access($0, F_OK) == 0 ? try readFile($0) : []
        }
    }

    @Test(arguments: testSeeds(4))
    func aPowerCutLosesNothingThatWasAnswered(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        for isSmall in [false, true] {
            var fixture = LedgerFixture.tiny()
            if !isSmall { fixture.keepJournal() }
            var cuts: [(cut: PowerCut, head: Position, root: MerkleHash)] = []
            try await fixture.withLog { log async throws in
                for number in 1...40 as ClosedRange<UInt64> {
                    _ = try await log.append(request(number, &random))
                    guard Int.random(in: 0..<6, using: &random) == 0 else { continue }
                    // The environment first, as an earlier moment would have left it.
                    let cut = try PowerCut(of: log, at: fixture.path, options: fixture.options)
                    let status = try log.status()
                    cuts.append((cut, status.head, status.root))
                    #expect(try log.verify().isSound)
                }
            }
            #expect(try journals(fixture) == [[], []], "at rest there is no journal")
            try fixture.expectSound()
            for (cut, head, root) in cuts {
                try await expect(cut, head, root)
            }
        }
    }

    /// A ledger after a power cut opens for reading, changing nothing, and then for appending.
    private func expect(_ cut: PowerCut, _ head: Position, _ root: MerkleHash) async throws {
        let before = try journals(cut.fixture)
        let report = try EventLog.verify(
            directory: cut.fixture.path, options: cut.fixture.options)
        #expect(report.damages == [])
        #expect(report.head == head)
        #expect(report.root == root)
        #expect(try journals(cut.fixture) == before)
        try await cut.fixture.withLog { log async throws in
            let status = try log.status()
            #expect(status.head == head)
            #expect(status.root == root)
            #expect(try readAll(log, ReadQuery(.all)).count == Int(head.value))
            #expect(try readAll(log, ReadQuery(.tag("t"))).count == Int(head.value))
            let next = try await log.append(AppendRequest(events: [draft(1 << 30)])).result.first
            #expect(next == head.successor)
        }
        #expect(try journals(cut.fixture) == [[], []])
        try cut.fixture.expectSound()
    }

    @Test(arguments: testSeeds(4))
    func aRecordThatIsCutOffEndsTheJournal(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var fixture = LedgerFixture.tiny()
        fixture.keepJournal()
        let log = try fixture.open()
        var roots: [UInt64: MerkleHash] = [0: .empty]
        for number in 1...12 as ClosedRange<UInt64> {
            _ = try await log.append(request(number, &random))
            roots[log.head.value] = try log.status().root
        }
        let cuts = try (0..<6).map { _ in
            try PowerCut(of: log, at: fixture.path, options: fixture.options)
        }
        log.close()
        for cut in cuts {
            let path = try cut.lastJournal()
            var bytes = try readFile(path)
            let records = try cut.ends(path)
            let torn = try #require(records.last)
            let kept = records.dropLast().last?.last ?? 0
            // What did not reach the disk holds zeros, or what was there before.
            let from = Int.random(in: torn.place, using: &random)
            for index in from..<torn.place.upperBound {
                bytes[index] =
                    Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
            }
            bytes[from] ^= 0x40
            try writeFile(path, bytes)
            try await expect(cut, Position(kept), #require(roots[kept]))
        }
    }

    @Test func damageInFrontOfAWholeRecordIsSaidAndNothingChanged() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.keepJournal()
        let log = try fixture.open()
        for number in 1...9 as ClosedRange<UInt64> {
            _ = try await log.append(AppendRequest(events: [draft(number)]))
        }
        let cut = try PowerCut(of: log, at: fixture.path, options: fixture.options)
        log.close()
        let path = try cut.lastJournal()
        let whole = try readFile(path)
        for record in try cut.ends(path).dropLast() {
            var bytes = whole
            bytes[record.place.lowerBound + 70] ^= 1
            try writeFile(path, bytes)
            let error = #expect(throws: EventLogError.self) { try cut.fixture.open() }
            guard case .damaged(_, let text) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(text.contains("journal"))
            #expect(try readFile(path) == bytes)
            let report = try EventLog.verify(
                directory: cut.fixture.path, options: cut.fixture.options)
            #expect(!report.isSound)
        }
        try writeFile(path, whole)
        try await cut.fixture.withLog { log async throws in #expect(log.head.value == 9) }
        try cut.fixture.expectSound()
    }

    @Test func anOlderLogBesideANewerJournalIsRefused() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.sealing = false
        let older = TemporaryDirectory("older")
        try await fixture.withLog { log async throws in
            _ = try await log.append(AppendRequest(events: [draft(1)]))
            try log.log.settle()
            try log.log.environment.copy(to: older.appending("log"), compact: false)
            _ = try await log.append(AppendRequest(events: [draft(2)]))
        }
        fixture.keepJournal()
        let log = try fixture.open()
        _ = try await log.append(AppendRequest(events: [draft(3)]))
        let cut = try PowerCut(
            of: log, at: fixture.path, options: fixture.options,
            environment: older.appending("log"))
        log.close()
        let error = #expect(throws: EventLogError.self) { try cut.fixture.open() }
        guard case .damaged(let position, let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(position == Position(2))
        #expect(text.contains("position 3") && text.contains("ends at 1"))
    }

    @Test func anotherLedgersJournalIsRefusedAndKept() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.keepJournal()
        var cuts: [PowerCut] = []
        for _ in 0..<2 {
            var one = LedgerFixture.tiny()
            one.options = fixture.options
            let log = try one.open()
            _ = try await log.append(AppendRequest(events: [draft(1)]))
            cuts.append(try PowerCut(of: log, at: one.path, options: one.options))
            log.close()
        }
        let path = cuts[0].journals[0]
        try copyFile(cuts[1].journals[0], to: path)
        let error = #expect(throws: EventLogError.self) { try cuts[0].fixture.open() }
        guard case .damaged(_, let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.contains("another ledger"))
        #expect(try readFile(path) == readFile(cuts[1].journals[0]))
    }

    /// What went through the journal is sealed without another commit to remind of it.
    @Test func whatTheJournalHeldIsSealed() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.keepJournal()
        fixture.options.settleMilliseconds = 100
        try await fixture.withLog { log async throws in
            for number in 1...100 as ClosedRange<UInt64> {
                _ = try await log.append(AppendRequest(events: [draft(number)]))
            }
            while try log.status().sealedThrough < Position(50) {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        try fixture.expectSound()
    }

    /// Batches become blocks, and commits go from the journal into the log, while it is verified.
    @Test(arguments: testSeeds(3))
    func aBusyLedgerProvesItself(seed: UInt64) async throws {
        print("seed \(seed)")
        let fixture = LedgerFixture.tiny()
        try await fixture.withLog { log async throws in
            async let appending: Void = {
                var random = SeededRandom(seed: seed)
                for number in 1...400 as ClosedRange<UInt64> {
                    _ = try await log.append(request(number, &random))
                }
            }()
            for _ in 0..<60 {
                let report = try log.verify()
                #expect(report.damages == [])
                try await Task.sleep(for: .milliseconds(2))
            }
            try await appending
        }
        try fixture.expectSound()
    }

    /// Nobody who may record events can write a record of the journal with them.
    @Test func anEventThatLooksLikeARecordIsNone() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.keepJournal()
        fixture.options.maxValueBytes = 64 << 10
        let value = PendingValue(first: 2)
        value.append { $0 += Array("anything".utf8) }
        let forged = JournalRecord(
            key: .random(), LogCommit([value], after: LogHead(), ledgerAt: 0))
        let log = try fixture.open()
        // Wherever the event begins in its record, the forged one lies at the border of a block.
        for shift in 0..<3 as Range<Int> {
            let lead = [UInt8](repeating: 0, count: 4_096 - 200 - shift)
            let body = lead + Array(repeating: Array(forged.bytes), count: 3).joined()
            _ = try await log.append(
                AppendRequest(events: [draft(UInt64(shift) + 1, body: body)]))
        }
        let cut = try PowerCut(of: log, at: fixture.path, options: fixture.options)
        let status = try log.status()
        log.close()
        let path = try cut.lastJournal()
        var bytes = try readFile(path)
        // The first record is cut off, so that everything behind it is looked at.
        let place = try #require(try cut.ends(path).last).place
        bytes[place.lowerBound] ^= 1
        try writeFile(path, bytes)
        try await cut.fixture.withLog { log async throws in
            #expect(log.head.value == status.head.value - 1)
        }
    }

    @Test func aFullLogKeepsTheJournalAndTakesNoMore() async throws {
        var fixture = LedgerFixture()
        fixture.options.logMapBytes = 512 << 10
        fixture.options.sealing = false
        fixture.keepJournal()
        fixture.options.journalFileBytes = 4 << 20
        let judge = TestJudge()
        let log = try fixture.open(judge: judge)
        for number in 1...120 as ClosedRange<UInt64> {
            let event = draft(number, body: [UInt8](repeating: 7, count: 9_000))
            _ = try await log.append(AppendRequest(events: [event]))
        }
        #expect(try log.log.settle() == nil)
        let refused = await log.outcome(of: AppendRequest(events: [draft(121)]))
        guard case .full(.logMap) = refused.failure else {
            Issue.record("\(refused)")
            return
        }
        let cut = try PowerCut(of: log, at: fixture.path, options: fixture.options)
        log.close()
        // Everything that was answered can be read, also after a restart without more room.
        for kept in [fixture, cut.fixture] {
            try kept.expectSound()
            try await kept.withLog(judge: judge) { log async throws in
                #expect(log.head.value == 120)
                #expect(try readAll(log, ReadQuery(.stream("issue-1"))).count == 120)
                let refused = await log.outcome(of: AppendRequest(events: [draft(121)]))
                guard case .full(.logMap) = refused.failure else {
                    Issue.record("\(refused)")
                    return
                }
                try log.grow(logMapBytes: 16 << 20)
                _ = try await log.append(AppendRequest(events: [draft(121)]))
                #expect(log.log.storedThrough == 121)
            }
            #expect(try journals(kept) == [[], []])
        }
    }

    /// A failed transaction of the settler stops the log and loses nothing.
    @Test func aFailedSettlingStopsTheLog() async throws {
        var fixture = LedgerFixture.tiny()
        let isBroken = Shared(false)
        fixture.options.beforeSettling = {
            if isBroken.value { throw LMDBError(kind: .io, operation: "commit") }
        }
        let log = try fixture.open()
        _ = try await log.append(AppendRequest(events: [draft(1)]))
        isBroken.update { $0 = true }
        var number: UInt64 = 1
        var stopped = false
        while !stopped, number < 10_000 {
            number += 1
            switch await log.outcome(of: AppendRequest(events: [draft(number)])) {
            case .success: try await Task.sleep(for: .milliseconds(1))
            case .failure(.stopped): stopped = true
            case let other: Issue.record("\(other)")
            }
        }
        #expect(stopped)
        #expect(try readAll(log, ReadQuery(.all)).count == Int(number) - 1)
        log.close()
        isBroken.update { $0 = false }
        try fixture.expectSound()
        try await fixture.withLog { log async throws in
            #expect(log.head.value == number - 1)
            _ = try await log.append(AppendRequest(events: [draft(number)]))
        }
    }

    @Test func largeCommitsTakeTheJournalAlong() async throws {
        var fixture = LedgerFixture()
        fixture.keepJournal()
        fixture.options.sealing = false
        try await fixture.withLog { log async throws in
            for number in 1...5 as ClosedRange<UInt64> {
                _ = try await log.append(AppendRequest(events: [draft(number)]))
            }
            #expect(log.log.storedThrough == 0)
            #expect(log.log.tail.view.last == 5)
            let large = draft(6, body: [UInt8](repeating: 1, count: 300_000))
            _ = try await log.append(AppendRequest(events: [large]))
            #expect(log.log.storedThrough == 6)
            #expect(log.log.tail.isEmpty)
            _ = try await log.append(AppendRequest(events: [draft(7)]))
            #expect(log.log.storedThrough == 6)
            #expect(try log.storedValue(at: Position(7))?.count == 1)
            #expect(try log.storedValue(at: Position(6))?.count == 1)
            #expect(try log.root(after: Position(7)) == log.status().root)
            #expect(try log.verify().isSound)
        }
    }

    @Test(arguments: testSeeds(4))
    func whatIsNoRecordIsNotRead(seed: UInt64) {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let key = JournalKey.random()
        for _ in 0..<200 {
            let value = PendingValue(first: UInt64.random(in: 1...1_000, using: &random))
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let size = Int.random(in: 1...3_000, using: &random)
                value.append {
                    $0 += (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                }
            }
            let record = JournalRecord(
                key: key, LogCommit([value], after: LogHead(), ledgerAt: 0))
            var bytes = Array(record.bytes)
            #expect(bytes.count.isMultiple(of: JournalRecord.blockSize))
            let read = bytes.withUnsafeBytes { JournalRecord.read($0, key: key) }
            #expect(read?.first == value.first)
            #expect(read?.last == value.last)
            let size = read?.size ?? 0
            #expect(JournalRecord.padded(size) == bytes.count)
            #expect(bytes.withUnsafeBytes { JournalRecord.read($0, key: .random()) } == nil)
            let cut = Int.random(in: 0..<size, using: &random)
            #expect(
                bytes.withUnsafeBytes {
                    JournalRecord.read(UnsafeRawBufferPointer(rebasing: $0[..<cut]), key: key)
                } == nil)
            bytes[Int.random(in: 0..<size, using: &random)] ^= UInt8.random(
                in: 1...255, using: &random)
            #expect(bytes.withUnsafeBytes { JournalRecord.read($0, key: key) } == nil)
        }
    }
}
