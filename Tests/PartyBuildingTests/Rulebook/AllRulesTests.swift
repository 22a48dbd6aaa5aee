import PartyBuilding
import Schema
import Testing

@Suite struct AllRulesTests {
    @Test func everyGuardsRuleIsInTheCatalogue() {
        let known = Set(Rulebook.allRules.map(\.code))
        let unknown = Set(Rulebook.areas.flatMap { $0.guards }.map(\.rule)).subtracting(known)
        #expect(unknown.isEmpty, "\(unknown.sorted())")
    }

    @Test func everyRuleStandsOnce() {
        let codes = Rulebook.allRules.map(\.code)
        let twice = Set(codes.filter { code in codes.count { $0 == code } > 1 })
        #expect(twice.isEmpty, "\(twice.sorted())")
    }

    @Test func everyEventTypeIsGuarded() {
        let rulebook = Rulebook()
        let unguarded = EventType.allCases.filter { rulebook.guards(of: $0).isEmpty }
        #expect(unguarded.map(\.name) == [])
    }

    @Test func parametersOfRulesHaveValues() {
        for set in RuleSets.shipped.all {
            for rule in Rulebook.allRules {
                for parameter in rule.parameters {
                    #expect(set[parameter] > 0, "\(rule.code) \(parameter.rawValue)")
                }
            }
        }
    }

    /// The rules of specification section 2.5 that no event of the catalogue lets anyone judge: the
    /// fact they are about is not in it yet, they are told by read models, or the form of the event
    /// leaves no room to break them (R-MB-12: one stream is one candidate).
    static let withoutGuard = [
        "R-BR-05", "R-BR-06", "R-BR-07", "R-BR-08", "R-CK-03", "R-CK-04", "R-CK-05", "R-GEN-10",
        "R-IN-03", "R-IN-04", "R-LD-06", "R-LD-10", "R-LD-11", "R-LN-01", "R-MB-09", "R-MB-12",
        "R-MB-21", "R-MB-22", "R-MB-23", "R-MB-24", "R-MB-28", "R-MT-01", "R-PI-06", "R-RC-03",
        "R-RC-06", "R-RC-08", "R-RT-03", "R-TL-04", "R-VO-06",
    ]

    /// How many rules section 2.5 has in each group.
    static let groups = [
        ("GEN", 10), ("BR", 10), ("MB", 28), ("LD", 11), ("MT", 4), ("LN", 4), ("VO", 7),
        ("RC", 9), ("CK", 5), ("RT", 4), ("PI", 6), ("TL", 4), ("BD", 4), ("IN", 4),
    ]

    @Test func everyRuleOfTheSpecificationIsAccountedFor() {
        let specified = Self.groups.flatMap { group, count in
            (1...count).map { "R-\(group)-\($0 < 10 ? "0" : "")\($0)" }
        }
        let known = Rulebook.allRules.map(\.code).filter { $0.hasPrefix("R-") }
        #expect(Set(known).subtracting(specified).sorted() == [])
        #expect(Set(specified).subtracting(known).sorted() == Self.withoutGuard.sorted())
    }

    /// A code that is in the catalogue is one that somebody can meet: a guard refuses under it, or
    /// it is one that is judged outside of guards (the state itself keeps R-RC-07).
    @Test func everyRuleOfTheCatalogueIsJudged() {
        let outside: Set = [
            "R-GEN-01", "R-GEN-02", "R-GEN-03", "R-GEN-04", "R-GEN-06", "R-GEN-08", "R-GEN-09",
            "R-RC-07", "INV-ENVELOPE", "INV-DATE", "INV-RECORD-TIME",
        ]
        let guarded = Set(Rulebook.areas.flatMap { $0.guards }.map(\.rule))
        let unused = Set(Rulebook.allRules.map(\.code)).subtracting(guarded).subtracting(outside)
        #expect(unused.sorted() == [])
    }

    @Test func textsAreThereInBothLanguages() {
        for rule in Rulebook.allRules {
            #expect(!rule.text.zh.isEmpty && !rule.text.en.isEmpty, "\(rule.code)")
        }
    }
}
