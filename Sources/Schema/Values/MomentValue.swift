/// A point or stretch of valid time as the generated `Moment` holds it; its case is its precision.
package typealias MomentValue = Moment.OneOf_Value

extension Moment.OneOf_Value {
    /// The JSON text, whose shape is the precision.
    package var text: String {
        switch self {
        case .instantUs(let instant): InstantForm.text(instant)
        case .date(let day): CalendarForm.dayText(Int64(day))
        case .month(let month): CalendarForm.monthText(Int64(month))
        case .quarter(let quarter): CalendarForm.quarterText(Int64(quarter))
        case .year(let year): CalendarForm.yearText(Int64(year))
        }
    }

    /// Reads a text of any of the five shapes.
    package init?(text: String) {
        if let day = CalendarForm.day(text) {
            self = .date(day)
        } else if let month = CalendarForm.month(text) {
            self = .month(month)
        } else if let quarter = CalendarForm.quarter(text) {
            self = .quarter(quarter)
        } else if let year = CalendarForm.year(text) {
            self = .year(year)
        } else if let instant = InstantForm.instant(text) {
            self = .instantUs(instant)
        } else {
            return nil
        }
    }

    /// The local calendar day, yyyymmdd; nil when the precision is coarser than a day.
    package var localDay: Int32? {
        switch self {
        case .instantUs(let instant): InstantForm.localDay(instant)
        case .date(let day): day
        case .month, .quarter, .year: nil
        }
    }

    /// The first local day of the stretch, yyyymmdd.
    package var firstLocalDay: Int32? {
        switch self {
        case .instantUs, .date: localDay
        case .month(let month): Self.firstDay(year: month / 100, month: month % 100)
        case .quarter(let quarter): Self.firstDay(year: quarter / 10, month: quarter % 10 * 3 - 2)
        case .year(let year): Self.firstDay(year: year, month: 1)
        }
    }

    private static func firstDay(year: Int32, month: Int32) -> Int32? {
        let day = Int64(year) * 10_000 + Int64(month) * 100 + 1
        return CalendarForm.isDay(day) ? Int32(exactly: day) : nil
    }
}
