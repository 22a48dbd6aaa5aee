import Schema

/// The rules that guard the facts of the area Volunteering.
package enum VolunteeringRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-VO-01", .known, zh: "义诊须向县级以上卫生健康部门备案（提前 15–30 天）；未备案开展的标记合规提示",
            en: "A clinic is filed with the county's health authority before it is held; "
                + "one held unfiled is flagged",
            parameters: [.clinicFilingDaysMin, .clinicFilingDaysMax]),
        Rule(
            "R-VO-02", .assumed, zh: "同一活动同一人只记一次，时长大于 0 且不超过活动时长",
            en: "One row per activity and person; the time is above 0 and within the activity's"),
        Rule(
            "R-VO-03", .assumed, zh: "联合活动只算一次，各主办方各记全份",
            en: "A joint activity is one activity; each host has full credit in its own row"),
        Rule(
            "R-VO-04", .assumed, zh: "受益者按人次记；逐人登记的才可按人记；同一指标只记一次，其后用更正",
            en: "Beneficiaries are person-times, persons only when registered; one count a measure"),
        Rule(
            "R-VO-05", .stated, zh: "发放药品须有明细，合计等于各行之和，并有捐赠或授权文件；不得售卖",
            en: "Medicines: lines that add up, donor or authorisation document, no sale",
            parameters: [.medicinesMinFen]),
        Rule(
            "R-VO-07", .assumed, zh: "服务量按期上报，同一项目同一指标的期间不得重叠",
            en: "Volumes are reported for a period; two of one programme and measure never overlap"),
        Rule(
            "STATE-ACTIVITY", .assumed, zh: "活动按 立项—开展—人次确认 的顺序记录",
            en: "An activity is planned, then held, then counted"),
        Rule(
            "STATE-PROGRAMME", .assumed, zh: "服务项目只启动一次",
            en: "A service programme is launched once"),
        Rule(
            "STATE-PIONEERPOST", .assumed, zh: "责任区、示范岗先设立后撤销，各一次",
            en: "A pioneer post is established once and then withdrawn once"),
        Rule(
            "INV-E01", .assumed, zh: "主办方须是支部或组织", en: "Hosts are branches or organisations"),
        Rule(
            "INV-E03", .assumed, zh: "开展时间须有起止时刻或日期，且止晚于起",
            en: "An activity has two instants in order, or a date"),
        Rule(
            "INV-E08", .assumed, zh: "服务项目名称在本组织内不重复",
            en: "The name of a programme is unique in its organisation"),
        Rule(
            "INV-E09", .assumed, zh: "服务量的期间须已结束、起止有序，数量不为负",
            en: "A reported period is over and in order; its volume is not negative"),
        Rule(
            "INV-E10", .assumed, zh: "责任区、示范岗须有职责文件", en: "A pioneer post has its duties"),
    ]

    package static let guards: [Guard] =
        activityGuards + medicineGuards + programmeGuards
        + postGuards
}
