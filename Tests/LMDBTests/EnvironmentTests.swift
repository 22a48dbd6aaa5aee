import Dispatch
import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct EnvironmentTests {
    @Test func reopeningFindsEverything() throws {
        let directory = TemporaryDirectory("lmdb")
        for round in UInt64(1)...3 {
            let environment = try Environment(path: directory.path)
            let facts = try environment.openDatabase("facts")
            try environment.write { try $0.put(facts, round, "round \(round)") }
            let count = try environment.read { try $0.stat(facts).entries }
            #expect(count == Int(round))
            environment.close()
        }
    }

    @Test func goingOutOfUseCloses() throws {
        let directory = TemporaryDirectory("lmdb")
        for _ in 0..<3 {
            let environment = try Environment(path: directory.path)
            _ = try environment.openDatabase("facts")
        }
    }

    @Test func aSecondOpenInTheProcessIsRefused() throws {
        let store = try Fixture()
        let path = store.directory.path
        let link = TemporaryDirectory("lmdb-link")
        #expect(symlink(path, link.appending("link")) == 0)
        let twin = link.appending("twin")
        #expect(mkdir(twin, 0o700) == 0)
        #expect(Glibc.link("\(path)/data.mdb", "\(twin)/data.mdb") == 0)
        for other in [path, "\(path)/.", link.appending("link"), twin] {
            #expect(try kind { _ = try Environment(path: other) } == .alreadyOpen)
        }
        try store.fill(1...3)
        store.environment.close()
        let again = try Environment(path: path)
        let facts = try again.openDatabase("facts", create: false)
        #expect(try again.read { try $0.stat(facts).entries } == 3)
    }

    @Test func aFailedOpenCanBeRepeated() throws {
        let directory = TemporaryDirectory("lmdb")
        let file = directory.appending("data.mdb")
        try write([UInt8](repeating: 7, count: 8_192), to: file)
        for _ in 0..<2 {
            #expect(try kind { _ = try Environment(path: directory.path) } == .invalid)
        }
        unlink(file)
        _ = try Environment(path: directory.path)
    }

    @Test func namesWhatItCannotOpen() throws {
        let directory = TemporaryDirectory("lmdb")
        let nested = directory.appending("no/such")
        #expect(try kind { _ = try Environment(path: nested) } == .notFound)
        let readOnly = Environment.Options(readOnly: true)
        let missing = directory.appending("none")
        #expect(try kind { _ = try Environment(path: missing, options: readOnly) } == .notFound)
        let file = directory.appending("file")
        try write([1], to: file)
        #expect(try kind { _ = try Environment(path: file) } != nil)
        #expect(try isMisuse(kind { _ = try Environment(path: "a\0b") }))
        let noMap = Environment.Options(mapSize: 0)
        #expect(try isMisuse(kind { _ = try Environment(path: missing, options: noMap) }))
        let huge = Environment.Options(mapSize: 1 << 60)
        #expect(try kind { _ = try Environment(path: missing, options: huge) } == .outOfMemory)
    }

    @Test func anotherFileVersionIsNamed() throws {
        let directory = TemporaryDirectory("lmdb")
        let environment = try Environment(path: directory.path)
        environment.close()
        var bytes = try read(directory.appending("data.mdb"))
        for root in [0, 4_096] { bytes[root + 20] = 9 }
        try write(bytes, to: directory.appending("data.mdb"))
        #expect(try kind { _ = try Environment(path: directory.path) } == .versionMismatch)
    }

    @Test func readOnlyRefusesWritesAndFindsDatabases() throws {
        let directory = TemporaryDirectory("lmdb")
        do {
            let environment = try Environment(path: directory.path)
            let facts = try environment.openDatabase("facts")
            try environment.write { try $0.put(facts, "k", "v") }
        }
        let environment = try Environment(
            path: directory.path, options: Environment.Options(readOnly: true))
        let facts = try environment.openDatabase("facts", create: false)
        #expect(try environment.read { try $0.contains(facts, "k") })
        #expect(try isMisuse(kind { try environment.write { _ in } }))
        let missing = try kind { _ = try environment.openDatabase("none") }
        #expect(missing == .notFound)
        try environment.sync()
    }

    @Test func databasesAreOpenedOnceAndCounted() throws {
        let directory = TemporaryDirectory("lmdb")
        let environment = try Environment(
            path: directory.path, options: Environment.Options(maxDatabases: 2))
        let missing = try kind { _ = try environment.openDatabase("a", create: false) }
        #expect(missing == .notFound)
        let first = try environment.openDatabase("a")
        #expect(try environment.openDatabase("a") == first)
        _ = try environment.openDatabase("b")
        #expect(try kind { _ = try environment.openDatabase("c") } == .databasesFull)
        #expect(try isMisuse(kind { _ = try environment.openDatabase("") }))
        #expect(try isMisuse(kind { _ = try environment.openDatabase("a\0") }))
    }

    @Test func databasesAreOpenedByManyThreadsAtOnce() async throws {
        let store = try Fixture()
        let handles = try await withThrowingTaskGroup(of: Database.self) { group in
            for number in 0..<16 {
                group.addTask {
                    try await onOwnThread {
                        try store.environment.openDatabase("db\(number % 4)")
                    }
                }
            }
            return try await group.reduce(into: Set<Database>()) { $0.insert($1) }
        }
        #expect(handles.count == 4)
    }

    @Test func closingRefusesEverythingAfter() throws {
        let store = try Fixture()
        store.environment.close()
        store.environment.close()
        let calls: [() throws -> Void] = [
            { try store.environment.read { _ in } },
            { try store.environment.write { _ in } },
            { _ = try store.environment.info },
            { _ = try store.environment.openDatabase("later") },
            { try store.environment.grow(to: 1 << 41) },
            { try store.environment.checkReaders() },
            { try store.environment.sync() },
            { try store.environment.copy(to: store.directory.appending("c"), compact: true) },
        ]
        for call in calls { #expect(try kind(of: call) == .closed) }
    }

    @Test func closingInsideATransactionWaitsForItsEnd() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            try transaction.put(store.facts, "k", "v")
            store.environment.close()
            #expect(try kind { try store.environment.read { _ in } } == .closed)
            try transaction.put(store.facts, "l", "w")
        }
        let again = try Environment(path: store.directory.path)
        let facts = try again.openDatabase("facts", create: false)
        #expect(try again.read { try $0.stat(facts).entries } == 2)
    }

    @Test func closingWaitsForOtherThreads() async throws {
        let store = try Fixture()
        try store.fill(1...3)
        let isInside = Door()
        let mayLeave = Door()
        let isClosed = Flag()
        async let count = onOwnThread {
            try store.environment.read { transaction in
                isInside.open()
                mayLeave.pass()
                #expect(!isClosed.isRaised)
                return try transaction.stat(store.facts).entries
            }
        }
        async let closing: Void = onOwnThread {
            isInside.pass()
            store.environment.close()
            isClosed.raise()
        }
        try await onOwnThread {
            isInside.pass()
            usleep(20_000)
            mayLeave.open()
        }
        try await closing
        #expect(try await count == 3)
        _ = try Environment(path: store.directory.path)
    }

    /// LMDB says that an open can fail while another process opens or closes the environment.
    @Test func opensWhileOtherProcessesOpenAndClose() async throws {
        let directory = TemporaryDirectory("lmdb")
        try openAndCloseOften(directory.path, times: 1)
        async let child: Void = {
            await #expect(processExitsWith: .success) { [path = directory.path as String] in
                try openAndCloseOften(path, times: 150)
            }
        }()
        try await onOwnThread { try openAndCloseOften(directory.path, times: 150) }
        await child
    }
}

private func openAndCloseOften(_ path: String, times: Int) throws {
    for _ in 0..<times {
        let environment = try Environment(path: path)
        let facts = try environment.openDatabase("facts")
        _ = try environment.read { try $0.contains(facts, "k") }
        environment.close()
    }
}
