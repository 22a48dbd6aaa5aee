import PartyBuilding
import Schema
import Testing

@Suite struct ProgrammeRulesTests {
    private let office: PartyOffice

    init() throws {
        office = try PartyOffice()
    }

    private func volume(
        _ from: Int32, _ to: Int32, _ quantity: Quantity, measure: String = "doses"
    ) -> ServiceVolumeReported {
        filled(ServiceVolumeReported()) {
            $0.periodFrom = from
            $0.periodTo = to
            $0.measure = measure
            $0.quantity = quantity
        }
    }

    private func report(
        _ event: ServiceVolumeReported, in stream: String = "programme-na-hpv",
        recorded: Int32 = 2024_06_01
    ) throws -> Refusal? {
        try office.refusal(event, in: stream) {
            $0.occurred = LocalDate(yyyymmdd: event.periodTo).map { Moment($0) }
            $0.recorded = recorded
        }
    }

    /// X32.
    @Test func reportsOfOneMeasureDoNotOverlap() throws {
        let april = volume(2024_04_01, 2024_04_30, Quantity(9_000, .dose))
        #expect(try report(april) == nil)
        let overlap = try report(volume(2024_04_30, 2024_05_20, Quantity(12_000, .dose)))
        #expect(overlap?.rule == "R-VO-07")
        #expect(
            overlap?.facts.contains(DecidingFact("reported_period", "2024-04-01…2024-04-30"))
                == true)
        #expect(try report(volume(2024_05_01, 2024_05_20, Quantity(12_000, .dose))) == nil)
        #expect(try report(april, in: "programme-na-other") == nil)
    }

    /// Visits and check-ups of one festival programme are measures of their own.
    @Test func anotherMeasureMayShareThePeriod() throws {
        let visits = volume(
            2024_02_02, 2024_02_24, Quantity(6_739, .personTime), measure: "home_visits")
        let checked = volume(
            2024_02_02, 2024_02_24, Quantity(6_120, .person), measure: "checkups")
        #expect(try report(visits) == nil)
        #expect(try report(checked) == nil)
        #expect(try report(checked)?.rule == "R-VO-07")
    }

    @Test func aMeasureKeepsItsUnit() throws {
        #expect(try report(volume(2024_04_01, 2024_04_30, Quantity(9_000, .dose))) == nil)
        let persons = try report(volume(2024_05_01, 2024_05_20, Quantity(3_000, .person)))
        #expect(persons?.rule == "R-GEN-06")
        #expect(persons?.facts.contains(DecidingFact("unit_so_far", "DOSE")) == true)
        let money = volume(2024_05_01, 2024_05_20, Quantity(3_000, .fen), measure: "money")
        #expect(try report(money)?.rule == "R-GEN-06")
        let prior = filled(volume(2024_05_01, 2024_05_20, Quantity(21_000, .dose))) {
            $0.comparablePrior = Quantity(4_200, .person)
        }
        #expect(try report(prior)?.rule == "R-GEN-06")
        let same = filled(prior) { $0.comparablePrior = Quantity(4_200, .dose) }
        #expect(try report(same) == nil)
    }

    @Test func aReportedPeriodIsOverAndInOrder() throws {
        let running = volume(2024_05_01, 2024_06_30, Quantity(1, .dose))
        let refusal = try office.refusal(running, in: "programme-na-hpv") {
            $0.occurred = moment(2024_06_01)
            $0.recorded = 2024_06_01
        }
        #expect(refusal?.rule == "INV-E09")
        #expect(
            try report(volume(2024_05_09, 2024_05_01, Quantity(1, .dose)))?.rule == "INV-E09")
        #expect(
            try report(volume(2024_05_01, 2024_05_09, Quantity(-1, .dose)))?.rule == "INV-E09")
    }

    @Test func aProgrammeIsLaunchedOnceUnderItsName() throws {
        func launch(_ stream: String, brand: String?) throws -> Admission {
            let event = filled(ServiceProgrammeLaunched()) {
                $0.name = "新春连心"
                $0.kind = .springFestival
                $0.launched = moment(2024_01_10)
                if let brand { $0.brandID = brand }
            }
            return try office.record(event, in: stream)
        }
        #expect(try launch("programme-na-1", brand: "na-care").warnings.isEmpty)
        #expect(throws: Refusal.self) { try launch("programme-na-1", brand: "na-care") }
        do {
            _ = try launch("programme-na-2", brand: "na-care")
            Issue.record("a second programme of this name under the brand was admitted")
        } catch let refusal as Refusal {
            #expect(refusal.rule == "INV-E08")
        }
        #expect(try launch("programme-na-3", brand: "na-other").warnings.map(\.rule) == ["INV-E08"])
    }

    @Test func aPioneerPostIsEstablishedThenWithdrawn() throws {
        let post = filled(PioneerPostEstablished()) {
            $0.kind = .area
            $0.place = "门诊大厅"
            $0.org = "h1"
            $0.dutiesDoc = DocRef(titled: "责任区职责")
            $0.on = 2023_05_04
        }
        let withdrawn = filled(PioneerPostWithdrawn()) {
            $0.on = 2024_05_04
            $0.reason = "科室调整"
        }
        let stream = "pioneerpost-na-1"
        #expect(try office.refusal(withdrawn, in: stream)?.rule == "STATE-PIONEERPOST")
        let dutiless = filled(post) { $0.dutiesDoc = DocRef() }
        #expect(try office.refusal(dutiless, in: stream)?.rule == "INV-E10")
        #expect(try office.refusal(post, in: stream) == nil)
        #expect(try office.refusal(post, in: stream)?.rule == "STATE-PIONEERPOST")
        let before = filled(withdrawn) { $0.on = 2023_05_03 }
        #expect(try office.refusal(before, in: stream)?.rule == "STATE-PIONEERPOST")
        #expect(try office.refusal(withdrawn, in: stream) == nil)
        #expect(try office.refusal(withdrawn, in: stream)?.rule == "STATE-PIONEERPOST")
    }
}
