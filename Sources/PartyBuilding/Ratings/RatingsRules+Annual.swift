import Schema

extension RatingsRules {
    /// H14, H15.
    static let annualGuards: [Guard] = [
        Guard("INV-H14", on: AnnualPioneerAppraisalConcluded.self) { event, judging in
            try requireYear(event.year, judging)
        },
        Guard("STATE-PIONEER", on: AnnualPioneerAppraisalConcluded.self) { event, judging in
            let record = try judging.state(PioneerYearRecord.self, judging.fact.streamIdentity)
            try judging.require(
                record.appraisal == nil, [DecidingFact("year", event.year)],
                zh: "\(event.year) 年度已考评：修改请用更正（RecordCorrected）",
                en: "the year \(event.year) is appraised already: "
                    + "use a correction (RecordCorrected) to change it")
        },
        Guard("R-PI-04", on: AnnualPioneerAppraisalConcluded.self) { event, judging in
            try requireIndex(event, judging)
        },

        Guard("INV-H14", on: PerformancePayLinked.self) { event, judging in
            try requireYear(event.year, judging)
        },
        Guard("R-PI-05", on: PerformancePayLinked.self) { event, judging in
            let share = judging.rules[.linkedShareBp]
            try judging.require(
                Int(event.linkedShareBp) == share,
                [
                    DecidingFact("linked_share_bp", event.linkedShareBp),
                    DecidingFact("required_share_bp", share),
                ],
                zh: "挂钩比例须为 \(share) bp（年度奖励性绩效的 30%），现为 \(event.linkedShareBp)",
                en: "the linked share is \(share) bp of the incentive pay, "
                    + "not \(event.linkedShareBp)")
        },
        Guard("STATE-PIONEER", on: PerformancePayLinked.self) { event, judging in
            let record = try judging.state(PioneerYearRecord.self, judging.fact.streamIdentity)
            try judging.require(
                record.appraisal != nil, [DecidingFact("year", event.year)],
                zh: "\(event.year) 年度尚未考评，不能挂钩：请先记 AnnualPioneerAppraisalConcluded",
                en: "the year \(event.year) is not appraised yet: "
                    + "record AnnualPioneerAppraisalConcluded first")
            try judging.require(
                record.link == nil, [DecidingFact("year", event.year)],
                zh: "\(event.year) 年度已挂钩：变更请用更正，作为下期调整",
                en: "the year \(event.year) is linked already: "
                    + "correct it; the change is an adjustment of the next period")
        },
        Guard("R-PI-05", on: PerformancePayLinked.self) { event, judging in
            let record = try judging.state(PioneerYearRecord.self, judging.fact.streamIdentity)
            guard let index = record.appraisal?.annualIndex else { return }
            let coefficient = AnnualPioneerIndex.coefficientBp(index: Int64(index))
            try judging.require(
                Int64(event.coefficientBp) == coefficient,
                [
                    DecidingFact("coefficient_bp", event.coefficientBp),
                    DecidingFact("annual_index", index),
                    DecidingFact("required_coefficient_bp", coefficient),
                ],
                zh: "年度指数 \(index)（百分之一分）对应系数 \(coefficient) bp，现为 \(event.coefficientBp)",
                en: "an annual index of \(index) centi-points gives \(coefficient) bp, "
                    + "not \(event.coefficientBp)")
        },
    ]

    private static func requireYear(_ year: Int32, _ judging: Judging) throws(Refusal) {
        if case .year(_, Int(year))? = PioneerPeriod(identity: judging.fact.streamIdentity) {
            return
        }
        throw judging.refusal(
            [DecidingFact("year", year), DecidingFact("stream", judging.fact.stream)],
            zh: "年度 \(year) 与流 \(judging.fact.stream) 不符：应为 pioneer-人员-\(year)",
            en: "the year \(year) is not that of the stream \(judging.fact.stream): "
                + "it is pioneer-person-\(year)")
    }

    /// The index is the mean of exactly those final quarters that count.
    private static func requireIndex(
        _ event: AnnualPioneerAppraisalConcluded, _ judging: Judging
    ) throws {
        let person = try person(judging)
        let used = event.quartersUsed.compactMap { Quarter(yyyyq: $0) }
        try judging.require(
            !used.isEmpty && used.count == event.quartersUsed.count
                && Set(used).count == used.count && used.allSatisfy { $0.year == Int(event.year) },
            [DecidingFact("quarters_used", words(used))],
            zh: "计入季度须为 \(event.year) 年的不同季度，至少一个（现为 \(words(used))）",
            en: "quarters_used are different quarters of \(event.year), at least one "
                + "(these are \(words(used)))")
        var finals: [Int64] = []
        for number in 1...4 {
            guard let quarter = Quarter(year: Int(event.year), number: number) else { continue }
            let record = try judging.state(
                PioneerQuarterRecord.self,
                PioneerPeriod.identity(person: person, quarter))
            let days = try daysOnRoll(person, quarter, judging)
            let least = judging.rules[.quarterRollDays]
            if used.contains(quarter) {
                guard record.state == .final, let score = record.finalScore else {
                    throw judging.refusal(
                        [
                            DecidingFact("quarter", quarter),
                            DecidingFact("state", record.state.rawValue),
                        ],
                        zh: "\(quarter) 的得分尚未确认（\(record.state.rawValue)），不能计入年度指数",
                        en: "the score of \(quarter) is not final (\(record.state.rawValue)): "
                            + "it cannot enter the annual index")
                }
                try judging.require(
                    days.map { $0 >= least } ?? true,
                    [
                        DecidingFact("quarter", quarter), DecidingFact("days_on_roll", days ?? 0),
                        DecidingFact("quarter_roll_days", least),
                    ],
                    zh: "\(quarter) 在册 \(days ?? 0) 天，不足 \(least) 天，不计入年度指数",
                    en: "\(days ?? 0) days on the roll in \(quarter), fewer than \(least): "
                        + "the quarter does not count")
                finals.append(Int64(score))
            } else {
                try judging.require(
                    record.state != .final || (days.map { $0 < least } ?? true),
                    [DecidingFact("quarter", quarter), DecidingFact("days_on_roll", days ?? 0)],
                    zh: "\(quarter) 已确认且在册 \(days ?? 0) 天，应计入年度指数",
                    en: "\(quarter) is final with \(days ?? 0) days on the roll: it must count")
            }
        }
        let mean = AnnualPioneerIndex.mean(of: finals)
        try judging.require(
            mean == Int64(event.annualIndex),
            [
                DecidingFact("annual_index", event.annualIndex),
                DecidingFact("mean_of_quarters", mean ?? 0),
                DecidingFact("quarters", finals.count),
            ],
            zh: "年度指数应为 \(finals.count) 个季度的平均 \(mean ?? 0)（百分之一分），现为 \(event.annualIndex)",
            en: "the mean of \(finals.count) quarters is \(mean ?? 0) centi-points, "
                + "not \(event.annualIndex)")
    }

    /// Days of a quarter on which some branch's roll held the person; nil for a person whose
    /// membership is not on record.
    private static func daysOnRoll(
        _ person: String, _ quarter: Quarter, _ judging: Judging
    ) throws -> Int? {
        let membership = try judging.office.membership(of: person)
        guard !membership.member.spells.isEmpty else { return nil }
        let period = CalendarPeriod.quarter(quarter)
        return (period.start.dayNumber...period.lastDay.dayNumber).count {
            membership.branch(on: LocalDate(dayNumber: $0)) != nil
        }
    }

    private static func words(_ quarters: [Quarter]) -> String {
        quarters.map(\.description).joined(separator: ", ")
    }
}
