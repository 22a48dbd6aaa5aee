import Foundation
import PartyBuilding
import Schema
import Testing

@Suite struct AmendmentRulesTests {
    private let office: PartyOffice
    private let stream = "activity-a1"

    init() throws {
        office = try PartyOffice()
    }

    /// A planned and held activity with 480 person-times; the ids of the plan and the count.
    private func countedActivity() throws -> (plan: Fact, held: Fact, count: Fact) {
        let plan = filled(ActivityPlanned()) {
            $0.kind = .guidance
            $0.hosts = ["org-h1"]
            $0.placeKind = .community
            $0.plannedOn = 2019_05_10
        }
        let held = filled(ActivityHeld()) { $0.on = moment(2019_05_10) }
        return (
            try office.record(plan, in: stream) { $0.occurred = moment(2019_05_01) }.fact,
            try office.record(held, in: stream).fact,
            try office.record(count(480), in: stream) { $0.occurred = moment(2019_05_10) }.fact
        )
    }

    private func count(_ value: Int64) -> BeneficiariesCounted {
        filled(BeneficiariesCounted()) {
            $0.measure = .served
            $0.quantity = Quantity(value, .personTime)
            $0.method = .counter
        }
    }

    private func correction(
        of target: FactID, to replacement: some EventMessage, mask: [String],
        approver: String = "boss", hash: [UInt8]? = nil
    ) -> RecordCorrected {
        filled(RecordCorrected()) {
            $0.targetEvent = Data(target.bytes)
            $0.replacement = Data(replacement.wireBytes)
            $0.mask = mask
            $0.reason = "录入有误"
            $0.approver = approver
            if let hash { $0.replacedHash = Data(hash) }
        }
    }

    private func voiding(_ target: FactID, approver: String = "boss") -> RecordVoided {
        filled(RecordVoided()) {
            $0.targetEvent = Data(target.bytes)
            $0.reason = "重复录入"
            $0.approver = approver
        }
    }

    private func judge(
        _ event: some EventMessage, in stream: String? = nil, by recorder: String = "clerk"
    ) throws -> Refusal? {
        try office.refusal(event, in: stream ?? self.stream) {
            $0.occurred = moment(2019_08_01)
            $0.by = recorder
        }
    }

    /// Section 6, number 8: 480 → 408.
    @Test func aCorrectionReplacesThePayload() throws {
        let facts = try countedActivity()
        let event = correction(of: facts.count.id, to: count(408), mask: ["quantity"])
        #expect(try judge(event) == nil)
        let effective = try office.office.facts(tag: stream)
        guard case .beneficiariesCounted(let now)? = effective.last?.payload else {
            Issue.record("the count is gone")
            return
        }
        #expect(now.quantity.value == 408)
        #expect(effective.count == 3)
    }

    /// X55, R-GEN-07.
    @Test func theRecorderDoesNotApprove() throws {
        let facts = try countedActivity()
        let own = correction(
            of: facts.count.id, to: count(408), mask: ["quantity"], approver: "clerk")
        #expect(try judge(own, by: "clerk2")?.rule == "R-GEN-07", "recorder of the target")
        #expect(try judge(own, by: "clerk")?.rule == "R-GEN-07")
        let voidOwn = try judge(voiding(facts.count.id, approver: "clerk"))
        #expect(voidOwn?.rule == "R-GEN-05")
        #expect(voidOwn?.facts.first == DecidingFact("approver", "clerk"))
        #expect(try judge(voiding(facts.count.id, approver: "boss")) == nil)
    }

    @Test func theTargetExistsStandsAndIsInTheStream() throws {
        let facts = try countedActivity()
        let nothing = FactID(high: 1, low: 1)
        #expect(try judge(voiding(nothing))?.rule == "R-GEN-05")
        #expect(try judge(voiding(facts.count.id), in: "activity-a2")?.rule == "R-GEN-05")
        #expect(try judge(voiding(facts.count.id)) == nil)
        let again = try judge(voiding(facts.count.id))
        #expect(again?.rule == "R-GEN-05")
        let late = correction(of: facts.count.id, to: count(1), mask: ["quantity"])
        #expect(try judge(late)?.rule == "R-GEN-05")
    }

