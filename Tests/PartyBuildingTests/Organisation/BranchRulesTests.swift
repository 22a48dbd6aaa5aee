import PartyBuilding
import Schema
import Testing

@Suite struct BranchRulesTests {
    private func establish(
        _ office: PartyOffice, _ id: String, full: Int = 3, probationary: Int = 0,
        kind: String = "IN_SERVICE", departments: [String] = [], units: [String] = [],
        org: String = "h1", committee: String = "root"
    ) throws -> Refusal? {
        try office.refusal(
            "BranchEstablished", "branch-\(id)",
            PartyOffice.established(
                id, full: full, probationary: probationary, kind: kind, departments: departments,
                units: units, org: org, committee: committee))
    }

    /// X01.
    @Test func threeFullMembersMakeABranch() throws {
        let office = try PartyOffice()
        let refusal = try establish(office, "b1", full: 2, probationary: 3)
        #expect(refusal?.rule == "R-BR-01")
        #expect(refusal?.facts.contains(DecidingFact("full_count", 2)) ?? false)
        #expect(try establish(office, "b1", full: 3) == nil)
    }

    @Test func fiftyMembersAreTheMost() throws {
        let office = try PartyOffice()
        #expect(try establish(office, "b1", full: 45, probationary: 6)?.rule == "R-BR-02")
        #expect(try establish(office, "b1", full: 45, probationary: 5) == nil)
    }

    /// X03.
    @Test func jointBranchesNeedThreeFullMembersTogether() throws {
        let office = try PartyOffice()
        let two = try establish(office, "j1", full: 2, kind: "JOINT", units: ["u1", "u2"])
        #expect(two?.rule == "R-BR-03")
        #expect(try establish(office, "j1", full: 3, kind: "JOINT", units: ["u1", "u2"]) == nil)
    }

