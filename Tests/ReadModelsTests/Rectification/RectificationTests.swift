import PartyBuilding
import ReadModels
import Schema
import Testing

struct RectificationTests {
    /// An issue of the health centre `yq`, closed when `closed` is given.
    private func issue(
        _ history: inout History, _ id: String, _ source: IssueRegistered.Source,
        found: Int32, due: Int32, submitted: Int32? = nil, closed: Int32? = nil,
        extendedTo: (Int32, on: Int32)? = nil
    ) {
        var registered = IssueRegistered()
        registered.source = source
        registered.categoryProposed = .deadline
        registered.title = id
        registered.descriptionRef = "ref"
        registered.org = "yq"
        registered.foundOn = found
        history.record(registered, "issue-\(id)", on: day(found))
        var assigned = IssueAssigned()
        assigned.responsiblePerson = "p1"
        assigned.leadOrg = "yq"
        assigned.category = .deadline
        assigned.dueOn = due
        history.record(assigned, "issue-\(id)", on: day(found))
        var plan = RectificationPlanApproved()
        plan.measures = ["m"]
        plan.approvedBy = "p2"
        plan.on = found
        history.record(plan, "issue-\(id)", on: day(found))
        if let (newDue, on) = extendedTo {
            var extended = IssueDeadlineExtended()
            extended.oldDue = due
            extended.newDue = newDue
            extended.approver = "p2"
            extended.on = on
            history.record(extended, "issue-\(id)", on: day(on))
        }
        guard let submitted, let closed else { return }
        var submission = RectificationSubmitted()
        submission.on = submitted
        submission.evidence = [EvidenceRef.with("photo-\(id)")]
        history.record(submission, "issue-\(id)", on: day(submitted))
        var closing = IssueClosed()
        closing.on = closed
        closing.acceptor = "p3"
        closing.acceptorOrg = "bureau"
        closing.evidence = [EvidenceRef.with("photo-\(id)"), EvidenceRef.with("visit-\(id)")]
        history.record(closing, "issue-\(id)", on: day(closed))
    }

    private func township(extension isExtended: Bool) -> History {
        var history = History(tenant: "bureau")
        history.organisation("bureau", on: day(20_180_101))
        history.organisation("yq", below: "bureau", on: day(20_180_102))
        let sources: [(IssueRegistered.Source, Int, Int32)] = [
            (.inspection, 18, 20_181_015), (.secretaryReport, 3, 20_190_110),
            (.secretVisit, 3, 20_190_312), (.selfCheck, 6, 20_190_705),
        ]
        for (source, count, found) in sources {
            for number in 1...count {
                let isLate = isExtended && source == .inspection && number == 1
                issue(
                    &history, "yq-\(source.rawValue)-\(number)", source, found: found,
                    due: isLate ? 20_190_601 : 20_190_731, submitted: 20_190_720,
                    closed: 20_190_725,
                    extendedTo: isLate ? (20_190_731, on: 20_190_520) : nil)
            }
        }
        return history
    }

