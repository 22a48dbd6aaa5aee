/// A calendar day in Asia/Shanghai (specification section 2.1).
///
/// The day is kept as the number of days since 1970-01-01, so that comparing and counting are
/// integer arithmetic; a day has no time zone and is never shifted by hours.
package struct LocalDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01, negative before.
    package let dayNumber: Int32

    /// Offset of Asia/Shanghai from UTC, in microseconds. There has been no daylight saving time
    /// since 1992; instants before that year are not computed.
    package static let offsetMicroseconds: Int64 = 8 * 3_600 * 1_000_000
    package static let microsecondsPerDay: Int64 = 86_400 * 1_000_000

    package init(dayNumber: Int32) {
        self.dayNumber = dayNumber
    }

    /// The day written as `yyyymmdd`, nil when there is no such day or the year is outside
    /// 1…9999.
    package init?(yyyymmdd: Int32) {
        guard yyyymmdd > 0 else { return nil }
        self.init(
            year: Int(yyyymmdd / 10_000), month: Int(yyyymmdd / 100 % 100),
            day: Int(yyyymmdd % 100))
    }

    /// The day of a year, month (1…12) and day (1…31), nil when there is no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.daysInMonth(year: year, month: month)
        else { return nil }
        dayNumber = Self.dayNumber(year: year, month: month, day: day)
    }

    /// The local day of an instant.
    ///
    /// - Parameter instant: microseconds since 1970-01-01T00:00:00Z.
    package init(instant: Int64) {
        let (local, overflow) = instant.addingReportingOverflow(Self.offsetMicroseconds)
        let shifted = overflow ? Int64.max : local
        let truncated = shifted / Self.microsecondsPerDay
        let isBeforeMidnight = shifted % Self.microsecondsPerDay < 0
        dayNumber = Int32(clamping: isBeforeMidnight ? truncated - 1 : truncated)
    }

    /// The first instant of the day, microseconds since 1970-01-01T00:00:00Z.
    package var startInstant: Int64 {
        Int64(dayNumber) * Self.microsecondsPerDay - Self.offsetMicroseconds
    }

    package static func < (left: LocalDate, right: LocalDate) -> Bool {
        left.dayNumber < right.dayNumber
    }

    /// The day `days` later (earlier when negative).
    package func adding(days: Int) -> LocalDate {
        LocalDate(dayNumber: Int32(clamping: Int64(dayNumber) + Int64(clamping: days)))
    }

    /// Days from `other` to this day; 0 for the same day.
    package func days(since other: LocalDate) -> Int {
        Int(dayNumber) - Int(other.dayNumber)
    }

    /// The day `months` later with the end of the month clamped: 2024-02-29 + 12 months is
    /// 2025-02-28 (specification section 6, number 18).
    package func adding(months: Int) -> LocalDate {
        let parts = components
        let total = parts.year * 12 + parts.month - 1 + months
        let year = total >= 0 ? total / 12 : (total - 11) / 12
        let month = total - year * 12 + 1
        let day = min(parts.day, Self.daysInMonth(year: year, month: month))
        return LocalDate(dayNumber: Self.dayNumber(year: year, month: month, day: day))
    }

    /// Year, month (1…12) and day (1…31).
    package var components: (year: Int, month: Int, day: Int) {
        // Days are counted from 0000-03-01 in eras of 400 years, so that the leap day is the last
        // of its year.
        let shifted = Int(dayNumber) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    package var year: Int { components.year }
    package var month: Int { components.month }
    package var day: Int { components.day }

    /// The day as `yyyymmdd`, the form in which messages carry it.
    package var yyyymmdd: Int32 {
        let parts = components
        return Int32(clamping: parts.year * 10_000 + parts.month * 100 + parts.day)
    }

    /// Days of a month (1…12).
    package static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func dayNumber(year: Int, month: Int, day: Int) -> Int32 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(clamping: era * 146_097 + dayOfEra - 719_468)
    }
}

extension LocalDate: CustomStringConvertible {
    /// `2019-07-31`.
    package var description: String {
        let parts = components
        return "\(padded(parts.year, 4))-\(padded(parts.month, 2))-\(padded(parts.day, 2))"
    }
}

/// A number written with at least `width` digits.
package func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Day of the week, Monday first.
package enum Weekday: Int, CaseIterable, Sendable {
    case monday = 1, tuesday, wednesday, thursday, friday, saturday, sunday

    /// Saturday or Sunday, whatever the State Council made of them.
    package var isWeekend: Bool { self == .saturday || self == .sunday }
}

extension LocalDate {
    /// Day of the week.
    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let offset = (Int(dayNumber) + 3) % 7
        return Weekday(rawValue: (offset < 0 ? offset + 7 : offset) + 1) ?? .monday
    }

    /// Full calendar months from an earlier day to this one: 12 from 2020-08-14 to 2021-08-20.
    package func fullMonths(since earlier: LocalDate) -> Int {
        let difference = YearMonth(self).months(since: YearMonth(earlier))
        return earlier.adding(months: difference) <= self ? difference : difference - 1
    }
}
