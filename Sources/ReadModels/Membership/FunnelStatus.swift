import PartyBuilding

/// Where one person stands on the way to membership: what the views keep between two facts.
struct FunnelStatus: Equatable {
    var person = ""
    var branch = ""
    var stage: FunnelRecord.Stage?
    var enteredOn = LocalDate(dayNumber: 0)
    var isInterviewed = false
    /// Last day covered by an inspection; the day on which the person became an activist when there
    /// was none yet.
    var inspectedTo: LocalDate?
    var introducers: Int64 = 0
    var isReviewed = false
    var trainedHours: Int64 = 0
    var isPreReviewed = false
    var hasForm = false
    var votedOn: LocalDate?
    var isTalkedTo = false
    var probationTo: LocalDate?
    var category: String?
    var isInTransit = false
    var isRestated = false

    /// What must or may happen next, by the rules in force on the day of asking.
    struct Outlook: Equatable {
        var nextEarliest: LocalDate?
        var deadline: LocalDate?
        var hardDeadline: LocalDate?
        /// Code of the first rule in the way of the next step.
        var blocked: String?
    }

    func outlook(_ rules: RuleSet, asOf: LocalDate) -> Outlook {
        var outlook = Outlook()
        switch stage {
        case .applicant:
            // Talks are due within a month of the application (R-MB-02).
            guard !isInterviewed else { return outlook }
            outlook.deadline = enteredOn.adding(days: rules[.interviewDays])
            outlook.blocked = "R-MB-02"
        case .activist:
            let earliest = enteredOn.adding(months: rules[.activistMinMonths])
            outlook.nextEarliest = earliest
            let inspection = (inspectedTo ?? enteredOn).adding(months: rules[.inspectMonths])
            if asOf > inspection.adding(days: rules[.inspectGraceDays]) {
                outlook.blocked = "R-MB-05"
            } else if asOf < earliest {
                outlook.blocked = "R-MB-06"
            }
        case .target:
            if introducers != Int64(rules[.introducers]) {
                outlook.blocked = "R-MB-07"
            } else if !isReviewed || trainedHours < Int64(rules[.trainHours]) || !isPreReviewed
                || !hasForm
            {
                outlook.blocked = "R-MB-08"
            }
        case .awaitingApproval:
            let vote = votedOn ?? enteredOn
            let last = vote.adding(months: rules[.approveMonthsMax])
            outlook.deadline = vote.adding(months: rules[.approveMonths])
            outlook.hardDeadline = last
            if !isTalkedTo || asOf > last { outlook.blocked = "R-MB-14" }
        case .probationary:
            outlook.nextEarliest = probationTo
            if let probationTo, asOf < probationTo { outlook.blocked = "R-MB-16" }
        case .full, .ended, nil:
            break
        }
        return outlook
    }
}

extension FunnelStatus {
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.string(person)
        writer.string(branch)
        writer.string(stage?.rawValue ?? "")
        writer.day(enteredOn)
        writer.optionalDay(inspectedTo)
        writer.optionalDay(votedOn)
        writer.optionalDay(probationTo)
        writer.signed(introducers)
        writer.signed(trainedHours)
        for flag in [
            isInterviewed, isReviewed, isPreReviewed, hasForm, isTalkedTo, isInTransit, isRestated,
        ] {
            writer.bool(flag)
        }
        writer.optional(category) { $0.string($1) }
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(ModelFault) {
        var reader = ByteReader(bytes)
        person = try reader.string()
        branch = try reader.string()
        stage = FunnelRecord.Stage(rawValue: try reader.string())
        enteredOn = try reader.day()
        inspectedTo = try reader.optionalDay()
        votedOn = try reader.optionalDay()
        probationTo = try reader.optionalDay()
        introducers = try reader.signed()
        trainedHours = try reader.signed()
        isInterviewed = try reader.bool()
        isReviewed = try reader.bool()
        isPreReviewed = try reader.bool()
        hasForm = try reader.bool()
        isTalkedTo = try reader.bool()
        isInTransit = try reader.bool()
        isRestated = try reader.bool()
        category = try reader.optionalString()
    }
}
