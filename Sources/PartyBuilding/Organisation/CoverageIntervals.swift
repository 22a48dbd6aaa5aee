/// What a branch covers and when: departments, or the units of a joint branch.
///
/// Intervals are closed-open by valid day; several facts about one name may come in any order.
package struct CoverageIntervals: Sendable {
    package struct Interval: Sendable {
        package let name: String
        package let from: LocalDate
        /// The first day of no longer being covered.
        package var to: LocalDate?

        package func covers(_ day: LocalDate) -> Bool {
            from <= day && (to.map { day < $0 } ?? true)
        }
    }

    package private(set) var all: [Interval] = []

    package init() {}

    package mutating func begin(_ name: String, on day: LocalDate) {
        all.append(Interval(name: name, from: day))
    }

    /// Ends the interval that covers the day, or the last one that is open.
    package mutating func end(_ name: String, on day: LocalDate) {
        let covering = all.lastIndex { $0.name == name && $0.to == nil && $0.from <= day }
        guard let index = covering ?? all.lastIndex(where: { $0.name == name && $0.to == nil })
        else { return }
        all[index].to = day
    }

    /// The name is covered on a day.
    package func covers(_ name: String, on day: LocalDate) -> Bool {
        all.contains { $0.name == name && $0.covers(day) }
    }

    /// The name is covered on some day from `day` on: an open-ended coverage that begins then
    /// would overlap.
    package func covers(_ name: String, from day: LocalDate) -> Bool {
        all.contains { $0.name == name && ($0.to.map { day < $0 } ?? true) }
    }

    /// Distinct names covered on a day.
    package func names(on day: LocalDate) -> [String] {
        sortedUnique(all.filter { $0.covers(day) }.map(\.name))
    }
}
