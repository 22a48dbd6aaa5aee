/// A calendar half-year in Asia/Shanghai.
package struct HalfYear: Hashable, Comparable, Sendable {
    package let year: Int
    /// 1 or 2.
    package let number: Int

    /// The half-year written as `yyyyh`, nil when there is no such half.
    package init?(yyyyh: Int32) {
        self.init(year: Int(yyyyh / 10), number: Int(yyyyh % 10))
    }

    /// The half of a year (1…9999) and number (1 or 2), nil when there is none.
    package init?(year: Int, number: Int) {
        guard (1...9_999).contains(year), (1...2).contains(number) else { return nil }
        self.year = year
        self.number = number
    }

    /// The half-year that holds a day.
    package init(_ day: LocalDate) {
        let parts = day.components
        year = parts.year
        number = parts.month <= 6 ? 1 : 2
    }

    package var yyyyh: Int32 { Int32(clamping: year * 10 + number) }

    package static func < (left: HalfYear, right: HalfYear) -> Bool {
        (left.year, left.number) < (right.year, right.number)
    }
}

extension HalfYear: CustomStringConvertible {
    /// `2019H1`.
    package var description: String { "\(padded(year, 4))H\(number)" }
}
