import Names
import PartyBuilding
import Schema
import Testing

/// To which organisation tree a fact belongs.
@Suite struct TenantTests {
    private let bench: RuleBench

    init() throws {
        bench = try RuleBench()
        try bench.register("h1", parent: "root")
    }

    private func plan(
        _ stream: String, hosts: [String], tenant: String? = nil
    ) throws -> Result<String, Refusal> {
        do {
            let admission = try bench.record(PartyBuildingTests.plan(hosts), in: stream) {
                $0.occurredAt = moment(2019_07_10)
                if let tenant { $0.tenant = tenant }
            }
            #expect(admission.fact.tags.contains("tree-\(admission.fact.tenant)"))
            return .success(admission.fact.tenant)
        } catch let refusal as Refusal {
            #expect(refusal.rule == "INV-ENVELOPE")
            return .failure(refusal)
        }
    }

    private func text(_ result: Result<String, Refusal>) -> String {
        switch result {
        case .success(let tenant): tenant
        case .failure(let refusal): refusal.text.en
        }
    }

    @Test func aRootFoundsATreeAndABelowItJoins() throws {
        let root = try bench.register("city", parent: nil)
        #expect(root.fact.tenant == "city")
        #expect(root.fact.tags == ["org-city", "tree-city"])
        let below = try bench.register("city-h1", parent: "city")
        #expect(below.fact.tenant == "city")
        #expect(try bench.office.tenant(ofTag: "org-city-h1") == "city")
    }

    @Test func subjectsTellTheTree() throws {
        #expect(try text(plan("activity-1", hosts: ["org-h1"])) == "root")
        let held = filled(ActivityHeld()) { $0.on = moment(2019_07_10) }
        let admission = try bench.record(held, in: "activity-1")
        #expect(admission.fact.tenant == "root", "by its stream")
    }

    @Test func theEnvelopeTellsItWhereNothingElseDoes() throws {
        let unknown = try plan("activity-2", hosts: ["org-elsewhere"])
        #expect(text(unknown).contains("cannot tell which organisation tree activity-2"))
        #expect(try text(plan("activity-2", hosts: ["org-elsewhere"], tenant: "root")) == "root")
    }

    @Test func anUnknownTreeIsRefused() throws {
        let refused = try plan("activity-3", hosts: ["org-elsewhere"], tenant: "nowhere")
        #expect(text(refused).contains("nowhere is no registered root organisation"))
    }

    /// Only a root names a tree: a hospital in the middle of one would begin a second clock.
    @Test func anOrganisationBelowARootIsNoTree() throws {
        let refused = try plan("activity-4", hosts: ["org-elsewhere"], tenant: "h1")
        #expect(text(refused).contains("h1 is no registered root organisation"))
    }

    @Test func aContradictingTenantIsRefused() throws {
        try bench.register("city", parent: nil)
        let refused = try plan("activity-5", hosts: ["org-h1"], tenant: "city")
        guard case .failure(let refusal) = refused else {
            Issue.record("recorded")
            return
        }
        #expect(
            refusal.facts == [DecidingFact("tenant", "city"), DecidingFact("actual", "root")])
        #expect(try text(plan("activity-5", hosts: ["org-h1"], tenant: "")) == "root")
    }
}
