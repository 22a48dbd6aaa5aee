package import Schema

/// One member's quarter of the pioneer index.
package struct PioneerQuarterRecord: Aggregate {
    package static let subject = "pioneer"
    package static let types: [EventType]? = [
        .pioneerPointsRecorded, .pioneerScorePublished, .pioneerScoreObjected,
        .pioneerScoreFinalised,
    ]

    /// A posting inside the branch.
    package struct Posting: Sendable {
        package let branch: String
        /// Centi-points.
        package let score: Int32
        package let postedOn: LocalDate
        /// Inclusive.
        package let postTo: LocalDate
    }

    package private(set) var state = PioneerQuarterState.open
    package private(set) var points: [(indicator: String, points: Int32)] = []
    /// The last posting.
    package private(set) var posting: Posting?
    /// Centi-points, once final.
    package private(set) var finalScore: Int32?

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .pioneerPointsRecorded(let event):
            points.append((event.indicatorID, event.points))
        case .pioneerScorePublished(let event):
            guard let from = LocalDate(yyyymmdd: event.postedOn),
                let to = LocalDate(yyyymmdd: event.postTo)
            else { return }
            posting = Posting(
                branch: event.branch, score: event.score, postedOn: from, postTo: to)
            take(.scorePublished)
        case .pioneerScoreObjected: take(.scoreObjected)
        case .pioneerScoreFinalised(let event):
            finalScore = event.finalScore
            take(.scoreFinalised)
        default: break
        }
    }

    private mutating func take(_ step: PioneerQuarterState.Step) {
        state = state.after(step) ?? state
    }
}

/// One member's year of the pioneer index.
package struct PioneerYearRecord: Aggregate {
    package static let subject = "pioneer"
    package static let types: [EventType]? = [
        .annualPioneerAppraisalConcluded, .performancePayLinked,
    ]

    package private(set) var appraisal: AnnualPioneerAppraisalConcluded?
    package private(set) var link: PerformancePayLinked?

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .annualPioneerAppraisalConcluded(let event): appraisal = event
        case .performancePayLinked(let event): link = event
        default: break
        }
    }
}
