import LMDB
import TestSupport
import Testing

@Suite struct CursorTests {
    @Test func anEmptyDatabaseHasNoEntries() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            try transaction.withCursor(store.facts) { cursor in
                expectTrue(try !cursor.first())
                expectTrue(try !cursor.last())
                expectTrue(try !cursor.next())
                expectTrue(try !cursor.previous())
                expectTrue(try !cursor.seek("k"))
                expectTrue(try !cursor.seekExact("k"))
                expectTrue(try !cursor.seekAtMost("k"))
                expectTrue(!cursor.hasEntry)
                expectEqual(cursor.numberKey, nil)
                cursor.entry { key, value in
                    expectTrue(key.isEmpty)
                    expectTrue(value.isEmpty)
                }
            }
        }
    }

    @Test func staysOffAnEndUntilTurned() throws {
        let store = try Fixture()
        try store.fill(1...3)
        try store.environment.read { transaction in
            try transaction.withCursor(store.facts) { cursor in
                expectTrue(try cursor.last())
                expectTrue(try !cursor.next())
                expectTrue(try !cursor.next())
                expectEqual(cursor.numberKey, nil)
                expectTrue(try cursor.previous())
                expectEqual(cursor.numberKey, 3)
                expectTrue(try cursor.first())
                expectTrue(try !cursor.previous())
                expectTrue(try !cursor.previous())
                expectTrue(try cursor.next())
                expectEqual(cursor.numberKey, 1)
            }
        }
    }

    @Test func aNewCursorStartsAtEitherEnd() throws {
        let store = try Fixture()
        try store.fill(1...3)
        try store.environment.read { transaction in
            try transaction.withCursor(store.facts) { cursor in
                expectTrue(try cursor.next())
                expectEqual(cursor.numberKey, 1)
            }
            try transaction.withCursor(store.facts) { cursor in
                expectTrue(try cursor.previous())
                expectEqual(cursor.numberKey, 3)
            }
        }
    }

    @Test func seeks() throws {
        let store = try Fixture()
        try store.environment.write { transaction in
            for key in [UInt64(10), 20, 30] { try transaction.put(store.facts, key, key) }
        }
        try store.environment.read { transaction in
            try transaction.withCursor(store.facts) { cursor in
                let atLeast: [(UInt64, UInt64?)] = [
                    (0, 10), (10, 10), (11, 20), (30, 30), (31, nil),
                ]
                for (key, expected) in atLeast {
                    expectEqual(try cursor.seek(key), (expected != nil))
                    expectEqual(cursor.numberKey, expected)
                }
                expectTrue(try cursor.previous())
                expectEqual(cursor.numberKey, 30)
                let atMost: [(UInt64, UInt64?)] = [
                    (9, nil), (10, 10), (29, 20), (30, 30), (99, 30),
                ]
                for (key, expected) in atMost {
                    expectEqual(try cursor.seekAtMost(key), (expected != nil))
                    expectEqual(cursor.numberKey, expected)
                }
                for (key, expected) in [(UInt64(20), true), (21, false)] {
                    expectEqual(try cursor.seekExact(key), expected)
                }
            }
        }
    }

    @Test func lendsKeyAndValue() throws {
        let store = try Fixture()
        try store.environment.write { try $0.put(store.facts, "key", "value") }
        try store.environment.read { transaction in
            try transaction.withCursor(store.facts) { cursor in
                expectTrue(try cursor.first())
                expectEqual(cursor.key { $0.copied() }, Array("key".utf8))
                expectEqual(cursor.value { $0.copied() }, Array("value".utf8))
                expectEqual(cursor.numberKey, nil)
                expectEqual(cursor.pairKey, nil)
                #expect(throws: Deliberate.self) {
                    try cursor.entry { _, _ in throw Deliberate() }
                }
            }
        }
    }

    @Test func putsAndDeletesWhereItStands() throws {
        let store = try Fixture()
        let other = try store.environment.openDatabase("other")
        try store.fill(1...5)
        try store.environment.write { transaction in
            try transaction.put(other, "old", "x")
            try transaction.withWriteCursor(store.facts) { cursor in
                expectTrue(try cursor.seekExact(UInt64(3)))
                try cursor.delete()
                expectTrue(!cursor.hasEntry)
                expectTrue(try isMisuse(kind { try cursor.delete() }))
                expectTrue(try cursor.next())
                expectEqual(cursor.numberKey, 4)
                try cursor.delete()
                expectTrue(try cursor.previous())
                expectEqual(cursor.numberKey, 2)
                try cursor.put(UInt64(9), "nine")
                expectEqual(cursor.numberKey, 9)
                expectEqual(try kind { try cursor.put(UInt64(9), "", .noOverwrite) }, .keyExists)
                expectEqual(cursor.value { $0.copied() }, Array("nine".utf8))
                expectEqual(try kind { try cursor.put(UInt64(8), "", .append) }, .outOfOrder)
                expectEqual(cursor.numberKey, 9)
                try cursor.put(into: other, "new", "y")
                expectTrue(try cursor.delete(from: other, "old"))
                expectTrue(try !cursor.delete(from: other, "old"))
                expectEqual(cursor.numberKey, 9)
                expectTrue(try isMisuse(kind { try cursor.put(into: store.facts, "k", "v") }))
                expectTrue(try isMisuse(kind { try cursor.delete(from: store.facts, "k") }))
            }
        }
        #expect(try store.keys() == [1, 2, 5, 9])
        #expect(try store.environment.read { try $0.contains(other, "new") })
        #expect(try !store.environment.read { try $0.contains(other, "old") })
    }

    @Test func deletesEverythingInEitherDirection() throws {
        let store = try Fixture()
        for isForward in [true, false] {
            try store.fill(1...2_000, size: 50)
            let deleted = try store.environment.write { transaction in
                try transaction.withWriteCursor(store.facts) { cursor in
                    var deleted: [UInt64] = []
                    while try isForward ? cursor.next() : cursor.previous() {
                        deleted.append(cursor.numberKey ?? .max)
                        try cursor.delete()
                    }
                    return deleted
                }
            }
            #expect(deleted == (isForward ? Array(1...2_000) : Array(1...2_000).reversed()))
            #expect(try store.keys() == [])
        }
    }

    /// The values lie in pages of their own, which other writes of the transaction may move.
    @Test func keepsItsEntryWhileOtherDatabasesChange() throws {
        let store = try Fixture()
        let other = try store.environment.openDatabase("other")
        try store.fill(1...100, size: 3_000)
        try store.environment.write { transaction in
            try transaction.withWriteCursor(store.facts) { cursor in
                while try cursor.next() {
                    let key = cursor.numberKey ?? .max
                    let value = cursor.value { $0.copied() }
                    try cursor.put(into: other, key, value)
                    expectEqual(cursor.numberKey, key)
                    expectEqual(cursor.value { $0.copied() }, value)
                }
            }
            expectEqual(try transaction.stat(other).entries, 100)
        }
    }
}
