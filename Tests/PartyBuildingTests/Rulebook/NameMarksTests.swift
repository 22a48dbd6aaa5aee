import TestSupport
import Testing

@testable import PartyBuilding

@Suite struct NameMarksTests {
    /// A name that was inserted is never denied, whatever else was.
    @Test func nobodyIsForgotten() {
        withSeeds(10) { random, seed in
            var marks = NameMarks()
            let count = Int.random(in: 1...3_000, using: &random)
            for number in 0..<count { marks.insert("person-\(number)") }
            for number in 0..<count where number % 3 == 0 { marks.insert("person-\(number)") }
            for number in 0..<count {
                #expect(marks.mayContain("person-\(number)"), "seed \(seed)")
            }
        }
    }

    @Test func strangersAreSeldomTakenForFriends() {
        var marks = NameMarks()
        #expect(!marks.mayContain("nobody"))
        for number in 0..<1_000 { marks.insert("friend-\(number)") }
        let mistaken = (0..<10_000).count { marks.mayContain("stranger-\($0)") }
        #expect(mistaken < 10)
    }
}
