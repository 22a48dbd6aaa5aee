/// A calendar month in Asia/Shanghai, kept as the number of months since year 0.
package struct YearMonth: Hashable, Comparable, Sendable {
    private let index: Int32

    /// The month written as `yyyymm`, nil when there is no such month.
    package init?(yyyymm: Int32) {
        self.init(year: Int(yyyymm / 100), month: Int(yyyymm % 100))
    }

    /// The month of a year (1…9999) and number (1…12), nil when there is none.
    package init?(year: Int, month: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month) else { return nil }
        index = Int32(year * 12 + month - 1)
    }

    /// The month that holds a day.
    package init(_ day: LocalDate) {
        let parts = day.components
        index = Int32(clamping: parts.year * 12 + parts.month - 1)
    }

    private init(index: Int32) { self.index = index }

    package var year: Int { Int(index / 12) }
    package var month: Int { Int(index % 12) + 1 }
    package var yyyymm: Int32 { Int32(clamping: year * 100 + month) }

    /// The month `months` later (earlier when negative).
    package func adding(months: Int) -> YearMonth {
        YearMonth(index: Int32(clamping: Int(index) + months))
    }

    /// Months from `other` to this one; 0 for the same month.
    package func months(since other: YearMonth) -> Int { Int(index) - Int(other.index) }

    package static func < (left: YearMonth, right: YearMonth) -> Bool { left.index < right.index }
}

extension YearMonth: CustomStringConvertible {
    /// `2019-07`.
    package var description: String { "\(padded(year, 4))-\(padded(month, 2))" }
}
