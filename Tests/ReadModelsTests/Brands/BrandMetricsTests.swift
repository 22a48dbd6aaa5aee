import PartyBuilding
import ReadModels
import Schema
import Testing

struct BrandMetricsTests {
    /// Plans and holds an activity with what it delivered.
    @discardableResult
    private func activity(
        _ history: inout History, _ id: String, _ kind: ActivityPlanned.Kind, on: Int32,
        hosts: [String] = ["branch-b1"], brands: [String] = [], programme: String? = nil,
        served: Int64 = 0, volunteers: [String] = [], recorded: Int32? = nil
    ) -> FactID {
        let recordedOn = day(recorded ?? on)
        var plan = ActivityPlanned()
        plan.kind = kind
        plan.hosts = hosts
        plan.brandIds = brands
        if let programme { plan.programmeID = programme }
        plan.placeKind = .community
        plan.plannedOn = on
        history.record(plan, "activity-\(id)", on: day(on), recorded: recordedOn)
        var held = ActivityHeld()
        held.on = Moment(day(on))
        history.record(held, "activity-\(id)", on: day(on), recorded: recordedOn)
        for person in volunteers {
            var service = VolunteerServiceRecorded()
            service.person = person
            service.branchAtTime = "b1"
            service.role = "guide"
            service.minutes = 60
            service.isMember = true
            history.record(service, "activity-\(id)", on: day(on), recorded: recordedOn)
        }
        return history.record(
            beneficiaries(served), "activity-\(id)", on: day(on), recorded: recordedOn)
    }

    private func beneficiaries(_ value: Int64) -> BeneficiariesCounted {
        var counted = BeneficiariesCounted()
        counted.measure = .served
        counted.quantity.value = value
        counted.quantity.unit = .personTime
        counted.method = .counter
        return counted
    }

    private func hospital() -> History {
        var history = History(tenant: "xx")
        history.organisation("xx", on: day(20_180_101))
        history.branch("b1", org: "xx", on: day(20_180_101))
        history.branch("b2", org: "xx", on: day(20_180_101))
        return history
    }

    private func brand(_ history: inout History, _ id: String) {
        var brand = BrandProposed()
        brand.name = id
        brand.kind = .service
        brand.holder = "org-xx"
        brand.on = 20_190_101
        history.record(brand, "brand-\(id)", on: day(20_190_101))
    }

