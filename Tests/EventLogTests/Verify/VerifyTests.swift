import Checksum
import LMDB
import LogFormat
import TestSupport
import Testing

@testable import EventLog

@Suite struct VerifyTests {
    /// Raw batches, whose bytes can be found in the file.
    private func filled(_ count: UInt64 = 120) async throws -> LedgerFixture {
        var fixture = LedgerFixture.tiny()
        fixture.options.sealing = false
        try await fixture.withLog(judge: TestJudge()) { log async throws in
            for number in 1...count {
                let event = draft(
                    number, stream: "s-\(number % 3)", type: UInt32(number % 4),
                    tags: ["t-\(number % 2)"], body: Array("marker-\(number)-".utf8))
                _ = try await log.append(AppendRequest(events: [event]))
            }
        }
        try fixture.expectSound()
        return fixture
    }

    /// A flipped bit in the bytes of any event must be found and named, and must never be read.
    @Test func flippedBitsAreFoundAndNeverServed() async throws {
        let fixture = try await filled()
        let path = "\(fixture.path)/log/data.mdb"
        let sound = try readFile(path)
        var random = SeededRandom(seed: 1)
        for number in [3, 57, 118] as [UInt64] {
            let marker = Array("marker-\(number)-".utf8)
            var damaged = sound
            // Old copies of a page may lie about in free pages; all of them are hit.
            let places = occurrences(of: marker, in: sound)
            #expect(!places.isEmpty)
            for place in places {
                damaged[place + 7] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            try writeFile(path, damaged)
            let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
            let value = try #require(report.damages.first { $0.kind == .value })
            #expect(value.position == Position(number))
            #expect(!report.isSound)
            #expect(report.root == nil)
            var options = fixture.options
            options.readOnly = true
            if let log = try? EventLog.open(directory: fixture.path, options: options) {
                defer { log.close() }
                #expect(throws: EventLogError.self) { try log.event(at: Position(number)) }
                #expect(throws: EventLogError.self) { try readAll(log, ReadQuery()) }
            }
        }
    }

    /// Edits with the checksum made right again are found by the Merkle roots.
    @Test func forgedValuesAreFoundByTheirRoots() async throws {
        let fixture = try await filled()
        try changeValue(fixture, at: 50) { value in
            forge(&value)
        }
        let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
        let damage = try #require(report.damages.first)
        #expect(damage.kind == .root)
        #expect(damage.position.value <= 50)
        #expect(report.damageCount == 1)
    }

    @Test func missingValuesAreGaps() async throws {
        let fixture = try await filled()
        try changeValue(fixture, at: 50) { $0 = [] }
        let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
        #expect(report.damages.contains { $0.kind == .gap && $0.position <= Position(50) })
        #expect(!report.isSound)
    }

    @Test func aCutTailIsFound() async throws {
        let fixture = try await filled()
        try changeValue(fixture, at: 120) { $0 = [] }
        let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
        #expect(report.damages.contains { $0.kind == .gap || $0.kind == .head })
        #expect(throws: EventLogError.self) {
            try EventLog.open(directory: fixture.path, options: fixture.options)
        }
    }

