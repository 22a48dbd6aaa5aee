/// The rules that guard the facts of the area Organisation.
package enum OrganisationRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-BR-01", .confirmed, zh: "成立党支部须有规定人数以上的正式党员",
            en: "A branch is established only with the least number of full members",
            parameters: [.branchMinFull]),
        Rule(
            "R-BR-02", .confirmed, zh: "支部党员人数一般不超过上限，超过须经批准",
            en: "A branch generally does not exceed its largest size; more needs approval",
            parameters: [.branchMax]),
        Rule(
            "R-BR-03", .confirmed,
            zh: "正式党员不足规定人数的单位成立联合党支部；覆盖单位不超过上限，一个单位同时只属于一个联合党支部",
            en: "Units with too few full members form a joint branch of a limited number of units; "
                + "a unit belongs to at most one at a time",
            parameters: [.branchMinFull, .jointMaxUnits]),
        Rule(
            "R-BR-09", .stated, zh: "一名党员同时只在一个支部，一个科室只由一个在职支部覆盖",
            en: "One active branch per member; one in-service branch per department"),
        Rule(
            "R-BR-10", .known, zh: "临时党支部不得发展党员、处置党员、收缴党费和进行换届选举",
            en: "A temporary branch may not admit, dispose, collect dues or hold elections"),
        Rule(
            "INV-A01", .assumed, zh: "组织编号唯一，上级组织已登记",
            en: "Organisation ids are unique and the parent is registered"),
        Rule(
            "INV-A02", .assumed, zh: "隶属关系不得成环，生效日期前后衔接",
            en: "Affiliations form no cycle and follow each other in time"),
        Rule(
            "INV-A12", .assumed, zh: "支部编号唯一，所属组织已登记，由党委批复",
            en: "Branch ids are unique, the organisation is registered, a committee approves"),
        Rule(
            "INV-A13", .assumed, zh: "调整的科室须与现有覆盖一致",
            en: "Changes of coverage fit what is covered"),
        Rule(
            "INV-A14", .assumed, zh: "变更的单位须与联合党支部现有覆盖一致",
            en: "Changes of units fit what the joint branch covers"),
    ]

    package static let guards: [Guard] =
        organisationGuards + establishmentGuards + coverageGuards
}
