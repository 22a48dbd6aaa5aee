import EventLog
import Glibc
import TestSupport
import Testing

/// The index is derived: whatever happens to it, opening gives the same answers.
@Suite struct IndexRebuildTests {
    private func fill(_ fixture: LedgerFixture, _ numbers: ClosedRange<UInt64>) async throws {
        try await fixture.withLog { log async throws in
            for number in numbers {
                let event = draft(
                    number, stream: "s-\(number % 3)", type: UInt32(number % 4),
                    tags: ["t-\(number % 2)"])
                _ = try await log.append(AppendRequest(events: [event]))
            }
        }
    }

    private func expectAnswers(_ fixture: LedgerFixture, _ count: UInt64) async throws {
        try await fixture.withLog { log async throws in
            #expect(log.head.value == count)
            let expected = (1...count).filter { $0 % 2 == 1 && $0 % 4 == 3 }
            let found = try readAll(log, ReadQuery(.tag("t-1"), types: [3], maxEvents: 7))
            #expect(found.map(\.position.value) == expected)
            #expect(try log.streamVersion("s-1") == UInt64((1...count).count { $0 % 3 == 1 }))
            #expect(
                try await log.append(AppendRequest(events: [draft(1, stream: "s-1", type: 1)]))
                    .result.first == .first)
            #expect(try log.verify().isSound)
        }
        try fixture.expectSound()
    }

    @Test func aDeletedIndexIsBuiltAnew() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture, 1...150)
        unlink("\(fixture.path)/index/data.mdb")
        unlink("\(fixture.path)/index/lock.mdb")
        try await expectAnswers(fixture, 150)
    }

    @Test func anIndexAheadOfItsLogIsDropped() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture, 1...60)
        try copy(fixture, "log/data.mdb", to: "old-log")
        try await fill(fixture, 61...120)
        try copy(fixture, "old-log", to: "log/data.mdb")
        try await expectAnswers(fixture, 60)
    }

    @Test func anIndexOfAnotherHistoryIsDropped() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture, 1...60)
        try copy(fixture, "log/data.mdb", to: "old-log")
        try await fill(fixture, 61...90)
        try copy(fixture, "index/data.mdb", to: "other-index")
        // The same ledger, taken back to 60, and then another history of the same length.
        try copy(fixture, "old-log", to: "log/data.mdb")
        try await fixture.withLog { log async throws in
            for number in 1_061...1_090 as ClosedRange<UInt64> {
                _ = try await log.append(AppendRequest(events: [draft(number, stream: "z-1")]))
            }
        }
        try copy(fixture, "other-index", to: "index/data.mdb")
        try await fixture.withLog { log async throws in
            #expect(try log.streamVersion("z-1") == 30)
            #expect(try log.event(withID: testID(61)) == nil)
            #expect(try readAll(log, ReadQuery(.stream("s-1"))).count == 20)
            #expect(try log.verify().isSound)
        }
    }

    @Test func anIndexThatLagsIsCaughtUp() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture, 1...60)
        try copy(fixture, "index/data.mdb", to: "old-index")
        try await fill(fixture, 61...150)
        try copy(fixture, "old-index", to: "index/data.mdb")
        try await expectAnswers(fixture, 150)
    }

    @Test func anIndexThatIsNoneIsReplaced() async throws {
        let fixture = LedgerFixture.tiny()
        try await fill(fixture, 1...40)
        let path = "\(fixture.path)/index/data.mdb"
        let descriptor = open(path, O_WRONLY)
        let noise = [UInt8](repeating: 0xA5, count: 8_192)
        #expect(pwrite(descriptor, noise, noise.count, 0) == noise.count)
        close(descriptor)
        try await expectAnswers(fixture, 40)
    }

    @Test func forReadingOnlyAnUnusableIndexIsSaidSo() async throws {
        var fixture = LedgerFixture.tiny()
        try await fill(fixture, 1...40)
        try copy(fixture, "log/data.mdb", to: "old-log")
        try await fill(fixture, 41...80)
        try copy(fixture, "old-log", to: "log/data.mdb")
        fixture.options.readOnly = true
        try await fixture.withLog { log async throws in
            #expect(try readAll(log, ReadQuery(.all)).count == 40)
            #expect(throws: EventLogError.self) { try log.read(ReadQuery(.tag("t-1"))) }
            let report = try log.verify()
            #expect(report.damages == [])
            #expect(report.indexSkipped != nil)
            #expect(!report.isSound)
        }
    }

    private func copy(_ fixture: LedgerFixture, _ from: String, to: String) throws {
        try copyFile("\(fixture.path)/\(from)", to: "\(fixture.path)/\(to)")
    }
}
