import PartyBuilding
import Schema
import Testing

/// R-GEN-02, 03, and record time. The ledger's clock says noon of 2019-07-10.
@Suite struct GeneralRulesTests {
    private let bench: RuleBench
    private let importer = Actor(principal: "importer", permissions: [.importHistory])

    init() throws {
        bench = try RuleBench()
    }

    private func refusal(
        by actor: Actor = Actor(principal: "test"), _ occurred: Moment,
        _ adjust: (inout Envelope) -> Void = { _ in }
    ) throws -> Refusal? {
        // A stream of its own, so that nothing but the times can be refused.
        let stream = "activity-\(bench.position)"
        return try bench.refusal(plan(), in: stream, by: actor) {
            $0.occurredAt = occurred
            adjust(&$0)
        }
    }

    private func at(_ instant: Int64) -> Moment { filled(Moment()) { $0.instantUs = instant } }

    // MARK: R-GEN-02

    /// X56.
    @Test func whatHasNotHappenedIsRefused() throws {
        let future = try refusal(moment(2019_07_11))
        #expect(future?.rule == "R-GEN-02")
        #expect(
            future?.facts == [
                DecidingFact("occurred_on", "2019-07-11"),
                DecidingFact("recorded_on", "2019-07-10"),
            ])
        #expect(try refusal(moment(2019_07_10)) == nil, "today is not over, but has begun")
        #expect(try refusal(at(bench.now + 1))?.rule == "R-GEN-02")
        #expect(try refusal(at(bench.now)) == nil)
    }

    /// A period that is still running has begun; the next one has not.
    @Test func aRunningPeriodIsNoFuture() throws {
        #expect(try refusal(filled(Moment()) { $0.month = 2019_07 }) == nil)
        #expect(try refusal(filled(Moment()) { $0.month = 2019_08 })?.rule == "R-GEN-02")
        #expect(try refusal(filled(Moment()) { $0.quarter = 20193 }) == nil)
        #expect(try refusal(filled(Moment()) { $0.quarter = 20194 })?.rule == "R-GEN-02")
        #expect(try refusal(filled(Moment()) { $0.year = 2019 }) == nil)
        #expect(try refusal(filled(Moment()) { $0.year = 2020 })?.rule == "R-GEN-02")
    }

    /// Plans and deadlines lie ahead by nature.
    @Test func aPlannedDayMayLieAhead() throws {
        var event = plan()
        event.plannedOn = 2020_12_31
        #expect(
            try bench.refusal(event, in: "activity-x") { $0.occurredAt = moment(2019_07_10) }
                == nil)
    }

    /// The record time of an importer is the measure, not the clock.
    @Test func theRecordTimeIsTheMeasure() throws {
        let recorded = instant(2019_07_10, 9)
        let early = try refusal(by: importer, at(recorded + 1)) { $0.recordedAtUs = recorded }
        #expect(early?.rule == "INV-RECORD-TIME", "the tree's clock stands at noon")
        bench.now = instant(2019_07_20, 12)
        let later = instant(2019_07_15, 9)
        let future = try refusal(by: importer, at(later + 1)) { $0.recordedAtUs = later }
        #expect(future?.rule == "R-GEN-02")
    }

    // MARK: R-GEN-03

    private func evidence(_ envelope: inout Envelope) {
        envelope.evidence = [EvidenceRef(captioned: "签到表")]
    }

    @Test func sevenDaysAreNoBackfill() throws {
        #expect(try refusal(moment(2019_07_03)) == nil)
        let late = try refusal(moment(2019_07_02))
        #expect(late?.rule == "R-GEN-03")
        #expect(
            late?.facts == [DecidingFact("lag_days", 8), DecidingFact("backfill_days", 7)])
    }

    @Test func backfillNeedsReasonAndEvidence() throws {
        let reason = try refusal(moment(2019_06_01)) { $0.lateReason = "漏记" }
        #expect(reason?.text.en.contains("evidence is missing") == true)
        let proof = try refusal(moment(2019_06_01)) { evidence(&$0) }
        #expect(proof?.text.en.contains("late_reason is missing") == true)
        let empty = try refusal(moment(2019_06_01)) {
            evidence(&$0)
            $0.lateReason = ""
        }
        #expect(empty?.rule == "R-GEN-03")
        let admission = try bench.record(plan(), in: "activity-l") {
            $0.occurredAt = moment(2019_06_01)
            $0.lateReason = "漏记"
            evidence(&$0)
        }
        #expect(admission.fact.isLate)
        let documented = try bench.record(plan(), in: "activity-d") {
            $0.occurredAt = moment(2019_06_01)
            $0.lateReason = "漏记"
            $0.sourceDoc = DocRef(titled: "报告")
        }
        #expect(documented.fact.isLate)
        let punctual = try bench.record(plan(), in: "activity-p") {
            $0.occurredAt = moment(2019_07_09)
        }
        #expect(!punctual.fact.isLate)
    }

    /// Lateness of a month counts from its last day.
    @Test func aMonthCountsFromItsEnd() throws {
        bench.now = instant(2019_08_07, 12)
        #expect(try refusal(filled(Moment()) { $0.month = 2019_07 }) == nil)
        bench.now = instant(2019_08_08, 12)
        #expect(try refusal(filled(Moment()) { $0.month = 2019_07 })?.rule == "R-GEN-03")
        #expect(try refusal(filled(Moment()) { $0.year = 2019 }) == nil)
    }

    /// The last minute of a local day is that day, whatever UTC says.
    @Test func lagIsCountedInLocalDays() throws {
        bench.now = instant(2019_07_11, 0, 30)
        #expect(try refusal(at(instant(2019_07_04, 0, 10))) == nil)
        #expect(try refusal(at(instant(2019_07_03, 23, 50)))?.rule == "R-GEN-03")
    }

    // MARK: Record time

    @Test func withoutAnImporterItIsTheLedgersClock() throws {
        let first = try bench.record(plan(), in: "activity-1") {
            $0.occurredAt = moment(2019_07_10)
        }
        #expect(first.fact.recordedAt == bench.now)
        bench.now -= 60_000_000
        let second = try bench.record(plan(), in: "activity-2") {
            $0.occurredAt = moment(2019_07_10)
        }
        #expect(second.fact.recordedAt == first.fact.recordedAt, "it never goes back")
    }

    @Test func onlyAnImporterSetsIt() throws {
        let recorded = bench.now
        let nobody = Actor(principal: "clerk", permissions: [])
        let refused = try refusal(by: nobody, moment(2019_07_10)) { $0.recordedAtUs = recorded }
        #expect(refused?.rule == "INV-RECORD-TIME")
        #expect(refused?.text.en.contains("history.import") == true)
        #expect(try refusal(by: importer, moment(2019_07_10)) { $0.recordedAtUs = recorded } == nil)
    }

    @Test func itDoesNotLieAhead() throws {
        let ahead = bench.now + 1
        let refused = try refusal(by: importer, moment(2019_07_10)) { $0.recordedAtUs = ahead }
        #expect(refused?.rule == "INV-RECORD-TIME")
        #expect(refused?.facts.first == DecidingFact("recorded_at_us", ahead))
    }

    @Test func itRunsForwardWithinATreeOnly() throws {
        let noon = bench.now
        bench.now += 3_600_000_000
        #expect(try refusal(by: importer, moment(2019_07_10)) { $0.recordedAtUs = noon } == nil)
        let back = try refusal(by: importer, moment(2019_07_10)) { $0.recordedAtUs = noon - 1 }
        #expect(back?.rule == "INV-RECORD-TIME")
        #expect(
            back?.facts == [
                DecidingFact("recorded_at_us", noon - 1), DecidingFact("last_us", noon),
            ])
        let other = filled(OrganisationRegistered()) {
            $0.orgID = "other"
            $0.kind = .committee
            $0.name = "other"
            $0.founded = moment(2000_01_01)
            $0.ownership = .county
        }
        let early = instant(2019_07_02, 9)
        let founded = try bench.record(other, in: "org-other", by: importer) {
            $0.occurredAt = moment(2019_07_01)
            $0.recordedAtUs = early
        }
        #expect(founded.fact.recordedAt == early)
        #expect(try bench.office.lastRecordedAt(tenant: "other") == early)
        #expect(try bench.office.lastRecordedAt(tenant: "root") == noon)
        #expect(try bench.office.lastRecordedAt(tenant: "nobody") == nil)
    }

    @Test func theTextNamesLocalTimes() throws {
        #expect(InstantText.local(instant(2019_07_31, 9)) == "2019-07-31T09:00:00+08:00")
        #expect(InstantText.local(instant(2019_07_31, 0) - 1) == "2019-07-30T23:59:59.999999+08:00")
        #expect(InstantText.local(0) == "1970-01-01T08:00:00+08:00")
        #expect(InstantText.local(-1) == "1970-01-01T07:59:59.999999+08:00")
    }
}