    private func change(
        _ office: PartyOffice, _ unit: String, _ change: String = "ADDED", full: Int = 1,
        on: String = "2016-01-01", branch: String = "j1"
    ) throws -> Refusal? {
        try office.refusal(
            "JointBranchUnitChanged", "branch-\(branch)",
            #""unit_org":"\#(unit)","change":"\#(change)","full_members_of_unit":\#(full)"#
                + #","on":"\#(on)""#)
    }

    /// X04.
    @Test func jointBranchesCoverFiveUnits() throws {
        let office = try PartyOffice()
        try office.branch("j1", full: 4, kind: "JOINT", units: ["u1", "u2", "u3", "u4"])
        #expect(try change(office, "u5") == nil)
        let sixth = try change(office, "u6")
        #expect(sixth?.rule == "R-BR-03")
        #expect(sixth?.facts.first == DecidingFact("units", 6))
        #expect(try change(office, "u1", "REMOVED", on: "2016-02-01") == nil)
        #expect(try change(office, "u6", on: "2016-02-01") == nil)
        let many = (1...6).map { "v\($0)" }
        #expect(try establish(office, "j2", full: 9, kind: "JOINT", units: many)?.rule == "R-BR-03")
    }

    @Test func aUnitBelongsToOneJointBranch() throws {
        let office = try PartyOffice()
        try office.branch("j1", kind: "JOINT", units: ["u1", "u2"])
        let both = try establish(office, "j2", kind: "JOINT", units: ["u2", "u3"])
        #expect(both?.rule == "R-BR-03")
        #expect(both?.facts.contains(DecidingFact("joint_branch", "j1")) ?? false)
        try office.branch("j2", kind: "JOINT", units: ["u3", "u4"])
        #expect(try change(office, "u2", branch: "j2")?.rule == "R-BR-03")
        #expect(try change(office, "u2", "REMOVED", on: "2016-06-01") == nil)
        #expect(try change(office, "u2", on: "2016-05-31", branch: "j2")?.rule == "R-BR-03")
        #expect(try change(office, "u2", on: "2016-06-01", branch: "j2") == nil)
    }

    @Test func unitsLargeEnoughFormTheirOwnBranch() throws {
        let office = try PartyOffice()
        try office.branch("j1", kind: "JOINT", units: ["u1", "u2"])
        #expect(try change(office, "u3", full: 3)?.rule == "R-BR-03")
        #expect(try change(office, "u3", full: 2) == nil)
        #expect(try change(office, "u3", full: 2)?.rule == "INV-A14")
        #expect(try change(office, "u9", "REMOVED")?.rule == "INV-A14")
        try office.branch("b1")
        #expect(try change(office, "u4", branch: "b1")?.rule == "INV-A14")
    }

    private func cover(
        _ office: PartyOffice, _ branch: String, added: [String] = [], removed: [String] = [],
        on: String = "2020-03-01"
    ) throws -> Refusal? {
        try office.refusal(
            "BranchCoverageChanged", "branch-\(branch)",
            #""added":\#(PartyOffice.list(added)),"removed":\#(PartyOffice.list(removed))"#
                + #","on":"\#(on)""#)
    }

    @Test func aDepartmentHasOneInServiceBranch() throws {
        let office = try PartyOffice()
        try office.branch("b1", departments: ["d1", "d2"])
        #expect(try establish(office, "b2", departments: ["d2"])?.rule == "R-BR-09")
        #expect(try establish(office, "r1", kind: "RETIRED", departments: ["d2"]) == nil)
        try office.branch("b2", departments: ["d3"])
        let taken = try cover(office, "b2", added: ["d1"])
        #expect(taken?.rule == "R-BR-09")
        #expect(taken?.facts.contains(DecidingFact("branch", "b1")) ?? false)
        #expect(try cover(office, "b1", removed: ["d1"]) == nil)
        // A fact that lies before the hand-over would overlap with it.
        #expect(try cover(office, "b2", added: ["d1"], on: "2020-02-29")?.rule == "R-BR-09")
        #expect(try cover(office, "b2", added: ["d1"]) == nil)
    }

    /// History may come late: it overlaps only until its own end is recorded.
    @Test func backfilledCoverageIsJudgedOnItsDay() throws {
        let office = try PartyOffice()
        try office.branch("b1")
        try office.branch("b2")
        #expect(try cover(office, "b1", added: ["d1"]) == nil)
        let earlier = try office.record(
            "BranchCoverageChanged", "branch-b2",
            #""added":["d1"],"removed":[],"on":"2018-01-01""#)
        #expect(earlier.warnings.map(\.rule) == ["R-BR-09"])
        #expect(try cover(office, "b2", removed: ["d1"]) == nil)
        #expect(try cover(office, "b2", added: ["d1"], on: "2021-01-01")?.rule == "R-BR-09")
    }

    @Test func coverageChangesFitWhatIsCovered() throws {
        let office = try PartyOffice()
        try office.branch("b1", departments: ["d1"])
        #expect(try cover(office, "b1")?.rule == "INV-A13")
        #expect(try cover(office, "b1", removed: ["d9"])?.rule == "INV-A13")
        #expect(try cover(office, "b1", added: ["d1"])?.rule == "INV-A13")
        #expect(try cover(office, "b1", added: ["d2", "d2"])?.rule == "INV-A13")
        #expect(try cover(office, "b9", added: ["d2"])?.rule == "INV-A13")
        #expect(try cover(office, "b1", added: ["d2"], removed: ["d1"]) == nil)
    }

    @Test func branchesAreEstablishedOnceAndByACommittee() throws {
        let office = try PartyOffice()
        try office.branch("b1")
        #expect(try establish(office, "b1")?.rule == "INV-A12")
        #expect(try establish(office, "b2", org: "nowhere")?.rule == "INV-A12")
        #expect(try establish(office, "b2", committee: "b1")?.rule == "INV-A12")
        let stream = try office.refusal(
            "BranchEstablished", "branch-b3", PartyOffice.established("b2"))
        #expect(stream?.rule == "INV-A12")
        let month = try office.record(
            "BranchEstablished", "branch-b2", PartyOffice.established("b2", on: "2018-07"))
        #expect(month.fact.validDay == day("2018-07-31"))
    }
}

@Suite struct OrganisationTreeRulesTests {
    @Test func organisationsAreRegisteredOnceBelowTheirParent() throws {
        let office = try PartyOffice()
        func register(_ id: String, _ parent: String) throws -> String? {
            do {
                try office.org(id, kind: "STATION", parent: parent)
                return nil
            } catch let refusal as Refusal {
                return refusal.rule
            }
        }
        #expect(try register("s1", "nowhere") == "INV-A01")
        #expect(try register("s1", "s1") == "INV-A01")
        #expect(try register("s1", "h1") == nil)
        #expect(try register("s1", "h1") == "INV-A01")
    }

    private func move(
        _ office: PartyOffice, _ id: String, from: String?, to: String, on: String
    ) throws -> Refusal? {
        let old = from.map { #""old_parent":"\#($0)","# } ?? ""
        return try office.refusal(
            "OrganisationAffiliationChanged", "org-\(id)",
            old + #""new_parent":"\#(to)","mode":"CAMPUS","effective_from":"\#(on)""#
                + #","unified":{"people":true,"money":true,"goods":true}"#)
    }

    @Test func affiliationsFormNoCycle() throws {
        let office = try PartyOffice()
        try office.org("c1", kind: "HOSPITAL", parent: "root")
        try office.org("c2", kind: "STATION", parent: "c1")
        #expect(try move(office, "c1", from: "root", to: "c2", on: "2018-05-01")?.rule == "INV-A02")
        #expect(try move(office, "c1", from: "root", to: "c1", on: "2018-05-01")?.rule == "INV-A02")
        #expect(try move(office, "c1", from: "h1", to: "h1", on: "2018-05-01")?.rule == "INV-A02")
        #expect(try move(office, "c1", from: "root", to: "zz", on: "2018-05-01")?.rule == "INV-A02")
        #expect(try move(office, "c1", from: "root", to: "h1", on: "2018-05-01") == nil)
        #expect(try move(office, "c1", from: "h1", to: "root", on: "2018-04-30")?.rule == "INV-A02")
        #expect(try move(office, "root", from: nil, to: "c2", on: "2019-01-01")?.rule == "INV-A02")
        #expect(try move(office, "zz", from: nil, to: "root", on: "2019-01-01")?.rule == "INV-A02")
    }
}
