import Schema
import Testing

@testable import PartyBuilding

@Suite struct ActivityRulesTests {
    private let office: PartyOffice

    init() throws {
        office = try PartyOffice()
    }

    private func plan(_ kind: ActivityPlanned.Kind = .guidance) -> ActivityPlanned {
        filled(ActivityPlanned()) {
            $0.kind = kind
            $0.hosts = ["org-root"]
            $0.placeKind = .community
            $0.plannedOn = 2019_03_05
        }
    }

    private func held(_ minutes: Int64 = 120) -> ActivityHeld {
        filled(ActivityHeld()) {
            $0.started = instant(2019_03_05, 9)
            $0.ended = $0.started + minutes * 60_000_000
        }
    }

    private func service(_ person: String, minutes: Int32 = 60) -> VolunteerServiceRecorded {
        filled(VolunteerServiceRecorded()) {
            $0.person = person
            $0.branchAtTime = "xx-b1"
            $0.role = "guide"
            $0.minutes = minutes
            $0.isMember = true
        }
    }

    private func count(
        _ value: Int64, _ unit: Unit, _ method: BeneficiariesCounted.Method,
        _ measure: BeneficiariesCounted.Measure = .served
    ) -> BeneficiariesCounted {
        filled(BeneficiariesCounted()) {
            $0.measure = measure
            $0.quantity = Quantity(value, unit)
            $0.method = method
        }
    }

    /// An activity held on 2019-03-05 from 9 to 11.
    private func holdActivity(
        _ id: String = "xx-a1", _ kind: ActivityPlanned.Kind = .guidance
    ) throws -> String {
        let stream = "activity-\(id)"
        try office.record(plan(kind), in: stream) { $0.occurred = moment(2019_03_01) }
        try office.record(held(), in: stream)
        return stream
    }

    @Test func anActivityIsPlannedHeldAndCounted() throws {
        let stream = try holdActivity()
        #expect(try office.refusal(service("p1"), in: stream, on05) == nil)
        #expect(try office.refusal(count(480, .personTime, .counter), in: stream, on05) == nil)
        let state = try office.office.aggregate(ActivityState.self, "xx-a1")
        #expect(state.word == "COUNTED")
        #expect(state.minutes == 120)
    }

    /// X30.
    @Test func onePersonCountsOncePerActivity() throws {
        let stream = try holdActivity()
        try office.record(service("p1"), in: stream, on05)
        let again = try office.refusal(service("p1"), in: stream, on05)
        #expect(again?.rule == "R-VO-02")
        #expect(again?.facts.first == DecidingFact("person", "p1"))
        #expect(try office.refusal(service("p2"), in: stream, on05) == nil)
        let other = try holdActivity("xx-a2")
        #expect(try office.refusal(service("p1"), in: other, on05) == nil)
    }

    /// Who only has the mark of somebody that served has not served: the facts decide.
    @Test func theMarkOfAnotherDoesNotRefuse() throws {
        let (friend, stranger) = try twoOfOneMark()
        let stream = try holdActivity()
        try office.record(service(friend), in: stream, on05)
        let state = try office.office.aggregate(ActivityState.self, "xx-a1")
        #expect(state.mayHaveServed(stranger))
        #expect(try office.refusal(service(friend), in: stream, on05)?.rule == "R-VO-02")
        try office.record(service(stranger), in: stream, on05)
        #expect(try office.refusal(service(stranger), in: stream, on05)?.rule == "R-VO-02")
    }

    /// Marks are different in every process; among so many names two have the same.
    private func twoOfOneMark() throws -> (String, String) {
        var marks = NameMarks()
        for number in 0..<1_000_000 {
            let stranger = "person-\(number)"
            guard marks.mayContain(stranger) else {
                marks.insert(stranger)
                continue
            }
            for other in 0..<number {
                var one = NameMarks()
                one.insert("person-\(other)")
                if one.mayContain(stranger) { return ("person-\(other)", stranger) }
            }
        }
        throw NoSuchPair()
    }

    private struct NoSuchPair: Error {}

