import PartyBuilding
import Schema
import Testing

@Suite struct MedicineRulesTests {
    private let office: PartyOffice

    init() throws {
        office = try PartyOffice()
    }

    private func holdActivity(_ kind: ActivityPlanned.Kind) throws -> String {
        let plan = filled(ActivityPlanned()) {
            $0.kind = kind
            $0.hosts = ["org-root"]
            $0.placeKind = .community
            $0.plannedOn = 2023_04_10
        }
        try office.record(plan, in: "activity-jz-a1") { $0.occurred = moment(2023_04_01) }
        let held = filled(ActivityHeld()) { $0.on = moment(2023_04_10) }
        try office.record(held, in: "activity-jz-a1")
        return "activity-jz-a1"
    }

    private func medicines(
        _ lines: [(qty: Int64, fen: Int64)], total: Int64, isAuthorised: Bool = true
    ) -> MedicinesDistributed {
        filled(MedicinesDistributed()) {
            $0.lines = lines.enumerated().map { number, line in
                filled(MedicinesDistributed.Line()) {
                    $0.drugCode = "D\(number)"
                    $0.qty = line.qty
                    $0.unit = "盒"
                    $0.fen = line.fen
                }
            }
            $0.totalFen = total
            $0.donor = "慈善会"
            if isAuthorised { $0.authorisation = DocRef(titled: "捐赠协议") }
        }
    }

    private func judge(_ event: MedicinesDistributed, _ stream: String) throws -> Refusal? {
        try office.refusal(event, in: stream) { $0.occurred = moment(2023_04_10) }
    }

    /// G-JZ-05: 15 万元 are 15,000,000 fen.
    @Test func linesAddUpToTheTotal() throws {
        let stream = try holdActivity(.homeVisit)
        let lines: [(Int64, Int64)] = [(1_000, 9_000_000), (500, 6_000_000)]
        let wrong = try judge(medicines(lines, total: 14_999_999), stream)
        #expect(wrong?.rule == "R-VO-05")
        #expect(wrong?.facts.contains(DecidingFact("sum_of_lines_fen", 15_000_000)) == true)
        #expect(try judge(medicines(lines, total: 15_000_000), stream) == nil)
    }

    /// X59.
    @Test func moneyIsNeverInYuanOrTenThousandYuan() throws {
        let stream = try holdActivity(.homeVisit)
        let lines: [(Int64, Int64)] = [(1_000, 15_000_000)]
        #expect(try judge(medicines(lines, total: 15), stream)?.rule == "R-GEN-06")
        #expect(try judge(medicines(lines, total: 150_000), stream)?.rule == "R-GEN-06")
        #expect(try judge(medicines([(1_000, 15)], total: 15), stream)?.rule == "R-GEN-06")
        #expect(try judge(medicines([(150_000, 150)], total: 150), stream)?.rule == "R-GEN-06")
    }

    @Test func quantitiesAndValuesAreSound() throws {
        let stream = try holdActivity(.homeVisit)
        #expect(try judge(medicines([(0, 500)], total: 500), stream)?.rule == "R-VO-05")
        #expect(try judge(medicines([(1, -500)], total: -500), stream)?.rule == "R-VO-05")
        let huge = medicines([(1, .max), (1, .max)], total: 1_000)
        #expect(try judge(huge, stream)?.rule == "R-VO-05")
    }

    /// Section 1.1, trap 5: record and flag, do not block.
    @Test func medicinesAtAClinicAreFlagged() throws {
        let stream = try holdActivity(.clinic)
        let admission = try office.record(
            medicines([(10, 5_000)], total: 5_000, isAuthorised: false), in: stream
        ) { $0.occurred = moment(2023_04_10) }
        #expect(admission.warnings.map(\.rule) == ["R-VO-05", "R-VO-05"])
    }

    @Test func authorisedMedicinesElsewhereAreNotFlagged() throws {
        let stream = try holdActivity(.homeVisit)
        let admission = try office.record(medicines([(10, 5_000)], total: 5_000), in: stream) {
            $0.occurred = moment(2023_04_10)
        }
        #expect(admission.warnings.isEmpty)
    }
}
