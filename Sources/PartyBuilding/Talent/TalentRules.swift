import Schema

/// The rules that guard the facts of the area Talent.
package enum TalentRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-TL-01", .confirmed, zh: "招引阶段依次进行；直接考核通道可免考试，不免考察和公示",
            en: "Stages in order; only the direct track skips the examination"),
        Rule(
            "R-TL-02", .confirmed, zh: "拟聘公示不少于规定的工作日，期满方可聘用",
            en: "Posted for the working days of the rule before the hiring",
            parameters: [.hirePostingDays]),
        Rule(
            "R-TL-03", .assumed, zh: "同一聘期内同一人只聘用一次；学位按聘用日所持",
            en: "One person is hired once per employment spell; the degree is that of the day"),
        Rule(
            "STATE-TALENT", .assumed, zh: "人才先登记，再推进、聘用，各一次",
            en: "A candidate is registered once, advanced, hired once"),
        Rule(
            "INV-I03", .assumed, zh: "同一人同一需求只有一个在办流程",
            en: "One open pipeline per person and demand"),
    ]

    package static let guards: [Guard] = [
        Guard("STATE-TALENT", on: CandidateRegistered.self) { _, judging in
            let talent = try judging.state(TalentState.self, judging.fact.streamIdentity)
            try judging.require(
                talent.stage == nil, [DecidingFact("stage", talent.stage?.word ?? "NONE")],
                zh: "该人才已登记（\(talent.stage?.zh ?? "")）：修改请用更正（RecordCorrected）",
                en: "the candidate is registered already (\(talent.stage?.word ?? "")): "
                    + "use a correction (RecordCorrected) to change it")
        },
        Guard("INV-I03", on: CandidateRegistered.self) { event, judging in
            let candidacies = try judging.state(PersonCandidacies.self, event.person)
            for id in candidacies.talents where id != judging.fact.streamIdentity {
                let other = try judging.state(TalentState.self, id)
                let isSame = other.isOpen && other.registration?.demandCode == event.demandCode
                let stage = other.stage?.word ?? ""
                try judging.require(
                    !isSame,
                    [
                        DecidingFact("talent", id), DecidingFact("stage", stage),
                        DecidingFact("demand_code", event.demandCode),
                    ],
                    zh: "\(event.person) 在同一需求下已有在办流程 talent-\(id)（\(stage)）",
                    en: "\(event.person) has an open pipeline for this demand: talent-\(id) "
                        + "(\(stage))")
            }
        },

        Guard("R-TL-01", on: CandidateStageAdvanced.self) { event, judging in
            try requireStage(event, judging)
        },

        Guard("STATE-TALENT", on: TalentHired.self) { _, judging in
            let talent = try judging.state(TalentState.self, judging.fact.streamIdentity)
            try judging.require(
                talent.hire == nil, [DecidingFact("talent", talent.id)],
                zh: "该人才已聘用：修改请用更正（RecordCorrected）",
                en: "the candidate is hired already: "
                    + "use a correction (RecordCorrected) to change it")
        },
        Guard("R-TL-01", on: TalentHired.self) { _, judging in
            let talent = try judging.state(TalentState.self, judging.fact.streamIdentity)
            try judging.require(
                talent.stage == .posted, [DecidingFact("stage", talent.stage?.word ?? "NONE")],
                zh: "处于「\(talent.stage?.zh ?? "未登记")」，不能聘用：须先完成拟聘公示",
                en: "the candidate is at \(talent.stage?.word ?? "NONE"): "
                    + "the posting comes before the hiring")
        },
        Guard("R-TL-02", on: TalentHired.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let talent = try judging.state(TalentState.self, judging.fact.streamIdentity)
            guard let posted = talent.enteredOn else { return }
            let days = judging.rules[.hirePostingDays]
            let last = try RatingsRules.lastPostingDay(days, from: posted, judging)
            try judging.require(
                last < on,
                [
                    DecidingFact("posted_on", posted), DecidingFact("last_posting_day", last),
                    DecidingFact("on", on), DecidingFact("posting_days", days),
                ],
                zh: "拟聘公示自 \(posted) 起须满 \(days) 个工作日（到 \(last)），次日起方可聘用，现为 \(on)",
                en: "posted on \(posted) for \(days) working days, to \(last): "
                    + "hiring is possible from the day after, not on \(on)")
        },
        Guard("R-TL-03", on: TalentHired.self) { event, judging in
            try requireOneSpell(event, &judging)
        },
    ]

    private static func requireStage(_ event: CandidateStageAdvanced, _ judging: Judging) throws {
        let on = try judging.day(event.on, "on")
        let talent = try judging.state(TalentState.self, judging.fact.streamIdentity)
        let word = talent.stage?.word ?? "NONE"
        guard let stage = talent.stage, let from = TalentStage(event.from),
            let to = TalentStage(event.to)
        else {
            throw judging.refusal(
                [DecidingFact("stage", word)], zh: "该人才尚未登记：请先记 CandidateRegistered",
                en: "the candidate is not registered: record CandidateRegistered first")
        }
        try judging.require(
            from == stage, [DecidingFact("from", from.word), DecidingFact("stage", word)],
            zh: "原阶段写的是「\(from.zh)」，实际处于「\(stage.zh)」，请更正",
            en: "from says \(from.word), the candidate is at \(word); correct it")
        let track: TalentStage.Track = event.track == .direct ? .direct : .standard
        try judging.require(
            stage.leads(to: to, track: track),
            [
                DecidingFact("stage", word), DecidingFact("to", to.word),
                DecidingFact("track", track.rawValue),
            ],
            zh: "不能由「\(stage.zh)」进入「\(to.zh)」：阶段须依次进行，只有直接考核通道可免考试",
            en: "\(to.word) cannot follow \(word): the stages come in order; only the direct "
                + "track skips the examination")
        guard let entered = talent.enteredOn else { return }
        try judging.require(
            entered <= on, [DecidingFact("on", on), DecidingFact("entered_on", entered)],
            zh: "进入日期 \(on) 早于上一阶段的 \(entered)，请更正",
            en: "it is dated \(on), before the last stage on \(entered); correct it")
    }

    /// Not hired elsewhere under a contract that still runs.
    private static func requireOneSpell(
        _ event: TalentHired, _ judging: inout Judging
    ) throws {
        let on = try judging.day(event.on, "on")
        let talent = try judging.state(TalentState.self, judging.fact.streamIdentity)
        guard let registration = talent.registration else { return }
        let candidacies = try judging.state(PersonCandidacies.self, registration.person)
        for id in candidacies.talents where id != talent.id {
            let other = try judging.state(TalentState.self, id)
            guard let end = other.contractEnd else { continue }
            try judging.require(
                end <= on,
                [
                    DecidingFact("talent", id), DecidingFact("contract_end", end),
                    DecidingFact("on", on),
                ],
                zh: "\(registration.person) 已在 talent-\(id) 聘用，合同到 \(end)：同一聘期只聘用一次",
                en: "\(registration.person) was hired in talent-\(id) until \(end): "
                    + "once per employment spell")
        }
        judging.expect(
            event.degreeAtHire.rank >= registration.highestDegree.rank,
            zh: "聘用时学位低于登记的最高学位，请核对",
            en: "the degree at hire is below the highest degree registered; check it")
    }
}
