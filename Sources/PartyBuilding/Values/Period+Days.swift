package import Schema

extension Period {
    /// First local day of the period, nil when it is empty or does not exist.
    package var firstDay: LocalDate? {
        switch value {
        case .year(let year): LocalDate(year: Int(year), month: 1, day: 1)
        case .half(let half):
            (1...2).contains(half % 10)
                ? LocalDate(year: Int(half / 10), month: Int(half % 10) * 6 - 5, day: 1) : nil
        case .quarter(let quarter):
            LocalDate(year: Int(quarter / 10), month: Int(quarter % 10) * 3 - 2, day: 1)
        case .month(let month):
            LocalDate(year: Int(month / 100), month: Int(month % 100), day: 1)
        case nil: nil
        }
    }

    /// Last local day of the period (inclusive).
    package var lastDay: LocalDate? {
        guard let first = firstDay else { return nil }
        let months: Int
        switch value {
        case .year: months = 12
        case .half: months = 6
        case .quarter: months = 3
        case .month, nil: months = 1
        }
        return first.adding(months: months).adding(days: -1)
    }

    /// `2019`, `2019H1`, `2019Q2`, `2019-06`; empty for an empty period.
    package var text: String {
        switch value {
        case .year(let year): padded(Int(year), 4)
        case .half(let half): "\(padded(Int(half / 10), 4))H\(half % 10)"
        case .quarter(let quarter): "\(padded(Int(quarter / 10), 4))Q\(quarter % 10)"
        case .month(let month): "\(padded(Int(month / 100), 4))-\(padded(Int(month % 100), 2))"
        case nil: ""
        }
    }
}
