import Dispatch
import LMDB
import Synchronization
import TestSupport
import Testing

@Suite struct TransactionTests {
    @Test func readsWhatWasWritten() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            try transaction.put(store.facts, UInt64(7), "seven")
            try transaction.put(store.facts, "name", UInt64(9))
        }
        let found = try store.environment.read { transaction in
            try transaction.get(store.facts, UInt64(7)) { $0.copied() }
        }
        #expect(found == Array("seven".utf8))
        #expect(try store.environment.read { try $0.number(store.facts, "name") } == 9)
        #expect(try store.environment.read { try $0.value(store.facts, "none") } == nil)
    }

    @Test func numberRefusesOtherSizes() throws {
        let store = try Fixture()
        try store.environment.write { try $0.put(store.facts, "name", "short") }
        let found = try kind {
            _ = try store.environment.read { try $0.number(store.facts, "name") }
        }
        #expect(found == .corrupted)
    }

    @Test func readsItsOwnWritesAndHidesThemUntilTheCommit() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            try transaction.put(store.facts, "a", "1")
            expectTrue(try transaction.contains(store.facts, "a"))
            #expect(try !store.environment.read { try $0.contains(store.facts, "a") })
        }
        #expect(try store.environment.read { try $0.contains(store.facts, "a") })
    }

    @Test func aSnapshotDoesNotSeeLaterCommits() async throws {
        let store = try Fixture()
        try store.fill(1...1)
        try store.environment.read { transaction in
            let before = transaction.id
            try store.fill(2...2)
            expectTrue(try !transaction.contains(store.facts, UInt64(2)))
            #expect(try store.environment.read { $0.id } == before + 1)
        }
        #expect(try store.keys() == [1, 2])
    }

    @Test func aThrowLeavesNothing() throws {
        let store = try Fixture()
        try store.fill(1...3)
        #expect(throws: Deliberate.self) {
            try store.environment.write { transaction in
                try transaction.put(store.facts, UInt64(4), "x")
                try transaction.clear(store.facts)
                throw Deliberate()
            }
        }
        #expect(try store.keys() == [1, 2, 3])
    }

    @Test func deletesAndClears() throws {
        let store = try Fixture()
        try store.fill(1...5)
        try store.environment.write { transaction in
            expectTrue(try transaction.delete(store.facts, UInt64(3)))
            expectTrue(try !transaction.delete(store.facts, UInt64(3)))
        }
        #expect(try store.keys() == [1, 2, 4, 5])
        try store.environment.write { try $0.clear(store.facts) }
        #expect(try store.keys() == [])
        #expect(try store.environment.read { try $0.stat(store.facts).entries } == 0)
    }

    @Test func keysHaveOneTo511Bytes() throws {
        let store = try Fixture()
        let longest = [UInt8](repeating: 0xFF, count: 511)
        let tooLong = longest + [0]
        try store.environment.write { transaction in
            try transaction.put(store.facts, longest, "value")
            expectTrue(try transaction.contains(store.facts, longest))
        }
        for key in [[], tooLong] {
            let calls: [(inout WriteTransaction) throws -> Void] = [
                { try $0.put(store.facts, key, "value") },
                { try $0.reserve(store.facts, key, count: 4) { _ in } },
                { try $0.delete(store.facts, key) },
                { _ = try $0.contains(store.facts, key) },
                { try $0.withCursor(store.facts) { _ = try $0.seek(key) } },
                { try $0.withCursor(store.facts) { _ = try $0.seekAtMost(key) } },
                { try $0.withWriteCursor(store.facts) { try $0.put(key, "value") } },
            ]
            for call in calls {
                #expect(try kind { try store.environment.write(call) } == .keySize)
            }
        }
    }

    @Test func appendRefusesKeysOutOfOrder() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            try transaction.put(store.facts, UInt64(5), "5", .append)
            for key in [UInt64(5), 4] {
                let found = try kind { try transaction.put(store.facts, key, "x", .append) }
                #expect(found == .outOfOrder)
            }
            try transaction.put(store.facts, UInt64(6), "6", .append)
        }
        #expect(try store.keys() == [5, 6])
    }

    @Test func noOverwriteKeepsTheOldValue() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            expectTrue(try transaction.insert(store.facts, "id", "first"))
            expectTrue(try !transaction.insert(store.facts, "id", "second"))
            let found = try kind { try transaction.put(store.facts, "id", "third", .noOverwrite) }
            #expect(found == .keyExists)
        }
        let value = try store.environment.read { try $0.value(store.facts, "id") }
        #expect(value == Array("first".utf8))
    }

    @Test(arguments: [0, 1, 8, 2_000, 4_096, 65_536]) func reservesRoom(count: Int) throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            try transaction.reserve(store.facts, "k", count: count) { span in
                expectEqual(span.byteCount, count)
                for offset in 0..<count {
                    expectEqual(span.unsafeLoad(fromByteOffset: offset, as: UInt8.self), 0)
                    span.storeBytes(of: UInt8(offset % 251), toByteOffset: offset, as: UInt8.self)
                }
            }
        }
        let value = try store.environment.read { try $0.value(store.facts, "k") }
        #expect(value == (0..<count).map { UInt8($0 % 251) })
    }

    @Test func aFailedReserveCannotCommit() throws {
        let store = try Fixture()
        let found = try kind {
            try store.environment.write { transaction in
                try transaction.put(store.facts, "before", "x")
                let done: Bool? = try? transaction.reserve(store.facts, "k", count: 4) { _ in
                    throw Deliberate()
                }
                #expect(done == nil)
            }
        }
        #expect(isMisuse(found))
        #expect(try store.environment.read { try $0.stat(store.facts).entries } == 0)
    }

    @Test func limitsTheBytesOfOneTransaction() throws {
        let store = try Fixture(Environment.Options(transactionBytesMax: 10_000))
        let value = [UInt8](repeating: 1, count: 4_000)
        let calls: [(inout WriteTransaction) throws -> Void] = [
            { for key in UInt64(1)...3 { try $0.put(store.facts, key, value) } },
            {
                for key in UInt64(1)...3 { try $0.reserve(store.facts, key, count: 4_000) { _ in } }
            },
            {
                try $0.withWriteCursor(store.facts) { cursor in
                    for key in UInt64(1)...3 { try cursor.put(key, value) }
                }
            },
        ]
        for call in calls {
            #expect(try kind { try store.environment.write(call) } == .transactionFull)
            #expect(try store.keys() == [])
        }
        // Swallowing the refusal does not help.
        let swallowed = try kind {
            try store.environment.write { transaction in
                for key in UInt64(1)...3 { try? transaction.put(store.facts, key, value) }
            }
        }
        #expect(isMisuse(swallowed))
    }

    @Test func aWriteInsideAWriteOfTheSameThreadIsRefused() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            try transaction.put(store.facts, "outer", "1")
            let found = try kind { try store.environment.write { _ in } }
            #expect(isMisuse(found))
            let opening = try kind { _ = try store.environment.openDatabase("other") }
            #expect(isMisuse(opening))
        }
        #expect(try store.environment.read { try $0.contains(store.facts, "outer") })
        try store.environment.write { try $0.put(store.facts, "later", "2") }
    }

    @Test func writersOfManyThreadsTakeTurns() async throws {
        let store = try Fixture()
        try store.environment.write { try $0.put(store.facts, "count", UInt64(0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await onOwnThread {
                        for _ in 0..<25 {
                            try store.environment.write { transaction in
                                let count = try transaction.number(store.facts, "count")
                                try transaction.put(store.facts, "count", (count ?? 0) + 1)
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.environment.read { try $0.number(store.facts, "count") } == 200)
    }

    /// The compiler refuses to hand a transaction to another thread; this forces it.
    @Test func aTransactionStaysOnItsThread() throws {
        let store = try Fixture()
        try store.fill(1...2)
        try store.environment.read { transaction in
            let found = elsewhere { _ = try transaction.contains(store.facts, UInt64(1)) }
            #expect(isMisuse(found))
        }
        try store.environment.write { transaction in
            let put = elsewhere { try transaction.put(store.facts, UInt64(3), "x") }
            #expect(isMisuse(put))
            let deletion = elsewhere { try transaction.delete(store.facts, UInt64(1)) }
            #expect(isMisuse(deletion))
            let clearing = elsewhere { try transaction.clear(store.facts) }
            #expect(isMisuse(clearing))
            try transaction.withWriteCursor(store.facts) { cursor in
                expectTrue(try cursor.first())
                let move = elsewhere { _ = try cursor.next() }
                #expect(isMisuse(move))
                let deletion = elsewhere { try cursor.delete() }
                #expect(isMisuse(deletion))
            }
        }
        #expect(try store.keys() == [1, 2])
    }

    private func elsewhere(_ body: () throws -> Void) -> LMDBError.Kind? {
        let found = Mutex<LMDBError.Kind?>(nil)
        withoutActuallyEscaping(body) { body in
            nonisolated(unsafe) let body = body
            let thread = DispatchQueue(label: "elsewhere")
            let done = Door()
            // `sync` would run the closure on the calling thread.
            thread.async {
                let thrown = try? kind(of: body)
                found.withLock { $0 = thrown ?? nil }
                done.open()
            }
            done.pass()
            // The queue lets go of the closure.
            thread.sync {}
        }
        return found.withLock { $0 }
    }

    @Test func aDatabaseOfAnotherEnvironmentIsRefused() throws {
        let one = try Fixture()
        let other = try Fixture()
        let calls: [(inout WriteTransaction) throws -> Void] = [
            { try $0.put(other.facts, "k", "v") },
            { _ = try $0.contains(other.facts, "k") },
            { try $0.delete(other.facts, "k") },
            { try $0.clear(other.facts) },
            { _ = try $0.stat(other.facts) },
            { try $0.withCursor(other.facts) { _ in } },
        ]
        for call in calls {
            let found = try kind { try one.environment.write(call) }
            #expect(isMisuse(found))
        }
    }

    @Test func aTransactionDoesNotKnowLaterDatabases() async throws {
        let store = try Fixture()
        try store.fill(1...1)
        let isOpen = Door()
        let isInside = Door()
        let later = Mutex<Database?>(nil)
        async let found = onOwnThread {
            try store.environment.read { transaction in
                isInside.open()
                isOpen.pass()
                let database = try #require(later.withLock { $0 })
                return try kind { _ = try transaction.contains(database, "k") }
            }
        }
        try await onOwnThread {
            isInside.pass()
            let database = try store.environment.openDatabase("later")
            later.withLock { $0 = database }
            isOpen.open()
        }
        #expect(try await found == .badDatabase)
        let database = try #require(later.withLock { $0 })
        #expect(try !store.environment.read { try $0.contains(database, "k") })
    }

    @Test func takesKeysAndValuesFromAnyBytes() throws {
        let store = try Fixture()
        let bytes: [UInt8] = [1, 2, 3, 4]
        try store.environment.write { transaction in
            try transaction.put(store.facts, bytes, bytes[1...])
            try bytes.withUnsafeBytes { raw in
                expectEqual(try transaction.value(store.facts, raw), [2, 3, 4])
            }
            try bytes.withUnsafeBufferPointer { typed in
                expectEqual(try transaction.value(store.facts, typed), [2, 3, 4])
            }
            expectEqual(try transaction.value(store.facts, bytes.span), [2, 3, 4])
            expectEqual(try transaction.value(store.facts, bytes.span.bytes), [2, 3, 4])
            try transaction.put(store.facts, bytes.span, bytes.span.bytes)
            expectEqual(try transaction.value(store.facts, bytes), bytes)
            try transaction.put(store.facts, "empty", [UInt8]())
            expectEqual(try transaction.value(store.facts, "empty"), [])
        }
    }

    @Test func numbersSortAsNumbers() throws {
        let store = try Fixture()
        let numbers: [UInt64] = [0, 1, 255, 256, 65_535, 1 << 32, .max - 1, .max]
        try store.environment.write { transaction in
            for number in numbers.shuffled() { try transaction.put(store.facts, number, "") }
        }
        #expect(try store.keys() == numbers)
    }

    @Test func pairsSortByFirstThenSecond() throws {
        let store = try Fixture()
        let pairs = [PairKey(0, .max), PairKey(1, 0), PairKey(1, 256), PairKey(.max, 1)]
        try store.environment.write { transaction in
            for pair in pairs.reversed() { try transaction.put(store.facts, pair, "") }
        }
        let found = try store.environment.read { transaction in
            try transaction.withCursor(store.facts) { cursor in
                var found: [PairKey] = []
                while try cursor.next() { found.append(cursor.pairKey ?? PairKey(0, 0)) }
                return found
            }
        }
        #expect(found == pairs)
        #expect(pairs.sorted() == pairs)
    }

    @Test func bigEndianNumbersAreReadOnlyWhereTheyAre() {
        let bytes: [UInt8] = [9, 0, 0, 0, 0, 0, 0, 1, 2]
        expectEqual(bytes.span.bytes.bigEndianUInt64(at: 1), 258)
        for offset in [-1, 2, 9, Int.max] {
            expectEqual(bytes.span.bytes.bigEndianUInt64(at: offset), nil)
        }
        expectEqual([UInt8]().span.bytes.bigEndianUInt64(), nil)
    }
}