    private func metrics(
        _ board: Board, _ period: String = "2019H1", brand: String? = nil,
        asOf: Int32 = 20_190_630, knownAt: Int32 = 20_300_101
    ) throws -> BrandMetricsRow {
        try #require(
            board.rows(
                "brand_metrics", as: BrandMetricsRow.self, org: "xx", period: period,
                asOf: day(asOf), knownAt: noon(day(knownAt))
            ).first { brand == nil ? !$0.hasBrand : $0.brand == brand })
    }

    /// G-XX-05 and specification 6, number 8: eleven clinics known on 5 July, twelve on 10 July;
    /// the correction of 1 August takes 72 away only from then on.
    @Test func twoClocks() throws {
        var history = hospital()
        var fifth = FactID(high: 0, low: 0)
        for number in 1...11 {
            let id = activity(
                &history, "c\(number)", .clinic, on: 20_190_600 + Int32(number),
                served: number == 5 ? 480 : 100)
            if number == 5 { fifth = id }
        }
        activity(
            &history, "c12", .clinic, on: 20_190_629, served: 100, recorded: 20_190_708)
        try history.correct(fifth, to: beneficiaries(408), recorded: day(20_190_801))
        let board = try Board(history.facts)
        #expect(try metrics(board, knownAt: 20_190_705).clinics == 11)
        #expect(try metrics(board, knownAt: 20_190_710).clinics == 12)
        let before = try metrics(board, knownAt: 20_190_731)
        let after = try metrics(board, knownAt: 20_190_802)
        #expect(before.personTimesServed == 11 * 100 + 480)
        #expect(before.personTimesServed - after.personTimesServed == 72)
        #expect(!before.restated)
        #expect(after.restated)
    }

    /// G-XX-01 and G-XX-03: counts by kind; a joint activity counts once for the hospital.
    @Test func countsByKind() throws {
        var history = hospital()
        var number = 0
        func add(_ kind: ActivityPlanned.Kind, _ count: Int) {
            for _ in 0..<count {
                number += 1
                activity(
                    &history, "\(number)", kind, on: 20_190_315,
                    hosts: ["branch-b1", "branch-b2"], brands: ["one", "two"], served: 2_000,
                    volunteers: ["p1", "p2"])
            }
        }
        brand(&history, "one")
        brand(&history, "two")
        add(.clinic, 12)
        add(.lecture, 10)
        add(.medicalSupport, 4)
        add(.homeVisit, 5)
        let board = try Board(history.facts)
        for row in [try metrics(board), try metrics(board, brand: "one")] {
            #expect(row.activities == 31)
            #expect(row.clinics == 12)
            #expect(row.lectures == 10)
            #expect(row.medicalSupport == 4)
            #expect(row.homeVisits == 5)
            #expect(row.volunteersDistinct == 2)
            #expect(row.volunteerPersonTimes == 62)
            #expect(row.volunteerMinutes == 3_720)
            #expect(row.personTimesServed == 62_000)
            #expect(row.perVolunteerRatio == 100_000)
        }
        let named = try metrics(board, brand: "two")
        #expect(named.kind == "SERVICE")
        #expect(named.stage == "NAMED")
    }

    /// An activity's own count is ignored on days that its programme reported, ends included.
    @Test func programmeOrActivity() throws {
        var history = hospital()
        brand(&history, "hpv")
        var programme = ServiceProgrammeLaunched()
        programme.name = "HPV"
        programme.kind = .vaccination
        programme.brandID = "hpv"
        programme.launched = Moment(day(20_190_101))
        history.record(programme, "programme-hpv", on: day(20_190_101))
        for (id, on) in [("a", 20_190_131), ("b", 20_190_201)] as [(String, Int32)] {
            activity(
                &history, id, .checkup, on: on, brands: ["hpv"], programme: "hpv", served: 10)
        }
        var volume = ServiceVolumeReported()
        volume.periodFrom = 20_190_101
        volume.periodTo = 20_190_131
        volume.measure = "served"
        volume.quantity.value = 500
        volume.quantity.unit = .personTime
        history.record(volume, "programme-hpv", on: day(20_190_205))
        let board = try Board(history.facts)
        let row = try metrics(board, brand: "hpv")
        #expect(row.activities == 2)
        #expect(row.personTimesServed == 510)
        #expect(try metrics(board, "2019-01", brand: "hpv").personTimesServed == 500)
        // Before the report the activity's own count stood.
        #expect(try metrics(board, brand: "hpv", asOf: 20_190_204).personTimesServed == 20)
    }

    /// Levels of reads, awards of the brand itself, growth over equal lengths, participation.
    @Test func levelsAndGrowth() throws {
        var history = hospital()
        brand(&history, "science")
        for (person, branch) in [("p1", "b1"), ("p2", "b1"), ("p3", "b2")] {
            history.enrol(person, branch: branch, on: day(20_180_601))
        }
        for (number, on) in ([20_180_301, 20_190_301, 20_190_302] as [Int32]).enumerated() {
            activity(
                &history, "g\(number)", .guidance, on: on, brands: ["science"],
                volunteers: ["p1", "p2"])
        }
        for (reads, on) in [(1_200_000, 20_190_331), (3_050_000, 20_190_630)] as [(Int64, Int32)] {
            var reading = ReadershipReported()
            reading.cumulativeReads = reads
            reading.readAsOf = on
            reading.source = "test"
            history.record(reading, "publicity-column", on: day(on))
        }
        var award = AwardReceived()
        award.title = "best"
        award.level = .national
        award.issuer = "ministry"
        award.recipient = "brand-science"
        award.on = 20_190_401
        history.record(award, "award-1", on: day(20_190_401))
        let board = try Board(history.facts)
        let hospital = try metrics(board)
        #expect(hospital.readsLatest == 3_050_000)
        #expect(try metrics(board, "2019Q1").readsLatest == 1_200_000)
        #expect(hospital.participationNumerator == 2)
        #expect(hospital.participationDenominator == 3)
        #expect(hospital.participationBp == 6_667)
        let brand = try metrics(board, brand: "science")
        #expect(brand.awards.map { "\($0.key) \($0.value)" } == ["NATIONAL 1"])
        #expect(brand.yoy.first { $0.key == "activities" }?.value == 10_000)
        #expect(!brand.yoy.contains { $0.key == "clinics" })
        // On 1 March only as many days of the year before are compared.
        let early = try metrics(board, brand: "science", asOf: 20_190_301)
        #expect(early.yoy.first { $0.key == "activities" }?.value == 0)
    }
}