    @Test func servedMinutesStayWithinTheActivity() throws {
        let stream = try holdActivity()
        let tooLong = try office.refusal(service("p1", minutes: 121), in: stream, on05)
        #expect(tooLong?.rule == "R-VO-02")
        #expect(tooLong?.facts.contains(DecidingFact("activity_minutes", 120)) == true)
        #expect(try office.refusal(service("p1", minutes: 0), in: stream, on05)?.rule == "R-VO-02")
        #expect(try office.refusal(service("p1", minutes: 120), in: stream, on05) == nil)
    }

    /// X31.
    @Test func personsNeedARegister() throws {
        let stream = try holdActivity("xx-a1", .clinic)
        #expect(
            try office.refusal(count(300, .person, .counter), in: stream, on05)?.rule == "R-VO-04")
        #expect(
            try office.refusal(count(300, .dose, .counter), in: stream, on05)?.rule == "R-GEN-06")
        #expect(try office.refusal(count(300, .person, .register), in: stream, on05) == nil)
        #expect(
            try office.refusal(count(301, .personTime, .counter), in: stream, on05)?.rule
                == "R-VO-04")
        #expect(
            try office.refusal(count(301, .personTime, .counter, .consulted), in: stream, on05)
                == nil)
    }

    @Test func nothingIsRecordedOfAnActivityThatWasNotHeld() throws {
        try office.record(plan(), in: "activity-xx-a1") { $0.occurred = moment(2019_03_01) }
        let refusal = try office.refusal(service("p1"), in: "activity-xx-a1", on05)
        #expect(refusal?.rule == "STATE-ACTIVITY")
        #expect(refusal?.facts == [DecidingFact("state", "PLANNED")])
    }

    @Test func onlyABackfilledActivityMayBeUnplanned() throws {
        let unplanned = try office.refusal(held(), in: "activity-xx-a1")
        #expect(unplanned?.rule == "STATE-ACTIVITY")
        let late = try office.refusal(held(), in: "activity-xx-a1") { $0.recorded = 2019_03_20 }
        #expect(late == nil)
        #expect(try office.refusal(held(), in: "activity-xx-a1")?.rule == "STATE-ACTIVITY")
    }

    @Test func timesOfAnActivityAreInOrder() throws {
        try office.record(plan(), in: "activity-xx-a1") { $0.occurred = moment(2019_03_01) }
        #expect(try office.refusal(held(-5), in: "activity-xx-a1")?.rule == "INV-E03")
        let none = try office.refusal(ActivityHeld(), in: "activity-xx-a1", on05)
        #expect(none?.rule == "INV-E03")
        let elsewhere = try office.refusal(held(), in: "activity-xx-a1") {
            $0.occurred = moment(2019_03_06)
        }
        #expect(elsewhere != nil)
        #expect(try office.refusal(held(), in: "activity-xx-a1") == nil)
    }

    @Test func hostsAreBranchesOrOrganisationsEachOnce() throws {
        func refusal(_ hosts: [String]) throws -> String? {
            let event = filled(plan()) { $0.hosts = hosts }
            return try office.refusal(event, in: "activity-xx-a9") {
                $0.occurred = moment(2019_03_01)
            }?.rule
        }
        #expect(try refusal(["person-p1"]) == "INV-E01")
        #expect(try refusal([]) == "INV-E01")
        #expect(try refusal(["org-root", "org-root"]) == "R-VO-03")
        #expect(try refusal(["org-root", "branch-xx-b1"]) == nil)
    }

    /// R-VO-01: a clinic without a filing is flagged, not refused.
    @Test func anUnfiledClinicIsFlagged() throws {
        try office.record(plan(.clinic), in: "activity-xx-c1") { $0.occurred = moment(2019_03_01) }
        let clinic = try office.record(held(), in: "activity-xx-c1")
        #expect(clinic.warnings.map(\.rule) == ["R-VO-01"])
        try office.record(plan(.lecture), in: "activity-xx-l1") { $0.occurred = moment(2019_03_01) }
        #expect(try office.record(held(), in: "activity-xx-l1").warnings.isEmpty)
    }

    private func on05(_ what: inout PartyOffice.Circumstances) {
        what.occurred = moment(2019_03_05)
    }
}
