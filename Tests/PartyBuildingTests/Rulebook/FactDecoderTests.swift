import Foundation
import Names
import PartyBuilding
import Schema
import Testing

@Suite struct FactDecoderTests {
    private let bench: RuleBench

    init() throws {
        bench = try RuleBench()
    }

    private func closed(_ on: Int32) -> IssueReopened {
        filled(IssueReopened()) {
            $0.on = on
            $0.reason = "反弹"
        }
    }

    private func decode(
        _ event: some EventMessage, in stream: String = "issue-1",
        _ adjust: (inout Envelope) -> Void = { _ in }
    ) throws -> Proposal {
        try FactDecoder.proposal(bench.envelope(event, in: stream, adjust))
    }

    /// The refusal's English text.
    private func refused(
        _ event: some EventMessage, in stream: String = "issue-1",
        _ adjust: (inout Envelope) -> Void = { _ in }
    ) throws -> String {
        do {
            _ = try decode(event, in: stream, adjust)
            return "decoded"
        } catch let refusal as Refusal {
            #expect(refusal.rule == "INV-ENVELOPE")
            #expect(!refusal.text.zh.isEmpty)
            return refusal.text.en
        }
    }

    @Test func theEnvelopesFieldsArrive() throws {
        let proposal = try decode(plan(["org-h1", "branch-b1"]), in: "activity-7") {
            $0.occurredAt = moment(2019_07_01)
            $0.effectiveFrom = 2019_07_05
            $0.recordedAtUs = 5_000_000
            $0.onBehalfOf = "org-h1"
            $0.tenant = "root"
            $0.lateReason = "补录"
            $0.dataClass = .c2
            $0.sourceDoc = DocRef(titled: "报告")
            $0.evidence = [EvidenceRef(captioned: "照片")]
        }
        let fact = proposal.fact
        #expect(fact.type == .activityPlanned)
        #expect(fact.stream == "activity-7")
        #expect(fact.streamIdentity == "7")
        #expect(fact.tags == ["activity-7", "branch-b1", "org-h1"])
        #expect(fact.occurred == moment(2019_07_01))
        #expect(fact.validDay == LocalDate(yyyymmdd: 2019_07_05))
        #expect(proposal.recordedAt == 5_000_000)
        #expect(proposal.tenant == "root")
        #expect(fact.recordedBy == "clerk")
        #expect(fact.onBehalfOf == "org-h1")
        #expect(fact.lateReason == "补录")
        #expect(fact.dataClass == .c2)
        #expect(fact.sourceDoc?.title == "报告")
        #expect(fact.evidence.map(\.caption) == ["照片"])
        #expect(fact.payloadBytes == plan(["org-h1", "branch-b1"]).wireBytes)
        #expect(fact.position == 0)
    }

    @Test func whatIsLeftOutIsNil() throws {
        let proposal = try decode(closed(2019_07_01))
        #expect(proposal.recordedAt == nil)
        #expect(proposal.tenant == nil)
        #expect(proposal.fact.dataClass == nil)
        #expect(proposal.fact.lateReason == nil)
        #expect(proposal.fact.sourceDoc == nil)
    }

    @Test func theEventsOwnDaySaysWhenItHappened() throws {
        let fact = try decode(closed(2019_07_01)).fact
        #expect(fact.occurred == moment(2019_07_01))
        #expect(fact.validDay == LocalDate(yyyymmdd: 2019_07_01))
    }

    /// Of a stretch it is the end; of a meeting the start; a moment keeps its precision.
    @Test func otherFieldsThatSayWhenItHappened() throws {
        let volume = filled(ServiceVolumeReported()) {
            $0.periodFrom = 2019_01_01
            $0.periodTo = 2019_03_31
        }
        #expect(try decode(volume, in: "programme-p").fact.occurred == moment(2019_03_31))
        let meeting = filled(MeetingHeld()) {
            $0.started = instant(2019_07_01, 0, 30)
            $0.ended = instant(2019_07_01, 2)
        }
        let fact = try decode(meeting, in: "meeting-m").fact
        #expect(fact.validDay == LocalDate(yyyymmdd: 2019_07_01))
        #expect(fact.occurred.precision == .instant)
        let launched = filled(ServiceProgrammeLaunched()) {
            $0.launched = filled(Moment()) { $0.month = 2018_07 }
        }
        let programme = try decode(launched, in: "programme-p").fact
        #expect(programme.occurred.precision == .month)
        #expect(programme.validDay == LocalDate(yyyymmdd: 2018_07_31))
    }

