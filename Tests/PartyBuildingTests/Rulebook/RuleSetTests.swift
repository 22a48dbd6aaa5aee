import PartyBuilding
import Schema
import Testing

@Suite struct RuleSetTests {
    private func day(_ yyyymmdd: Int32) throws -> LocalDate {
        try #require(LocalDate(yyyymmdd: yyyymmdd))
    }

    @Test func shippedSetsFollowOneAnotherWithoutGap() throws {
        let sets = RuleSets.shipped
        #expect(sets.inForce(on: try day(2018_10_27)).version == "cn-1990")
        #expect(sets.inForce(on: try day(2018_10_28)).version == "cn-2018")
        #expect(sets.inForce(on: try day(2026_01_01)).version == "cn-2018")
        #expect(sets.inForce(on: try day(1949_10_01)).version == "cn-1990", "the first for earlier")
        for (earlier, later) in zip(sets.all, sets.all.dropFirst()) {
            #expect(earlier.validTo?.adding(days: 1) == later.validFrom)
        }
        #expect(sets.all.last?.validTo == nil)
    }

    @Test func everyParameterHasAValue() {
        for set in RuleSets.shipped.all {
            #expect(set.parameters.map(\.parameter) == Parameter.allCases)
            for (parameter, value) in set.parameters {
                #expect(value > 0, "\(parameter.rawValue)")
            }
        }
    }

    @Test func aSetsOwnValuesWin() throws {
        let set = RuleSet(
            version: "x", validFrom: try day(2019_01_01), validTo: nil, jurisdiction: "CN",
            values: [.branchMax: 60])
        #expect(set[.branchMax] == 60)
        #expect(set[.branchMinFull] == 3)
    }

    /// A decision is judged by the set in force on its valid day, and says so.
    @Test func theValidDayChoosesTheSet() throws {
        let change = try day(2019_07_01)
        let bench = try RuleBench(
            ruleSets: RuleSets([
                RuleSet(
                    version: "new", validFrom: change, validTo: nil, jurisdiction: "CN",
                    values: [.backfillDays: 30]),
                RuleSet(
                    version: "old", validFrom: try day(2010_01_01),
                    validTo: change.adding(days: -1), jurisdiction: "CN", values: [:]),
            ]))
        bench.now = instant(2019_07_25, 12)
        let old = try bench.refusal(plan(), in: "activity-1") { $0.occurredAt = moment(2019_06_30) }
        #expect(old?.facts.last == DecidingFact("backfill_days", 7))
        let new = try bench.record(plan(), in: "activity-1") { $0.occurredAt = moment(2019_07_01) }
        #expect(new.ruleSetVersion == "new")
        #expect(!new.fact.isLate)
        let earlier = try bench.record(plan(), in: "activity-2") {
            $0.occurredAt = moment(2019_06_30)
            $0.lateReason = "漏记"
            $0.evidence = [EvidenceRef(captioned: "e")]
        }
        #expect(earlier.ruleSetVersion == "old")
    }
}
