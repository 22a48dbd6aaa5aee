import PartyBuilding
import ReadModels
import Schema
import Testing

@testable import ReadModels

struct PioneerTests {
    private static let caps: [(String, Int64)] = [
        ("learning", 2_000), ("life", 2_000), ("volunteering", 2_000), ("post", 2_000),
        ("satisfaction", 1_000), ("discipline", 1_000),
    ]

    private func scheme(_ history: inout History) {
        var adopted = IndicatorSchemeAdopted()
        adopted.schemeKind = .pioneerIndex
        adopted.version = "1"
        adopted.dimensions = Self.caps.map(\.0) + ["bonus"]
        adopted.indicators = (Self.caps + [("bonus", 1_000)]).map { dimension, max in
            var indicator = IndicatorSchemeAdopted.Indicator()
            indicator.id = "i-\(dimension)"
            indicator.dimension = dimension
            indicator.max = Int32(max)
            return indicator
        }
        adopted.validFrom = 20_190_101
        history.record(adopted, "scheme-pioneer", on: day(20_190_101))
    }

    @discardableResult
    private func points(
        _ history: inout History, _ person: String, _ indicator: String, _ value: Int32
    ) -> FactID {
        history.record(
            pointsEvent(person, indicator, value), "pioneer-\(person)-2019Q1",
            on: day(20_190_215))
    }

    private func pointsEvent(
        _ person: String, _ indicator: String, _ value: Int32
    ) -> PioneerPointsRecorded {
        var event = PioneerPointsRecorded()
        event.person = person
        event.quarter = 20_191
        event.indicatorID = indicator
        event.points = value
        event.occurredOn = 20_190_215
        return event
    }

    @discardableResult
    private func final(
        _ history: inout History, _ person: String, _ quarter: Int32, _ score: Int32, on: Int32
    ) -> FactID {
        history.record(
            finalEvent(quarter, score, on), "pioneer-\(person)-\(quarter / 10)Q\(quarter % 10)",
            on: day(on))
    }

    private func finalEvent(_ quarter: Int32, _ score: Int32, _ on: Int32) -> PioneerScoreFinalised
    {
        var event = PioneerScoreFinalised()
        event.quarter = quarter
        event.finalScore = score
        event.on = on
        event.by = "secretary"
        return event
    }

