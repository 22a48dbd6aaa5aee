import PartyBuilding
import Schema
import Testing

/// R-GEN-04 and R-GEN-08: both ask to which organisations a fact belongs.
///
/// Two hospitals, `h1` with the branches `a` and `b`, `h2` with `c`, all below `root`.
@Suite struct ScopeAndSealTests {
    private let office: PartyOffice

    init() throws {
        office = try PartyOffice()
        try office.org("h2", kind: "HOSPITAL", parent: "root")
        for (branch, org) in [("a", "h1"), ("b", "h1"), ("c", "h2")] {
            try office.record(
                "BranchEstablished", "branch-\(branch)",
                PartyOffice.established(branch, full: 3, on: "2015-01-01", org: org))
        }
    }

    private func actor(
        _ scope: [String]?, permissions: Actor.Permission = .all
    ) -> Actor {
        Actor(
            principal: "secretary", permissions: permissions,
            scope: scope.map { .subjects($0) } ?? .everything)
    }

    private func plan(_ stream: String, _ hosts: [String], _ scope: [String]) throws -> String? {
        try office.refusal(PartyBuildingTests.plan(hosts), in: stream) {
            $0.occurred = moment(2019_05_01)
            $0.actor = actor(scope)
        }?.rule
    }

    private func hold(_ stream: String, on day: Int32, _ scope: [String]?) throws -> String? {
        let event = filled(ActivityHeld()) { $0.on = moment(day) }
        return try office.refusal(event, in: stream) { $0.actor = actor(scope) }?.rule
    }

    // MARK: R-GEN-08

    /// X57.
    @Test func aSecretaryRecordsOnlyTheOwnBranch() throws {
        #expect(try plan("activity-b", ["branch-b"], ["branch-a"]) == "R-GEN-08")
        #expect(try plan("activity-a", ["branch-a"], ["branch-a"]) == nil)
        #expect(try plan("activity-b", ["branch-b"], ["branch-a", "branch-b"]) == nil)
    }

    /// Facts that name no branch belong to the one that their stream began in.
    @Test func aStreamKeepsTheBranchItBeganIn() throws {
        #expect(try plan("activity-a", ["branch-a"], ["branch-a"]) == nil)
        #expect(try hold("activity-a", on: 2019_05_10, ["branch-b"]) == "R-GEN-08")
        #expect(try hold("activity-a", on: 2019_05_10, ["branch-a"]) == nil)
    }

    @Test func anOrganisationContainsItsBranchesAndThoseBelow() throws {
        #expect(try plan("activity-1", ["branch-a"], ["org-h2"]) == "R-GEN-08")
        #expect(try plan("activity-1", ["branch-a"], ["org-h1"]) == nil)
        #expect(try hold("activity-1", on: 2019_05_10, ["org-h2"]) == "R-GEN-08")
        #expect(try hold("activity-1", on: 2019_05_10, ["org-root"]) == nil)
        #expect(try plan("activity-2", ["org-h2"], ["org-h1"]) == "R-GEN-08")
        #expect(try plan("activity-2", ["org-h2"], ["org-root"]) == nil)
    }

