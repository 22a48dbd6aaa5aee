import Schema

/// The rules that guard the facts of the area Rectification.
package enum RectificationRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-RC-01", .stated, zh: "问题须有来源、描述、责任单位；离开登记状态须有责任人和期限",
            en: "An issue has source, description and organisation; person and due date before "
                + "it leaves REGISTERED"),
        Rule(
            "R-RC-02", .confirmed, zh: "巡察整改方案在反馈后一个月内报送",
            en: "The plan for an inspection is filed within a month of the feedback",
            parameters: [.planDays]),
        Rule(
            "R-RC-04", .confirmed, zh: "销号须有佐证，验收人不在责任链内，验收层级不低于问题来源的要求",
            en: "Closing needs evidence, an acceptor outside the responsible chain, and a level "
                + "that the source demands"),
        Rule(
            "R-RC-05", .assumed, zh: "延期须在到期前批准，原期限保留，次数有限",
            en: "An extension is approved before the due date; their number is limited",
            parameters: [.issueExtensionsMax]),
        Rule(
            "R-RC-07", .assumed, zh: "重开的问题保留历史，周期加一",
            en: "A reopened issue keeps its history and starts the next cycle"),
        Rule(
            "R-RC-09", .stated, zh: "群众诉求受理时分类；诉求人身份属 C3",
            en: "A public demand is classified on receipt; its complainant is C3"),
        Rule(
            "STATE-ISSUE", .stated,
            zh: "登记—定责定期—方案批准—整改中—提请验收—销号；立行立改可不经方案",
            en: "Registered, assigned, planned, in progress, submitted, closed; immediate issues "
                + "may skip the plan"),
        Rule(
            "INV-F03", .assumed, zh: "整改期限不早于发现日期",
            en: "The due date is not before the day of finding"),
        Rule(
            "INV-F05", .assumed, zh: "进展为 0–100，下降须说明",
            en: "Progress is 0 to 100; a fall is explained"),
        Rule(
            "INV-F08", .assumed, zh: "验收不早于提请", en: "Acceptance does not precede submission"),
        Rule(
            "INV-F11", .assumed, zh: "重开不早于销号，新期限不早于重开",
            en: "A reopening follows the closing; its due date follows the reopening"),
    ]

    package static let guards: [Guard] = intakeGuards + workGuards + acceptanceGuards
}