    @Test func aFactWithoutAnyTimeIsRefused() throws {
        #expect(try refused(plan(), in: "activity-1").contains("occurred_at is missing"))
        #expect(
            try refused(plan(), in: "activity-1") { $0.occurredAt = Moment() }
                .contains("occurred_at is missing"))
    }

    @Test func aDayThatDoesNotExistIsRefused() throws {
        let text = try refused(plan(), in: "activity-1") { $0.occurredAt = moment(2019_02_30) }
        #expect(text.contains("not a day that exists"))
    }

    /// 2019-06-30T16:30Z is 00:30 on 1 July in Asia/Shanghai (specification section 6, number 14).
    @Test func theLocalDayCounts() throws {
        let halfPastMidnight = filled(Moment()) { $0.instantUs = instant(2019_07_01, 0, 30) }
        #expect(
            try decode(closed(2019_07_01)) { $0.occurredAt = halfPastMidnight }.fact.validDay
                == LocalDate(yyyymmdd: 2019_07_01))
        let text = try refused(closed(2019_06_30)) { $0.occurredAt = halfPastMidnight }
        #expect(text.contains("2019-06-30") && text.contains("2019-07-01"))
        let lastMinute = filled(Moment()) { $0.instantUs = instant(2019_07_01, 0) - 1 }
        #expect(
            try decode(closed(2019_06_30)) { $0.occurredAt = lastMinute }.fact.validDay
                == LocalDate(yyyymmdd: 2019_06_30))
    }

    @Test func onIsTheDayOfOccurredAt() throws {
        #expect(
            try refused(closed(2019_07_01)) { $0.occurredAt = moment(2019_07_02) }
                .contains("correct one of them"))
        #expect(
            try refused(closed(2019_07_31)) {
                $0.occurredAt = filled(Moment()) { $0.month = 2019_07 }
            }.contains("correct one of them"))
    }

    @Test func theStreamIsOneOfTheTypes() throws {
        let text = try refused(closed(2019_07_01), in: "branch-b1")
        #expect(text.contains("issue-…") && text.contains("branch-b1"))
    }

    @Test func anUnknownTypeIsAnError() throws {
        let bytes = bench.envelope(closed(2019_07_01), in: "issue-1") {
            $0.type = 9_999
            $0.typeName = "SomethingNew"
        }
        let error = #expect(throws: FactDecodingError.self) { try FactDecoder.proposal(bytes) }
        #expect(error?.description == "event type 9999 (SomethingNew) is unknown")
    }

    @Test func typeAndNameAgree() throws {
        let text = try refused(closed(2019_07_01)) { $0.typeName = "IssueClosed" }
        #expect(text.contains("IssueReopened") && text.contains("IssueClosed"))
    }

    @Test func theIDHasSixteenBytesAndSomebodyRecords() throws {
        #expect(
            try refused(closed(2019_07_01)) { $0.eventID = .init([1, 2]) }.contains("16 bytes"))
        #expect(try refused(closed(2019_07_01)) { $0.recordedBy = "" }.contains("recorded_by"))
    }

    @Test func bytesThatAreNoEnvelope() {
        #expect(throws: FactDecodingError.self) { try FactDecoder.proposal([0xFF, 0xFF, 0xFF]) }
    }

    @Test func bytesThatAreNoPayload() {
        let bytes = bench.envelope(closed(2019_07_01), in: "issue-1") {
            $0.payload = .init([0xFF, 0xFF])
        }
        #expect(throws: SchemaError.self) { try FactDecoder.proposal(bytes) }
    }

    // MARK: Recorded facts

    private func recorded(_ body: [UInt8], _ trailer: [UInt8]) throws -> Fact {
        try FactDecoder.recorded(
            body: body, trailer: trailer, position: 7, streamVersion: 3,
            tags: ["issue-1", "tree-r"])
    }

    @Test func theTrailerCompletesTheFact() throws {
        let trailer = filled(Trailer()) {
            $0.recordedAtUs = instant(2019_07_09, 9)
            $0.tenant = "root"
            $0.late = true
            $0.afterSeal = true
        }
        let fact = try recorded(
            bench.envelope(closed(2019_07_01), in: "issue-1"), trailer.wireBytes)
        #expect(fact.position == 7)
        #expect(fact.streamVersion == 3)
        #expect(fact.tags == ["issue-1", "tree-r"])
        #expect(fact.recordedDay == LocalDate(yyyymmdd: 2019_07_09))
        #expect(fact.tenant == "root")
        #expect(fact.isLate)
        #expect(fact.isAfterSeal)
        #expect(!fact.isCorrected)
    }

    @Test func whatTheServerFilledInJoinsThePayload() throws {
        let sent = filled(ReportFiled()) {
            $0.template = "t"
            $0.filedTo = "bureau"
            $0.on = 2019_07_05
        }
        let added = filled(ReportFiled()) { $0.hash = .init([1, 2, 3]) }
        let trailer = filled(Trailer()) { $0.filled = .init(added.wireBytes) }
        let fact = try recorded(bench.envelope(sent, in: "report-1"), trailer.wireBytes)
        guard case .reportFiled(let event) = fact.payload else {
            Issue.record("another type")
            return
        }
        #expect([UInt8](event.hash) == [1, 2, 3])
        #expect(event.template == "t")
        #expect(fact.payloadBytes == sent.wireBytes, "what was sent stays apart")
    }

    /// An amendment that names no time happened when it was recorded.
    @Test func anAmendmentNeedsNoTime() throws {
        let void = filled(RecordVoided()) {
            $0.targetEvent = .init(FactID(high: 1, low: 2).bytes)
            $0.reason = "重复"
            $0.approver = "boss"
        }
        #expect(try decode(void).fact.occurred.value == nil)
        let trailer = filled(Trailer()) { $0.recordedAtUs = instant(2019_07_09, 9) }
        let fact = try recorded(bench.envelope(void, in: "issue-1"), trailer.wireBytes)
        #expect(fact.occurred.precision == .instant)
        #expect(fact.validDay == LocalDate(yyyymmdd: 2019_07_09))
        #expect(fact.amendmentTarget == FactID(high: 1, low: 2))
    }

    @Test func damagedBytesAreSaidToBe() {
        let body = bench.envelope(closed(2019_07_01), in: "issue-1")
        #expect(throws: FactDecodingError.self) { try self.recorded(body, [0xFF]) }
        #expect(throws: FactDecodingError.self) { try self.recorded([0xFF], []) }
    }
}
