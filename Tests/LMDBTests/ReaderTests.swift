import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct ReaderTests {
    /// Nests read transactions on this thread until one is refused; returns how many were open.
    private func nest(_ environment: Environment, depth: Int = 0) throws -> Int {
        do {
            return try environment.read { _ in try nest(environment, depth: depth + 1) }
        } catch let error as LMDBError where error.kind == .readersFull {
            return depth
        }
    }

    @Test func aFullTableIsAnErrorAndPasses() throws {
        let store = try Fixture(Environment.Options(maxReaders: 5))
        #expect(try nest(store.environment) == 5)
        // The slots are kept for the next readers, not lost.
        #expect(try nest(store.environment) == 5)
        #expect(try store.environment.info.maxReaders == 5)
        try store.fill(1...1)
        #expect(try store.keys() == [1])
    }

    @Test func opensForFiveHundredReaders() throws {
        let store = try Fixture()
        #expect(try store.environment.info.maxReaders == 512)
    }

    @Test func manyReadersReuseFewSlots() throws {
        let store = try Fixture(Environment.Options(maxReaders: 8))
        for _ in 0..<1_000 { #expect(try store.keys() == []) }
        #expect(try store.environment.info.readers <= 2)
    }

    @Test func showsTheOldestReader() throws {
        let store = try Fixture(Environment.Options(readerAgeLimitMilliseconds: 5))
        try store.fill(1...1)
        let idle = try store.environment.info
        #expect(idle.activeReaders == 0)
        #expect(idle.oldestReaderAgeNanoseconds == 0)
        #expect(idle.oldestReaderTransaction == nil)
        #expect(idle.oldestReaderLag == 0)
        try store.environment.read { transaction in
            for key in UInt64(2)...4 { try store.fill(key...key) }
            usleep(10_000)
            try store.environment.read { _ in
                let info = try store.environment.info
                #expect(info.activeReaders == 2)
                #expect(info.oldestReaderAgeNanoseconds >= 10_000_000)
                #expect(info.oldestReaderTransaction == transaction.id)
                #expect(info.oldestReaderLag == 3)
                #expect(info.overlongReaders == 0)
            }
        }
        #expect(try store.environment.info.overlongReaders == 1)
        #expect(try store.environment.info.oldestReaderLag == 0)
    }

    /// One old snapshot keeps every page that was freed after it began.
    @Test func anOldReaderMakesTheFileGrow() throws {
        let store = try Fixture()
        func rewrite() throws -> Int {
            for _ in 0..<100 { try store.fill(1...1, size: 20_000) }
            return try store.environment.info.usedBytes
        }
        let before = try rewrite()
        #expect(try rewrite() == before)
        let grown = try store.environment.read { _ in try rewrite() }
        #expect(grown > before + 100 * 20_000)
        #expect(try rewrite() == grown)
    }

    @Test func freesTheSlotsOfDeadProcesses() async throws {
        let store = try Fixture()
        try store.fill(1...1)
        await dieReading(store.directory.path, depth: 1)
        try store.fill(2...2)
        let stale = try store.environment.readers().filter { $0.processID != getpid() }
        #expect(stale.count == 1)
        #expect(stale.first?.transaction != nil)
        #expect(try store.environment.info.oldestReaderLag >= 1)
        #expect(try store.environment.checkReaders() == 1)
        #expect(try store.environment.checkReaders() == 0)
        #expect(try store.environment.info.oldestReaderLag == 0)
    }

    @Test func freesDeadSlotsWhenTheTableIsFull() async throws {
        let store = try Fixture(Environment.Options(maxReaders: 4))
        await dieReading(store.directory.path, depth: 4)
        #expect(try store.environment.readers().count == 4)
        #expect(try nest(store.environment) == 4)
    }

    @Test func aWriterThatDiesLeavesNothingAndNoLock() async throws {
        let store = try Fixture()
        try store.fill(1...3)
        await #expect(processExitsWith: .success) { [path = store.directory.path as String] in
            let environment = try Environment(path: path)
            let facts = try environment.openDatabase("facts")
            try environment.write { transaction in
                try transaction.put(facts, UInt64(9), "never")
                try transaction.delete(facts, UInt64(1))
                _exit(EXIT_SUCCESS)
            }
        }
        try store.fill(4...4)
        #expect(try store.keys() == [1, 2, 3, 4])
    }

    private func dieReading(_ path: String, depth: Int) async {
        await #expect(processExitsWith: .success) { [path = path as String, depth = depth as Int] in
            let environment = try Environment(path: path)
            try dieInside(environment, depth)
        }
    }
}

/// Ends the process with so many read transactions open.
private func dieInside(_ environment: Environment, _ depth: Int) throws {
    try environment.read { _ in
        if depth == 1 { _exit(EXIT_SUCCESS) }
        try dieInside(environment, depth - 1)
    }
}
