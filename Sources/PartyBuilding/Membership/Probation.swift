/// The probation of a member: a year from the day of the vote (R-MB-15), extended at most once
/// (R-MB-17).
package struct Probation: Hashable, Sendable {
    /// The day of the admission vote.
    package let from: LocalDate
    /// The day on which it ends; full membership counts from it (R-MB-18).
    package private(set) var to: LocalDate
    package private(set) var isExtended: Bool

    package init(from: LocalDate, to: LocalDate, isExtended: Bool = false) {
        self.from = from
        self.to = to
        self.isExtended = isExtended
    }

    /// The probation that a vote begins.
    package init(votedOn day: LocalDate, months: Int) {
        self.init(from: day, to: day.adding(months: months))
    }

    /// Why a probation cannot be extended.
    package enum ExtensionFault: Error, Hashable, Sendable {
        case alreadyExtended
        case outsideRange(months: Int, allowed: ClosedRange<Int>)
    }

    /// The probation with its end moved by a number of months.
    ///
    /// - Parameter allowed: 6…12 by the rule set.
    package func extended(
        months: Int, allowed: ClosedRange<Int>
    ) throws(ExtensionFault) -> Probation {
        guard !isExtended else { throw .alreadyExtended }
        guard allowed.contains(months) else {
            throw .outsideRange(months: months, allowed: allowed)
        }
        return Probation(from: from, to: to.adding(months: months), isExtended: true)
    }
}
