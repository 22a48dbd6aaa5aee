package import Schema

extension Moment {
    /// The calendar period a moment of month, quarter or year precision names; nil for a day, an
    /// instant and nothing.
    package var period: CalendarPeriod? {
        switch value {
        case .month(let month): YearMonth(yyyymm: month).map { .month($0) }
        case .quarter(let quarter): Quarter(yyyyq: quarter).map { .quarter($0) }
        case .year(let year): CalendarPeriod(year: Int(year))
        case .instantUs, .date, nil: nil
        }
    }

    /// The moment as the office writes it: the shape shows the precision, so a month never gets a
    /// day it does not have. Instants are shown in local time to the second.
    package var text: String {
        switch value {
        case .instantUs(let instant):
            let day = LocalDate(instant: instant)
            let seconds = Int((instant - day.startInstant) / 1_000_000)
            let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60]
            return "\(day)T" + clock.map { padded($0, 2) }.joined(separator: ":") + "+08:00"
        case .date(let day): return LocalDate(yyyymmdd: day)?.description ?? String(day)
        case .month, .quarter, .year: return period?.description ?? ""
        case nil: return ""
        }
    }
}
