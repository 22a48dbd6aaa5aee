import PartyBuilding
import Schema
import Testing

@Suite struct IssueRulesTests {
    private let desk: IssueDesk

    init() throws {
        desk = try IssueDesk()
    }

    @Test func aDatedIssueGoesAllTheWay() throws {
        try desk.register(.deadline)
        try desk.assign(.deadline, due: 2019_07_31)
        try desk.approvePlan()
        try desk.report(50)
        try desk.submit(evidence: ["照片"])
        try desk.close()
        let state = try desk.state
        #expect(state.lifecycle.state == .closed)
        #expect(state.originalDue == LocalDate(yyyymmdd: 2019_07_31))
        #expect(state.closedOn == LocalDate(yyyymmdd: 2019_07_20))
    }

    @Test func anImmediateIssueMaySkipThePlan() throws {
        try desk.register(.immediate)
        try desk.assign(.immediate, due: 2019_07_31)
        try desk.submit(evidence: ["照片"])
        #expect(try desk.closing().map(\.rule) == nil)
    }

    @Test func aDatedIssueNeedsItsPlan() throws {
        try desk.register(.deadline)
        try desk.assign(.deadline, due: 2019_07_31)
        #expect(try desk.progress(10)?.rule == "STATE-ISSUE")
        #expect(try desk.submission([])?.rule == "STATE-ISSUE")
        try desk.approvePlan()
        #expect(try desk.submission([])?.rule == "STATE-ISSUE", "progress comes first")
        #expect(try desk.progress(10) == nil)
        #expect(try desk.submission([]) == nil)
    }

    /// X36.
    @Test func anIssueLeavesRegisteredOnlyWithPersonAndDate() throws {
        try desk.register(.deadline)
        let early = try desk.submission(["照片"])
        #expect(early?.rule == "R-RC-01")
        let nobody = try desk.assignment(.deadline, person: "", due: 2019_07_31)
        #expect(nobody?.rule == "R-RC-01")
        #expect(nobody?.facts == [DecidingFact("missing", "responsible_person")])
        let undated = try desk.assignment(.deadline, person: "p1", due: 0)
        #expect(undated?.facts == [DecidingFact("missing", "due_on")])
        let early2 = try desk.assignment(.deadline, person: "p1", due: 2019_05_31)
        #expect(early2?.rule == "INV-F03")
        #expect(try desk.assignment(.deadline, person: "p1", due: 2019_06_01) == nil)
        let again = try desk.assignment(.deadline, person: "p2", due: 2019_06_01)
        #expect(again?.rule == "STATE-ISSUE")
    }

    @Test func anIssueIsRegisteredOnceAndNotBlank() throws {
        let blank = try desk.registration(.deadline) { $0.title = "  " }
        #expect(blank?.rule == "R-RC-01")
        try desk.register(.deadline)
        #expect(try desk.registration(.deadline)?.rule == "STATE-ISSUE")
    }

