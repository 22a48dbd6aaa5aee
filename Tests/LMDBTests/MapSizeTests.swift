import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct MapSizeTests {
    private static let small = 256 << 10

    /// Writes until the map is full and returns how many values are in.
    private func fillUp(_ store: Fixture) throws -> UInt64 {
        var count: UInt64 = 0
        while true {
            let found = try kind { try store.fill((count + 1)...(count + 1), size: 3_000) }
            switch found {
            case nil: count += 1
            case .mapFull: return count
            default:
                Issue.record("\(String(describing: found))")
                return count
            }
        }
    }

    @Test func aFullMapUndoesTheTransactionAndCanGrow() throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        let count = try fillUp(store)
        #expect(count > 20)
        #expect(try store.keys() == Array(1...count))
        try store.environment.grow(to: 4 * Self.small)
        #expect(try store.environment.info.mapSize == 4 * Self.small)
        try store.fill((count + 1)...(2 * count), size: 3_000)
        #expect(try store.keys() == Array(1...(2 * count)))
    }

    @Test func theErrorSaysWhatToDo() throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        do {
            try store.fill(1...1_000, size: 3_000)
            Issue.record("the map is larger than asked for")
        } catch let error as LMDBError {
            #expect(error.kind == .mapFull)
            #expect(error.message.contains("MDB_MAP_FULL"))
            #expect(error.message.contains("\(Self.small)"))
            #expect(error.advice.contains("Enlarge"))
            #expect(!error.isFatal)
        }
        try store.fill(1...1)
    }

    @Test func growingIsRefusedInsideATransactionAndDownwards() throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        try store.environment.read { _ in
            let found = try kind { try store.environment.grow(to: 2 * Self.small) }
            #expect(isMisuse(found))
        }
        try store.environment.write { _ in
            let found = try kind { try store.environment.grow(to: 2 * Self.small) }
            #expect(isMisuse(found))
        }
        #expect(try isMisuse(kind { try store.environment.grow(to: Self.small / 2) }))
        #expect(try isMisuse(kind { try store.environment.grow(to: -1) }))
        try store.environment.grow(to: Self.small)
    }

    @Test func anImpossibleSizeLeavesTheOldMap() throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        try store.fill(1...3)
        for size in [1 << 60, Int.max] {
            #expect(try kind { try store.environment.grow(to: size) } == .outOfMemory)
        }
        try store.fill(4...5)
        #expect(try store.keys() == [1, 2, 3, 4, 5])
    }

    @Test func growsBesideReadersAndWriters() async throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        try store.fill(1...20, size: 2_000)
        let isDone = Flag()
        let isReading = Door()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await onOwnThread {
                        while !isDone.isRaised {
                            let keys = try store.keys()
                            #expect(keys == Array(1...UInt64(keys.count)))
                            isReading.open()
                        }
                    }
                }
            }
            group.addTask {
                defer { isDone.raise() }
                try await onOwnThread {
                    isReading.pass()
                    var next: UInt64 = 21
                    for round in 2...12 {
                        try store.environment.grow(to: round * Self.small)
                        try store.fill(next...(next + 9), size: 2_000)
                        next += 10
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.environment.info.mapSize == 12 * Self.small)
        #expect(try store.keys().count == 130)
    }

    @Test func growingWaitsForAReaderThatMayReadOn() async throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        try store.fill(1...3)
        let isInside = Door()
        let hasGrown = Flag()
        async let reading: Void = onOwnThread {
            try store.environment.read { transaction in
                isInside.open()
                usleep(20_000)
                // The thread that is inside is let in again, or this would never end.
                #expect(try store.keys() == [1, 2, 3])
                try store.fill(4...4)
                #expect(!hasGrown.isRaised)
                #expect(try transaction.stat(store.facts).entries == 3)
            }
        }
        async let growing: Void = onOwnThread {
            isInside.pass()
            try store.environment.grow(to: 2 * Self.small)
            hasGrown.raise()
        }
        try await reading
        try await growing
        #expect(try store.environment.info.mapSize == 2 * Self.small)
        #expect(try store.keys() == [1, 2, 3, 4])
    }

    @Test func followsAnotherProcessThatGrewTheMap() async throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        try store.fill(1...10)
        await growInAnotherProcess(store.directory.path, 11...500)
        #expect(try store.environment.info.mapSize == Self.small)
        #expect(try store.keys() == Array(1...500))
        #expect(try store.environment.info.mapSize == 16 << 20)
        await growInAnotherProcess(store.directory.path, 501...15_000, mebibytes: 128)
        try store.fill(15_001...15_001)
        #expect(try store.keys().count == 15_001)
    }

    @Test func cannotFollowInsideATransactionOfTheThread() async throws {
        let store = try Fixture(Environment.Options(mapSize: Self.small))
        try store.fill(1...10)
        let isInside = Door()
        let hasGrown = Door()
        async let found = onOwnThread {
            try store.environment.read { transaction in
                isInside.open()
                hasGrown.pass()
                #expect(try transaction.stat(store.facts).entries == 10)
                return try kind { try store.environment.read { _ in } }
            }
        }
        try await onOwnThread { isInside.pass() }
        await growInAnotherProcess(store.directory.path, 11...500)
        hasGrown.open()
        #expect(try await found == .mapResized)
        #expect(try store.keys().count == 500)
    }

    private func growInAnotherProcess(
        _ path: String, _ keys: ClosedRange<UInt64>, mebibytes: Int = 16
    ) async {
        await #expect(processExitsWith: .success) {
            [
                path = path as String, first = keys.lowerBound as UInt64,
                last = keys.upperBound as UInt64, bytes = mebibytes << 20 as Int
            ] in
            let environment = try Environment(
                path: path, options: Environment.Options(mapSize: bytes))
            let facts = try environment.openDatabase("facts")
            try environment.write { transaction in
                for key in first...last {
                    try transaction.put(facts, key, [UInt8](repeating: 1, count: 2_000))
                }
            }
        }
    }
}
