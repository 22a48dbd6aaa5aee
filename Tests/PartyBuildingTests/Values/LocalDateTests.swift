import PartyBuilding
import TestSupport
import Testing

@Suite struct LocalDateTests {
    @Test func impossibleDaysAreNil() {
        for text: Int32 in [0, -20_190_731, 20_190_229, 20_190_431, 20_191_301, 20_190_100, 731] {
            #expect(LocalDate(yyyymmdd: text) == nil, "\(text)")
        }
        #expect(LocalDate(yyyymmdd: 2024_02_29) != nil)
        #expect(LocalDate(yyyymmdd: 2100_02_29) == nil)
    }

    @Test func everyDayIsReadBackFromItsNumber() throws {
        var day = try #require(LocalDate(yyyymmdd: 1896_02_27))
        var weekday = day.weekday
        for _ in 0..<100_000 {
            #expect(LocalDate(yyyymmdd: day.yyyymmdd) == day)
            let next = day.adding(days: 1)
            #expect(next.days(since: day) == 1)
            #expect(next.weekday.rawValue == weekday.rawValue % 7 + 1)
            weekday = next.weekday
            day = next
        }
    }

    @Test func monthsAreClampedToTheEndOfTheMonth() {
        #expect(day("2024-02-29")?.adding(months: 12) == day("2025-02-28"))
        #expect(day("2023-08-31")?.adding(months: 6) == day("2024-02-29"))
        #expect(day("2023-01-31")?.adding(months: -1) == day("2022-12-31"))
        #expect(day("2023-03-31")?.adding(months: -1) == day("2023-02-28"))
        #expect(day("2020-08-14")?.adding(months: 36) == day("2023-08-14"))
        #expect(day("2023-08-14")?.adding(months: -6) == day("2023-02-14"))
    }

    @Test func weekdayOfTheOnSiteMeeting() {
        #expect(day("2019-07-31")?.weekday == .wednesday)
        #expect(day("1970-01-01")?.weekday == .thursday)
    }

    /// G-RULE-06 and specification section 6, number 14.
    @Test func instantsFallOnTheLocalDay() {
        // 2019-06-30T15:59:59Z, 16:00:00Z and 16:30:00Z
        let lastSecond: Int64 = 1_561_910_399_000_000
        #expect(LocalDate(instant: lastSecond) == day("2019-06-30"))
        #expect(LocalDate(instant: lastSecond + 1_000_000) == day("2019-07-01"))
        #expect(Quarter(LocalDate(instant: lastSecond)).description == "2019Q2")
        #expect(Quarter(LocalDate(instant: lastSecond + 1_801_000_000)).description == "2019Q3")
        #expect(LocalDate(instant: -28_800_000_001) == day("1969-12-31"))
        #expect(LocalDate(instant: .min) < LocalDate(instant: .max))
    }

    @Test func fullMonthsCountWholeOnes() throws {
        let start = try #require(day("2020-08-14"))
        #expect(day("2021-08-20")?.fullMonths(since: start) == 12)
        #expect(day("2021-08-13")?.fullMonths(since: start) == 11)
        #expect(day("2020-08-14")?.fullMonths(since: start) == 0)
    }

    @Test func addingAndFullMonthsAgree() {
        withSeeds(3) { random, seed in
            for _ in 0..<500 {
                let start = LocalDate(dayNumber: .random(in: 0...30_000, using: &random))
                let months = Int.random(in: 0...400, using: &random)
                let end = start.adding(months: months)
                #expect(end.fullMonths(since: start) == months, "seed \(seed) \(start) \(months)")
                #expect(
                    end.adding(days: -1).fullMonths(since: start) < max(months, 1),
                    "seed \(seed) \(start) \(months)")
            }
        }
    }
}
