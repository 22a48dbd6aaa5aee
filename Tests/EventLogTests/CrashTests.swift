import EventLog
import Glibc
import TestSupport
import Testing

/// A process that is killed at any moment leaves every event it acknowledged.
@Suite(.serialized) struct CrashTests {
    private static let directoryKey = "TAIZHANG_CRASH_DIRECTORY"
    private static let killAfterKey = "TAIZHANG_CRASH_AFTER"

    @Test func acknowledgedEventsOutliveAKill() async throws {
        var random = SystemRandomNumberGenerator()
        let fixture = LedgerFixture.tiny()
        setenv(Self.directoryKey, fixture.directory.path, 1)
        defer { unsetenv(Self.directoryKey) }
        for _ in 0..<3 {
            let killAfter = Int.random(in: 1...400, using: &random)
            print("killed after \(killAfter) answers")
            setenv(Self.killAfterKey, "\(killAfter)", 1)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                try await CrashTests.appendUntilKilled()
            }
            try await expectAcknowledged(fixture)
        }
    }

    /// Runs in a process of its own.
    private static func appendUntilKilled() async throws {
        guard let directory = environmentValue(directoryKey),
            let killAfter = environmentValue(killAfterKey).flatMap(Int.init)
        else { return }
        var options = LedgerFixture.tiny().options
        options.logMapBytes = 256 << 20
        let log = try EventLog.open(
            directory: "\(directory)/ledger", options: options, judge: TestJudge(looksAround: false)
        )
        let journal = open("\(directory)/journal", O_WRONLY | O_APPEND | O_CREAT, 0o600)
        let answered = Shared(0)
        let start = log.head.value
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<6 as Range<UInt64> {
                group.addTask {
                    for number in 0..<100_000 as Range<UInt64> {
                        let id = (start + number + 1) * 10 + caller
                        let event = draft(id, stream: "s-\(id % 3)", tags: ["t"])
                        guard
                            let result = try? await log.append(AppendRequest(events: [event]))
                                .result
                        else { return }
                        let line = Array("\(id) \(result.first)\n".utf8)
                        _ = write(journal, line, line.count)
                        let count = answered.update { count in
                            count += 1
                            return count
                        }
                        if count >= killAfter { kill(getpid(), SIGKILL) }
                    }
                }
            }
        }
    }

    private func expectAcknowledged(_ fixture: LedgerFixture) async throws {
        var options = fixture.options
        options.logMapBytes = 256 << 20
        let journal = try readFile(fixture.directory.appending("journal"))
        let log = try EventLog.open(directory: fixture.path, options: options, judge: TestJudge())
        defer { log.close() }
        for line in journal.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            let id = try #require(UInt64(words[0]))
            let position = try #require(UInt64(words[1]))
            #expect(try log.event(withID: testID(id))?.position == Position(position))
        }
        #expect(
            try readAll(log, ReadQuery(.tag("t"))).map(\.position.value)
                == Array(1...log.head.value))
        let report = try log.verify()
        #expect(report.isSound, "\(report)")
    }
}
