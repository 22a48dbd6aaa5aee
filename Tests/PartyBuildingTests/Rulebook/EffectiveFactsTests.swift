import Foundation
import Names
import PartyBuilding
import Schema
import Testing

@Suite struct EffectiveFactsTests {
    private func fact(
        _ position: UInt64, _ payload: some EventMessage, in stream: String = "activity-1",
        occurred: Moment = moment(2019_05_10), validDay: Int32? = nil, recordedAt: Int64? = nil
    ) -> Fact {
        let bytes = payload.wireBytes
        let type = type(of: payload).eventType
        return Fact(
            id: FactID(high: 0, low: position), position: position, stream: stream,
            payload: payload.payload, payloadBytes: bytes, occurred: occurred,
            validDay: validDay.flatMap { LocalDate(yyyymmdd: $0) } ?? occurred.lastDay
                ?? LocalDate(dayNumber: 0),
            recordedAt: recordedAt ?? Int64(position) * 10, recordedBy: "clerk", tenant: "root",
            tags: Subjects.of(type: type, stream: stream, payload: bytes) + ["tree-root"])
    }

    private func count(_ value: Int64) -> BeneficiariesCounted {
        filled(BeneficiariesCounted()) {
            $0.measure = .served
            $0.quantity = Quantity(value, .personTime)
            $0.method = .counter
        }
    }

    private func correction(of target: UInt64, to payload: some EventMessage) -> RecordCorrected {
        filled(RecordCorrected()) {
            $0.targetEvent = Data(FactID(high: 0, low: target).bytes)
            $0.replacement = Data(payload.wireBytes)
        }
    }

    private func void(of target: UInt64) -> RecordVoided {
        filled(RecordVoided()) { $0.targetEvent = Data(FactID(high: 0, low: target).bytes) }
    }

    private func values(_ facts: [Fact], knownAt: Int64? = nil) -> [Int64] {
        EffectiveFacts.resolve(facts, knownAt: knownAt).compactMap { fact in
            guard case .beneficiariesCounted(let event) = fact.payload else { return nil }
            return event.quantity.value
        }
    }

    @Test func nothingAmendedStaysAsItIs() {
        let facts = [fact(1, count(1)), fact(2, count(2))]
        #expect(values(facts) == [1, 2])
        #expect(EffectiveFacts.resolve(facts).allSatisfy { !$0.isCorrected })
        #expect(values([]) == [])
    }

    @Test func theLastCorrectionThatIsNotVoidWins() {
        let facts = [
            fact(1, count(480)), fact(2, count(7)), fact(3, correction(of: 1, to: count(408))),
            fact(4, correction(of: 1, to: count(409))), fact(5, correction(of: 1, to: count(410))),
        ]
        #expect(values(facts) == [410, 7])
        #expect(EffectiveFacts.resolve(facts).map(\.isCorrected) == [true, false])
        let lastVoid = facts + [fact(6, void(of: 5))]
        #expect(values(lastVoid) == [409, 7])
        #expect(values(lastVoid + [fact(7, void(of: 4))]) == [408, 7])
        #expect(values(lastVoid + [fact(7, void(of: 4)), fact(8, void(of: 3))]) == [480, 7])
    }

    @Test func aVoidTakesTheFactAwayWhateverWasCorrected() {
        let facts = [
            fact(1, count(480)), fact(2, correction(of: 1, to: count(408))), fact(3, void(of: 1)),
        ]
        #expect(values(facts) == [])
    }

    /// A void cannot be voided; should such a fact ever stand in a log, it has no effect.
    @Test func aVoidOfAVoidHasNoEffect() {
        let facts = [fact(1, count(480)), fact(2, void(of: 1)), fact(3, void(of: 2))]
        #expect(values(facts) == [])
    }

    @Test func amendmentsOfNothingHaveNoEffect() {
        let facts = [
            fact(1, count(480)), fact(2, void(of: 99)),
            fact(3, correction(of: 98, to: count(1))),
            fact(4, filled(RecordVoided()) { $0.targetEvent = Data([1, 2, 3]) }),
        ]
        #expect(values(facts) == [480])
    }

    /// Known-at is inclusive and cuts on the record time of facts and amendments alike.
    @Test func knownAtIsInclusive() {
        let facts = [
            fact(1, count(480), recordedAt: 100), fact(2, count(9), recordedAt: 200),
            fact(3, correction(of: 1, to: count(408)), recordedAt: 300),
            fact(4, void(of: 3), recordedAt: 400), fact(5, void(of: 2), recordedAt: 400),
        ]
        #expect(values(facts, knownAt: 99) == [])
        #expect(values(facts, knownAt: 100) == [480])
        #expect(values(facts, knownAt: 199) == [480])
        #expect(values(facts, knownAt: 200) == [480, 9])
        #expect(values(facts, knownAt: 299) == [480, 9])
        #expect(values(facts, knownAt: 300) == [408, 9])
        #expect(values(facts, knownAt: 399) == [408, 9])
        #expect(values(facts, knownAt: 400) == [480])
        #expect(values(facts) == [480])
    }

