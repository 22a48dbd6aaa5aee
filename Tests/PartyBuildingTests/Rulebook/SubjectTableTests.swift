import Names
import Schema
import TestSupport
import Testing

@testable import PartyBuilding

@Suite struct SubjectTableTests {
    /// Against a dictionary: whatever was made and not removed is found, as the same object.
    @Test func findsWhatWasMadeAndNotRemoved() {
        withSeeds(4) { random, seed in
            for _ in 0..<20 {
                let table = SubjectTable()
                var model: [String: ObjectIdentifier] = [:]
                for _ in 0..<600 {
                    let tag = "person-\(random.below(300))"
                    switch random.below(10) {
                    case 0..<5:
                        let made = TextBytes.withBytes(of: tag) { table.make($0) }
                        #expect(made.tag == tag)
                        if let known = model[tag] {
                            #expect(ObjectIdentifier(made) == known, "seed \(seed)")
                        }
                        model[tag] = ObjectIdentifier(made)
                    case 5..<9:
                        let removed = table.remove(tag)
                        #expect(removed.map { ObjectIdentifier($0) } == model[tag], "seed \(seed)")
                        model[tag] = nil
                    default:
                        let last = random.below(10)
                        table.filter { $0.tag.utf8.last != UInt8(48 + last) }
                        model = model.filter { $0.key.utf8.last != UInt8(48 + last) }
                    }
                    let asked = "person-\(random.below(300))"
                    let found = TextBytes.withBytes(of: asked) { table.find($0) }
                    #expect(found.map { ObjectIdentifier($0) } == model[asked], "seed \(seed)")
                }
            }
        }
    }

    /// Tags of every length, those included that do not fit into the object; to look ahead for
    /// some of them and for strangers changes nothing.
    @Test func findsTagsOfEveryLength() {
        let table = SubjectTable()
        let tags = (1...120).map { "person-" + String(repeating: "x", count: $0) }
        let made = tags.map { tag in TextBytes.withBytes(of: tag) { table.make($0) } }
        table.foresee([
            NameList(tags), ["person-y", "branch-" + String(repeating: "b", count: 99)],
        ])
        for (tag, subject) in zip(tags, made) {
            TextBytes.withBytes(of: tag) { #expect(table.find($0) === subject) }
            TextBytes.withBytes(of: tag.dropLast() + "y") { #expect(table.find($0) == nil) }
            TextBytes.withBytes(of: "q" + tag.dropFirst()) { #expect(table.find($0) == nil) }
        }
        TextBytes.withBytes(of: "person-y") { #expect(table.find($0) == nil) }
    }

    @Test func setsOfTypesHoldTheirMembers() {
        let some = TypeSet([.volunteerServiceRecorded, .activityHeld])
        #expect(some.contains(.volunteerServiceRecorded))
        #expect(some.contains(.activityHeld))
        #expect(!some.contains(.activityPlanned))
        #expect(EventType.all.allSatisfy { TypeSet(nil).contains($0) })
        #expect(!EventType.all.contains { TypeSet([]).contains($0) })
    }
}

extension SeededRandom {
    fileprivate mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
}