    /// R-RC-09.
    @Test func aComplainantIsConfidential() throws {
        let demand = filled(IssueRegistered()) {
            $0.source = .publicDemand
            $0.channel = .wechat
            $0.categoryProposed = .immediate
            $0.title = "候诊时间长"
            $0.descriptionRef = "doc-2"
            $0.org = "yq"
            $0.foundOn = 2019_06_01
        }
        let named = filled(demand) { $0.complainantRef = "c-1" }
        let open = try desk.office.refusal(named, in: "issue-yq-2") { $0.dataClass = .c1 }
        #expect(open?.rule == "R-RC-09")
        #expect(try desk.office.refusal(named, in: "issue-yq-2") == nil)
        #expect(
            try desk.office.refusal(demand, in: "issue-yq-3") { $0.dataClass = .c1 } == nil)
    }

    /// X33.
    @Test func closingNeedsEvidenceAndAnotherPerson() throws {
        try desk.toSubmitted(evidence: [])
        #expect(try desk.closing()?.rule == "R-RC-04")
        let own = try desk.closing(acceptor: "p1", evidence: ["验收单"])
        #expect(own?.rule == "R-RC-04")
        #expect(own?.facts == [DecidingFact("acceptor", "p1")])
        #expect(try desk.closing(acceptor: "p9", evidence: ["验收单"]) == nil)
        #expect(try desk.closing(acceptor: "p9", evidence: ["验收单"])?.rule == "STATE-ISSUE")
    }

    @Test func evidenceOfTheSubmissionOrTheEnvelopeCounts() throws {
        try desk.toSubmitted(evidence: ["照片"])
        #expect(try desk.closing() == nil)
        let other = try IssueDesk()
        try other.toSubmitted(evidence: [])
        #expect(try other.closing(envelopeEvidence: ["验收单"]) == nil)
    }

    /// X34.
    @Test func aDatedIssueCannotBeClosedFromAssigned() throws {
        try desk.register(.deadline)
        try desk.assign(.deadline, due: 2019_07_31)
        let refusal = try desk.closing(evidence: ["验收单"])
        #expect(refusal?.rule == "STATE-ISSUE")
        #expect(refusal?.facts.first == DecidingFact("state", "ASSIGNED"))
    }

    /// X35, and the due day itself is still on time (section 6, number 19).
    @Test func anExtensionComesBeforeTheDueDatePasses() throws {
        try desk.toInProgress(due: 2019_07_10)
        let late = try desk.extending(on: 2019_07_11, from: 2019_07_10, to: 2019_08_10)
        #expect(late?.rule == "R-RC-05")
        #expect(try desk.extending(on: 2019_07_10, from: 2019_07_10, to: 2019_08_10) == nil)
        let state = try desk.state
        #expect(state.currentDue == LocalDate(yyyymmdd: 2019_08_10))
        #expect(state.originalDue == LocalDate(yyyymmdd: 2019_07_10))
        let second = try desk.extending(on: 2019_07_12, from: 2019_08_10, to: 2019_09_10)
        #expect(second?.rule == "R-RC-05")
        #expect(second?.facts.contains(DecidingFact("issue_extensions_max", 1)) == true)
    }

    @Test func anExtensionNamesTheDueDateAndAnotherPerson() throws {
        try desk.toInProgress(due: 2019_07_10)
        #expect(
            try desk.extending(on: 2019_07_05, from: 2019_07_09, to: 2019_08_10)?.rule == "R-RC-05")
        #expect(
            try desk.extending(on: 2019_07_05, from: 2019_07_10, to: 2019_07_10)?.rule == "R-RC-05")
        #expect(
            try desk.extending(on: 2019_07_05, from: 2019_07_10, to: 2019_08_10, by: "p1")?.rule
                == "R-GEN-07")
    }

    @Test func aRejectedIssueIsInProgressAgain() throws {
        try desk.toSubmitted(evidence: ["照片"])
        let rejected = filled(RectificationRejected()) {
            $0.on = 2019_07_19
            $0.acceptor = "p9"
            $0.reason = "佐证不足"
        }
        let before = filled(rejected) { $0.on = 2019_07_01 }
        #expect(try desk.judge(before)?.rule == "INV-F08")
        #expect(try desk.judge(rejected) == nil)
        #expect(try desk.closing(evidence: ["验收单"])?.rule == "STATE-ISSUE")
        #expect(try desk.submission(["补充"], on: 2019_07_20) == nil)
        #expect(try desk.closing(on: 2019_07_21) == nil)
    }

    /// R-RC-07.
    @Test func aReopenedIssueStartsTheNextCycle() throws {
        try desk.toSubmitted(evidence: ["照片"])
        let reopened = filled(IssueReopened()) {
            $0.on = 2019_09_01
            $0.by = "p8"
            $0.reason = "回头看发现反弹"
            $0.newDue = 2019_10_01
        }
        #expect(try desk.judge(reopened)?.rule == "STATE-ISSUE")
        try desk.close()
        let early = filled(reopened) { $0.newDue = 2019_08_31 }
        #expect(try desk.judge(early)?.rule == "INV-F11")
        let tooEarly = filled(reopened) { $0.on = 2019_07_19 }
        #expect(try desk.judge(tooEarly)?.rule == "INV-F11")
        #expect(try desk.judge(reopened) == nil)
        var state = try desk.state
        #expect(state.lifecycle.cycle == 2)
        #expect(state.lifecycle.state == .assigned)
        #expect(state.currentDue == LocalDate(yyyymmdd: 2019_10_01))
        #expect(state.originalDue == LocalDate(yyyymmdd: 2019_07_31))
        let later = try desk.assignment(.deadline, person: "p2", due: 2019_11_01, on: 2019_09_02)
        #expect(later?.rule == "R-RC-05")
        #expect(
            try desk.assignment(.deadline, person: "p2", due: 2019_10_01, on: 2019_09_02) == nil)
        #expect(try desk.progress(30, on: 2019_09_03) == nil, "the plan of the first cycle stands")
        state = try desk.state
        #expect(state.responsible == "p2")
    }

    @Test func aFallOfProgressIsExplained() throws {
        try desk.toInProgress(due: 2019_07_31)
        #expect(try desk.progress(60) == nil)
        #expect(try desk.progress(40)?.rule == "INV-F05")
        #expect(try desk.progress(40, note: "方案调整") == nil)
        #expect(try desk.progress(101)?.rule == "INV-F05")
        #expect(try desk.progress(100) == nil)
    }

    @Test func thePlanIsApprovedByAnotherAndInTime() throws {
        try desk.register(.deadline)
        try desk.assign(.deadline, due: 2019_12_31)
        #expect(try desk.plan(by: "p1", on: 2019_06_20)?.rule == "R-GEN-07")
        let late = try desk.recordPlan(by: "p5", on: 2019_07_02)
        #expect(late.warnings.map(\.rule) == ["R-RC-02"])
        let other = try IssueDesk()
        try other.register(.deadline)
        try other.assign(.deadline, due: 2019_12_31)
        #expect(try other.recordPlan(by: "p5", on: 2019_07_01).warnings.isEmpty)
    }

    @Test func theAcceptingOrganisationIsNotBelow() throws {
        try desk.office.org("yq-station", kind: "STATION", parent: "yq")
        try desk.toSubmitted(evidence: ["照片"])
        #expect(try desk.closing(org: "yq-station")?.rule == "R-RC-04")
        let own = try desk.recordClosing(org: "yq")
        #expect(own.warnings.map(\.rule) == ["R-RC-04"])
    }
}

