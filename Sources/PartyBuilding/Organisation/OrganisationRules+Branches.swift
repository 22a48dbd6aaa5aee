import Schema

extension OrganisationRules {
    /// A12: a branch is established.
    static let establishmentGuards: [Guard] = [
        Guard("INV-A12", on: BranchEstablished.self) { event, judging in
            try judging.requireStream("branch-\(event.branchID)", field: "branch_id")
            let state = try judging.state(BranchState.self, event.branchID)
            try judging.require(
                !state.isEstablished, [DecidingFact("branch_id", event.branchID)],
                zh: "支部 \(event.branchID) 已成立（\(state.name)）：编号须唯一，请换一个编号；要改内容请用更正",
                en: "branch \(event.branchID) is already established (\(state.name)): ids are "
                    + "unique, choose another; to change it use a correction")
            let org = try judging.state(OrganisationState.self, event.orgID)
            try judging.require(
                org.isRegistered, [DecidingFact("org_id", event.orgID)],
                zh: "所属组织 \(event.orgID) 尚未登记：请先登记组织",
                en: "the organisation \(event.orgID) is not registered: register it first")
            try judging.require(
                event.fullCount >= 0 && event.probationaryCount >= 0,
                [
                    DecidingFact("full_count", event.fullCount),
                    DecidingFact("probationary_count", event.probationaryCount),
                ],
                zh: "党员人数不能为负", en: "numbers of members cannot be negative")
            let isBranch = try judging.isBranch(event.approvingCommittee)
            try judging.require(
                !isBranch, [DecidingFact("approving_committee", event.approvingCommittee)],
                zh: "批复机关 \(event.approvingCommittee) 是支部：成立支部须由上级党委批复",
                en: "\(event.approvingCommittee) is a branch: a superior committee approves")
        },
        Guard("R-BR-03", on: BranchEstablished.self) { event, judging in
            guard event.kind == .joint else { return }
            let least = judging.rules[.branchMinFull]
            try judging.require(
                event.fullCount >= least,
                [
                    DecidingFact("full_count", event.fullCount),
                    DecidingFact("branch_min_full", least),
                ],
                zh: "联合党支部须有正式党员 \(least) 人以上，现合计 \(event.fullCount) 人：请再联合邻近单位",
                en: "a joint branch needs \(least) full members in total; these units have "
                    + "\(event.fullCount): join another nearby unit")
            try requireUnitCount(sortedUnique(event.units).count, judging)
            for unit in sortedUnique(event.units) {
                try requireFree(
                    unit: unit, branch: event.branchID, on: judging.fact.validDay, &judging)
            }
        },
        Guard("R-BR-01", on: BranchEstablished.self) { event, judging in
            guard event.kind != .joint else { return }
            let least = judging.rules[.branchMinFull]
            try judging.require(
                event.fullCount >= least,
                [
                    DecidingFact("full_count", event.fullCount),
                    DecidingFact("probationary_count", event.probationaryCount),
                    DecidingFact("branch_min_full", least),
                ],
                zh: "成立党支部须有正式党员 \(least) 人以上，现有 \(event.fullCount) 人"
                    + "（预备党员 \(event.probationaryCount) 人不计）：请与邻近单位成立联合党支部",
                en: "a branch needs \(least) full members; there are \(event.fullCount) "
                    + "(\(event.probationaryCount) probationary ones do not count): form a joint "
                    + "branch with a nearby unit")
        },
        Guard("R-BR-02", on: BranchEstablished.self) { event, judging in
            let total = Int(event.fullCount) + Int(event.probationaryCount)
            let most = judging.rules[.branchMax]
            try judging.require(
                total <= most, [DecidingFact("total", total), DecidingFact("branch_max", most)],
                zh: "支部党员一般不超过 \(most) 人，现为 \(total) 人：请分设支部或先办理超规模批准",
                en: "a branch generally has at most \(most) members; this one would have \(total): "
                    + "set up several, or have the exception approved first")
        },
        Guard("R-BR-09", on: BranchEstablished.self) { event, judging in
            guard event.kind == .inService else { return }
            try requireUncovered(
                event.departments, org: event.orgID, branch: event.branchID,
                on: judging.fact.validDay, &judging)
        },
    ]

