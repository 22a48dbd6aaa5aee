/// Instants in microseconds since 1970-01-01T00:00:00Z and their text of RFC 3339.
///
/// Local time is that of Asia/Shanghai, UTC+8 throughout (specification section 2.1).
package enum InstantForm {
    /// The offset of local time, in microseconds.
    package static let localOffset: Int64 = 8 * 3600 * second
    package static let second: Int64 = 1_000_000
    package static let day: Int64 = 86_400 * second

    /// Instants whose local day has a four-digit year; they also stay within ±(2^53 − 1).
    package static func isValid(_ instant: Int64) -> Bool {
        (-IntegerLimit.max...IntegerLimit.max).contains(instant)
    }

    /// The local calendar day, yyyymmdd, of a valid instant.
    package static func localDay(_ instant: Int64) -> Int32? {
        guard isValid(instant) else { return nil }
        let number = floorDivide(instant + localOffset, day).quotient
        return CalendarForm.day(number: number).flatMap { Int32(exactly: $0) }
    }

    /// The first instant of a local calendar day, yyyymmdd.
    package static func startOfLocalDay(_ packed: Int32) -> Int64? {
        guard CalendarForm.isDay(Int64(packed)) else { return nil }
        let (instant, overflow) = CalendarForm.dayNumber(Int64(packed))
            .multipliedReportingOverflow(by: day)
        return overflow ? nil : instant - localOffset
    }

    /// "2019-07-31T09:00:00+08:00", with three or six decimals where the instant has them.
    /// An invalid instant gives its number.
    package static func text(_ instant: Int64) -> String {
        guard let packed = localDay(instant) else { return String(instant) }
        let ofDay = floorDivide(instant + localOffset, day).remainder
        let seconds = ofDay / second
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60]
            .map { CalendarForm.padded($0, 2) }.joined(separator: ":")
        let micros = ofDay % second
        let fraction =
            if micros == 0 { "" } else if micros % 1000 == 0 {
                "." + CalendarForm.padded(micros / 1000, 3)
            } else { "." + CalendarForm.padded(micros, 6) }
        return "\(CalendarForm.dayText(Int64(packed)))T\(clock)\(fraction)+08:00"
    }

    /// The instant of a text of RFC 3339 with any offset or Z and at most six decimals; nil for
    /// anything else. Leap seconds have no instant here.
    package static func instant(_ text: String) -> Int64? {
        var scanner = Scanner(Array(text.utf8))
        guard let year = scanner.digits(4), scanner.skip("-"),
            let month = scanner.digits(2), scanner.skip("-"),
            let dayOfMonth = scanner.digits(2), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.digits(2), scanner.skip(":"),
            let minute = scanner.digits(2), scanner.skip(":"),
            let seconds = scanner.digits(2)
        else { return nil }
        let packed = year * 10_000 + month * 100 + dayOfMonth
        guard CalendarForm.isDay(packed), hour < 24, minute < 60, seconds < 60 else { return nil }

        var micros: Int64 = 0
        if scanner.skip(".") {
            guard let fraction = scanner.fraction(of: 6) else { return nil }
            micros = fraction
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        let wall = CalendarForm.dayNumber(packed) * 86_400 + hour * 3600 + minute * 60 + seconds
        let instant = (wall - offset) * second + micros
        return isValid(instant) ? instant : nil
    }

    /// Division that rounds down, so that instants before 1970 have a day and a time of day too.
    private static func floorDivide(
        _ value: Int64, _ divisor: Int64
    ) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private struct Scanner {
        private let characters: [UInt8]
        private var position = 0

        init(_ characters: [UInt8]) {
            self.characters = characters
        }

        var isAtEnd: Bool { position == characters.count }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard position < characters.count,
                characters[position] == UInt8(ascii: character)
            else { return false }
            position += 1
            return true
        }

        mutating func digit() -> Int64? {
            guard position < characters.count,
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(characters[position])
            else { return nil }
            position += 1
            return Int64(characters[position - 1] - UInt8(ascii: "0"))
        }

        mutating func digits(_ count: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// One to `places` decimals, scaled to `places`.
        mutating func fraction(of places: Int) -> Int64? {
            guard var value = digit() else { return nil }
            var count = 1
            while let digit = digit() {
                count += 1
                guard count <= places else { return nil }
                value = value * 10 + digit
            }
            for _ in count..<places { value *= 10 }
            return value
        }

        /// Seconds east of UTC of "Z" or "+08:00".
        mutating func offset() -> Int64? {
            if skip("Z") || skip("z") { return 0 }
            let isEast = skip("+")
            guard isEast || skip("-"), let hours = digits(2), skip(":"),
                let minutes = digits(2), hours < 24, minutes < 60
            else { return nil }
            return (isEast ? 1 : -1) * (hours * 3600 + minutes * 60)
        }
    }
}
