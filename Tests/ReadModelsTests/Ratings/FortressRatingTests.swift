import PartyBuilding
import Schema
import Testing

struct FortressRatingTests {
    private func rating(
        _ history: inout History, _ branch: String, stars: Int32, from first: LocalDate
    ) {
        let stream = "star-\(branch)-2023"
        var own = StarRatingSelfAssessed()
        own.cycle = 2_023
        own.branch = branch
        own.selfStars = 5
        own.selfScore = 9_500
        own.on = first.yyyymmdd
        own.by = "p1"
        history.record(own, stream, on: first)
        var examined = StarRatingExamined()
        examined.stars = stars
        examined.score = 9_400
        examined.on = first.adding(days: 10).yyyymmdd
        examined.by = "p2"
        examined.org = "city"
        history.record(examined, stream, on: first.adding(days: 10))
        var reviewed = StarRatingReviewed()
        reviewed.stars = stars
        reviewed.opinion = "ok"
        reviewed.on = first.adding(days: 20).yyyymmdd
        reviewed.by = "p3"
        reviewed.org = "city"
        history.record(reviewed, stream, on: first.adding(days: 20))
        var confirmed = StarRatingConfirmed()
        confirmed.stars = stars
        confirmed.on = first.adding(days: 30).yyyymmdd
        confirmed.by = "p4"
        confirmed.org = "city"
        confirmed.validTo = 20_241_231
        history.record(confirmed, stream, on: first.adding(days: 30))
    }

    /// G-JZ-01 and G-JZ-02: 25 five-star and 40 four-star branches, 260 stage decisions.
    @Test func cityCycle() throws {
        var history = History(tenant: "city")
        history.organisation("city", on: day(20_200_101))
        for number in 1...65 {
            history.branch("b\(number)", org: "city", on: day(20_200_101))
            rating(&history, "b\(number)", stars: number <= 25 ? 5 : 4, from: day(20_231_001))
        }
        let board = try Board(history.facts)
        let summary = try board.rows(
            "fortress_rating", as: FortressRatingSummaryRow.self, table: "summary", org: "city",
            asOf: day(20_231_231))
        #expect(
            summary.map { "\($0.cycle) \($0.stars) \($0.count)" } == ["2023 5 25", "2023 4 40"])
        let rows = try board.rows(
            "fortress_rating", as: FortressRatingRow.self, asOf: day(20_231_231))
        #expect(rows.count == 65)
        #expect(rows.reduce(0) { $0 + $1.decisions } == 260)
        #expect(rows.allSatisfy { $0.stage == "CONFIRMED" && $0.daysInStage == 61 })
        // As it was while the bureau reviewed.
        let earlier = try board.rows(
            "fortress_rating", as: FortressRatingRow.self, asOf: day(20_231_025),
            where: [("branch", "b1")])
        #expect(earlier.map(\.stage) == ["REVIEWED"])
        #expect(earlier.first?.hasConfirmed == false)
        #expect(earlier.first?.daysInStage == 4)
        #expect(earlier.first?.org == "city")
    }
}
