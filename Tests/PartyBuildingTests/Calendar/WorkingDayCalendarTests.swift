import PartyBuilding
import Testing

@Suite struct WorkingDayCalendarTests {
    let calendar = WorkingDayCalendar.stateCouncil

    /// G-RULE-08: holiday 02-10…02-17, the Sundays 02-04 and 02-18 are worked, and so is 02-09.
    @Test func aPostingAcrossTheSpringFestival() throws {
        let start = try #require(day("2024-02-06"))
        #expect(try calendar.lastDay(of: 5, from: start) == day("2024-02-18"))
        #expect(try calendar.isWorkingDay(try #require(day("2024-02-09"))))
        #expect(try calendar.isWorkingDay(try #require(day("2024-02-04"))))
        #expect(try !calendar.isWorkingDay(try #require(day("2024-02-12"))))
    }

    @Test func aPostingThatBeginsOnADayOff() throws {
        let saturday = try #require(day("2024-03-02"))
        #expect(try calendar.lastDay(of: 1, from: saturday) == day("2024-03-04"))
        let friday = try #require(day("2024-03-01"))
        #expect(try calendar.lastDay(of: 1, from: friday) == friday)
        #expect(try calendar.workingDays(from: friday, through: saturday) == 1)
        #expect(try calendar.workingDays(from: saturday, through: friday) == 0)
    }

    /// Make-up days keep the number of working days of a year: weekdays less the statutory
    /// holidays (11, from 2025 on 13); in 2020 the Spring Festival was lengthened by two.
    @Test(arguments: [
        (2018, 11), (2019, 11), (2020, 13), (2021, 11), (2022, 11), (2023, 11), (2024, 11),
        (2025, 13), (2026, 13),
    ])
    func theYearKeepsItsWorkingDays(_ year: Int, _ holidays: Int) throws {
        let first = try #require(LocalDate(year: year, month: 1, day: 1))
        let last = try #require(LocalDate(year: year, month: 12, day: 31))
        var weekdays = 0
        for number in first.dayNumber...last.dayNumber
        where !LocalDate(dayNumber: number).weekday.isWeekend { weekdays += 1 }
        let worked = try calendar.workingDays(from: first, through: last)
        // The New Year's weekend of 2018/19 was worked for on 2018-12-29; that of 2022/23 lay on
        // a weekend.
        #expect(worked == weekdays - holidays)
    }

    @Test func aQuestionOutsideTheRangeIsAnErrorThatSaysSo() throws {
        let before = try #require(day("2017-12-31"))
        let error = #expect(throws: CalendarRangeError.self) {
            try calendar.isWorkingDay(before)
        }
        #expect(error?.validFrom.description == "2018-01-01")
        #expect(error?.description.contains("2017-12-31") ?? false)
        let end = calendar.validTo
        #expect(throws: CalendarRangeError.self) { try calendar.lastDay(of: 5, from: end) }
    }
}
