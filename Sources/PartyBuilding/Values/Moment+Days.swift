package import Schema

/// How exactly a moment is known.
package enum Precision: Int, Comparable, Sendable {
    case year, quarter, month, date, instant

    package static func < (left: Precision, right: Precision) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Moment {
    /// A moment of day precision.
    package init(_ day: LocalDate) {
        self.init()
        date = day.yyyymmdd
    }

    /// How exactly the moment is known, nil when no field is set.
    package var precision: Precision? { value?.precision }

    /// First local day of the moment's period, nil when the moment is empty or no such period
    /// exists.
    package var firstDay: LocalDate? { value?.firstDay }

    /// Last local day of the moment's period: the day from which a fact of month, quarter or year
    /// precision counts (clarifications, "Periods and dates").
    package var lastDay: LocalDate? { value?.lastDay }
}

extension MomentValue {
    /// How exactly the moment is known.
    package var precision: Precision {
        switch self {
        case .instantUs: .instant
        case .date: .date
        case .month: .month
        case .quarter: .quarter
        case .year: .year
        }
    }

    /// First local day of the moment's period, nil when no such period exists.
    package var firstDay: LocalDate? {
        switch self {
        case .instantUs(let instant): LocalDate(instant: instant)
        case .date(let day): LocalDate(yyyymmdd: day)
        case .month(let month):
            LocalDate(year: Int(month / 100), month: Int(month % 100), day: 1)
        case .quarter(let quarter):
            LocalDate(year: Int(quarter / 10), month: Int(quarter % 10) * 3 - 2, day: 1)
        case .year(let year): LocalDate(year: Int(year), month: 1, day: 1)
        }
    }

    /// Last local day of the moment's period.
    package var lastDay: LocalDate? {
        guard let first = firstDay else { return nil }
        switch self {
        case .month: return first.adding(months: 1).adding(days: -1)
        case .quarter: return first.adding(months: 3).adding(days: -1)
        case .year: return first.adding(months: 12).adding(days: -1)
        case .instantUs, .date: return first
        }
    }
}