    @Test func aVoidIsNotVoidedAndACorrectionNotCorrected() throws {
        let facts = try countedActivity()
        let corrected = try office.record(
            correction(of: facts.count.id, to: count(408), mask: ["quantity"]), in: stream
        ) { $0.occurred = moment(2019_08_01) }
        let nested = correction(of: corrected.fact.id, to: count(1), mask: ["quantity"])
        #expect(try judge(nested)?.rule == "R-GEN-05")
        let undone = try office.record(voiding(corrected.fact.id), in: stream) {
            $0.occurred = moment(2019_08_01)
        }
        let effective = try office.office.facts(tag: stream)
        guard case .beneficiariesCounted(let now)? = effective.last?.payload else {
            Issue.record("the count is gone")
            return
        }
        #expect(now.quantity.value == 480, "a void of the correction brings the first value back")
        #expect(try judge(voiding(undone.fact.id))?.rule == "R-GEN-05")
    }

    @Test func theHashIsThatOfWhatStands() throws {
        let facts = try countedActivity()
        let first = testDigest(count(480).wireBytes)
        let id = facts.count.id
        #expect(try office.office.amendments(of: id)?.payloadBytes == count(480).wireBytes)
        let stale = correction(
            of: id, to: count(408), mask: ["quantity"],
            hash: testDigest(count(1).wireBytes))
        #expect(try judge(stale)?.rule == "R-GEN-05")
        #expect(
            try judge(correction(of: id, to: count(408), mask: ["quantity"], hash: first)) == nil)
        let second = correction(of: id, to: count(409), mask: ["quantity"], hash: first)
        #expect(try judge(second)?.rule == "R-GEN-05", "corrected in between")
        let fresh = testDigest(count(408).wireBytes)
        #expect(
            try judge(correction(of: id, to: count(409), mask: ["quantity"], hash: fresh)) == nil)
    }

    @Test func theMaskNamesExactlyWhatChanges() throws {
        let facts = try countedActivity()
        let id = facts.count.id
        func rule(_ replacement: BeneficiariesCounted, _ mask: [String]) throws -> String? {
            try judge(correction(of: id, to: replacement, mask: mask))?.rule
        }
        #expect(try rule(count(408), ["method"]) == "INV-L01")
        #expect(try rule(count(408), ["quantity", "colour"]) == "INV-L01")
        #expect(try rule(count(480), ["quantity"]) == "INV-L01", "nothing changes")
        #expect(try rule(BeneficiariesCounted(), ["quantity"]) == "INV-L01", "not valid")
        #expect(try rule(count(408), ["quantity", "method"]) == nil)
    }

    /// What could not have been recorded cannot be corrected to.
    @Test func aReplacementMeetsTheRulesOfItsType() throws {
        let facts = try countedActivity()
        let persons = filled(count(408)) { $0.quantity.unit = .person }
        let refusal = try judge(correction(of: facts.count.id, to: persons, mask: ["quantity"]))
        #expect(refusal?.rule == "R-VO-04")
        let named = filled(persons) { $0.method = .register }
        #expect(
            try judge(correction(of: facts.count.id, to: named, mask: ["quantity", "method"]))
                == nil)
    }

    /// The truth may break what the error kept: the correction stands, with a warning.
    @Test func aCorrectionThatLaterFactsContradictIsFlagged() throws {
        _ = try countedActivity()
        func service(_ person: String) -> VolunteerServiceRecorded {
            filled(VolunteerServiceRecorded()) {
                $0.person = person
                $0.branchAtTime = "b1"
                $0.role = "guide"
                $0.minutes = 60
            }
        }
        let first = try office.record(service("p1"), in: stream) {
            $0.occurred = moment(2019_05_10)
        }.fact
        try office.record(service("p2"), in: stream) { $0.occurred = moment(2019_05_10) }
        let mistaken = correction(of: first.id, to: service("p2"), mask: ["person"])
        let flagged = try office.record(mistaken, in: stream) { $0.occurred = moment(2019_08_01) }
        #expect(flagged.warnings.map(\.rule) == ["INV-L01"])
        #expect(flagged.warnings[0].text.en.contains("R-VO-02"))
        let sound = correction(of: first.id, to: service("p3"), mask: ["person"])
        let clean = try office.record(sound, in: stream) { $0.occurred = moment(2019_08_01) }
        #expect(clean.warnings.isEmpty)
    }

    /// A final score is corrected although nothing can be recorded any more.
    @Test func aFinalQuarterIsCorrected() throws {
        let quarter = "pioneer-p1-2019Q2"
        let points = filled(PioneerPointsRecorded()) {
            $0.person = "p1"
            $0.quarter = 20192
            $0.indicatorID = "learning"
            $0.points = 1_500
            $0.occurredOn = 2019_05_20
        }
        let target = try office.record(points, in: quarter).fact
        let posted = filled(PioneerScorePublished()) {
            $0.quarter = 20192
            $0.branch = "b1"
            $0.score = 1_500
            $0.postedOn = 2019_07_08
            $0.postTo = 2019_07_12
        }
        try office.record(posted, in: quarter)
        let final = filled(PioneerScoreFinalised()) {
            $0.quarter = 20192
            $0.finalScore = 1_500
            $0.on = 2019_07_13
            $0.by = "p2"
        }
        try office.record(final, in: quarter)
        let better = filled(points) { $0.points = 1_600 }
        #expect(try office.refusal(better, in: quarter)?.rule == "R-PI-01")
        let event = correction(of: target.id, to: better, mask: ["points"])
        #expect(try judge(event, in: quarter) == nil)
        let elsewhere = filled(points) { $0.occurredOn = 2019_07_02 }
        let wrong = correction(of: target.id, to: elsewhere, mask: ["points", "occurred_on"])
        #expect(try judge(wrong, in: quarter)?.rule == "R-PI-01")
    }

    /// R-GEN-05: an event with live dependants cannot be voided alone.
    @Test func aFactWithLiveDependantsIsNotVoided() throws {
        let facts = try countedActivity()
        let held = try judge(voiding(facts.held.id))
        #expect(held?.rule == "R-GEN-05")
        #expect(
            held?.facts == [
                DecidingFact("dependant", facts.count.id),
                DecidingFact("dependant_type", "BeneficiariesCounted"),
                DecidingFact("dependant_rule", "STATE-ACTIVITY"),
            ])
        let plan = try judge(voiding(facts.plan.id))
        #expect(plan?.facts.first == DecidingFact("dependant", facts.held.id))
        #expect(try judge(voiding(facts.count.id)) == nil)
        #expect(try judge(voiding(facts.held.id)) == nil, "its dependant is void now")
        #expect(try judge(voiding(facts.plan.id)) == nil)
    }

    @Test func factsOfTheSameSubjectsThatDoNotRestOnItDoNotHinder() throws {
        _ = try countedActivity()
        let person = "p1"
        let service = filled(VolunteerServiceRecorded()) {
            $0.person = person
            $0.branchAtTime = "b1"
            $0.role = "guide"
            $0.minutes = 60
        }
        let first = try office.record(service, in: stream) { $0.occurred = moment(2019_05_10) }.fact
        let archive = filled(IntegrityArchiveOpened()) {
            $0.person = person
            $0.on = 2019_06_01
            $0.roleClass = "关键岗位"
        }
        try office.record(archive, in: "integrity-p1")
        #expect(try judge(voiding(first.id)) == nil)
        #expect(
            try office.refusal(service, in: stream) { $0.occurred = moment(2019_05_10) } == nil,
            "after the void the person may be recorded again")
    }

    /// A dependant in another stream: the second archive rests on nothing, the annual index on
    /// its quarters.
    @Test func dependantsAreFoundAcrossStreams() throws {
        let quarter = "pioneer-p1-2019Q2"
        let posted = filled(PioneerScorePublished()) {
            $0.quarter = 20192
            $0.branch = "b1"
            $0.score = 9_000
            $0.postedOn = 2019_07_08
            $0.postTo = 2019_07_12
        }
        try office.record(posted, in: quarter)
        let final = filled(PioneerScoreFinalised()) {
            $0.quarter = 20192
            $0.finalScore = 9_000
            $0.on = 2019_07_13
            $0.by = "p2"
        }
        let target = try office.record(final, in: quarter).fact
        let appraisal = filled(AnnualPioneerAppraisalConcluded()) {
            $0.year = 2019
            $0.annualIndex = 9_000
            $0.quartersUsed = [20192]
        }
        let appraised = try office.record(appraisal, in: "pioneer-p1-2019") {
            $0.occurred = moment(2020_01_20)
        }.fact
        let refusal = try office.refusal(voiding(target.id), in: quarter) {
            $0.occurred = moment(2020_02_01)
        }
        #expect(refusal?.rule == "R-GEN-05")
        #expect(refusal?.facts.first == DecidingFact("dependant", appraised.id))
    }
}
