import Schema

/// The rules that guard the facts of the area Records; R-GEN-05, 06 and 07 stand with the general
/// rules.
package enum RecordsRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "INV-L01", .assumed, zh: "更正写入原流，给出整份新内容和变更字段，并符合该类事实的规则",
            en: "A correction stands in its target's stream, carries the whole new payload and "
                + "the changed fields, and meets the rules of its type"),
        Rule(
            "STATE-SEAL", .assumed, zh: "期间结束后方可封账，且只封一次",
            en: "A period is sealed once, after it has ended"),
        Rule(
            "STATE-REPORT", .assumed, zh: "报表先报送，其后更正重报依次取代",
            en: "A report is filed once; restatements replace one another in turn"),
        Rule(
            "INV-L05", .assumed, zh: "报表的知悉时点不晚于录入，指标不重复",
            en: "A report knows nothing that is not recorded yet; its keys differ"),
        Rule(
            "INV-L06", .assumed, zh: "更正重报的原值须与现行数据一致，起因须在上次知悉时点之后录入",
            en: "A restatement's old values are the current ones; its causes were recorded later"),
    ]

    package static let guards: [Guard] = correctionGuards + voidGuards + reportGuards
}
