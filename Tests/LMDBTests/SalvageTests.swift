import LMDB
import TestSupport
import Testing

@Suite struct SalvageTests {
    private let pageSize = 4_096
    private let magicOffset = 16

    /// A closed environment with two commits after the database was made, and its bytes.
    private func makeFile() throws -> (TemporaryDirectory, [UInt8]) {
        let store = try Fixture()
        try store.fill(1...1)
        try store.fill(2...2)
        store.environment.close()
        return (store.directory, try read(store.directory.appending("data.mdb")))
    }

    private func entries(_ path: String) throws -> Int {
        let environment = try Environment(path: path)
        let facts = try environment.openDatabase("facts", create: false)
        let entries = try environment.read { try $0.stat(facts).entries }
        try environment.write { try $0.put(facts, UInt64(99), "later") }
        return entries
    }

    @Test(arguments: [0, 1]) func goesOnWithTheGoodRoot(damaged: Int) throws {
        let (directory, original) = try makeFile()
        var bytes = original
        bytes[damaged * pageSize + magicOffset] ^= 0xFF
        try write(bytes, to: directory.appending("data.mdb"))
        #expect(try kind { _ = try Environment(path: directory.path) } == .invalid)
        let target = directory.appending("salvaged")
        let report = try Salvage.copy(from: directory.path, to: target)
        #expect(report.damagedRoots == [damaged])
        #expect(report.bytes == bytes.count)
        // Transactions 1 to 3: the database, two facts. Root n & 1 belongs to transaction n.
        #expect(report.transaction == (damaged == 0 ? 3 : 2))
        #expect(try read(directory.appending("data.mdb")) == bytes)
        #expect(try entries(target) == (damaged == 0 ? 2 : 1))
        #expect(try entries(target) == (damaged == 0 ? 3 : 2))
    }

    @Test func copiesASoundFileAsItIs() throws {
        let (directory, bytes) = try makeFile()
        let target = directory.appending("salvaged")
        let report = try Salvage.copy(from: directory.path, to: target)
        #expect(report.damagedRoots == [])
        #expect(report.transaction == 3)
        #expect(try read("\(target)/data.mdb") == bytes)
    }

    @Test func goesBackToTheOlderRoot() throws {
        let (directory, _) = try makeFile()
        let target = directory.appending("salvaged")
        let report = try Salvage.copy(from: directory.path, to: target, older: true)
        #expect(report.transaction == 2)
        #expect(try entries(target) == 1)
    }

    @Test func refusesWhatCannotBeHelped() throws {
        let (directory, original) = try makeFile()
        let target = directory.appending("salvaged")
        var bytes = original
        bytes[magicOffset] ^= 0xFF
        bytes[pageSize + magicOffset] ^= 0xFF
        for broken in [bytes, [], Array(original[..<100]), Array(original[..<pageSize])] {
            try write(broken, to: directory.appending("data.mdb"))
            let found = try kind { _ = try Salvage.copy(from: directory.path, to: target) }
            #expect(found == .invalid)
        }
        let missing = try kind { _ = try Salvage.copy(from: target, to: directory.path) }
        #expect(missing == .notFound)
    }

    @Test func neverTouchesAnOpenEnvironmentOrAnExistingCopy() throws {
        let store = try Fixture()
        let target = store.directory.appending("salvaged")
        let open = try kind { _ = try Salvage.copy(from: store.directory.path, to: target) }
        #expect(open == .alreadyOpen)
        store.environment.close()
        _ = try Salvage.copy(from: store.directory.path, to: target)
        let again = try kind { _ = try Salvage.copy(from: store.directory.path, to: target) }
        #expect(again == .other)
    }

    @Test func randomDamageNeverTraps() throws {
        let (directory, original) = try makeFile()
        try withSeeds(1) { random, seed in
            for round in 0..<40 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...30, using: &random) {
                    let place = Int.random(in: 0..<(2 * pageSize), using: &random)
                    let offset = place % pageSize < 200 ? place : place / pageSize * pageSize + 40
                    bytes[offset] = UInt8.random(in: 0...255, using: &random)
                }
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
                try write(bytes, to: directory.appending("data.mdb"))
                let target = directory.appending("round-\(round)")
                do {
                    let report = try Salvage.copy(from: directory.path, to: target)
                    #expect(report.bytes == bytes.count, "seed \(seed)")
                } catch let error as LMDBError {
                    #expect(error.kind == .invalid, "seed \(seed)")
                }
            }
        }
    }
}