    @Test func aReplacementOfAnotherTypeIsPassedOver() {
        let facts = [
            fact(1, count(480)),
            fact(2, filled(correction(of: 1, to: count(1))) { $0.replacement = Data([0xFF]) }),
        ]
        #expect(values(facts) == [480])
    }

    // MARK: What moves with a correction

    @Test func tagsFollowTheCorrectedPayload() throws {
        let facts = [
            fact(1, plan(["branch-a", "org-h1"])),
            fact(2, correction(of: 1, to: plan(["branch-b"]))),
        ]
        let moved = try #require(EffectiveFacts.resolve(facts).first)
        #expect(moved.tags == ["activity-1", "branch-b", "tree-root"])
        #expect(moved.payloadBytes == plan(["branch-b"]).wireBytes)
        #expect(moved.position == 1)
    }

    private func reopened(_ on: Int32, _ reason: String = "r") -> IssueReopened {
        filled(IssueReopened()) {
            $0.on = on
            $0.reason = reason
        }
    }

    private func corrected(_ fact: Fact, to payload: some EventMessage) throws -> Fact {
        try #require(fact.corrected(by: correction(of: fact.position, to: payload)))
    }

    @Test func theDateMovesWithThePayloadsOwnDay() throws {
        let original = fact(1, reopened(2019_05_10), in: "issue-1")
        let moved = try corrected(original, to: reopened(2019_04_30))
        #expect(moved.occurred == moment(2019_04_30))
        #expect(moved.validDay == LocalDate(yyyymmdd: 2019_04_30))
    }

    @Test func anInstantKeepsItsPrecisionWhenTheDayStays() throws {
        let at = filled(Moment()) { $0.instantUs = instant(2019_05_10, 9) }
        let original = fact(1, reopened(2019_05_10), in: "issue-1", occurred: at)
        let same = try corrected(original, to: reopened(2019_05_10, "another reason"))
        #expect(same.occurred == at)
        #expect(same.validDay == LocalDate(yyyymmdd: 2019_05_10))
        let moved = try corrected(original, to: reopened(2019_05_11))
        #expect(moved.occurred == moment(2019_05_11))
    }

    @Test func aTimeThatThePayloadDidNotSayStays() throws {
        let original = fact(1, count(480), occurred: moment(2019_05_10))
        #expect(try corrected(original, to: count(1)).occurred == moment(2019_05_10))
        let report = filled(ServiceVolumeReported()) {
            $0.periodFrom = 2019_01_01
            $0.periodTo = 2019_03_31
        }
        let later = fact(2, report, in: "programme-p", occurred: moment(2019_04_05))
        let other = filled(report) { $0.periodTo = 2019_04_30 }
        #expect(try corrected(later, to: other).occurred == moment(2019_04_05))
    }

    @Test func theEndOfAStretchMoves() throws {
        let report = filled(ServiceVolumeReported()) {
            $0.periodFrom = 2019_01_01
            $0.periodTo = 2019_03_31
        }
        let original = fact(1, report, in: "programme-p", occurred: moment(2019_03_31))
        let other = filled(report) { $0.periodTo = 2019_04_30 }
        #expect(try corrected(original, to: other).validDay == LocalDate(yyyymmdd: 2019_04_30))
    }

    /// `effective_from` in the payload is the valid day and moves with it; in the envelope it
    /// stays, because a correction does not speak of it.
    @Test func effectiveFromIsTheValidDay() throws {
        let change = filled(OrganisationAffiliationChanged()) {
            $0.newParent = "root"
            $0.effectiveFrom = 2019_06_01
        }
        let original = fact(
            1, change, in: "org-h1", occurred: moment(2019_05_10), validDay: 2019_06_01)
        let later = filled(change) { $0.effectiveFrom = 2019_07_01 }
        let moved = try corrected(original, to: later)
        #expect(moved.validDay == LocalDate(yyyymmdd: 2019_07_01))
        #expect(moved.occurred == moment(2019_05_10))
        let enveloped = fact(2, count(480), validDay: 2019_08_01)
        #expect(try corrected(enveloped, to: count(1)).validDay == LocalDate(yyyymmdd: 2019_08_01))
    }
}