    /// A fact in another branch's stream is not the actor's because it mentions the own branch.
    @Test func namingTheOwnBranchIsNotEnough() throws {
        let joint = ["branch-a", "branch-b"]
        #expect(try plan("activity-j", joint, ["branch-b"]) == nil, "its own, jointly")
        #expect(try plan("activity-c", ["branch-c"], ["branch-c"]) == nil)
        let coverage = filled(BranchCoverageChanged()) {
            $0.added = ["org-h2-d1"]
            $0.on = 2019_05_01
        }
        let refusal = try office.refusal(coverage, in: "branch-c") {
            $0.actor = actor(["branch-a"])
        }
        #expect(refusal?.rule == "R-GEN-08")
        #expect(
            refusal?.facts == [
                DecidingFact("scope", "branch-a"), DecidingFact("stream", "branch-c"),
            ])
    }

    @Test func aMemberBelongsToTheBranchOfTheRoll() throws {
        try office.member("p1", of: "a", on: "2016-01-01")
        let book = filled(BookCompleted()) {
            $0.titleKey = "书"
            $0.finishedOn = 2019_05_02
        }
        func refusal(_ scope: [String]) throws -> String? {
            try office.refusal(book, in: "learning-p1-2019") { $0.actor = actor(scope) }?.rule
        }
        #expect(try refusal(["branch-b"]) == "R-GEN-08")
        #expect(try refusal(["branch-a"]) == nil)
    }

    @Test func whoFoundsABranchNeedsTheOrganisation() throws {
        func refusal(_ scope: [String]) throws -> String? {
            let event = filled(BranchEstablished()) {
                $0.branchID = "d"
                $0.orgID = "h2"
                $0.kind = .inService
                $0.name = "支部d"
                $0.approvedOn = moment(2019_05_01)
                $0.approvingCommittee = "root"
                $0.doc = DocRef(titled: "批复")
                $0.fullCount = 3
            }
            return try office.refusal(event, in: "branch-d") { $0.actor = actor(scope) }?.rule
        }
        #expect(try refusal(["org-h1"]) == "R-GEN-08")
        #expect(try refusal([]) == "R-GEN-08")
        #expect(try refusal(["org-h2"]) == nil)
    }

    // MARK: R-GEN-04

    private func seal(_ org: String) throws {
        let event = filled(PeriodSealed()) {
            $0.period.quarter = 20192
            $0.on = 2019_07_05
        }
        try office.record(event, in: "org-\(org)")
    }

    private func late(
        _ stream: String, on day: Int32, permissions: Actor.Permission
    ) throws -> Result<Fact, Refusal> {
        let event = filled(ActivityHeld()) { $0.on = moment(day) }
        do {
            let admission = try office.record(event, in: stream) {
                $0.recorded = 2019_07_10
                $0.actor = actor(nil, permissions: permissions)
            }
            return .success(admission.fact)
        } catch let refusal as Refusal {
            return .failure(refusal)
        }
    }

    private func rule(_ result: Result<Fact, Refusal>) -> String? {
        guard case .failure(let refusal) = result else { return nil }
        return refusal.rule
    }

    private func isAfterSeal(_ result: Result<Fact, Refusal>) -> Bool? {
        guard case .success(let fact) = result else { return nil }
        return fact.isAfterSeal
    }

    /// X54. The seal of a hospital covers its branches, also where the fact names none.
    @Test func aSealCoversWhatIsBelowIt() throws {
        #expect(try plan("activity-a", ["branch-a"], ["branch-a"]) == nil)
        #expect(try plan("activity-c", ["branch-c"], ["branch-c"]) == nil)
        try seal("h1")
        let refused = try late("activity-a", on: 2019_06_30, permissions: [.importHistory])
        #expect(rule(refused) == "R-GEN-04")
        guard case .failure(let refusal) = refused else { return }
        #expect(
            refusal.facts == [
                DecidingFact("period", "2019Q2"), DecidingFact("org", "h1"),
                DecidingFact("valid_day", "2019-06-30"),
            ])
        let elsewhere = try late("activity-c", on: 2019_06_30, permissions: [.importHistory])
        #expect(isAfterSeal(elsewhere) == false, "another hospital")
        let permitted = try late(
            "activity-a", on: 2019_06_30, permissions: [.importHistory, .amendRecords])
        #expect(isAfterSeal(permitted) == true)
    }

    @Test func theSealOfTheRootCoversAll() throws {
        #expect(try plan("activity-c", ["branch-c"], ["branch-c"]) == nil)
        try seal("root")
        let refused = try late("activity-c", on: 2019_06_30, permissions: [.importHistory])
        #expect(rule(refused) == "R-GEN-04")
    }

    @Test func daysOutsideThePeriodAreOpen() throws {
        try seal("root")
        let before = try late("activity-1", on: 2019_03_31, permissions: [.importHistory])
        #expect(isAfterSeal(before) == false)
        let after = try late("activity-2", on: 2019_07_01, permissions: [.importHistory])
        #expect(isAfterSeal(after) == false)
    }

    /// What had been recorded when the period was sealed is not after the seal.
    @Test func onlyLaterFactsAreAfterTheSeal() throws {
        let early = try office.record(PartyBuildingTests.plan(["branch-a"]), in: "activity-a") {
            $0.occurred = moment(2019_05_01)
        }
        #expect(!early.fact.isAfterSeal)
        try seal("h1")
        let filed = filled(ReportFiled()) {
            $0.template = "t"
            $0.period.quarter = 20192
            $0.knownAt = moment(2019_06_30)
            $0.filedTo = "bureau"
            $0.on = 2019_07_06
        }
        let report = try office.record(filed, in: "report-r") {
            $0.actor = actor(nil, permissions: [.importHistory])
        }
        #expect(!report.fact.isAfterSeal, "a report of a sealed period is what seals are for")
    }
}
