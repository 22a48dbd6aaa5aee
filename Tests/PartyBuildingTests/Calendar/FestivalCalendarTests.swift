import PartyBuilding
import Testing

/// Specification section 6, number 16.
@Suite struct FestivalCalendarTests {
    @Test(arguments: [
        (2019, "2019-02-05"), (2020, "2020-01-25"), (2021, "2021-02-12"), (2022, "2022-02-01"),
        (2023, "2023-01-22"), (2024, "2024-02-10"), (2025, "2025-01-29"), (2026, "2026-02-17"),
    ])
    func springFestivals(_ year: Int, _ expected: String) throws {
        #expect(try FestivalCalendar.day(.springFestival, in: year) == day(expected))
    }

    @Test func autumnFestivals() throws {
        #expect(try FestivalCalendar.day(.midAutumn, in: 2023) == day("2023-09-29"))
        #expect(try FestivalCalendar.day(.midAutumn, in: 2024) == day("2024-09-17"))
        #expect(try FestivalCalendar.day(.midAutumn, in: 2025) == day("2025-10-06"))
        #expect(try FestivalCalendar.day(.doubleNinth, in: 2023) == day("2023-10-23"))
        #expect(try FestivalCalendar.day(.doubleNinth, in: 2024) == day("2024-10-11"))
        #expect(try FestivalCalendar.day(.doubleNinth, in: 2025) == day("2025-10-29"))
    }

    @Test func windowsAreComparedWithWindows() throws {
        let earlier = try FestivalCalendar.springFestivalWindow(in: 2023)
        #expect(earlier.lowerBound == day("2023-01-14"))
        #expect(earlier.upperBound == day("2023-02-05"))
        let later = try FestivalCalendar.springFestivalWindow(in: 2024)
        #expect(later.lowerBound == day("2024-02-02"))
        #expect(later.upperBound == day("2024-02-24"))
    }

    @Test(arguments: FestivalCalendar.years)
    func everyYearHasEveryFestival(_ year: Int) throws {
        for festival in Festival.allCases {
            #expect(try FestivalCalendar.day(festival, in: year).year == year)
        }
        let window = try FestivalCalendar.springFestivalWindow(in: year)
        let length = window.upperBound.days(since: window.lowerBound) + 1
        #expect(length == 22 || length == 23)
    }

    @Test func otherYearsAreAnError() {
        #expect(throws: CalendarRangeError.self) {
            try FestivalCalendar.day(.midAutumn, in: 2030)
        }
        #expect(throws: CalendarRangeError.self) {
            try FestivalCalendar.springFestivalWindow(in: -5)
        }
    }
}
