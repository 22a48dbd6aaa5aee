import Schema

extension RatingsRules {
    /// H04, H05, H06, H07.
    static let starGuards: [Guard] = [
        Guard("INV-H04", on: StarRatingSelfAssessed.self) { event, judging in
            let expected = "\(event.branch)-\(padded(Int(event.cycle), 4))"
            try judging.require(
                judging.fact.streamIdentity == expected,
                [DecidingFact("stream", judging.fact.stream)],
                zh: "支部 \(event.branch) \(event.cycle) 年度的评定应写入 star-\(expected)",
                en: "the rating of \(event.branch) for \(event.cycle) belongs to star-\(expected)")
        },
        Guard("INV-STARS", on: StarRatingSelfAssessed.self) { event, judging in
            try requireStars(event.selfStars, judging)
        },
        Guard("R-RT-02", on: StarRatingSelfAssessed.self) { event, judging in
            let rating = try judging.state(StarRatingState.self, judging.fact.streamIdentity)
            let stage = rating.stage?.word ?? "NONE"
            try judging.require(
                rating.stage == nil, [DecidingFact("stage", stage)],
                zh: "支部 \(event.branch) \(event.cycle) 年度已有评定（\(stage)）：同一年度只评一次",
                en: "\(event.branch) has a rating for \(event.cycle) already (\(stage)): "
                    + "one per branch and cycle")
            let branch = try judging.state(BranchState.self, event.branch)
            guard let established = branch.establishedFrom,
                let cycle = CalendarPeriod(year: Int(event.cycle))
            else { return }
            try judging.require(
                established <= cycle.lastDay,
                [
                    DecidingFact("established_on", established),
                    DecidingFact("cycle", event.cycle),
                ],
                zh: "支部 \(event.branch) 于 \(established) 才成立，不能参加 \(event.cycle) 年度评定",
                en: "\(event.branch) was established on \(established), after the cycle "
                    + "\(event.cycle)")
        },

        Guard("R-RT-01", on: StarRatingExamined.self) { event, judging in
            try requireStage(.examined, on: event.on, by: event.by, org: event.org, judging)
        },
        Guard("INV-STARS", on: StarRatingExamined.self) { event, judging in
            try requireStars(event.stars, judging)
        },

        Guard("R-RT-01", on: StarRatingReviewed.self) { event, judging in
            try requireStage(.reviewed, on: event.on, by: event.by, org: event.org, judging)
        },
        Guard("INV-STARS", on: StarRatingReviewed.self) { event, judging in
            try requireStars(event.stars, judging)
        },

        Guard("R-RT-01", on: StarRatingConfirmed.self) { event, judging in
            try requireStage(.confirmed, on: event.on, by: event.by, org: event.org, judging)
        },
        Guard("INV-STARS", on: StarRatingConfirmed.self) { event, judging in
            try requireStars(event.stars, judging)
        },
        Guard("INV-H07", on: StarRatingConfirmed.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let validTo = try judging.day(event.validTo, "valid_to")
            try judging.require(
                on <= validTo, [DecidingFact("on", on), DecidingFact("valid_to", validTo)],
                zh: "有效期至 \(validTo)，早于审定日 \(on)，请更正",
                en: "it is valid to \(validTo), before it was confirmed on \(on); correct one")
        },
    ]

    private static func requireStars(_ stars: Int32, _ judging: Judging) throws {
        try judging.require(
            (1...5).contains(stars), [DecidingFact("stars", stars)],
            zh: "星级须为 1–5，现为 \(stars)", en: "stars are 1 to 5; these are \(stars)")
    }

    /// The stage before must have been reached, by another person and another organisation.
    private static func requireStage(
        _ stage: StarStage, on yyyymmdd: Int32, by person: String, org: String, _ judging: Judging
    ) throws {
        let on = try judging.day(yyyymmdd, "on")
        let rating = try judging.state(StarRatingState.self, judging.fact.streamIdentity)
        let reached = rating.stage?.word ?? "NONE"
        try judging.require(
            rating.stage?.next == stage,
            [DecidingFact("stage", reached), DecidingFact("proposed_stage", stage.word)],
            zh: "评定处于 \(rating.stage?.zh ?? "未自评")（\(reached)），不能直接\(stage.zh)：四方联动须依次进行",
            en: "the rating is at \(reached); \(stage.word) cannot follow: "
                + "the four stages come in order")
        if let last = rating.decisions.last {
            try judging.require(
                last.on <= on, [DecidingFact("on", on), DecidingFact("last_stage_on", last.on)],
                zh: "\(stage.zh)日期 \(on) 早于上一阶段的 \(last.on)，请更正",
                en: "\(stage.word) is dated \(on), before the last stage on \(last.on); correct it")
        }
        let samePerson = rating.decisions.first { $0.by == person }
        try judging.require(
            samePerson == nil,
            [DecidingFact("by", person), DecidingFact("stage", samePerson?.stage.word ?? "")],
            zh: "\(person) 已在\(samePerson?.stage.zh ?? "")阶段评定过：各阶段须由不同的人作出",
            en: "\(person) acted at \(samePerson?.stage.word ?? "") already: "
                + "each stage needs another person")
        let sameOrg = rating.decisions.first { $0.org == org }
        try judging.require(
            sameOrg == nil,
            [DecidingFact("org", org), DecidingFact("stage", sameOrg?.stage.word ?? "")],
            zh: "\(org) 已在\(sameOrg?.stage.zh ?? "")阶段评定过：各阶段须由不同的组织作出",
            en: "\(org) acted at \(sameOrg?.stage.word ?? "") already: "
                + "each stage needs another organisation")
        try requireLevel(stage, org: org, branch: rating.branch, judging)
    }

    /// H05 is given by the branch's hospital, H06 by its parent, H07 by the root of the tree, or
    /// by bodies registered as their committees (clarifications). What the record does not know is
    /// not judged.
    private static func requireLevel(
        _ stage: StarStage, org: String, branch: String?, _ judging: Judging
    ) throws {
        guard let branch, try judging.state(OrganisationPlace.self, org).isRegistered else {
            return
        }
        let home = try judging.state(BranchState.self, branch)
        guard home.isEstablished else { return }
        let hospital = try OrganisationLine.principal(of: home.org, judging)
        let expected: String
        switch stage {
        case .selfAssessed: return
        case .examined: expected = hospital
        case .reviewed:
            let place = try judging.state(OrganisationPlace.self, hospital)
            guard let parent = place.parent(on: judging.fact.validDay) else { return }
            expected = try OrganisationLine.principal(of: parent, judging)
        case .confirmed:
            guard !judging.fact.tenant.isEmpty else { return }
            expected = judging.fact.tenant
        }
        let actual = try OrganisationLine.principal(of: org, judging)
        try judging.require(
            actual == expected || org == expected,
            [DecidingFact("org", org), DecidingFact("expected_org", expected)],
            zh: "\(stage.zh)应由 \(expected)（或其委员会、办公室）作出，现为 \(org)",
            en: "\(stage.word) is given by \(expected) or its committee or office, not by \(org)")
    }
}
