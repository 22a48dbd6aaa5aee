import Schema

extension RatingsRules {
    /// H10, H11, H12, H13.
    static let pioneerGuards: [Guard] = [
        Guard("INV-H10", on: PioneerPointsRecorded.self) { event, judging in
            let quarter = try requireQuarter(event.quarter, judging)
            let named = try person(judging)
            try judging.require(
                named == event.person,
                [
                    DecidingFact("person", event.person),
                    DecidingFact("stream", judging.fact.stream),
                ],
                zh: "\(event.person) 的记分应写入 pioneer-\(event.person)-\(quarter)，现为 "
                    + "\(judging.fact.stream)",
                en: "points of \(event.person) belong to pioneer-\(event.person)-\(quarter), not "
                    + "to \(judging.fact.stream)")
            if event.hasBasisEventID {
                let basis = FactID(bytes: event.basisEventID)
                try judging.require(
                    try basis.map { try judging.office.fact(id: $0) != nil } ?? false,
                    [DecidingFact("basis_event_id", basis?.description ?? "")],
                    zh: "依据事件 \(basis?.description ?? "") 不存在，请核对编号",
                    en: "there is no fact \(basis?.description ?? ""); check basis_event_id")
            }
            let schemes = try judging.state(IndicatorSchemes.self, judging.fact.tenant)
                .pioneerSchemes(in: quarter)
            try judging.require(
                schemes.isEmpty
                    || schemes.contains { $0.dimension(ofIndicator: event.indicatorID) != nil },
                [DecidingFact("indicator_id", event.indicatorID)],
                zh: "指标 \(event.indicatorID) 不在 \(quarter) 的先锋指数体系内，请核对编号",
                en: "the pioneer scheme of \(quarter) has no indicator \(event.indicatorID); "
                    + "check the id")
        },
        Guard("R-PI-01", on: PioneerPointsRecorded.self) { event, judging in
            let quarter = try requireQuarter(event.quarter, judging)
            let occurred = try judging.day(event.occurredOn, "occurred_on")
            try requireInside(quarter, occurred, "occurred_on", judging)
            // The envelope's time says the same; an instant counts by its local day.
            if (judging.fact.occurred.precision ?? .year) >= .date,
                let day = judging.fact.occurred.lastDay
            {
                try requireInside(quarter, day, "occurred_at", judging)
            }
            let record = try judging.state(PioneerQuarterRecord.self, judging.fact.streamIdentity)
            try judging.require(
                record.state != .final, [DecidingFact("quarter", quarter)],
                zh: "\(event.person) \(quarter) 的得分已确认：请用更正（RecordCorrected）",
                en: "the score of \(event.person) for \(quarter) is final: "
                    + "use a correction (RecordCorrected)")
        },

        Guard("STATE-PIONEER", on: PioneerScorePublished.self) { _, judging in
            try requireStep(.scorePublished, judging)
        },
        Guard("R-RT-04", on: PioneerScorePublished.self) { event, judging in
            try requireScore(event.score, judging)
        },
        Guard("R-PI-02", on: PioneerScorePublished.self) { event, judging in
            try judging.requireClass(atLeast: .c2)
            try requirePosting(event, judging)
        },
        Guard("INV-H11", on: PioneerScorePublished.self) { event, judging in
            let quarter = try requireQuarter(event.quarter, judging)
            let computed = try computedScore(quarter, judging)
            judging.expect(
                computed.map { $0 == Int64(event.score) } ?? true,
                zh: "公示得分 \(event.score) 与记分算得的 \(computed ?? 0) 不一致（百分之一分），请核对",
                en: "the posted score \(event.score) differs from \(computed ?? 0) computed from "
                    + "the points (centi-points); check it")
        },

        Guard("STATE-PIONEER", on: PioneerScoreObjected.self) { event, judging in
            try requireStep(.scoreObjected, judging)
            let on = try judging.day(event.on, "on")
            let record = try judging.state(PioneerQuarterRecord.self, judging.fact.streamIdentity)
            guard let posting = record.posting else { return }
            try judging.require(
                posting.postedOn <= on,
                [DecidingFact("on", on), DecidingFact("posted_on", posting.postedOn)],
                zh: "异议日期 \(on) 早于公示起始日 \(posting.postedOn)，请更正",
                en: "the objection is dated \(on), before the posting of \(posting.postedOn)")
        },

        Guard("R-PI-03", on: PioneerScoreFinalised.self) { event, judging in
            let quarter = try requireQuarter(event.quarter, judging)
            let record = try judging.state(PioneerQuarterRecord.self, judging.fact.streamIdentity)
            try judging.require(
                record.state != .final,
                [
                    DecidingFact("quarter", quarter),
                    DecidingFact("final_score", record.finalScore ?? 0),
                ],
                zh: "\(quarter) 的得分已确认为 \(record.finalScore ?? 0)：每人每季只确认一次，修改请用更正",
                en: "the score of \(quarter) is final (\(record.finalScore ?? 0)): one final score "
                    + "per member and quarter; use a correction to change it")
        },
        Guard("R-PI-02", on: PioneerScoreFinalised.self) { event, judging in
            try requirePosted(event, judging)
        },
        Guard("R-RT-04", on: PioneerScoreFinalised.self) { event, judging in
            try requireScore(event.finalScore, judging)
        },
    ]

