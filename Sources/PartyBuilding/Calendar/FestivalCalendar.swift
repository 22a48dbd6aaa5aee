/// A festival of the lunar calendar that programmes are named after.
package enum Festival: String, CaseIterable, Sendable {
    case springFestival = "SPRING_FESTIVAL"
    case midAutumn = "MID_AUTUMN"
    case doubleNinth = "DOUBLE_NINTH"
}

/// Days of the lunar festivals and the windows that programmes are compared by, as data for each
/// year (specification section 6, number 16): festival window against festival window, never
/// January against January.
package enum FestivalCalendar {
    /// The first and last year of the data.
    package static let years = 2019...2026

    /// The day of a festival in a year.
    ///
    /// - Throws: when the year is outside the range.
    package static func day(
        _ festival: Festival, in year: Int
    ) throws(CalendarRangeError) -> LocalDate {
        let entry = try entry(of: year)
        return switch festival {
        case .springFestival: entry.springFestival
        case .midAutumn: entry.midAutumn
        case .doubleNinth: entry.doubleNinth
        }
    }

    /// The window of the Spring Festival programmes, from 小年 to 元宵, both included.
    ///
    /// - Parameter year: the calendar year in which the festival falls.
    /// - Throws: when the year is outside the range.
    package static func springFestivalWindow(
        in year: Int
    ) throws(CalendarRangeError) -> ClosedRange<LocalDate> {
        let entry = try entry(of: year)
        return entry.littleYear...entry.springFestival.adding(days: 14)
    }

    private struct Entry {
        let springFestival: LocalDate
        let midAutumn: LocalDate
        let doubleNinth: LocalDate
        /// The 23rd of the last lunar month: seven or eight days before the festival.
        let littleYear: LocalDate

        init?(littleYear: Int32, springFestival: Int32, midAutumn: Int32, doubleNinth: Int32) {
            guard let littleYear = LocalDate(yyyymmdd: littleYear),
                let springFestival = LocalDate(yyyymmdd: springFestival),
                let midAutumn = LocalDate(yyyymmdd: midAutumn),
                let doubleNinth = LocalDate(yyyymmdd: doubleNinth)
            else { return nil }
            self.littleYear = littleYear
            self.springFestival = springFestival
            self.midAutumn = midAutumn
            self.doubleNinth = doubleNinth
        }
    }

    private static func entry(of year: Int) throws(CalendarRangeError) -> Entry {
        guard let entry = entries[year] else {
            let first = LocalDate(year: years.lowerBound, month: 1, day: 1)
            let last = LocalDate(year: years.upperBound, month: 12, day: 31)
            let asked = LocalDate(year: min(max(year, 1), 9_999), month: 1, day: 1)
            let nothing = LocalDate(dayNumber: 0)
            throw CalendarRangeError(
                calendar: "festivals", day: asked ?? nothing, validFrom: first ?? nothing,
                validTo: last ?? nothing)
        }
        return entry
    }

    private static let entries: [Int: Entry] = [
        2019: Entry(
            littleYear: 2019_01_28, springFestival: 2019_02_05, midAutumn: 2019_09_13,
            doubleNinth: 2019_10_07),
        2020: Entry(
            littleYear: 2020_01_17, springFestival: 2020_01_25, midAutumn: 2020_10_01,
            doubleNinth: 2020_10_25),
        2021: Entry(
            littleYear: 2021_02_04, springFestival: 2021_02_12, midAutumn: 2021_09_21,
            doubleNinth: 2021_10_14),
        2022: Entry(
            littleYear: 2022_01_25, springFestival: 2022_02_01, midAutumn: 2022_09_10,
            doubleNinth: 2022_10_04),
        2023: Entry(
            littleYear: 2023_01_14, springFestival: 2023_01_22, midAutumn: 2023_09_29,
            doubleNinth: 2023_10_23),
        2024: Entry(
            littleYear: 2024_02_02, springFestival: 2024_02_10, midAutumn: 2024_09_17,
            doubleNinth: 2024_10_11),
        2025: Entry(
            littleYear: 2025_01_22, springFestival: 2025_01_29, midAutumn: 2025_10_06,
            doubleNinth: 2025_10_29),
        2026: Entry(
            littleYear: 2026_02_10, springFestival: 2026_02_17, midAutumn: 2026_09_25,
            doubleNinth: 2026_10_18),
    ].compactMapValues { $0 }
}
