import Glibc
import LMDB
import TestSupport
import Testing

/// Disks that fill up and disks that fail.
///
/// A failing disk is played by putting another file under a descriptor of the data file:
/// `/dev/full` refuses every write with ENOSPC, `/dev/null` takes every write but cannot be
/// flushed, and the unmapped start of `/proc/self/mem` answers EIO.
@Suite struct FailureTests {
    @Test func aFullDiskUndoesTheTransaction() throws {
        let store = try Fixture()
        try store.fill(1...3)
        try withFault("/dev/full", at: .data, of: store) {
            for _ in 0..<2 {
                let error = try failure { try store.fill(4...40, size: 2_000) }
                #expect(error?.kind == .diskFull)
                #expect(error?.code == ENOSPC)
                #expect(error?.isFatal == false)
                #expect(error?.message.contains("bytes available") == true)
            }
            #expect(try store.keys() == [1, 2, 3])
        }
        #expect(store.environment.failure == nil)
        try store.fill(4...40, size: 2_000)
        #expect(try store.keys() == Array(1...40))
    }

    @Test func aFailedDataWriteClosesToWrites() throws {
        let store = try Fixture()
        try store.fill(1...3)
        try withFault("/proc/self/mem", at: .data, of: store) {
            let error = try failure { try store.fill(4...4) }
            #expect(error?.kind == .io)
            #expect(error?.code == EIO)
        }
        try expectPoisoned(store)
        #expect(try store.keys() == [1, 2, 3])
        try expectReopens(store, [1, 2, 3])
    }

    @Test func aFailedFlushClosesToWrites() throws {
        let store = try Fixture()
        try store.fill(1...3)
        try withFault("/dev/null", at: .data, of: store) {
            let error = try failure { try store.fill(4...4) }
            #expect(error?.kind == .io)
            #expect(error?.isFatal == true)
        }
        try expectPoisoned(store)
        #expect(try store.keys() == [1, 2, 3])
        try expectReopens(store, [1, 2, 3])
    }

    @Test func aFailedSyncClosesToWrites() throws {
        let store = try Fixture()
        try store.environment.sync()
        try withFault("/dev/null", at: .data, of: store) {
            let found = try kind { try store.environment.sync() }
            #expect(found == .io)
        }
        try expectPoisoned(store)
    }

    @Test func aFailedRootPageLeavesTheOutcomeOpen() throws {
        let store = try Fixture()
        try store.fill(1...3)
        try withFault("/dev/full", at: .root, of: store) {
            let error = try failure { try store.fill(4...4) }
            #expect(error?.kind == .panic)
            #expect(error?.isFatal == true)
        }
        try expectPoisoned(store)
        // LMDB itself refuses even readers now.
        #expect(try kind { _ = try store.keys() } == .panic)
        store.environment.close()
        let again = try Environment(path: store.directory.path)
        let facts = try again.openDatabase("facts", create: false)
        let entries = try again.read { try $0.stat(facts).entries }
        #expect(entries == 3 || entries == 4)
        try again.write { try $0.put(facts, UInt64(5), "later") }
    }

    @Test(.enabled(if: FailureTests.canMount, "mounting a small file system needs root"))
    func aSmallFileSystemFillsUpAndRecovers() throws {
        let directory = TemporaryDirectory("lmdb-full")
        try #require(mount("tmpfs", directory.path, "tmpfs", 0, "size=1m") == 0)
        defer { umount2(directory.path, Int32(MNT_DETACH)) }
        let environment = try Environment(path: directory.appending("env"))
        let facts = try environment.openDatabase("facts")
        var key: UInt64 = 0
        var codes: Set<Int32> = []
        // Different sizes end in the middle of a page, which LMDB reports as EIO, or between two.
        for size in [2_000, 30_000, 90_001] {
            var found: LMDBError?
            while found == nil {
                key += 1
                found = try failure {
                    try environment.write { transaction in
                        try transaction.put(facts, key, [UInt8](repeating: 7, count: size))
                    }
                }
            }
            codes.insert(found?.code ?? 0)
            #expect(found?.kind == .diskFull, "\(String(describing: found))")
            let entries = try environment.read { try $0.stat(facts).entries }
            try remount(directory.path, mebibytes: 1 + Int(key % 7) + size / 10_000)
            try environment.write { try $0.put(facts, key, "room again") }
            #expect(try environment.read { try $0.stat(facts).entries } == entries + 1)
        }
        environment.close()
        #expect(codes.isSubset(of: [ENOSPC, EIO]))
        #expect(codes.contains(EIO))
    }

    private func remount(_ path: String, mebibytes: Int) throws {
        let flags = UInt(MS_REMOUNT)
        try #require(mount("tmpfs", path, "tmpfs", flags, "size=\(mebibytes)m") == 0)
    }

    static let canMount: Bool = {
        let directory = TemporaryDirectory("lmdb-mount")
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=64k") == 0 else { return false }
        return umount2(directory.path, Int32(MNT_DETACH)) == 0
    }()

    private func failure(of body: () throws -> Void) throws -> LMDBError? {
        do {
            try body()
            return nil
        } catch let error as LMDBError {
            return error
        }
    }

    private func expectPoisoned(_ store: Fixture) throws {
        #expect(store.environment.failure != nil)
        let error = try failure { try store.fill(9...9) }
        #expect(error?.kind == .poisoned)
        #expect(error?.isFatal == true)
        #expect(error?.advice.contains("open it again") == true)
    }

    private func expectReopens(_ store: Fixture, _ keys: [UInt64]) throws {
        store.environment.close()
        let again = try Environment(path: store.directory.path)
        let facts = try again.openDatabase("facts", create: false)
        #expect(try again.read { try $0.stat(facts).entries } == keys.count)
        try again.write { try $0.put(facts, UInt64(10), "later") }
        for key in keys { #expect(try again.read { try $0.contains(facts, key) }) }
    }

    private enum Role {
        case data
        /// The descriptor with O_DSYNC, for root pages.
        case root
    }

    private func withFault(
        _ fault: String, at role: Role, of store: Fixture, _ body: () throws -> Void
    ) throws {
        let victim = try #require(descriptor(role, of: store.directory.appending("data.mdb")))
        let saved = dup(victim)
        let broken = open(fault, O_RDWR)
        try #require(saved >= 0 && broken >= 0)
        dup2(broken, victim)
        close(broken)
        defer {
            dup2(saved, victim)
            close(saved)
        }
        try body()
    }

    private func descriptor(_ role: Role, of path: String) -> Int32? {
        var room = [UInt8](repeating: 0, count: 4_096)
        for candidate in Int32(0)..<65_536 {
            let count = readlink("/proc/self/fd/\(candidate)", &room, room.count)
            guard count > 0, String(decoding: room[..<count], as: UTF8.self) == path else {
                continue
            }
            let isSynchronous = fcntl(candidate, F_GETFL) & O_DSYNC != 0
            if isSynchronous == (role == .root) { return candidate }
        }
        return nil
    }
}