    /// A13 and A14: what a branch covers changes.
    static let coverageGuards: [Guard] = [
        Guard("INV-A13", on: BranchCoverageChanged.self) { event, judging in
            let id = judging.fact.streamIdentity
            let state = try judging.requireBranch(id)
            let on = try judging.day(event.on, "on")
            try judging.require(
                !event.added.isEmpty || !event.removed.isEmpty, [],
                zh: "增加和减少的科室都为空：请至少填写一个科室",
                en: "neither added nor removed names a department: name at least one")
            let both = Set(event.added).intersection(event.removed)
            try judging.require(
                both.isEmpty && Set(event.added).count == event.added.count
                    && Set(event.removed).count == event.removed.count,
                [DecidingFact("department", both.sorted().first ?? "-")],
                zh: "同一科室重复出现：每个科室只能增加或减少一次",
                en: "a department is named twice: each is added or removed once")
            for department in event.removed {
                try judging.require(
                    state.departments.covers(department, on: on),
                    [DecidingFact("department", department)],
                    zh: "科室 \(department) 在 \(on) 并不由支部 \(id) 覆盖，无法减少",
                    en: "branch \(id) does not cover department \(department) on \(on): "
                        + "it cannot be removed")
            }
            for department in event.added {
                try judging.require(
                    !state.departments.covers(department, from: on),
                    [DecidingFact("department", department)],
                    zh: "科室 \(department) 已由本支部 \(id) 覆盖",
                    en: "branch \(id) already covers department \(department)")
            }
        },
        Guard("R-BR-09", on: BranchCoverageChanged.self) { event, judging in
            let id = judging.fact.streamIdentity
            let state = try judging.state(BranchState.self, id)
            guard state.kind == .inService else { return }
            try requireUncovered(
                event.added, org: state.org, branch: id, on: judging.day(event.on, "on"), &judging)
        },
        Guard("INV-A14", on: JointBranchUnitChanged.self) { event, judging in
            let id = judging.fact.streamIdentity
            let state = try judging.requireBranch(id)
            let on = try judging.day(event.on, "on")
            try judging.require(
                state.kind == .joint, [DecidingFact("branch", id)],
                zh: "支部 \(id) 不是联合党支部，没有覆盖单位可变更",
                en: "branch \(id) is no joint branch: it has no units to change")
            let covered = state.units.covers(event.unitOrg, on: on)
            try judging.require(
                covered == (event.change == .removed), [DecidingFact("unit_org", event.unitOrg)],
                zh: covered
                    ? "单位 \(event.unitOrg) 已由联合党支部 \(id) 覆盖"
                    : "单位 \(event.unitOrg) 在 \(on) 并不由联合党支部 \(id) 覆盖，无法减少",
                en: covered
                    ? "joint branch \(id) already covers unit \(event.unitOrg)"
                    : "joint branch \(id) does not cover unit \(event.unitOrg) on \(on)")
        },
        Guard("R-BR-03", on: JointBranchUnitChanged.self) { event, judging in
            let id = judging.fact.streamIdentity
            let state = try judging.state(BranchState.self, id)
            let on = try judging.day(event.on, "on")
            let least = judging.rules[.branchMinFull]
            if event.change == .removed {
                let rest =
                    try judging.office.fullMembers(of: id, on: on)
                    - Int(event.fullMembersOfUnit)
                judging.expect(
                    rest >= least,
                    zh: "单位 \(event.unitOrg) 退出后，联合党支部 \(id) 约剩正式党员 \(rest) 人，"
                        + "不足 \(least) 人：请及时调整",
                    en: "without unit \(event.unitOrg) joint branch \(id) keeps about \(rest) full "
                        + "members, fewer than \(least): reorganise it")
                return
            }
            try judging.require(
                event.fullMembersOfUnit < least,
                [
                    DecidingFact("full_members_of_unit", event.fullMembersOfUnit),
                    DecidingFact("branch_min_full", least),
                ],
                zh: "单位 \(event.unitOrg) 有正式党员 \(event.fullMembersOfUnit) 人，"
                    + "已达 \(least) 人：应单独成立党支部",
                en: "unit \(event.unitOrg) has \(event.fullMembersOfUnit) full members; from "
                    + "\(least) on it forms its own branch")
            try requireUnitCount(state.units.names(on: on).count + 1, judging)
            try requireFree(unit: event.unitOrg, branch: id, on: on, &judging)
        },
    ]

    private static func requireUnitCount(_ count: Int, _ judging: Judging) throws {
        let most = judging.rules[.jointMaxUnits]
        try judging.require(
            count <= most, [DecidingFact("units", count), DecidingFact("joint_max_units", most)],
            zh: "联合党支部覆盖单位不超过 \(most) 个，现为 \(count) 个：请另设联合党支部",
            en: "a joint branch covers at most \(most) units; these would be \(count): "
                + "set up another one")
    }

    private static func requireFree(
        unit: String, branch: String, on day: LocalDate, _ judging: inout Judging
    ) throws {
        let joint = try judging.state(OrganisationState.self, unit).jointBranches
        let others = joint.all.filter { $0.name != branch }
        let later = others.first { day < $0.from }
        judging.expect(
            later == nil,
            zh: "单位 \(unit) 自 \(later?.from.description ?? "") 起属于联合党支部 \(later?.name ?? "")："
                + "请补登记其从本支部退出的日期",
            en: "unit \(unit) belongs to joint branch \(later?.name ?? "") from "
                + "\(later?.from.description ?? "") on: record when it left this one")
        if let other = others.first(where: { $0.covers(day) }) {
            throw judging.refusal(
                [DecidingFact("unit", unit), DecidingFact("joint_branch", other.name)],
                zh: "单位 \(unit) 已属于联合党支部 \(other.name)：请先从该支部退出",
                en: "unit \(unit) already belongs to joint branch \(other.name): "
                    + "let it leave that one first")
        }
    }

    private static func requireUncovered(
        _ departments: [String], org: String, branch: String, on day: LocalDate,
        _ judging: inout Judging
    ) throws {
        guard !departments.isEmpty else { return }
        for other in try judging.state(OrganisationState.self, org).branches where other != branch {
            let state = try judging.state(BranchState.self, other)
            guard state.kind == .inService else { continue }
            // Backfill may lie before another branch took over; its own end is then still to come.
            let later = departments.first { department in
                state.departments.all.contains { $0.name == department && day < $0.from }
            }
            judging.expect(
                later == nil,
                zh: "科室 \(later ?? "") 后来由在职支部 \(other) 覆盖：请补登记其从本支部调出的日期",
                en: "department \(later ?? "") is covered by in-service branch \(other) later: "
                    + "record when it left this one")
            if let taken = departments.first(where: { state.departments.covers($0, on: day) }) {
                throw judging.refusal(
                    [DecidingFact("department", taken), DecidingFact("branch", other)],
                    zh: "科室 \(taken) 已由在职支部 \(other) 覆盖：一个科室只由一个在职支部覆盖，请先从该支部调出",
                    en: "department \(taken) is covered by in-service branch \(other): one branch "
                        + "covers a department; remove it there first")
            }
        }
    }
}
