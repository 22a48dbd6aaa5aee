/// A calendar quarter in Asia/Shanghai.
package struct Quarter: Hashable, Comparable, Sendable {
    package let year: Int
    /// 1…4.
    package let number: Int

    /// The quarter written as `yyyyq`, nil when there is no such quarter.
    package init?(yyyyq: Int32) {
        self.init(year: Int(yyyyq / 10), number: Int(yyyyq % 10))
    }

    /// The quarter of a year (1…9999) and number (1…4), nil when there is none.
    package init?(year: Int, number: Int) {
        guard (1...9_999).contains(year), (1...4).contains(number) else { return nil }
        self.year = year
        self.number = number
    }

    /// The quarter that holds a day.
    package init(_ day: LocalDate) {
        let parts = day.components
        year = parts.year
        number = (parts.month + 2) / 3
    }

    package var yyyyq: Int32 { Int32(clamping: year * 10 + number) }

    package static func < (left: Quarter, right: Quarter) -> Bool {
        (left.year, left.number) < (right.year, right.number)
    }
}

extension Quarter: CustomStringConvertible {
    /// `2019Q2`.
    package var description: String { "\(padded(year, 4))Q\(number)" }
}
