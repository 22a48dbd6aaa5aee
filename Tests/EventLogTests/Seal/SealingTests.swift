import EventLog
import Glibc
import LogFormat
import TestSupport
import Testing

/// Sealing changes how events lie on the disk and nothing else.
@Suite struct SealingTests {
    private func body(_ number: UInt64) -> [UInt8] {
        Array("{\"service\":\"义诊\",\"number\":\(number),\"place\":\"社区卫生服务中心\"}".utf8)
    }

    private func fill(_ log: EventLog, _ numbers: ClosedRange<UInt64>) async throws {
        for number in numbers {
            let event = draft(
                number, stream: "s-\(number % 5)", type: UInt32(number % 3), tags: ["t"],
                body: body(number))
            _ = try await log.append(AppendRequest(events: [event]))
        }
    }

    private func roots(_ log: EventLog) throws -> [MerkleHash?] {
        try (0...log.head.value).map { try log.root(after: Position($0)) }
    }

    @Test func eventsRootsAndReadsStayTheSame() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.sealing = false
        var events: [RecordedEvent] = []
        var rootsBefore: [MerkleHash?] = []
        var bytesBefore = 0
        try await fixture.withLog { log async throws in
            try await fill(log, 1...900)
            events = try readAll(log, ReadQuery())
            rootsBefore = try roots(log)
            bytesBefore = try log.status().logBytes
        }
        fixture.options.sealing = true
        try await fixture.withLog { log async throws in
            try await log.waitUntilSealed()
            #expect(try log.status().sealedThrough > Position(800))
            #expect(try log.status().sealedThrough <= Position(900))
            #expect(try readAll(log, ReadQuery()) == events)
            #expect(
                try readAll(log, ReadQuery(direction: .backwards, maxEvents: 7))
                    == events.reversed())
            #expect(
                try readAll(log, ReadQuery(.stream("s-2"), maxEvents: 9))
                    == events.filter { $0.stream == "s-2" })
            for event in events.prefix(60) {
                #expect(try log.event(withID: event.id) == event)
                #expect(try log.event(at: event.position) == event)
            }
            // Where a batch ended, the root is known as before; now it is known everywhere.
            let rootsAfter = try roots(log)
            for (before, after) in zip(rootsBefore, rootsAfter) {
                if let before { #expect(after == before) }
            }
            let sealed = Int(try log.status().sealedThrough.value)
            #expect(!rootsAfter[...sealed].contains(nil))
            #expect(try log.status().logBytes < bytesBefore)
            let report = try log.verify()
            #expect(report.isSound, "\(report)")
            try await fill(log, 901...1_000)
            #expect(try readAll(log, ReadQuery()).prefix(900) == events[...])
        }
        try fixture.expectSound()
    }

    /// A block takes the place of batches that were verified already and of some that were not.
    @Test func aBlockThatIsMadeMeanwhileIsProvedToItsEnd() async throws {
        var fixture = LedgerFixture.tiny()
        fixture.options.sealedBlockBytes = 4_000
        let maySeal = Shared(false)
        fixture.options.whileSealing = { _ in
            while !maySeal.update({ $0 }) { usleep(200) }
        }
        try await fixture.withLog { log async throws in
            defer { maySeal.update { $0 = true } }
            try await fill(log, 1...600)
            // The log is read in steps of 64 values, each an event here.
            var sealedAfter: UInt64?
            let report = try log.verify { position, _ in
                guard sealedAfter == nil else { return true }
                sealedAfter = position.value
                maySeal.update { $0 = true }
                for _ in 0..<100_000 where (try? log.status().isSealing) ?? false { usleep(200) }
                return true
            }
            #expect(report.damages == [])
            #expect(report.events == 600)
            let border = try #require(sealedAfter)
            let value = try #require(try log.storedValue(at: Position(border)))
            #expect(value.first.value < border && border < value.last.value)
        }
        try fixture.expectSound()
    }

    /// A lost index is made anew from sealed blocks.
    @Test func theIndexIsRebuiltFromBlocks() async throws {
        let fixture = LedgerFixture.tiny()
        var events: [RecordedEvent] = []
        try await fixture.withLog { log async throws in
            try await fill(log, 1...300)
            try await log.waitUntilSealed()
            #expect(try log.status().sealedThrough > .zero)
            events = try readAll(log, ReadQuery(.tag("t")))
        }
        for file in ["data.mdb", "lock.mdb"] { unlink("\(fixture.path)/index/\(file)") }
        try await fixture.withLog { log async throws in
            #expect(try readAll(log, ReadQuery(.tag("t"))) == events)
            #expect(try log.streamVersion("s-1") == 60)
        }
        try fixture.expectSound()
    }

    /// Other logs get sealed history as batches, which they can prove and seal for themselves.
    @Test func sealedHistoryCanBeReplicated() async throws {
        let fixture = LedgerFixture.tiny()
        var copyFixture = LedgerFixture.tiny()
        let log = try fixture.open()
        defer { log.close() }
        try await fill(log, 1...400)
        try await log.waitUntilSealed()
        #expect(try log.status().sealedThrough > Position(100))
        copyFixture.options.identity = log.identity
        let copy = try copyFixture.open()
        defer { copy.close() }
        while let batch = try log.sequencedBatch(after: copy.head) {
            _ = try await copy.appendSequenced(batch)
        }
        #expect(try readAll(copy, ReadQuery()) == readAll(log, ReadQuery()))
        #expect(try copy.status().root == log.status().root)
        // Also from inside of a block: where a copy stands when the source seals past it.
        let inside = try #require(try log.sequencedBatch(after: Position(2)))
        #expect(inside.previousRoot == (try copy.root(after: Position(2))))
        let value = try #require(inside.values.first)
        #expect(try value.withUnsafeBytes { try ValueView($0, at: 3).header.first } == 3)
    }

    /// Whatever step fails, the log goes on with what it had and a new start seals the rest.
    @Test(arguments: SealStep.allCases)
    func aFailedStepLosesNothing(step: SealStep) async throws {
        struct Failure: Error {}
        var fixture = LedgerFixture.tiny()
        let passes = Shared(0)
        fixture.options.whileSealing = { [step] now in
            guard now == step else { return }
            let count = passes.update { count in
                count += 1
                return count
            }
            if count == 3 { throw Failure() }
        }
        try await fixture.withLog { log async throws in
            try await fill(log, 1...400)
            while try log.status().sealingFault == nil {
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(try log.status().sealedThrough < Position(350))
            #expect(try readAll(log, ReadQuery()).count == 400)
            try await fill(log, 401...420)
        }
        try fixture.expectSound()
        fixture.options.whileSealing = nil
        try await fixture.withLog { log async throws in
            try await log.waitUntilSealed()
            #expect(try log.status().sealedThrough > Position(350))
            let events = try readAll(log, ReadQuery())
            #expect(events.map(\.body) == (1...420).map { body($0) })
        }
        try fixture.expectSound()
    }

    @Test func valuesAreGivenOutAsTheyAreStored() async throws {
        let fixture = LedgerFixture.tiny()
        try await fixture.withLog { log async throws in
            try await fill(log, 1...300)
            try await log.waitUntilSealed()
            let sealed = try log.status().sealedThrough
            var position = Position.first
            let reader = ValueReader { try log.sealDictionary($0).map { try FrameDictionary($0) } }
            while let stored = try log.storedValue(at: position) {
                #expect(stored.first == position)
                try stored.bytes.withUnsafeBytes { bytes in
                    let value = try ValueView(bytes, at: stored.first.value)
                    #expect((value.header.kind == .sealedBlock) == (stored.last <= sealed))
                    #expect(value.dictionaryNumber == stored.dictionary)
                    for at in stored.first.value...stored.last.value {
                        let record = try reader.record(at: at, in: value)
                        #expect([UInt8](record.body) == body(at))
                    }
                }
                position = stored.last.successor
            }
            #expect(position == Position(301))
            #expect(try log.storedValue(at: .zero) == nil)
        }
    }
}

