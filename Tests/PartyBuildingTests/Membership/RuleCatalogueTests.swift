import PartyBuilding
import Schema
import Testing

/// The rules of the areas Organisation, Membership, Leadership and Learning.
@Suite struct RuleCatalogueTests {
    static let areas: [any RuleArea.Type] = [
        OrganisationRules.self, MembershipRules.self, LeadershipRules.self, LearningRules.self,
    ]

    @Test func everyGuardHasItsRuleInTheCatalogue() {
        let codes = Set(Self.areas.flatMap { $0.rules }.map(\.code))
        for entry in Self.areas.flatMap({ $0.guards }) {
            #expect(codes.contains(entry.rule), "\(entry.rule) on \(entry.event.name)")
        }
    }

    @Test func codesAreUniqueAndTextsComplete() {
        let rules = Self.areas.flatMap { $0.rules }
        #expect(Set(rules.map(\.code)).count == rules.count)
        for rule in rules {
            #expect(!rule.text.zh.isEmpty && !rule.text.en.isEmpty, "\(rule.code)")
        }
    }

    @Test func everyEventOfTheAreasIsGuarded() {
        let guarded = Set(Self.areas.flatMap { $0.guards }.map(\.event))
        let areas: [Area] = [.organisation, .membership, .leadership, .learning]
        for type in EventType.allCases where areas.contains(type.area) {
            #expect(guarded.contains(type), "\(type.name)")
        }
    }
}
