import Foundation
import Glibc
import TestSupport
import Testing

/// A full disk refuses facts, loses none, and is over as soon as there is space again.
@Suite(.enabled(if: SmallDisk.isAvailable, "mounting a small file system needs root"))
struct StorageFullTests {
    @Test func aFullDiskRefusesAndGoesOnWhenThereIsSpace() throws {
        let disk = try SmallDisk(megabytes: 16)
        let server = try RunningServer(data: disk.path + "/ledger")
        #expect(try server.importDemo(["YQ"]).refused == 0)
        let before = try server.head()
        try disk.fill(leaving: 400_000)

        let full = try server.run(["import", "--json", DemoData.path("NA")])
        #expect(full.status == 74)
        #expect(full.errors.contains("STORAGE_FULL"), "\(full.errors)")
        #expect(full.errors.contains("NA.ndjson:"), "\(full.errors)")
        let counts = try ImportCounts(full)
        let head = try server.head()
        #expect(head == before + counts.accepted)

        // It keeps answering.
        #expect(try server.output(["read", "--json"]).lines.count == head)
        #expect(try server.output(["query", "branch_health", "--json"]).lines.count == 1)
        #expect(try server.run(["verify"]).status == 0)

        try disk.free()
        let rest = try server.importDemo(["NA"])
        let all = try DemoData.lines("NA").count
        #expect(
            rest
                == ImportCounts(accepted: all - counts.accepted, duplicates: counts.accepted))
        let hired = try server.output([
            "query", "talent_pipeline", "--org", "na-commission", "--period", "2023",
            "--where", "org=na-commission", "--where", "track=TOTAL", "--where", "stage=HIRED",
            "--at-least", "\(before + all)", "--json",
        ])
        #expect(try hired.objects().first?["hired"] as? Int == 347)
        #expect(try server.run(["verify"]).status == 0)
        #expect(server.stop() == 0)
        #expect(try Executable.run(["verify", "--data", disk.path + "/ledger"]).status == 0)
    }

    @Test func aDirectoryOnAFullDiskCannotBeOpened() throws {
        let disk = try SmallDisk(megabytes: 2)
        try disk.fill(leaving: 0)
        let finished = try Executable.run(
            ["serve", "--data", disk.path + "/ledger", "--listen", "127.0.0.1:0", "--lang", "en"])
        #expect(finished.status == 74)
        #expect(finished.errors.contains("the disk is full"), "\(finished.errors)")
    }
}

/// So does a file that may not grow any more.
@Suite struct FileSizeLimitTests {
    private func limitFiles(of server: RunningServer, to bytes: Int) throws {
        let changed = try Executable.run(
            "/usr/bin/prlimit",
            ["--pid", "\(server.process.processID)", "--fsize=\(bytes):unlimited"])
        #expect(changed.status == 0, "\(changed.errors)")
    }

    @Test func aLimitOfFileSizeRefusesAndGoesOnWhenItIsRaised() throws {
        let directory = TemporaryDirectory("limit")
        let server = try RunningServer(data: directory.path, defaultSignal: "XFSZ")
        #expect(try server.importDemo(["YQ"]).refused == 0)
        let before = try server.head()
        let file = try FileManager.default.attributesOfItem(
            atPath: directory.path + "/log/data.mdb")
        let size = try #require(file[.size] as? Int)
        try limitFiles(of: server, to: size + 100_000)

        let full = try server.run(["import", "--json", DemoData.path("NA")])
        #expect(full.status == 74)
        #expect(full.errors.contains("STORAGE_FULL"), "\(full.errors)")
        let accepted = try ImportCounts(full).accepted
        #expect(try server.head() == before + accepted)
        #expect(try server.run(["verify"]).status == 0)

        try limitFiles(of: server, to: 1 << 40)
        let all = try DemoData.lines("NA").count
        #expect(
            try server.importDemo(["NA"])
                == ImportCounts(accepted: all - accepted, duplicates: accepted))
        #expect(try server.run(["verify"]).status == 0)
        #expect(server.stop() == 0)
        #expect(try Executable.run(["verify", "--data", directory.path]).status == 0)
    }
}

/// A small file system in memory that can be filled up.
private final class SmallDisk {
    private let directory = TemporaryDirectory("taizhang-disk")
    var path: String { directory.path }

    /// Whether the machine lets the tests mount one.
    static let isAvailable: Bool = {
        guard geteuid() == 0 else { return false }
        return (try? SmallDisk(megabytes: 1)) != nil
    }()

    init(megabytes: Int) throws {
        let mount = try Executable.run(
            "/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", directory.path])
        guard mount.status == 0 else { throw NotMounted(errors: mount.errors) }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }

    private var ballast: String { path + "/ballast" }

    /// Leaves only so many bytes.
    func fill(leaving rest: Int) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw NotMounted(errors: "statvfs") }
        let free = Int(status.f_bavail) * Int(status.f_bsize)
        try Data(count: max(0, free - rest)).write(to: URL(filePath: ballast))
    }

    func free() throws {
        try FileManager.default.removeItem(atPath: ballast)
    }

    struct NotMounted: Error {
        let errors: String
    }
}
