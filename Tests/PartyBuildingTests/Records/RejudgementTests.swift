import Schema
import TestSupport
import Testing

@testable import PartyBuilding

/// Judging a long history again must give what judging it the first time gave.
@Suite struct RejudgementTests {
    /// Random facts about a few issues; those that were refused are left out.
    private func history(_ random: inout SeededRandom) throws -> PartyOffice {
        let office = try PartyOffice()
        for step in 0..<150 {
            let stream = "issue-i\(Int.random(in: 0..<3, using: &random))"
            let day = (LocalDate(yyyymmdd: 2019_06_01) ?? LocalDate(dayNumber: 0))
                .adding(days: step / 3)
            _ = try Self.record(
                Int.random(in: 0..<8, using: &random), in: stream, on: day, office)
        }
        return office
    }

    private static func record(
        _ kind: Int, in stream: String, on day: LocalDate, _ office: PartyOffice
    ) throws -> Refusal? {
        let on = day.yyyymmdd
        switch kind {
        case 0:
            let event = filled(IssueRegistered()) {
                $0.source = .selfCheck
                $0.categoryProposed = .immediate
                $0.title = "t"
                $0.descriptionRef = "d"
                $0.org = "h1"
                $0.foundOn = on
            }
            return try office.refusal(event, in: stream)
        case 1:
            let event = filled(IssueAssigned()) {
                $0.responsiblePerson = "p1"
                $0.leadOrg = "h1"
                $0.category = .immediate
                $0.dueOn = day.adding(days: 60).yyyymmdd
            }
            return try office.refusal(event, in: stream) { $0.occurred = Moment(day) }
        case 2:
            let event = filled(RectificationPlanApproved()) {
                $0.measures = ["m"]
                $0.approvedBy = "p2"
                $0.on = on
            }
            return try office.refusal(event, in: stream)
        case 3:
            let event = filled(RectificationProgressReported()) {
                $0.pct = 50
                $0.note = "n"
                $0.on = on
            }
            return try office.refusal(event, in: stream)
        case 4, 5:
            let event = filled(RectificationSubmitted()) {
                $0.on = on
                $0.evidence = [EvidenceRef(captioned: "e")]
            }
            return try office.refusal(event, in: stream)
        case 6:
            let event = filled(RectificationRejected()) {
                $0.on = on
                $0.acceptor = "p3"
                $0.reason = "r"
            }
            return try office.refusal(event, in: stream)
        default:
            let event = filled(IssueClosed()) {
                $0.on = on
                $0.acceptor = "p3"
                $0.acceptorOrg = "h1"
            }
            return try office.refusal(event, in: stream)
        }
    }

    private func judging(_ office: PartyOffice, _ fact: Fact) -> Judging {
        Judging(
            fact: fact, office: office.office,
            rules: office.rulebook.ruleSet(on: fact.validDay), actor: Actor(principal: "test"),
            rulebook: office.rulebook)
    }

    @Test func anUnalteredHistoryIsAdmittedAgain() throws {
        try withSeeds(10) { random, seed in
            let office = try history(&random)
            let facts = try office.office.facts(tag: "org-h1")
            guard let last = facts.last else { return }
            let again = Rejudgement(
                AlteredHistory(office.office, .none), judging(office, last))
            for fact in try all(office) {
                #expect(try again.refusal(of: fact) == nil, "seed \(seed), \(fact.type)")
            }
        }
    }

    /// Carrying states forward gives what folding them anew for every fact gives.
    @Test func carryingForwardEqualsFoldingAnew() throws {
        try withSeeds(10) { random, seed in
            let office = try history(&random)
            let facts = try all(office)
            guard let target = facts.randomElement(using: &random) else { return }
            let judging = judging(office, target)
            let carried = Rejudgement(
                AlteredHistory(office.office, .gone(target.id)), judging)
            for fact in facts where fact.position > target.position {
                let anew = Rejudgement(
                    AlteredHistory(office.office, .gone(target.id)), judging)
                let expected = try anew.refusal(of: fact)
                #expect(try carried.refusal(of: fact) == expected, "seed \(seed)")
            }
        }
    }

    /// Every fact about the issues, in order of position.
    private func all(_ office: PartyOffice) throws -> [Fact] {
        var facts: [Fact] = []
        for issue in 0..<3 { facts += try office.office.facts(tag: "issue-i\(issue)") }
        return facts.sorted { $0.position < $1.position }
    }
}