    /// G-YQ-01 and G-YQ-02: 18/3/3/6, total 30, all closed, 10,000 bp.
    @Test func countsBySource() throws {
        let board = try Board(township(extension: false).facts)
        let rows = try board.rows(
            "rectification_summary", as: RectificationSummaryRow.self, org: "yq",
            asOf: day(20_190_731))
        let counts = rows.map { "\($0.source) \($0.registered)/\($0.closed)" }
        #expect(
            counts == [
                "INSPECTION 18/18", "SECRETARY_REPORT 3/3", "SECRET_VISIT 3/3", "SELF_CHECK 6/6",
                "TOTAL 30/30",
            ])
        let total = try #require(rows.last)
        #expect(total.closingBp == 10_000)
        #expect(total.open == 0)
        #expect(total.overdue == 0)
        #expect(total.onTimeBpOriginal == 10_000)
        #expect(!total.restated)
        // The bureau's row covers the centre below it.
        let bureau = try board.rows(
            "rectification_summary", as: RectificationSummaryRow.self, asOf: day(20_190_731),
            where: [("org", "bureau"), ("source", "TOTAL")])
        #expect(bureau.map(\.registered) == [30])
    }

    /// One of the 18 closed after an approved extension: 29 of 30 by the original day.
    @Test func extensionDoesNotBeautify() throws {
        let board = try Board(township(extension: true).facts)
        let total = try #require(
            board.rows(
                "rectification_summary", as: RectificationSummaryRow.self,
                asOf: day(20_190_731), where: [("org", "yq"), ("source", "TOTAL")]
            ).first)
        #expect(total.onTimeBpOriginal == 9_667)
        #expect(total.onTimeBpCurrent == 10_000)
        #expect(total.onTimeOriginalNumerator == 29)
        #expect(total.onTimeDenominator == 30)
    }

    /// PJ-08: the due day itself is on time; the day after is one day overdue.
    @Test func dueDayIsOnTime() throws {
        var history = History(tenant: "yq")
        history.organisation("yq", on: day(20_180_101))
        issue(&history, "a", .selfCheck, found: 20_190_701, due: 20_190_731)
        let board = try Board(history.facts)
        func ledger(_ asOf: Int32) throws -> RectificationLedgerRow {
            try #require(
                board.rows(
                    "rectification_ledger", as: RectificationLedgerRow.self, asOf: day(asOf)
                ).first)
        }
        let onTime = try ledger(20_190_731)
        #expect(onTime.overdueDays == 0)
        #expect(onTime.daysOpen == 30)
        #expect(onTime.state == "PLANNED")
        #expect(onTime.originalDue == 20_190_731)
        #expect(try ledger(20_190_801).overdueDays == 1)
        let summary = try board.rows(
            "rectification_summary", as: RectificationSummaryRow.self, asOf: day(20_190_801))
        #expect(summary.map(\.overdue) == [1, 1])
    }

    /// The ledger shows an issue as it was: before closing, after it, and reopened later.
    @Test func reopeningCountsFromItsDay() throws {
        var history = History(tenant: "yq")
        history.organisation("yq", on: day(20_180_101))
        issue(
            &history, "a", .selfCheck, found: 20_190_701, due: 20_190_731,
            submitted: 20_190_720, closed: 20_190_725)
        var reopened = IssueReopened()
        reopened.on = 20_190_901
        reopened.by = "p9"
        reopened.reason = "again"
        reopened.newDue = 20_191_001
        history.record(reopened, "issue-a", on: day(20_190_901))
        let board = try Board(history.facts)
        func row(_ asOf: Int32) throws -> RectificationLedgerRow {
            try #require(
                board.rows(
                    "rectification_ledger", as: RectificationLedgerRow.self, asOf: day(asOf)
                ).first)
        }
        let closed = try row(20_190_831)
        #expect(closed.state == "CLOSED")
        #expect(closed.closedOn == 20_190_725)
        #expect(closed.evidenceCount == 2)
        #expect(!closed.reopened)
        let again = try row(20_191_002)
        #expect(again.state == "ASSIGNED")
        #expect(again.cycle == 2)
        #expect(again.reopened)
        #expect(!again.hasClosedOn)
        #expect(again.originalDue == 20_190_731)
        #expect(again.overdueDays == 1)
        let rates = try [20_190_831, 20_190_901].map { asOf in
            try board.rows(
                "rectification_summary", as: RectificationSummaryRow.self, asOf: day(asOf)
            ).last?.closingBp
        }
        #expect(rates == [10_000, 0])
    }

    /// A void registration leaves the counts and marks the row.
    @Test func voidLeavesTheCounts() throws {
        var history = History(tenant: "yq")
        history.organisation("yq", on: day(20_180_101))
        issue(&history, "a", .selfCheck, found: 20_190_701, due: 20_190_731)
        let target = try #require(history.facts.first { $0.stream == "issue-a" }?.id)
        issue(&history, "b", .selfCheck, found: 20_190_702, due: 20_190_731)
        history.void(target, recorded: day(20_190_710))
        let board = try Board(history.facts)
        let now = try board.rows(
            "rectification_summary", as: RectificationSummaryRow.self, asOf: day(20_190_731))
        #expect(now.map(\.registered) == [1, 1])
        #expect(now.map(\.restated) == [true, true])
        let before = try board.rows(
            "rectification_summary", as: RectificationSummaryRow.self, asOf: day(20_190_731),
            knownAt: noon(day(20_190_709)))
        #expect(before.map(\.registered) == [2, 2])
        #expect(before.map(\.restated) == [false, false])
    }
}

extension EvidenceRef {
    /// A piece of evidence that is only named.
    static func with(_ caption: String) -> EvidenceRef {
        var reference = EvidenceRef()
        reference.caption = caption
        return reference
    }
}
