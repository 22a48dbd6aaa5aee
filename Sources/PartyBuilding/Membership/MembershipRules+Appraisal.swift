import Schema

extension MembershipRules {
    /// B44: the yearly appraisal.
    static let appraisalGuards: [Guard] = [
        Guard("R-MB-27", on: DemocraticAppraisalConcluded.self) { event, judging in
            let branch = judging.fact.streamIdentity
            let state = try judging.requireBranch(branch)
            try judging.require(
                !state.appraisedYears.contains(event.year), [DecidingFact("year", event.year)],
                zh: "支部 \(branch) 已登记 \(event.year) 年度民主评议：每年一次，要改内容请用更正",
                en: "branch \(branch) already has an appraisal of \(event.year): it is yearly; to "
                    + "change it use a correction")
            try requireGradable(event, branch, judging)
            try requireExcellentWithinCap(event, judging)
        }
    ]

    private static func requireGradable(
        _ event: DemocraticAppraisalConcluded, _ branch: String, _ judging: Judging
    ) throws {
        let day = judging.fact.validDay
        let graded = event.grades.map(\.key)
        try judging.require(
            Set(graded).count == graded.count, [DecidingFact("graded", graded.count)],
            zh: "有党员被评定两次等次：每人只评一次", en: "somebody is graded twice")
        for person in graded {
            let membership = try judging.office.membership(of: person)
            let status = membership.branch(on: day) == branch ? membership.status(on: day) : nil
            try judging.require(
                status != .probationary, [DecidingFact("person", person)],
                zh: "\(person) 在 \(day) 是预备党员：预备党员参加评议但不评定等次，请去掉",
                en: "\(person) is probationary on \(day): probationary members take part but are "
                    + "not graded; leave them out")
            try judging.require(
                status != nil, [DecidingFact("person", person)],
                zh: "\(person) 在 \(day) 不在支部 \(branch) 名册上：请核对",
                en: "\(person) is not on the roll of branch \(branch) on \(day): check it")
        }
        let members = try judging.office.roll(of: branch, on: day).total
        try judging.require(
            Int(event.baseCount) >= graded.count && Int(event.baseCount) <= members,
            [
                DecidingFact("base_count", event.baseCount), DecidingFact("graded", graded.count),
                DecidingFact("members", members),
            ],
            zh: "参评基数 \(event.baseCount) 应不少于评定等次的 \(graded.count) 人，不多于在册的 \(members) 人：请更正",
            en: "base_count \(event.baseCount) lies outside \(graded.count) (graded) to \(members) "
                + "(on the roll): correct it")
    }

    private static func requireExcellentWithinCap(
        _ event: DemocraticAppraisalConcluded, _ judging: Judging
    ) throws(Refusal) {
        let excellent = event.grades.filter { $0.value == .excellent }.count
        let divisor = judging.rules[.excellentMaxDivisor]
        let most = Majority.atMostOne(in: divisor, of: Int(event.baseCount))
        try judging.require(
            excellent <= most,
            [
                DecidingFact("excellent", excellent), DecidingFact("base_count", event.baseCount),
                DecidingFact("most", most),
            ],
            zh: "\(event.baseCount) 名党员中评优秀 \(excellent) 名，最多 \(most) 名（不超过 1/\(divisor)，不进位）",
            en: "\(excellent) of \(event.baseCount) members are graded excellent; at most \(most) "
                + "may be (one in \(divisor), rounded down)")
    }
}
