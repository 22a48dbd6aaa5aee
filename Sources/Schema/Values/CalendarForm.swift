/// The packed numbers in which the schema stores calendar days and periods, and their texts.
///
/// Years have four digits. Days are those of the proleptic Gregorian calendar.
package enum CalendarForm {
    /// Of all packed forms; a year of fewer digits is surely a slip.
    package static let years: ClosedRange<Int64> = 1000...9999

    // MARK: What is valid

    /// yyyy
    package static func isYear(_ value: Int64) -> Bool { years.contains(value) }

    /// yyyyh, h is 1 or 2.
    package static func isHalf(_ value: Int64) -> Bool {
        years.contains(value / 10) && (1...2).contains(value % 10)
    }

    /// yyyyq, q is 1 to 4.
    package static func isQuarter(_ value: Int64) -> Bool {
        years.contains(value / 10) && (1...4).contains(value % 10)
    }

    /// yyyymm
    package static func isMonth(_ value: Int64) -> Bool {
        years.contains(value / 100) && (1...12).contains(value % 100)
    }

    /// yyyymmdd
    package static func isDay(_ value: Int64) -> Bool {
        let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
        guard years.contains(year), (1...12).contains(month), day >= 1 else { return false }
        return day <= dayCount(year: year, month: month)
    }

    /// Number of days of a month from 1 to 12.
    static func dayCount(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // MARK: Texts

    /// "2019-07-31" for 20190731.
    package static func dayText(_ value: Int64) -> String {
        "\(padded(value / 10_000, 4))-\(padded(value / 100 % 100, 2))-\(padded(value % 100, 2))"
    }

    /// "2019-07" for 201907.
    package static func monthText(_ value: Int64) -> String {
        "\(padded(value / 100, 4))-\(padded(value % 100, 2))"
    }

    /// "2019Q2" for 20192.
    package static func quarterText(_ value: Int64) -> String {
        "\(padded(value / 10, 4))Q\(value % 10)"
    }

    /// "2019H1" for 20191.
    package static func halfText(_ value: Int64) -> String {
        "\(padded(value / 10, 4))H\(value % 10)"
    }

    /// "2019" for 2019.
    package static func yearText(_ value: Int64) -> String { padded(value, 4) }

    static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    // MARK: Reading

    /// 20190731 for "2019-07-31", nil for anything that is not a day in that shape.
    package static func day(_ text: String) -> Int32? {
        packed(text, shape: "dddd-dd-dd", isDay)
    }

    /// 201907 for "2019-07".
    package static func month(_ text: String) -> Int32? { packed(text, shape: "dddd-dd", isMonth) }

    /// 20192 for "2019Q2".
    package static func quarter(_ text: String) -> Int32? {
        packed(text, shape: "ddddQd", isQuarter)
    }

    /// 20191 for "2019H1".
    package static func half(_ text: String) -> Int32? { packed(text, shape: "ddddHd", isHalf) }

    /// 2019 for "2019".
    package static func year(_ text: String) -> Int32? { packed(text, shape: "dddd", isYear) }

    /// The digits of a text of a fixed shape, in which `d` stands for a digit.
    private static func packed(
        _ text: String, shape: String, _ isValid: (Int64) -> Bool
    ) -> Int32? {
        guard text.utf8.count == shape.utf8.count else { return nil }
        var value: Int64 = 0
        for (character, expected) in zip(text.utf8, shape.utf8) {
            if expected == UInt8(ascii: "d") {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else {
                    return nil
                }
                value = value * 10 + Int64(character - UInt8(ascii: "0"))
            } else if character != expected {
                return nil
            }
        }
        return isValid(value) ? Int32(exactly: value) : nil
    }

    // MARK: Day numbers

    /// Days since 1970-01-01 of a valid packed day.
    static func dayNumber(_ value: Int64) -> Int64 {
        // Years that begin in March put the leap day at their end; 400 of them are an era.
        let month = value / 100 % 100
        let year = value / 10_000 - (month <= 2 ? 1 : 0)
        let era = year / 400
        let yearOfEra = year % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + value % 100 - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The packed day of a number of days since 1970-01-01, nil outside `years`.
    static func day(number: Int64) -> Int64? {
        // The two ends of `years`, so that nothing below can overflow.
        guard (-354_285...2_932_896).contains(number) else { return nil }
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return year * 10_000 + month * 100 + day
    }
}
