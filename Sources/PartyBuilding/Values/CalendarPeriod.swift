package import Schema

/// A calendar year, half-year, quarter or month: the periods of every report and read model.
///
/// Closed-open inside: `start` belongs to it, `end` to the next one.
package enum CalendarPeriod: Hashable, Sendable {
    /// 1…9999; build it with `init(year:)`.
    case year(Int)
    case half(HalfYear)
    case quarter(Quarter)
    case month(YearMonth)

    /// A calendar year, nil outside 1…9999.
    package init?(year: Int) {
        guard (1...9_999).contains(year) else { return nil }
        self = .year(year)
    }

    /// The period of a message, nil when it is empty or names no period.
    package init?(_ period: Period) {
        switch period.value {
        case .year(let year): self.init(year: Int(year))
        case .half(let half):
            guard let half = HalfYear(yyyyh: half) else { return nil }
            self = .half(half)
        case .quarter(let quarter):
            guard let quarter = Quarter(yyyyq: quarter) else { return nil }
            self = .quarter(quarter)
        case .month(let month):
            guard let month = YearMonth(yyyymm: month) else { return nil }
            self = .month(month)
        case nil: return nil
        }
    }

    /// Reads `2019`, `2019H1`, `2019Q2` or `2019-06`; nil for any other text.
    package init?(_ text: String) {
        let characters = Array(text.utf8)
        guard characters.count >= 4, let year = Self.number(characters[0..<4]) else { return nil }
        let rest = characters[4...]
        switch (rest.count, rest.first) {
        case (0, _):
            self.init(year: year)
        case (2, UInt8(ascii: "H")):
            guard let number = Self.number(rest.dropFirst()),
                let half = HalfYear(year: year, number: number)
            else { return nil }
            self = .half(half)
        case (2, UInt8(ascii: "Q")):
            guard let number = Self.number(rest.dropFirst()),
                let quarter = Quarter(year: year, number: number)
            else { return nil }
            self = .quarter(quarter)
        case (3, UInt8(ascii: "-")):
            guard let number = Self.number(rest.dropFirst()),
                let month = YearMonth(year: year, month: number)
            else { return nil }
            self = .month(month)
        default:
            return nil
        }
    }

    /// The periods that hold a day, from the longest to the shortest: its year, half-year, quarter
    /// and month.
    package static func containing(_ day: LocalDate) -> [CalendarPeriod] {
        [.year(day.year), .half(HalfYear(day)), .quarter(Quarter(day)), .month(YearMonth(day))]
    }

    /// Length in months: 12, 6, 3 or 1.
    package var months: Int {
        switch self {
        case .year: 12
        case .half: 6
        case .quarter: 3
        case .month: 1
        }
    }

    /// The first month of the period.
    package var firstMonth: YearMonth {
        let (year, month) =
            switch self {
            case .year(let year): (year, 1)
            case .half(let half): (half.year, half.number * 6 - 5)
            case .quarter(let quarter): (quarter.year, quarter.number * 3 - 2)
            case .month(let month): (month.year, month.month)
            }
        return YearMonth(year: year, month: month) ?? YearMonth(LocalDate(dayNumber: 0))
    }

    /// The first day.
    package var start: LocalDate { firstMonth.firstDay }

    /// The first day after the period.
    package var end: LocalDate { firstMonth.adding(months: months).firstDay }

    /// The last day.
    package var lastDay: LocalDate { end.adding(days: -1) }

    package func contains(_ day: LocalDate) -> Bool { start <= day && day < end }

    /// Whether the whole of another period lies inside this one.
    package func contains(_ other: CalendarPeriod) -> Bool {
        start <= other.start && other.end <= end
    }

    /// The period of the same length just before this one.
    package var previous: CalendarPeriod { shifted(months: -months) }

    /// The period of the same length just after this one.
    package var next: CalendarPeriod { shifted(months: months) }

    /// The same period a year earlier: what year-on-year figures compare with.
    package var yearBefore: CalendarPeriod { shifted(months: -12) }

    private func shifted(months: Int) -> CalendarPeriod {
        let day = firstMonth.adding(months: months).firstDay
        return switch self {
        case .year: .year(day.year)
        case .half: .half(HalfYear(day))
        case .quarter: .quarter(Quarter(day))
        case .month: .month(YearMonth(day))
        }
    }
}

extension YearMonth {
    /// The first day of the month.
    package var firstDay: LocalDate {
        let epoch = LocalDate(dayNumber: 0)
        return epoch.adding(months: months(since: YearMonth(epoch)))
    }

    /// The last day of the month.
    package var lastDay: LocalDate { adding(months: 1).firstDay.adding(days: -1) }
}

extension CalendarPeriod {
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}

extension CalendarPeriod: Comparable {
    /// By start; of two that start together the longer first.
    package static func < (left: CalendarPeriod, right: CalendarPeriod) -> Bool {
        if left.firstMonth != right.firstMonth { return left.firstMonth < right.firstMonth }
        return left.months > right.months
    }
}

extension CalendarPeriod: CustomStringConvertible {
    /// `2019`, `2019H1`, `2019Q2` or `2019-06`.
    package var description: String {
        switch self {
        case .year(let year): padded(year, 4)
        case .half(let half): half.description
        case .quarter(let quarter): quarter.description
        case .month(let month): month.description
        }
    }
}

extension Period {
    /// The message of a calendar period.
    package init(_ period: CalendarPeriod) {
        self.init()
        switch period {
        case .year(let year): self.year = Int32(clamping: year)
        case .half(let half): self.half = half.yyyyh
        case .quarter(let quarter): self.quarter = quarter.yyyyq
        case .month(let month): self.month = month.yyyymm
        }
    }
}
