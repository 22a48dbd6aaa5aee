import Names
import TestSupport
import Testing

@testable import EventLog

@Suite struct NameTableTests {
    private func make(_ table: inout NameTable, _ name: String) -> NameIndex {
        TextBytes.withBytes(of: name) { table.make($0) }
    }

    private func find(_ table: NameTable, _ name: String) -> NameIndex? {
        TextBytes.withBytes(of: name) { table.find($0) }
    }

    @Test func namesOfEveryLengthAreKnownByTheirBytes() {
        var table = NameTable(hash: NameHash())
        // Each differs from another one in its last byte only.
        let names = (0...200).flatMap { length in
            ["a", "b"].map { String(repeating: "x", count: length) + $0 }
        }
        let indices = names.map { make(&table, $0) }
        #expect(Set(indices).count == names.count)
        #expect(names.map { make(&table, $0) } == indices)
        #expect(table.count == names.count)
        #expect(find(table, "y") == nil)
        // Two ways to write one letter are two names: the index stores bytes.
        #expect(make(&table, "caf\u{E9}") != make(&table, "cafe\u{301}"))
    }

    @Test func trimmingKeepsWhatIsWanted() {
        withSeeds(10) { random, _ in
            var table = NameTable(hash: NameHash())
            var known: [String: NameIndex] = [:]
            for round in 0..<6 {
                for number in 0..<700 {
                    let name = "name-\(round)-\(number)"
                    known[name] = make(&table, name)
                }
                for (name, index) in known where Bool.random(using: &random) {
                    table[index].number = 1
                    #expect(find(table, name) == index)
                }
                table.trim { $0.number != nil }
                known = known.filter { find(table, $0.key) != nil }
                #expect(table.count == known.count)
                for (name, index) in known {
                    #expect(find(table, name) == index)
                    #expect(table.withBytes(of: index) { Array($0) } == Array(name.utf8))
                }
            }
        }
    }

    @Test func aCategoryIsWhatStandsBeforeTheFirstHyphen() {
        var table = NameTable(hash: NameHash())
        let stream = make(&table, "issue-yq-7")
        #expect(table.makeCategory(ofStream: stream) == make(&table, "issue"))
        let plain = make(&table, "plain")
        #expect(table.makeCategory(ofStream: plain) == plain)
    }
}