/// A process that is killed at any step of sealing leaves every event.
@Suite(.serialized) struct SealingCrashTests {
    private static let directoryKey = "TAIZHANG_SEAL_DIRECTORY"
    private static let stepKey = "TAIZHANG_SEAL_STEP"

    @Test(arguments: Array(SealStep.allCases.indices))
    func aKillAtAnyStepLosesNothing(step: Int) async throws {
        let fixture = LedgerFixture.tiny()
        setenv(Self.directoryKey, fixture.directory.path, 1)
        setenv(Self.stepKey, "\(step)", 1)
        defer {
            unsetenv(Self.directoryKey)
            unsetenv(Self.stepKey)
        }
        for _ in 0..<3 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                try await SealingCrashTests.appendUntilKilled()
            }
            let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
            #expect(report.isSound, "\(report)")
        }
        try await fixture.withLog { log async throws in
            let events = try readAll(log, ReadQuery())
            #expect(events.map(\.position.value) == Array(1...log.head.value))
            #expect(events.count >= 60)
            for event in events {
                #expect(event.body == Array("body \(event.position.value)".utf8))
                #expect(try log.event(withID: event.id) == event)
            }
        }
        try fixture.expectSound()
    }

    /// Runs in a process of its own, which dies at the third pass through the step.
    private static func appendUntilKilled() async throws {
        guard let directory = environmentValue(directoryKey),
            let step = environmentValue(stepKey).flatMap(Int.init)
        else { return }
        var options = LedgerFixture.tiny().options
        let passes = Shared(0)
        options.whileSealing = { now in
            guard now == SealStep.allCases[step] else { return }
            let count = passes.update { count in
                count += 1
                return count
            }
            if count == 3 { kill(getpid(), SIGKILL) }
        }
        let log = try EventLog.open(directory: "\(directory)/ledger", options: options)
        for number in (log.head.value + 1)...(log.head.value + 100_000) {
            _ = try await log.append(
                AppendRequest(events: [draft(number, stream: "s-\(number % 3)")]))
        }
    }
}
