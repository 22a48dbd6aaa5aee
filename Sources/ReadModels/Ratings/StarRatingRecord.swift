import PartyBuilding
import Schema

/// The star rating of one branch in one cycle (specification section 2.4.8).
struct StarRatingRecord: Record {
    enum Stage: String {
        case selfAssessed = "SELF_ASSESSED"
        case examined = "EXAMINED"
        case reviewed = "REVIEWED"
        case confirmed = "CONFIRMED"
    }

    private var cycle: Int32?
    private var branch = ""
    private var round: Int32 = 0
    private var selfStars: Int32?
    private var examined: Int32?
    private var reviewed: Int32?
    private var confirmed: Int32?
    private var validTo: Int32?
    private var stage = Stage.selfAssessed
    private var stageSince = LocalDate(dayNumber: 0)
    private var decisions: Int32 = 0
    private var isRestated = false

    /// - Parameter id: `BRANCH-YYYY`, the identity of the stream.
    init(id: String) {
        guard let hyphen = id.lastIndex(of: "-") else { return }
        branch = String(id[..<hyphen])
        cycle = Int32(id[id.index(after: hyphen)...])
    }

    static let types: [EventType] = [
        .starRatingSelfAssessed, .starRatingExamined, .starRatingReviewed, .starRatingConfirmed,
    ]

    mutating func noteVoid(_ item: RecordFact) {
        isRestated = true
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated { isRestated = true }
        decisions &+= 1
        stageSince = item.day
        switch item.fact.payload {
        case .starRatingSelfAssessed(let event):
            cycle = event.cycle
            branch = event.branch
            round &+= 1
            selfStars = event.selfStars
            (examined, reviewed, confirmed, validTo) = (nil, nil, nil, nil)
            stage = .selfAssessed
        case .starRatingExamined(let event):
            examined = event.stars
            stage = .examined
        case .starRatingReviewed(let event):
            reviewed = event.stars
            stage = .reviewed
        case .starRatingConfirmed(let event):
            confirmed = event.stars
            validTo = event.validTo
            stage = .confirmed
        default: break
        }
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        guard let cycle, let confirmed else { return }
        try contributions.add(
            FortressRating.starsGroup(cycle: cycle, stars: confirmed, branch: branch),
            [isRestated ? 1 : 0, 1])
    }

    /// The row without the organisation and the columns that depend on the day of asking; the day
    /// on which the stage began stands in `days_in_stage`.
    func row() -> [UInt8]? {
        guard let cycle, decisions > 0 else { return nil }
        var row = FortressRatingRow()
        row.cycle = cycle
        row.branch = branch
        if let selfStars { row.selfStars = selfStars }
        if let examined { row.examined = examined }
        if let reviewed { row.reviewed = reviewed }
        if let confirmed { row.confirmed = confirmed }
        row.stage = stage.rawValue
        row.daysInStage = Int64(stageSince.dayNumber)
        if let validTo { row.validTo = validTo }
        row.round = max(round, 1)
        row.decisions = decisions
        row.restated = isRestated
        return row.wireBytes
    }
}