    /// The person whose stream the judged fact is in; refuses a stream that names none.
    static func person(_ judging: Judging) throws(Refusal) -> String {
        guard let period = PioneerPeriod(identity: judging.fact.streamIdentity) else {
            throw judging.refusal(
                [DecidingFact("stream", judging.fact.stream)],
                zh: "\(judging.fact.stream) 不是先锋指数的流：应为 pioneer-人员-2019Q2 或 pioneer-人员-2019",
                en: "\(judging.fact.stream) is no stream of the pioneer index: "
                    + "it is pioneer-person-2019Q2 or pioneer-person-2019")
        }
        return period.person
    }

    /// The quarter a payload names, which must be the one of the stream.
    static func requireQuarter(_ yyyyq: Int32, _ judging: Judging) throws(Refusal) -> Quarter {
        guard let quarter = Quarter(yyyyq: yyyyq),
            case .quarter(_, quarter)? = PioneerPeriod(identity: judging.fact.streamIdentity)
        else {
            throw judging.refusal(
                [DecidingFact("quarter", yyyyq), DecidingFact("stream", judging.fact.stream)],
                zh: "季度 \(Quarter(yyyyq: yyyyq)?.description ?? String(yyyyq)) 与流 "
                    + "\(judging.fact.stream) 不符：每人每季一个流（pioneer-人员-2019Q2）",
                en: "quarter \(Quarter(yyyyq: yyyyq)?.description ?? String(yyyyq)) is not that of "
                    + "the stream \(judging.fact.stream): each member and quarter has its own "
                    + "(pioneer-person-2019Q2)")
        }
        return quarter
    }

    private static func requireInside(
        _ quarter: Quarter, _ day: LocalDate, _ field: String, _ judging: Judging
    ) throws(Refusal) {
        try judging.require(
            Quarter(day) == quarter,
            [
                DecidingFact(field, day), DecidingFact("quarter", quarter),
                DecidingFact("quarter_of_day", Quarter(day)),
            ],
            zh: "\(field) 的当地日期 \(day) 属于 \(Quarter(day))，不能记入 \(quarter)",
            en: "\(field) lies on \(day) (Asia/Shanghai), in \(Quarter(day)): "
                + "it cannot be recorded in \(quarter)")
    }

    private static func requireStep(
        _ step: PioneerQuarterState.Step, _ judging: Judging
    ) throws {
        let record = try judging.state(PioneerQuarterRecord.self, judging.fact.streamIdentity)
        try judging.require(
            record.state.after(step) != nil,
            [DecidingFact("state", record.state.rawValue)],
            zh: record.state == .final ? "该季度得分已确认：修改请用更正（RecordCorrected）" : "得分尚未公示，不能提出异议",
            en: record.state == .final
                ? "the score is final: use a correction (RecordCorrected)"
                : "the score is not posted: there is nothing to object to")
    }

    private static func requireScore(_ score: Int32, _ judging: Judging) throws(Refusal) {
        let total = judging.rules[.pioneerTotalCentiPoints]
        try judging.require(
            score >= 0 && Int64(score) <= Int64(total),
            [DecidingFact("score", score), DecidingFact("pioneer_total", total)],
            zh: "得分须在 0 与 \(total)（百分之一分）之间，现为 \(score)",
            en: "a score is 0 to \(total) centi-points; it is \(score)")
    }