/// One issue of a township centre and the facts that move it.
private struct IssueDesk {
    let office: PartyOffice
    let stream = "issue-yq-0001"

    init() throws {
        office = try PartyOffice()
        try office.org("yq", kind: "TOWNSHIP_CENTRE", parent: "root")
    }

    var state: IssueState {
        get throws { try office.office.aggregate(IssueState.self, "yq-0001") }
    }

    func judge(_ event: some EventMessage) throws -> Refusal? {
        try office.refusal(event, in: stream)
    }

    func registration(
        _ category: IssueRegistered.Category, _ adjust: (inout IssueRegistered) -> Void = { _ in }
    ) throws -> Refusal? {
        var event = filled(IssueRegistered()) {
            $0.source = .inspection
            $0.categoryProposed = category
            $0.title = "公开栏内容"
            $0.descriptionRef = "doc-1"
            $0.org = "yq"
            $0.foundOn = 2019_06_01
        }
        adjust(&event)
        return try judge(event)
    }

    func assignment(
        _ category: IssueRegistered.Category, person: String, due: Int32,
        on day: Int32 = 2019_06_02
    ) throws -> Refusal? {
        let event = filled(IssueAssigned()) {
            $0.responsiblePerson = person
            $0.leadOrg = "yq"
            $0.category = category
            $0.dueOn = due
        }
        return try office.refusal(event, in: stream) { $0.occurred = moment(day) }
    }

    func recordPlan(by approver: String, on day: Int32) throws -> Admission {
        let event = filled(RectificationPlanApproved()) {
            $0.measures = ["更新内容"]
            $0.approvedBy = approver
            $0.on = day
        }
        return try office.record(event, in: stream)
    }

    func plan(by approver: String, on day: Int32) throws -> Refusal? {
        do {
            _ = try recordPlan(by: approver, on: day)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    func progress(_ pct: Int32, note: String? = nil, on day: Int32 = 2019_07_05) throws -> Refusal?
    {
        let event = filled(RectificationProgressReported()) {
            $0.pct = pct
            if let note { $0.note = note }
            $0.on = day
        }
        return try judge(event)
    }

    func submission(_ evidence: [String], on day: Int32 = 2019_07_18) throws -> Refusal? {
        let event = filled(RectificationSubmitted()) {
            $0.on = day
            $0.evidence = evidence.map(EvidenceRef.init(captioned:))
        }
        return try judge(event)
    }

    func extending(
        on day: Int32, from old: Int32, to new: Int32, by approver: String = "p7"
    ) throws -> Refusal? {
        let event = filled(IssueDeadlineExtended()) {
            $0.oldDue = old
            $0.newDue = new
            $0.approver = approver
            $0.on = day
        }
        return try judge(event)
    }

    func recordClosing(
        on day: Int32 = 2019_07_20, acceptor: String = "p9", org: String = "root",
        evidence: [String] = [], envelopeEvidence: [String] = []
    ) throws -> Admission {
        let event = filled(IssueClosed()) {
            $0.on = day
            $0.acceptor = acceptor
            $0.acceptorOrg = org
            $0.evidence = evidence.map(EvidenceRef.init(captioned:))
        }
        return try office.record(event, in: stream) { $0.evidence = envelopeEvidence }
    }

    func closing(
        on day: Int32 = 2019_07_20, acceptor: String = "p9", org: String = "root",
        evidence: [String] = [], envelopeEvidence: [String] = []
    ) throws -> Refusal? {
        do {
            _ = try recordClosing(
                on: day, acceptor: acceptor, org: org, evidence: evidence,
                envelopeEvidence: envelopeEvidence)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    func register(_ category: IssueRegistered.Category) throws {
        #expect(try registration(category) == nil)
    }

    func assign(_ category: IssueRegistered.Category, due: Int32) throws {
        #expect(try assignment(category, person: "p1", due: due) == nil)
    }

    func approvePlan() throws {
        #expect(try plan(by: "p5", on: 2019_06_20) == nil)
    }

    func report(_ pct: Int32) throws {
        #expect(try progress(pct) == nil)
    }

    func submit(evidence: [String]) throws {
        #expect(try submission(evidence) == nil)
    }

    func close() throws {
        #expect(try closing() == nil)
    }

    func toInProgress(due: Int32) throws {
        try register(.deadline)
        try assign(.deadline, due: due)
        try approvePlan()
        try report(20)
    }

    func toSubmitted(evidence: [String]) throws {
        try toInProgress(due: 2019_07_31)
        try submit(evidence: evidence)
    }
}
