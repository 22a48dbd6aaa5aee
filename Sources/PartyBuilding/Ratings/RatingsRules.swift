import Schema

/// The rules that guard the facts of the area Ratings.
package enum RatingsRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-RT-01", .stated, zh: "四方联动依次进行，由各级组织、不同的人作出",
            en: "Four stages in order, each by the organisation of that level and another person"),
        Rule(
            "R-RT-02", .assumed, zh: "同一支部同一年度只评一次，年末支部须存续",
            en: "One rating per branch and cycle; the branch is active at the cycle's end"),
        Rule(
            "R-RT-04", .assumed, zh: "得分在 0 与满分之间；体系版本在同一期间内固定",
            en: "Scores lie within 0 and the maximum; a scheme's version is fixed per period"),
        Rule(
            "R-PI-01", .assumed, zh: "记分须发生在该季度内；已确认的季度只能更正",
            en: "Points fall in their local quarter; a final quarter changes by correction only"),
        Rule(
            "R-PI-02", .stated, zh: "只在支部内公示，不少于规定的工作日；公示期满且无未处理异议方可确认",
            en: "Posted inside the branch only, for the working days; final after the posting "
                + "without an open objection",
            parameters: [.postDays]),
        Rule(
            "R-PI-03", .assumed, zh: "每人每季只有一个确认得分，由季末所在支部确认",
            en: "One final score per member and quarter; the branch is that of the last day"),
        Rule(
            "R-PI-04", .assumed, zh: "年度指数为各确认季度的平均（四舍五入），在册天数不足的季度不计",
            en: "The annual index is the half-up mean of the final quarters that count",
            parameters: [.quarterRollDays]),
        Rule(
            "R-PI-05", .stated, zh: "挂钩比例固定，系数为年度指数/100（0 至 1）",
            en: "The linked share is fixed; the coefficient is the annual index / 100 within 0…1",
            parameters: [.linkedShareBp]),
        Rule(
            "STATE-PIONEER", .assumed, zh: "记分—公示—（异议）—确认—年度考评—绩效挂钩",
            en: "Points, posting, objections, final; then appraisal and pay link"),
        Rule(
            "INV-STARS", .assumed, zh: "星级为 1–5", en: "Stars are 1 to 5"),
        Rule(
            "INV-H01", .stated, zh: "指标体系的数量须与类型一致，满分合计等于总分",
            en: "A scheme's counts match its kind; the maxima add up to the total"),
        Rule(
            "INV-H04", .assumed, zh: "星级评定写入 star-支部-年度 流",
            en: "A rating belongs to the stream star-branch-cycle"),
        Rule(
            "INV-H07", .assumed, zh: "有效期不早于审定日", en: "Validity does not end before it begins"),
        Rule(
            "INV-H10", .assumed, zh: "记分写入 pioneer-人员-季度 流，指标须在体系内，依据须存在",
            en: "Points belong to pioneer-person-quarter; the indicator is in the scheme, the "
                + "basis exists"),
        Rule(
            "INV-H11", .assumed, zh: "公示得分与记分一致", en: "The posted score agrees with the points"),
        Rule(
            "INV-H14", .assumed, zh: "年度考评写入 pioneer-人员-年度 流",
            en: "An appraisal belongs to pioneer-person-year"),
    ]

    package static let guards: [Guard] = schemeGuards + starGuards + pioneerGuards + annualGuards
}
