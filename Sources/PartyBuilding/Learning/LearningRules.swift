/// The rules that guard the facts of the area Learning.
///
/// R-MT-01 (cadence) and R-LN-01 (yearly hours) are no guards: what is missing is shown by the read
/// models, no fact breaks them.
package enum LearningRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-MT-02", .confirmed, zh: "支部大会到会须超过应到会半数，支委会到会须达半数，方可作决议",
            en: "A general meeting resolves with more than half present, a committee with half"),
        Rule(
            "R-MT-03", .assumed, zh: "到会人员须在支部当日名册上，列席人员另行注明",
            en: "Those present are on the branch's roll of that day, or flagged as guests"),
        Rule(
            "R-MT-04", .assumed, zh: "会后规定天数内补齐记录和到会依据",
            en: "Minutes and proof of attendance follow within days", parameters: [.minutesDays]),
        Rule(
            "R-LN-02", .stated, zh: "同一本书每人每年只计一次", en: "A book counts once per person and year"),
        Rule(
            "R-LN-03", .stated, zh: "每支部每月评选规定人数的学习标兵，均为当月在册的不同党员",
            en:
                "A branch selects the fixed number of different model learners of its roll a "
                + "month, once",
            parameters: [.modelPerMonth]),
        Rule(
            "R-LN-04", .confirmed, zh: "学时计入学习当日所在的年度",
            en: "Study hours count in the local year of the session"),
        Rule(
            "INV-D01", .assumed, zh: "会议信息完整一致", en: "The facts of a meeting agree"),
        Rule(
            "INV-D04", .assumed, zh: "读书登记写入本人当年的学习流",
            en: "A book belongs to the person's learning stream of that year"),
        Rule(
            "INV-D05", .assumed, zh: "学时大于零且不超过场次时长，每场每人只计一次",
            en: "Hours are positive, at most those of the session, and counted once"),
    ]

    package static let guards: [Guard] = meetingGuards + studyGuards
}
