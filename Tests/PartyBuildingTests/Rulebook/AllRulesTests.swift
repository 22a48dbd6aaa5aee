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
}
