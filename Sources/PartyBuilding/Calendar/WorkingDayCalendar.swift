/// A question about a day that a calendar's data does not cover.
package struct CalendarRangeError: Error, Hashable, Sendable {
    /// What was asked, for example "working days".
    package let calendar: String
    package let day: LocalDate
    package let validFrom: LocalDate
    package let validTo: LocalDate
}

extension CalendarRangeError: CustomStringConvertible {
    package var description: String {
        "no data on \(calendar) for \(day): known from \(validFrom) to \(validTo); "
            + "add the State Council's notice for that year"
    }

    /// The same in Chinese.
    package var zh: String {
        "\(day) 不在\(calendar == "festivals" ? "节日" : "工作日")日历范围（\(validFrom) 至 \(validTo)）内，"
            + "请先补充该年度国务院办公厅放假通知"
    }
}

/// Which days are worked: Monday to Friday, except the holidays and make-up days that the State
/// Council announces for each year (specification section 6, number 17).
package struct WorkingDayCalendar: Sendable {
    package let validFrom: LocalDate
    /// The last day covered.
    package let validTo: LocalDate
    /// Days off, whatever their weekday.
    private let holidays: Set<LocalDate>
    /// Saturdays and Sundays that are worked.
    private let makeUpDays: Set<LocalDate>

    package init(
        validFrom: LocalDate, validTo: LocalDate, holidays: Set<LocalDate>,
        makeUpDays: Set<LocalDate>
    ) {
        self.validFrom = validFrom
        self.validTo = validTo
        self.holidays = holidays
        self.makeUpDays = makeUpDays
    }

    /// Whether a day is worked.
    ///
    /// - Throws: when the day is outside the range.
    package func isWorkingDay(_ day: LocalDate) throws(CalendarRangeError) -> Bool {
        guard validFrom <= day, day <= validTo else {
            throw CalendarRangeError(
                calendar: "working days", day: day, validFrom: validFrom, validTo: validTo)
        }
        if holidays.contains(day) { return false }
        return !day.weekday.isWeekend || makeUpDays.contains(day)
    }

    /// The last day of a posting of a number of working days (1 or more).
    ///
    /// The first day counts as day 1 when it is a working day; what the posting allows may be done
    /// from the day after the last (clarifications, "Posting periods").
    package func lastDay(
        of workingDays: Int, from start: LocalDate
    ) throws(CalendarRangeError) -> LocalDate {
        var day = start
        var counted = try isWorkingDay(day) ? 1 : 0
        while counted < workingDays {
            day = day.adding(days: 1)
            if try isWorkingDay(day) { counted += 1 }
        }
        return day
    }

    /// Working days between two days, both included; 0 when the second is the earlier.
    package func workingDays(
        from start: LocalDate, through last: LocalDate
    ) throws(CalendarRangeError) -> Int {
        var counted = 0
        var day = start
        while day <= last {
            if try isWorkingDay(day) { counted += 1 }
            day = day.adding(days: 1)
        }
        return counted
    }
}
