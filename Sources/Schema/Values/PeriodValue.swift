/// A calendar period as the generated `Period` holds it.
package typealias PeriodValue = Period.OneOf_Value

extension Period.OneOf_Value {
    /// The JSON text: "2019", "2019H1", "2019Q2" or "2019-06".
    package var text: String {
        switch self {
        case .year(let year): CalendarForm.yearText(Int64(year))
        case .half(let half): CalendarForm.halfText(Int64(half))
        case .quarter(let quarter): CalendarForm.quarterText(Int64(quarter))
        case .month(let month): CalendarForm.monthText(Int64(month))
        }
    }

    /// Reads a text of any of the four shapes.
    package init?(text: String) {
        if let year = CalendarForm.year(text) {
            self = .year(year)
        } else if let half = CalendarForm.half(text) {
            self = .half(half)
        } else if let quarter = CalendarForm.quarter(text) {
            self = .quarter(quarter)
        } else if let month = CalendarForm.month(text) {
            self = .month(month)
        } else {
            return nil
        }
    }
}
