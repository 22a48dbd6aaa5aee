/// A counter that only rises, known at some days: the reads of one published item (R-BD-03,
/// specification section 6, number 13). Reports are levels, not increments.
package struct CumulativeCounter: Hashable, Sendable {
    package struct Reading: Hashable, Sendable {
        package let asOf: LocalDate
        package let value: Int64

        package init(asOf: LocalDate, value: Int64) {
            self.asOf = asOf
            self.value = value
        }
    }

    /// By day, at most one a day.
    package private(set) var readings: [Reading] = []

    package init() {}

    /// The reading that contradicts a new one: an earlier one that is higher, or a later one that
    /// is lower; nil when the counter would still only rise.
    package func contradiction(to reading: Reading) -> Reading? {
        readings.first {
            $0.asOf <= reading.asOf ? $0.value > reading.value : $0.value < reading.value
        }
    }

    /// Takes a reading in; another one of the same day takes the place of the first.
    package mutating func report(_ reading: Reading) {
        let index = readings.firstIndex { $0.asOf >= reading.asOf } ?? readings.endIndex
        if index < readings.endIndex, readings[index].asOf == reading.asOf {
            readings[index] = reading
        } else {
            readings.insert(reading, at: index)
        }
    }

    /// The level on a day; nil before the first reading.
    package func level(on day: LocalDate) -> Int64? {
        readings.last { $0.asOf <= day }?.value
    }
}
