import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct DirectoryLockTests {
    private let directory = TemporaryDirectory("lock")
    private var path: String { directory.appending("server.lock") }

    @Test func excludesASecondHolderInTheProcess() throws {
        do {
            let lock = try DirectoryLock(path: path)
            let holder = try #require(try DirectoryLock.holder(path: path))
            #expect(holder.processID == getpid())
            #expect(holder.sharesNamespace)
            let found = try kind { _ = try DirectoryLock(path: path) }
            #expect(found == .busy(pid: getpid()))
            // Another descriptor of the file was closed; the lock must still be there.
            #expect(try DirectoryLock.holder(path: path) != nil)
            _ = consume lock
        }
        #expect(try DirectoryLock.holder(path: path) == nil)
        _ = try DirectoryLock(path: path)
    }

    @Test func excludesOtherProcesses() async throws {
        let lock = try DirectoryLock(path: path)
        await #expect(processExitsWith: .success) {
            [path = path as String, owner = getpid() as Int32] in
            let found = try kind { _ = try DirectoryLock(path: path) }
            let holder = try DirectoryLock.holder(path: path)
            let isRight = found == .busy(pid: owner) && holder?.processID == owner
            exit(isRight ? EXIT_SUCCESS : EXIT_FAILURE)
        }
        _ = consume lock
    }

    @Test func aDeadHolderHoldsNothing() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            dieHolding(try DirectoryLock(path: path))
        }
        #expect(try DirectoryLock.holder(path: path) == nil)
        _ = try DirectoryLock(path: path)
    }

    @Test func saysWhatIsWrong() throws {
        #expect(try DirectoryLock.holder(path: path) == nil)
        let nowhere = directory.appending("no/such/lock")
        #expect(try kind { _ = try DirectoryLock(path: nowhere) } == .notFound)
        #expect(try isMisuse(kind { _ = try DirectoryLock(path: "a\0b") }))
    }

    @Test func readsDamagedFilesWithoutTrapping() throws {
        for text in ["", "x y", "99999999999999999999 1", "12", "12 0", "-5 7 8"] {
            try write(Array(text.utf8), to: path)
            #expect(try DirectoryLock.holder(path: path) == nil)
            _ = try DirectoryLock(path: path)
        }
    }
}

private func dieHolding(_ lock: borrowing DirectoryLock) -> Never {
    _exit(EXIT_SUCCESS)
}