    /// A ledger whose end cannot be read is not opened, but one can be told what is the matter.
    @Test func aDamagedEndIsReported() async throws {
        let fixture = try await filled()
        try changeValue(fixture, at: 120) { value in
            for index in value.indices.prefix(60) { value[index] = 0xA5 }
        }
        let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
        #expect(report.damages.contains { $0.kind == .value && $0.position == Position(120) })
        #expect(report.events >= 113)
        #expect(throws: EventLogError.self) {
            try EventLog.open(directory: fixture.path, options: fixture.options)
        }
    }

    /// A key may have become any number.
    @Test(arguments: [1 << 60 | 119, .max] as [UInt64])
    func aDamagedLastKeyIsReported(key: UInt64) async throws {
        let fixture = try await filled()
        try edit("values", of: fixture) { cursor in
            #expect(try cursor.last())
            let value = cursor.value { $0.copied() }
            try cursor.delete()
            try cursor.put(key, value)
        }
        let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
        #expect(report.damages.contains { $0.kind == .gap })
        #expect(report.damages.contains { $0.position == Position(key) })
        #expect(report.root == nil)
    }

    /// Without its key nobody can tell what the journal holds.
    @Test func aMissingJournalKeyIsReported() async throws {
        for change in ["missing", "short"] {
            let fixture = try await filled()
            try edit("meta", of: fixture) { cursor in
                #expect(try cursor.seekExact("journal"))
                if change == "missing" {
                    try cursor.delete()
                } else {
                    try cursor.put("journal", [1, 2, 3] as [UInt8])
                }
            }
            let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
            #expect(report.damages.map(\.kind) == [.head])
            #expect(report.damages.first?.text.contains("journal") == true)
            #expect(report.events == 120)
            #expect(throws: EventLogError.self) {
                try EventLog.open(directory: fixture.path, options: fixture.options)
            }
        }
    }

    /// Every kind of entry of the index, removed, changed or added.
    @Test func theIndexMustAgreeInEveryEntry() async throws {
        let fixture = try await filled()
        let path = "\(fixture.path)/index/data.mdb"
        let sound = try readFile(path)
        let list = ListID(kind: .type, number: 3)
        var tampering: [(String, (Environment) throws -> Void)] = []
        tampering.append(
            (
                "an id leads elsewhere",
                {
                    try changeIDs($0) { entry in
                        guard entry.position == 5 else { return [entry] }
                        return [
                            IDEntry(
                                time: entry.time, fingerprint: entry.fingerprint, position: 6)
                        ]
                    }
                }
            ))
        tampering.append(
            (
                "an id is missing",
                { try changeIDs($0) { $0.position == 5 ? [] : [$0] } }
            ))
        tampering.append(
            (
                "an id leads nowhere",
                {
                    try changeIDs($0) { entry in
                        let other = IDEntry(
                            time: entry.time, fingerprint: entry.fingerprint ^ 1, position: 9)
                        return entry.position == 5 ? [entry, other].sorted() : [entry]
                    }
                }
            ))
        tampering.append(
            (
                "a chunk is missing",
                { environment in
                    let postings = try environment.openDatabase("postings")
                    try environment.write { transaction in
                        try transaction.withWriteCursor(postings) { cursor in
                            #expect(try cursor.seek(PostingKey(list: list, first: 1).bytes))
                            try cursor.delete()
                        }
                    }
                }
            ))
        tampering.append(
            (
                "an end of a list is missing",
                {
                    let tails = try $0.openDatabase("tails")
                    try $0.write { transaction in
                        try transaction.withWriteCursor(tails) { cursor in
                            #expect(try cursor.first())
                            try cursor.delete()
                        }
                    }
                }
            ))
        tampering.append(
            (
                "an end of a list leads nowhere",
                {
                    try put(
                        $0, "tails", ListID(kind: .tag, number: 900).bytes, tail([4, 9]))
                }
            ))
        tampering.append(
            (
                "an end of a list is no end",
                {
                    try put($0, "tails", ListID(kind: .stream, number: 1).bytes, [1, 2, 3])
                }
            ))
        tampering.append(
            (
                "positions are in a list's end and in its chunks",
                {
                    // Every look-up finds what it should; only the number is wrong.
                    try put(
                        $0, "tails", list.bytes,
                        tail(Array(stride(from: 3, through: 119, by: 4))))
                }
            ))
        tampering.append(
            (
                "a posting leads nowhere",
                {
                    try put(
                        $0, "postings",
                        PostingKey(list: ListID(kind: .tag, number: 900), first: 4).bytes,
                        chunks([4, 9])[0].bytes)
                }
            ))
        tampering.append(
            (
                "a posting is in the wrong list",
                {
                    try put(
                        $0, "postings", PostingKey(list: list, first: 1).bytes,
                        chunks([1])[0].bytes)
                }
            ))
        tampering.append(
            (
                "a version is wrong",
                {
                    try put(
                        $0, "names", Array("s-1".utf8),
                        NameRecord(number: 1, version: 3, last: 5).bytes)
                }
            ))
        for (what, tamper) in tampering {
            try writeFile(path, sound)
            let environment = try Environment(
                path: "\(fixture.path)/index", options: .init(mapSize: 64 << 20))
            try tamper(environment)
            environment.close()
            let report = try EventLog.verify(directory: fixture.path, options: fixture.options)
            #expect(report.damages.contains { $0.kind == .index }, "\(what)")
            #expect(report.damages.allSatisfy { $0.kind == .index }, "\(what): \(report.damages)")
        }
        try writeFile(path, sound)
        try fixture.expectSound()
    }

    @Test func progressIsToldAndCanBreakOff() async throws {
        let fixture = try await filled()
        var told: [Position] = []
        let whole = try EventLog.verify(directory: fixture.path, options: fixture.options) {
            told.append($0)
            return $1 == Position(120)
        }
        #expect(told == told.sorted())
        #expect(told.last == Position(120))
        #expect(whole.events == 120)
        #expect(whole.postings > 120 * 4)
        let part = try EventLog.verify(directory: fixture.path, options: fixture.options) { _, _ in
            false
        }
        #expect(!part.isComplete)
        #expect(!part.isSound)
        #expect(part.damages == [])
    }

    /// Changes the last byte of a value's last event and makes all checksums right again.
    private func forge(_ value: inout [UInt8]) {
        value[value.count - 1] ^= 1
        value.withUnsafeMutableBytes { bytes in
            let length = Int(bytes.load(fromByteOffset: 56, as: UInt32.self))
            let entry = ValueHeader.size + length - ValueHeader.entrySize
            let records = ValueHeader.size + length
            let start =
                length == ValueHeader.entrySize
                ? 0 : Int(bytes.load(fromByteOffset: entry - 8, as: UInt32.self))
            let record = UnsafeRawBufferPointer(rebasing: bytes[(records + start)...])
            bytes.storeBytes(of: crc32(record), toByteOffset: entry + 4, as: UInt32.self)
            let sum = ValueHeader.checksum(
                of: UnsafeRawBufferPointer(bytes), directoryLength: length)
            bytes.storeBytes(of: sum, toByteOffset: 60, as: UInt32.self)
        }
    }

    private func changeValue(
        _ fixture: LedgerFixture, at position: UInt64, _ change: (inout [UInt8]) -> Void
    ) throws {
        try edit("values", of: fixture) { cursor in
            #expect(try cursor.seekAtMost(position))
            let key = cursor.numberKey ?? 0
            var value = cursor.value { $0.copied() }
            change(&value)
            if value.isEmpty { try cursor.delete() } else { try cursor.put(key, value) }
        }
    }

    /// Changes a database of the log at rest.
    private func edit(
        _ database: String, of fixture: LedgerFixture, _ body: (inout WriteCursor) throws -> Void
    ) throws {
        let environment = try Environment(
            path: "\(fixture.path)/log", options: .init(mapSize: 64 << 20))
        defer { environment.close() }
        let opened = try environment.openDatabase(database)
        try environment.write { transaction in
            try transaction.withWriteCursor(opened) { try body(&$0) }
        }
    }

    private func occurrences(of marker: [UInt8], in bytes: [UInt8]) -> [Int] {
        bytes.indices.dropLast(marker.count).filter { start in
            bytes[start] == marker[0] && bytes[start..<start + marker.count].elementsEqual(marker)
        }
    }
}

private func put(
    _ environment: Environment, _ name: String, _ key: some ByteSource, _ value: some ByteSource
) throws {
    let database = try environment.openDatabase(name)
    try environment.write { try $0.put(database, key, value) }
}

/// Puts other entries into the table of ids in the place of each.
private func changeIDs(_ environment: Environment, _ change: (IDEntry) -> [IDEntry]) throws {
    let ids = try environment.openDatabase("ids")
    var entries: [IDEntry] = []
    try environment.write { transaction in
        try transaction.withWriteCursor(ids) { cursor in
            while try cursor.next() {
                let first = try #require(IDEntry(cursor.pairKey))
                let isSound = cursor.value {
                    IDChunk.decode($0.transactionBytes, first: first, into: &entries)
                }
                #expect(isSound)
                try cursor.delete()
            }
            var chunk = GrowingIDChunk(limit: 30)
            func put(_ cursor: inout WriteCursor) throws {
                guard let first = chunk.first else { return }
                try chunk.withBytes { try cursor.put(first.key, $0) }
                chunk.clear()
            }
            for entry in entries.flatMap(change) where !chunk.append(entry) {
                try put(&cursor)
                let fits = chunk.append(entry)
                #expect(fits)
            }
            try put(&cursor)
        }
    }
}
