package import Schema

/// One branch's star rating of one cycle.
package struct StarRatingState: Aggregate {
    package static let subject = "star"
    package static let types: [EventType]? = [
        .starRatingSelfAssessed, .starRatingExamined, .starRatingReviewed, .starRatingConfirmed,
    ]

    /// What was decided at a stage.
    package struct Decision: Sendable {
        package let stage: StarStage
        package let stars: Int32
        package let on: LocalDate
        package let by: String
        /// Nil for the self-assessment, which the branch makes.
        package let org: String?
    }

    package private(set) var branch: String?
    package private(set) var cycle: Int32?
    /// In order of the stages.
    package private(set) var decisions: [Decision] = []

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        let on = fact.validDay
        switch fact.payload {
        case .starRatingSelfAssessed(let event):
            branch = event.branch
            cycle = event.cycle
            decisions = [
                Decision(
                    stage: .selfAssessed, stars: event.selfStars, on: on, by: event.by, org: nil)
            ]
        case .starRatingExamined(let event):
            decide(.examined, event.stars, on, event.by, event.org)
        case .starRatingReviewed(let event):
            decide(.reviewed, event.stars, on, event.by, event.org)
        case .starRatingConfirmed(let event):
            decide(.confirmed, event.stars, on, event.by, event.org)
        default: break
        }
    }

    private mutating func decide(
        _ stage: StarStage, _ stars: Int32, _ on: LocalDate, _ by: String, _ org: String
    ) {
        guard self.stage?.next == stage else { return }
        decisions.append(Decision(stage: stage, stars: stars, on: on, by: by, org: org))
    }

    /// The stage reached; nil before the self-assessment.
    package var stage: StarStage? { decisions.last?.stage }
}
