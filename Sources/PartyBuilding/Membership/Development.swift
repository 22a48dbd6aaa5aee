/// What the steps from application to approval left behind: one way into the Party; a new
/// application begins a new one.
package struct Development: Sendable {
    /// One training course.
    package struct Training: Sendable {
        package let lastDay: LocalDate
        /// Calendar days, first and last included.
        package let days: Int
        package let studyHours: Int
        package let passed: Bool
    }

    /// A decision that was passed or not on a day.
    package struct Decision: Sendable {
        package let on: LocalDate
        package let passed: Bool
    }

    package let branch: String
    package let appliedOn: LocalDate
    package var activistOn: LocalDate?
    /// Last day covered by an inspection as activist.
    package var inspectedTo: LocalDate?
    package var targetOn: LocalDate?
    package var hasIntroducers = false
    package var politicalReview: Decision?
    package var trainings: [Training] = []
    package var preReview: Decision?
    package var formIssuedOn: LocalDate?
    /// The last vote of the general meeting.
    package var vote: Decision?
    package var talkOn: LocalDate?
    package var approvedOn: LocalDate?

    package init(branch: String, appliedOn: LocalDate) {
        self.branch = branch
        self.appliedOn = appliedOn
    }

    /// Whether the trainings passed up to a day suffice: hours together, or the days of one course
    /// (R-MB-08).
    package func isTrained(by day: LocalDate, hours: Int, days: Int) -> Bool {
        let passed = trainings.filter { $0.passed && $0.lastDay <= day }
        if passed.contains(where: { $0.days >= days }) { return true }
        return passed.reduce(0) { $0 + $1.studyHours } >= hours
    }

    /// The last day up to which the activist was inspected, or the day he became one.
    package var lastInspection: LocalDate? {
        guard let activistOn else { return nil }
        return inspectedTo.map { max($0, activistOn) } ?? activistOn
    }
}
