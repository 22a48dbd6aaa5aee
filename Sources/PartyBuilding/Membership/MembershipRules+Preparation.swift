import Schema

extension MembershipRules {
    /// B11 to B15: what must be there before the general meeting votes.
    static let preparationGuards: [Guard] = [
        Guard("STATE-MEMBER", on: PoliticalReviewConcluded.self) { event, judging in
            try requireTarget(on: event.on, &judging)
        },
        Guard("STATE-MEMBER", on: CandidateTrainingCompleted.self) { event, judging in
            try requireTarget(on: event.to, &judging)
        },
        Guard("INV-B12", on: CandidateTrainingCompleted.self) { event, judging in
            let from = try judging.day(event.from, "from")
            let to = try judging.day(event.to, "to")
            try judging.require(
                from <= to && event.studyHours >= 0,
                [
                    DecidingFact("from", from), DecidingFact("to", to),
                    DecidingFact("study_hours", event.studyHours),
                ],
                zh: "培训 \(from) 至 \(to)、\(event.studyHours) 学时：止期不得早于起期，学时不得为负",
                en: "training from \(from) to \(to) with \(event.studyHours) hours: it must end "
                    + "after it begins and have no negative hours")
        },
        Guard("R-MB-08", on: CandidateTrainingCompleted.self) { event, judging in
            let hours = judging.rules[.trainHours]
            let days = judging.rules[.trainDays]
            let length =
                try judging.day(event.to, "to").days(
                    since: judging.day(event.from, "from")) + 1
            judging.expect(
                Int(event.studyHours) >= hours || length >= days,
                zh: "培训 \(event.studyHours) 学时、\(length) 天，单独不满 \(hours) 学时或 \(days) 天，须再补训",
                en: "\(event.studyHours) hours on \(length) days are, alone, less than \(hours) "
                    + "hours or \(days) days: more training is needed")
        },
        Guard("STATE-MEMBER", on: BranchCommitteeReviewConcluded.self) { event, judging in
            try requireTarget(on: event.on, &judging)
        },
        Guard("INV-B13", on: BranchCommitteeReviewConcluded.self) { event, judging in
            guard let development = try judging.membership().member.development else { return }
            let on = try judging.day(event.on, "on")
            let missing = missingForReview(development, by: on, judging.rules)
            try judging.require(
                missing == nil, [DecidingFact("missing", missing?.en ?? "-")],
                zh: "支委会审查前还缺：\(missing?.zh ?? "")，请先登记",
                en: "before the branch committee's review \(missing?.en ?? "") is missing: "
                    + "record it first")
        },
        Guard("STATE-MEMBER", on: CommitteePreReviewConcluded.self) { event, judging in
            try requireTarget(on: event.on, &judging)
        },
        Guard("R-MB-14", on: CommitteePreReviewConcluded.self) { event, judging in
            try requireApprovalPower(event.committee, zh: "预审", en: "pre-review", &judging)
        },
        Guard("STATE-MEMBER", on: ApplicationFormIssued.self) { event, judging in
            try requireTarget(on: event.on, &judging)
        },
        Guard("INV-B15", on: ApplicationFormIssued.self) { event, judging in
            let review = try judging.membership().member.development?.preReview
            let on = try judging.day(event.on, "on")
            try judging.require(
                (review?.passed ?? false) && (review.map { $0.on <= on } ?? false),
                [DecidingFact("pre_review_on", review?.on.description ?? "-")],
                zh: "发放入党志愿书前须预审合格：请先登记合格的基层党委预审（CommitteePreReviewConcluded）",
                en: "the form is issued after the committee's pre-review passed: record it first "
                    + "(CommitteePreReviewConcluded)")
        },
    ]

    /// What R-MB-08 asks for and is missing on a day, nil when all is there.
    static func missingForVote(
        _ development: Development, by day: LocalDate, _ rules: RuleSet
    ) -> BilingualText? {
        if let missing = missingPoliticalReview(development, by: day) { return missing }
        if let missing = missingTraining(development, by: day, rules) { return missing }
        if !isPassed(development.preReview, by: day) {
            return BilingualText(zh: "合格的基层党委预审", en: "a passed committee pre-review")
        }
        if !(development.formIssuedOn.map { $0 <= day } ?? false) {
            return BilingualText(zh: "入党志愿书的发放", en: "the issue of the application form")
        }
        return nil
    }

    private static func missingForReview(
        _ development: Development, by day: LocalDate, _ rules: RuleSet
    ) -> BilingualText? {
        if !development.hasIntroducers {
            return BilingualText(zh: "入党介绍人的确定", en: "the confirmation of introducers")
        }
        return missingPoliticalReview(development, by: day)
            ?? missingTraining(development, by: day, rules)
    }

    private static func missingPoliticalReview(
        _ development: Development, by day: LocalDate
    ) -> BilingualText? {
        if isPassed(development.politicalReview, by: day) { return nil }
        return BilingualText(zh: "合格的政治审查", en: "a passed political review")
    }

    private static func missingTraining(
        _ development: Development, by day: LocalDate, _ rules: RuleSet
    ) -> BilingualText? {
        let hours = rules[.trainHours]
        let days = rules[.trainDays]
        if development.isTrained(by: day, hours: hours, days: days) { return nil }
        return BilingualText(
            zh: "合格的集中培训（\(hours) 学时或 \(days) 天）",
            en: "passed training of \(hours) hours or \(days) days")
    }

    private static func isPassed(_ decision: Development.Decision?, by day: LocalDate) -> Bool {
        guard let decision else { return false }
        return decision.passed && decision.on <= day
    }

    /// A target's step; one that no later step waits for may be recorded after the vote that it
    /// preceded.
    static func requireTarget(on field: Int32, _ judging: inout Judging) throws {
        let member = try judging.membership().member
        let day = try judging.day(field, "on")
        if let development = member.development, let vote = development.vote, vote.passed,
            let target = development.targetOn, target <= day, day <= vote.on
        {
            return
        }
        try judging.requireStanding(
            [.target], member, on: day, notBefore: member.development?.targetOn)
    }

    /// R-MB-14: only a registered organisation's committee decides, never a branch.
    static func requireApprovalPower(
        _ committee: String, zh act: String, en actEn: String, _ judging: inout Judging
    ) throws {
        let isBranch = try judging.isBranch(committee)
        let isKnown = try judging.state(OrganisationState.self, committee).isRegistered
        try judging.require(
            !isBranch, [DecidingFact("committee", committee)],
            zh: "\(committee) 是支部，没有审批权，不能\(act)：请由上级党委办理",
            en: "\(committee) is a branch without approval power: the \(actEn) is the superior "
                + "committee's")
        try judging.require(
            isKnown, [DecidingFact("committee", committee)],
            zh: "\(committee) 不是已登记的党委，无法确认其审批权：请先登记该组织或更正编号",
            en: "\(committee) is not a registered organisation, so that its power to approve is "
                + "unknown: register it or correct the id")
    }
}
