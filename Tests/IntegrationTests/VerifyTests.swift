import Foundation
import TestSupport
import Testing

/// Damage is found, and said where it is.
@Suite struct VerifyTests {
    /// The directory of a ledger at rest.
    private static func ledger(in directory: TemporaryDirectory) throws -> String {
        let data = directory.appending("ledger")
        let server = try RunningServer(data: data)
        #expect(try server.importDemo(["YQ"]).refused == 0)
        #expect(server.stop() == 0)
        return data
    }

    @Test func aLedgerAtRestIsSound() throws {
        let directory = TemporaryDirectory("taizhang-verify")
        let data = try Self.ledger(in: directory)
        let finished = try Executable.run(["verify", "--data", data, "--json"])
        #expect(finished.status == 0)
        let report = try #require(try finished.objects().last)
        #expect(report["sound"] as? Bool == true)
        #expect(report["facts"] as? Int == (try DemoData.lines("YQ").count))
        #expect((report["index_entries"] as? Int ?? 0) > 0)
        #expect(report["index_skipped"] as? String == "")
        let text = try Executable.run(["verify", "--data", data, "--lang", "zh"])
        #expect(text.output.contains("✓ 完好：419 条事实"), "\(text.output)")
    }

    /// One bit of every fact that holds a word.
    @Test(arguments: ["issue-yq-0007", "person-yq-p03"]) func aFlippedBitIsFound(
        word: String
    ) throws {
        let directory = TemporaryDirectory("taizhang-verify")
        let data = try Self.ledger(in: directory)
        let copy = directory.appending("copy")
        try FileManager.default.copyItem(atPath: data, toPath: copy)
        let log = URL(filePath: copy).appending(path: "log/data.mdb")
        var bytes = try Data(contentsOf: log)
        // Pages that were freed may hold older copies: every copy is damaged.
        var flipped = 0
        while let place = bytes.range(of: Data(word.utf8)) {
            bytes[place.lowerBound] ^= 1
            flipped += 1
        }
        #expect(flipped > 0)
        try bytes.write(to: log)

        let finished = try Executable.run(["verify", "--data", copy, "--lang", "en"])
        #expect(finished.status == 65)
        #expect(finished.output.contains("damages found"), "\(finished.output)")
        #expect(finished.output.contains("✗ log @"), "\(finished.output)")
        #expect(try Executable.run(["verify", "--data", data]).status == 0)
    }

    @Test func aDirectoryWithoutALedgerIsSaidToBeNone() throws {
        let directory = TemporaryDirectory("taizhang-verify")
        let finished = try Executable.run(["verify", "--data", directory.path, "--lang", "en"])
        #expect(finished.status == 66)
        #expect(finished.errors.contains(directory.path), "\(finished.errors)")
    }
}