    /// The score that the recorded points give; nil without points or when no one scheme knows all
    /// of their indicators.
    private static func computedScore(_ quarter: Quarter, _ judging: Judging) throws -> Int64? {
        let record = try judging.state(PioneerQuarterRecord.self, judging.fact.streamIdentity)
        guard !record.points.isEmpty else { return nil }
        let schemes = try judging.state(IndicatorSchemes.self, judging.fact.tenant)
            .pioneerSchemes(in: quarter)
        for scheme in schemes {
            let points = record.points.compactMap { entry in
                scheme.dimension(ofIndicator: entry.indicator).map { ($0, Int64(entry.points)) }
            }
            if points.count == record.points.count {
                return PioneerScore(
                    points: points.map { (dimension: $0.0, points: $0.1) }, scheme: scheme
                ).score
            }
        }
        return nil
    }

    /// Inside the member's branch, for the working days of the rule.
    private static func requirePosting(
        _ event: PioneerScorePublished, _ judging: Judging
    ) throws {
        let quarter = try requireQuarter(event.quarter, judging)
        let person = try person(judging)
        try judging.require(
            !event.branch.isBlank,
            zh: "得分只在支部内公示：请写明公示支部（branch），不得全院公示",
            en: "scores are posted inside one branch only: name it (branch); "
                + "they are never posted hospital-wide")
        let lastDay = CalendarPeriod.quarter(quarter).lastDay
        let home = try judging.office.membership(of: person).branch(on: lastDay)
        try judging.require(
            home == nil || home == event.branch,
            [DecidingFact("branch", event.branch), DecidingFact("branch_of_member", home ?? "")],
            zh: "\(person) 季末（\(lastDay)）在支部 \(home ?? "")，得分只能在该支部公示，现为 \(event.branch)",
            en: "on \(lastDay) \(person) was on the roll of \(home ?? ""): the score is posted "
                + "there only, not in \(event.branch)")
        let from = try judging.day(event.postedOn, "posted_on")
        let to = try judging.day(event.postTo, "post_to")
        let days = judging.rules[.postDays]
        let earliest = try lastPostingDay(days, from: from, judging)
        try judging.require(
            earliest <= to,
            [
                DecidingFact("posted_on", from), DecidingFact("post_to", to),
                DecidingFact("post_days", days), DecidingFact("earliest_post_to", earliest),
            ],
            zh: "公示须不少于 \(days) 个工作日：\(from) 起至少公示到 \(earliest)，现到 \(to)",
            en: "a posting lasts \(days) working days at least: from \(from) to \(earliest), "
                + "not only to \(to)")
    }

    /// Posted, the posting over, no objection open, and the score the one that was posted.
    private static func requirePosted(
        _ event: PioneerScoreFinalised, _ judging: Judging
    ) throws {
        let on = try judging.day(event.on, "on")
        let record = try judging.state(PioneerQuarterRecord.self, judging.fact.streamIdentity)
        guard let posting = record.posting else {
            throw judging.refusal(
                [DecidingFact("state", record.state.rawValue)],
                zh: "得分尚未在支部内公示，不能确认：请先记 PioneerScorePublished",
                en: "the score was not posted in the branch: record PioneerScorePublished first")
        }
        try judging.require(
            record.state != .objected, [DecidingFact("state", record.state.rawValue)],
            zh: "有未处理的异议，不能确认：处理后请重新公示",
            en: "an objection is open: deal with it and post the score again")
        try judging.require(
            posting.postTo < on,
            [DecidingFact("post_to", posting.postTo), DecidingFact("on", on)],
            zh: "公示到 \(posting.postTo) 才期满，次日起方可确认，现为 \(on)",
            en: "the posting lasts to \(posting.postTo); it can be made final from the day after, "
                + "not on \(on)")
        try judging.require(
            posting.score == event.finalScore,
            [
                DecidingFact("posted_score", posting.score),
                DecidingFact("final_score", event.finalScore),
            ],
            zh: "确认得分 \(event.finalScore) 与公示得分 \(posting.score) 不一致：变动须重新公示",
            en: "the final score \(event.finalScore) differs from the posted \(posting.score): "
                + "a changed score is posted again")
    }

    /// The last day of a posting; the calendar's limits become a refusal that says so.
    static func lastPostingDay(
        _ days: Int, from start: LocalDate, _ judging: Judging
    ) throws(Refusal) -> LocalDate {
        do {
            return try WorkingDayCalendar.stateCouncil.lastDay(of: days, from: start)
        } catch {
            throw judging.refusal(
                [DecidingFact("day", error.day)], zh: error.zh, en: error.description)
        }
    }
}