    /// G-RULE-10: 22/18/20/17/9/10 with caps 20/20/20/20/10/10, bonus 3, deduction 2: 95.00.
    @Test func orderOfOperations() throws {
        var history = History(tenant: "xx")
        history.organisation("xx", on: day(20_180_101))
        history.branch("b1", org: "xx", on: day(20_180_101))
        history.enrol("p1", branch: "b1", on: day(20_180_601))
        scheme(&history)
        let raw: [Int32] = [2_200, 1_800, 2_000, 1_700, 900, 1_000]
        for (cap, value) in zip(Self.caps, raw) {
            points(&history, "p1", "i-\(cap.0)", value)
        }
        points(&history, "p1", "i-bonus", 300)
        let deduction = points(&history, "p1", "i-discipline", -200)
        let board = try Board(history.facts)
        func row(_ board: Board) throws -> PioneerIndexQuarterRow {
            try #require(
                board.rows(
                    "pioneer_index_quarter", as: PioneerIndexQuarterRow.self,
                    asOf: day(20_190_430)
                ).first)
        }
        let before = try row(board)
        #expect(before.score == 9_500)
        #expect(before.bonus == 300)
        #expect(before.deductions == 200)
        #expect(
            before.pointsByDimension.map(\.value) == [2_000, 1_800, 2_000, 1_700, 900, 1_000])
        #expect(before.branch == "b1")
        #expect(before.org == "xx")
        #expect(before.state == "PROPOSED")
        #expect(!before.hasRankInBranch)

        // A correction after FINAL changes what the points say, not what was made final.
        final(&history, "p1", 20_191, 9_500, on: 20_190_420)
        try history.correct(
            deduction, to: pointsEvent("p1", "i-discipline", -500), recorded: day(20_190_501))
        let after = try row(try Board(history.facts))
        #expect(after.score == 9_200)
        #expect(after.finalScore == 9_500)
        #expect(after.final)
        #expect(after.restated)
        #expect(after.rankInBranch == 1)
    }

    /// Ranks are dense and stay inside the branch.
    @Test func ranks() throws {
        var history = History(tenant: "xx")
        history.organisation("xx", on: day(20_180_101))
        history.branch("b1", org: "xx", on: day(20_180_101))
        history.branch("b2", org: "xx", on: day(20_180_101))
        for (person, branch, score) in [
            ("p1", "b1", 9_000), ("p2", "b1", 9_500), ("p3", "b1", 9_500), ("p4", "b2", 8_000),
            ("p5", "b1", 8_500),
        ] as [(String, String, Int32)] {
            history.enrol(person, branch: branch, on: day(20_180_601))
            final(&history, person, 20_191, score, on: 20_190_420)
        }
        let board = try Board(history.facts)
        let rows = try board.rows(
            "pioneer_index_quarter", as: PioneerIndexQuarterRow.self, period: "2019Q1",
            asOf: day(20_190_430))
        #expect(
            rows.map { "\($0.person) \($0.rankInBranch)" } == [
                "p1 2", "p2 1", "p3 1", "p5 3", "p4 1",
            ])
    }

    /// G-XX-04: 95.00/92.50/88.00/96.50 give 93.00, coefficient 9,300, factor 9,790.
    @Test func payLink() throws {
        var history = History(tenant: "xx")
        history.organisation("xx", on: day(20_180_101))
        let scores: [Int32] = [9_500, 9_250, 8_800, 9_650]
        var finals: [FactID] = []
        for (number, score) in scores.enumerated() {
            let quarter = Int32(20_191 + number)
            finals.append(final(&history, "p1", quarter, score, on: 20_200_105))
        }
        func row(_ history: History) throws -> PerformanceLinkRow {
            try #require(
                try Board(history.facts).rows(
                    "performance_link", as: PerformanceLinkRow.self, org: "xx", period: "2019",
                    asOf: day(20_201_231)
                ).first)
        }
        let open = try row(history)
        #expect(open.annualIndex == 9_300)
        #expect(!open.appraised)

        var appraisal = AnnualPioneerAppraisalConcluded()
        appraisal.year = 2_019
        appraisal.annualIndex = 9_300
        appraisal.quartersUsed = [20_191, 20_192, 20_193, 20_194]
        history.record(appraisal, "pioneer-p1-2019", on: day(20_200_110))
        var link = PerformancePayLinked()
        link.year = 2_019
        link.linkedShareBp = 3_000
        link.coefficientBp = 9_300
        link.exportedTo = "hr"
        link.on = 20_200_115
        history.record(link, "pioneer-p1-2019", on: day(20_200_115))
        let linked = try row(history)
        #expect(linked.annualIndex == 9_300)
        #expect(linked.coefficientBp == 9_300)
        #expect(linked.factorBp == 9_790)
        #expect(linked.qScores == [9_500, 9_250, 8_800, 9_650])
        #expect(!linked.hasRestatedIndex)
        #expect(!linked.restated)

        // A quarter corrected after the appraisal: the appraised figures stay.
        try history.correct(
            finals[2], to: finalEvent(20_193, 9_200, 20_200_105), recorded: day(20_200_301))
        let restated = try row(history)
        #expect(restated.annualIndex == 9_300)
        #expect(restated.qScores == [9_500, 9_250, 8_800, 9_650])
        #expect(restated.restatedIndex == 9_400)
        #expect(restated.coefficientBp == 9_300)
        #expect(restated.restated)
    }

    /// Three countable quarters: 91.83. A quarter with fewer than 45 days on the roll is none.
    @Test func countableQuarters() throws {
        var history = History(tenant: "xx")
        history.organisation("xx", on: day(20_180_101))
        history.branch("b1", org: "xx", on: day(20_180_101))
        history.enrol("p1", branch: "b1", on: day(20_190_220))
        let scores: [Int32] = [9_900, 9_500, 9_250, 8_800]
        for (number, score) in scores.enumerated() {
            final(&history, "p1", Int32(20_191 + number), score, on: 20_200_105)
        }
        let row = try #require(
            try Board(history.facts).rows(
                "performance_link", as: PerformanceLinkRow.self, asOf: day(20_200_110)
            ).first)
        #expect(row.quartersUsed == [20_192, 20_193, 20_194])
        #expect(row.annualIndex == 9_183)
    }

    @Test func coefficientIsCapped() {
        #expect(PioneerScore.coefficient(10_400) == 10_000)
        #expect(PioneerScore.coefficient(-5) == 0)
        #expect(PioneerScore.factor(share: 3_000, coefficient: 9_300) == 9_790)
        #expect(PioneerScore.factor(share: .max, coefficient: 2) == nil)
    }
}
