import Names
import TestSupport
import Testing

@Suite struct NameListTests {
    private static func packed(_ names: [String]) -> [UInt8] {
        names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    }

    @Test func holdsNamesInTheirOrder() {
        let list: NameList = ["branch-b1", "", "person-陈"]
        #expect(Array(list) == ["branch-b1", "", "person-陈"])
        #expect(list.count == 3)
        #expect(!list.isEmpty)
        #expect(list.contains("person-陈"))
        #expect(list.contains(""))
        #expect(!list.contains("branch-b"))
        #expect(!list.contains("branch-b11"))
        #expect(NameList().isEmpty)
        #expect(Array(NameList()) == [])
        #expect(NameList(list) == list)
        #expect(list != ["branch-b1", "person-陈"])
    }

    /// A name that no length byte can tell is cut, never mistaken for others.
    @Test func namesAreCutAtTheLongestLength() {
        let list = NameList([String(repeating: "a", count: 300), "b"])
        #expect(Array(list) == [String(repeating: "a", count: 255), "b"])
    }

    @Test func sortsByBytesAndKeepsEachNameOnce() {
        withSeeds(4) { random, seed in
            for round in 0..<200 {
                // Beyond a dozen names another way of sorting is taken.
                let count = round < 150 ? random.below(14) : random.below(400)
                let names = (0..<count).map { _ in
                    String(repeating: "n", count: random.below(3)) + "-\(random.below(40))"
                }
                let sorted = NameList.sorted(Self.packed(names), count: names.count)
                let expected = Set(names).sorted {
                    Array($0.utf8).lexicographicallyPrecedes($1.utf8)
                }
                #expect(Array(sorted) == expected, "seed \(seed)")
                let lent = Self.packed(names).withUnsafeBytes {
                    NameList.sorted($0, count: names.count)
                }
                #expect(lent == sorted, "seed \(seed)")
                #expect(sorted.count == expected.count)
            }
        }
    }

    @Test func joinsANameInItsPlace() {
        withSeeds(4) { random, seed in
            for _ in 0..<200 {
                let names = Set((0..<random.below(6)).map { _ in "s-\(random.below(9))" })
                let list = NameList(names.sorted())
                let name = "s-\(random.below(9))"
                let joined = list.joined(with: name)
                #expect(Array(joined) == names.union([name]).sorted(), "seed \(seed)")
                #expect(joined.count == names.union([name]).count)
                // A list that is a part of other bytes joins as well.
                #expect(joined.joined(with: "z") == NameList(Array(joined) + ["z"]))
            }
        }
    }
}

extension SeededRandom {
    fileprivate mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
}
