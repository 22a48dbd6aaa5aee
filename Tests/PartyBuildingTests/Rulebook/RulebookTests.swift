import Foundation
import Names
import PartyBuilding
import Schema
import Testing

@Suite struct RulebookTests {
    /// R-MB-02: a late interview is recorded with the rule that it broke.
    @Test func warningsAreRecorded() throws {
        let office = try PartyOffice()
        try office.branch("b1")
        try office.record(
            "MembershipApplicationSubmitted", "member-p1",
            #""person":"p1","branch":"b1","on":"2021-12-01""#)
        let late = try office.record(
            "ApplicantInterviewed", "member-p1", #""interviewer":"p2","on":"2022-02-01""#)
        #expect(late.warnings.map(\.rule) == ["R-MB-02"])
        #expect(late.warnings.allSatisfy { !$0.text.zh.isEmpty && !$0.text.en.isEmpty })
        try office.record(
            "MembershipApplicationSubmitted", "member-p3",
            #""person":"p3","branch":"b1","on":"2022-02-01""#)
        let punctual = try office.record(
            "ApplicantInterviewed", "member-p3", #""interviewer":"p2","on":"2022-02-10""#)
        #expect(punctual.warnings == [])
    }

    /// A refusal leaves nothing behind: the same fact is admitted once the cause is gone.
    @Test func aRefusedFactNeverHappened() throws {
        let bench = try RuleBench()
        let held = filled(ActivityHeld()) { $0.on = moment(2019_07_10) }
        #expect(try bench.refusal(held, in: "activity-1") { $0.tenant = "root" } != nil)
        #expect(try bench.office.tenant(ofTag: "activity-1") == nil)
        try bench.record(plan(), in: "activity-1") { $0.occurredAt = moment(2019_07_10) }
        #expect(try bench.refusal(held, in: "activity-1") == nil)
    }

    @Test func admissionSettlesWhatTheSenderLeftOut() throws {
        let bench = try RuleBench()
        let admission = try bench.record(plan(), in: "activity-1") {
            $0.occurredAt = moment(2019_07_10)
        }
        #expect(admission.fact.position == 2)
        #expect(admission.fact.streamVersion == 1)
        #expect(admission.fact.tenant == "root")
        #expect(admission.fact.tags == ["activity-1", "org-root", "tree-root"])
        #expect(admission.fact.recordedAt == bench.now)
        #expect(admission.ruleSetVersion == "cn-2018")
        #expect(admission.filled == [])
    }

    // MARK: What the server fills in

    /// The payload with its fields in descending order: a valid encoding that no encoder of ours
    /// would write.
    private func reversed(_ payload: [UInt8]) throws -> [UInt8] {
        var reader = WireReader(payload)
        var fields: [[UInt8]] = []
        var start = reader.position
        while try reader.next() != nil {
            fields.append(Array(payload[start..<reader.position]))
            start = reader.position
        }
        return fields.reversed().flatMap { $0 }
    }

    private func correction(of target: Fact, hash: [UInt8]? = nil) -> RecordCorrected {
        filled(RecordCorrected()) {
            $0.targetEvent = Data(target.id.bytes)
            $0.replacement = Data(plan(["org-h1"]).wireBytes)
            $0.mask = ["hosts"]
            $0.reason = "录入有误"
            $0.approver = "boss"
            if let hash { $0.replacedHash = Data(hash) }
        }
    }

    /// The hash is taken over the bytes as they were sent, not as we would encode them.
    @Test func aCorrectionGetsTheHashOfWhatItReplaces() throws {
        let bench = try RuleBench()
        try bench.register("h1", parent: "root")
        let sent = try reversed(plan().wireBytes)
        #expect(sent != plan().wireBytes)
        let target = try bench.record(plan(), in: "activity-1") {
            $0.occurredAt = moment(2019_07_10)
            $0.payload = Data(sent)
        }.fact
        let wrong = correction(of: target, hash: testDigest(plan().wireBytes))
        let refusal = try bench.refusal(wrong, in: "activity-1")
        #expect(refusal?.rule == "R-GEN-05")
        #expect(
            refusal?.facts == [DecidingFact("current_hash", Hexadecimal.text(testDigest(sent)))])
        let envelope = bench.envelope(correction(of: target), in: "activity-1")
        let admission = try bench.admit(envelope)
        let added = try RecordCorrected(decoding: admission.filled)
        #expect([UInt8](added.replacedHash) == testDigest(sent))
        guard case .recordCorrected(let whole) = admission.fact.payload else {
            Issue.record("another type")
            return
        }
        #expect([UInt8](whole.replacedHash) == testDigest(sent))
        #expect(whole.approver == "boss")
        let trailer = filled(Trailer()) { $0.filled = Data(admission.filled) }
        let read = try FactDecoder.recorded(
            body: envelope, trailer: trailer.wireBytes, position: admission.fact.position,
            streamVersion: 2, tags: admission.fact.tags)
        #expect(read.payload.message.wireBytes == admission.fact.payload.message.wireBytes)
        #expect(read.payloadBytes == correction(of: target).wireBytes)
    }

    @Test func aHashThatTheSenderGaveIsNotFilledInAgain() throws {
        let bench = try RuleBench()
        try bench.register("h1", parent: "root")
        let target = try bench.record(plan(), in: "activity-1") {
            $0.occurredAt = moment(2019_07_10)
        }.fact
        let right = correction(of: target, hash: testDigest(plan().wireBytes))
        #expect(try bench.record(right, in: "activity-1").filled == [])
    }

    @Test func aReportGetsTheHashOfItsFigures() throws {
        let bench = try RuleBench()
        func filed(_ hash: [UInt8]?) -> ReportFiled {
            filled(ReportFiled()) {
                $0.template = "t"
                $0.period.quarter = 20192
                $0.knownAt = moment(2019_06_30)
                $0.figures = [
                    filled(ReportFiled.FiguresEntry()) {
                        $0.key = "clinics"
                        $0.value = Quantity(12, .session)
                    }
                ]
                $0.filedTo = "bureau"
                $0.on = 2019_07_10
                if let hash { $0.hash = Data(hash) }
            }
        }
        let bare = filled(ReportFiled()) { $0.figures = filed(nil).figures }
        let hash = testDigest(bare.wireBytes)
        let tenant: (inout Envelope) -> Void = { $0.tenant = "root" }
        #expect(try bench.refusal(filed([1]), in: "report-1", tenant)?.rule == "INV-L05")
        let admission = try bench.record(filed(nil), in: "report-1", tenant)
        #expect([UInt8](try ReportFiled(decoding: admission.filled).hash) == hash)
        #expect(try bench.record(filed(hash), in: "report-2", tenant).filled == [])
    }

    /// A tool that only shows rules brings no digest: nothing is compared or filled in.
    @Test func withoutADigestHashesAreLeftAlone() throws {
        let bench = try RuleBench()
        try bench.register("h1", parent: "root")
        let target = try bench.record(plan(), in: "activity-1") {
            $0.occurredAt = moment(2019_07_10)
        }.fact
        let proposal = try FactDecoder.proposal(
            bench.envelope(correction(of: target, hash: [1]), in: "activity-1"))
        let admission = try Rulebook().admit(
            proposal, at: bench.position + 1, version: 2, now: bench.now,
            actor: Actor(principal: "t"), office: bench.office)
        #expect(admission.filled == [])
    }
}
