import Foundation
import PartyBuilding
import Schema
import Testing

@Suite struct ReportRulesTests {
    private let office: PartyOffice
    private let stream = "report-clinics-2019H1"

    init() throws {
        office = try PartyOffice()
    }

    private func filed(clinics: Int64 = 11, on day: Int32 = 2019_07_05) -> ReportFiled {
        filled(ReportFiled()) {
            $0.template = "clinics"
            $0.period.half = 20191
            $0.knownAt = moment(2019_07_05)
            $0.figures = [
                filled(ReportFiled.FiguresEntry()) {
                    $0.key = "clinics"
                    $0.value = Quantity(clinics, .session)
                }
            ]
            $0.filedTo = "区卫健委"
            $0.on = day
        }
    }

    private func restated(
        _ old: Int64, _ new: Int64, superseding id: FactID, causes: [FactID],
        on day: Int32 = 2019_07_10
    ) -> ReportRestated {
        filled(ReportRestated()) {
            $0.supersedes = Data(id.bytes)
            $0.changed = [
                filled(ReportRestated.ChangedEntry()) {
                    $0.key = "clinics"
                    $0.value.old = Quantity(old, .session)
                    $0.value.new = Quantity(new, .session)
                }
            ]
            $0.causes = causes.map { Data($0.bytes) }
            $0.on = day
        }
    }

    /// A clinic of 2019-06-29, recorded on a later day.
    private func clinic(_ id: String, recorded: Int32) throws -> FactID {
        let event = filled(ActivityHeld()) { $0.on = moment(2019_06_29) }
        return try office.record(event, in: "activity-\(id)") {
            $0.recorded = recorded
            $0.lateReason = "补录"
        }.fact.id
    }

    /// G-XX-05: filed as 11 on 07-05, the twelfth clinic recorded on 07-08, restated as 12.
    @Test func aLateFactRestatesTheReport() throws {
        let early = try clinic("c11", recorded: 2019_06_29)
        let report = try office.record(filed(), in: stream).fact.id
        let late = try clinic("c12", recorded: 2019_07_08)
        let known = try office.refusal(
            restated(11, 12, superseding: report, causes: [early]), in: stream)
        #expect(known?.rule == "INV-L06")
        #expect(known?.facts.first == DecidingFact("cause", early))
        let nothing = try office.refusal(
            restated(11, 12, superseding: report, causes: [FactID(high: 3, low: 3)]), in: stream)
        #expect(nothing?.rule == "INV-L06")
        let good = restated(11, 12, superseding: report, causes: [late])
        let restatement = try office.record(good, in: stream).fact.id
        #expect(try office.refusal(good, in: stream)?.rule == "STATE-REPORT")
        let state = try office.office.aggregate(ReportState.self, "clinics-2019H1")
        #expect(state.current == restatement)
        #expect(state.figures["clinics"]?.value == 12)
        let later = try clinic("c13", recorded: 2019_07_20)
        let next = restated(
            12, 13, superseding: restatement, causes: [later], on: 2019_07_21)
        #expect(try office.refusal(next, in: stream) == nil)
    }

    @Test func oldValuesAreTheOnesThatCount() throws {
        let report = try office.record(filed(), in: stream).fact.id
        let late = try clinic("c12", recorded: 2019_07_08)
        let wrong = try office.refusal(
            restated(10, 12, superseding: report, causes: [late]), in: stream)
        #expect(wrong?.rule == "INV-L06")
        #expect(wrong?.facts.contains(DecidingFact("current", "11 SESSION")) == true)
        #expect(
            try office.refusal(restated(11, 11, superseding: report, causes: [late]), in: stream)?
                .rule == "INV-L06")
        let otherUnit = filled(restated(11, 12, superseding: report, causes: [late])) {
            $0.changed[0].value.new.unit = .personTime
        }
        #expect(try office.refusal(otherUnit, in: stream)?.rule == "INV-L06")
        let added = filled(restated(11, 12, superseding: report, causes: [late])) {
            $0.changed[0].key = "lectures"
            $0.changed[0].value.clearOld()
        }
        #expect(try office.refusal(added, in: stream) == nil)
    }

    @Test func aReportIsFiledOnceAndKnowsNothingAhead() throws {
        let ahead = filled(filed()) { $0.knownAt = moment(2019_07_06) }
        #expect(try office.refusal(ahead, in: stream)?.rule == "INV-L05")
        let instantAhead = filled(filed()) {
            $0.knownAt = filled(Moment()) { $0.instantUs = instant(2019_07_05, 23) }
        }
        #expect(try office.refusal(instantAhead, in: stream)?.rule == "INV-L05")
        let unbegun = filled(filed()) { $0.period.half = 20192 }
        #expect(try office.refusal(unbegun, in: stream) == nil)
        let future = filled(filed()) { $0.period.half = 20201 }
        #expect(try office.refusal(future, in: "report-x")?.rule == "INV-L05")
        let twice = filled(filed()) { $0.figures.append($0.figures[0]) }
        #expect(try office.refusal(twice, in: "report-y")?.rule == "INV-L05")
        #expect(try office.refusal(filed(), in: stream)?.rule == "STATE-REPORT")
        let unfiled = restated(
            11, 12, superseding: FactID(high: 1, low: 1), causes: [FactID(high: 1, low: 1)])
        #expect(try office.refusal(unfiled, in: "report-z")?.rule == "STATE-REPORT")
    }

    private func seal(_ quarter: Int32, on day: Int32) throws -> Refusal? {
        let event = filled(PeriodSealed()) {
            $0.period.quarter = quarter
            $0.on = day
        }
        return try office.refusal(event, in: "org-root")
    }

    @Test func aPeriodIsSealedOnceAfterItEnded() throws {
        let running = try seal(20192, on: 2019_06_30)
        #expect(running?.rule == "STATE-SEAL")
        #expect(running?.facts.first == DecidingFact("period", "2019Q2"))
        #expect(try seal(20192, on: 2019_07_01) == nil)
        #expect(try seal(20192, on: 2019_07_02)?.rule == "STATE-SEAL")
        #expect(try seal(20193, on: 2019_10_08) == nil)
    }

    /// X54.
    @Test func aSealedQuarterNeedsPermission() throws {
        #expect(try seal(20192, on: 2019_07_01) == nil)
        let event = filled(ActivityHeld()) { $0.on = moment(2019_06_29) }
        func refusal(_ permissions: Actor.Permission, _ stream: String) throws -> Refusal? {
            try office.refusal(event, in: stream) {
                $0.recorded = 2019_07_10
                $0.lateReason = "补录"
                $0.actor = Actor(principal: "p", permissions: permissions)
            }
        }
        #expect(try refusal([.importHistory], "activity-c1")?.rule == "R-GEN-04")
        #expect(try refusal([.importHistory, .amendRecords], "activity-c1") == nil)
    }
}
