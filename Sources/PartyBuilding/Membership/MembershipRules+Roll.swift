import Schema

extension MembershipRules {
    /// B20, B29 and B39: onto a roll, between rolls and off them.
    static let rollGuards: [Guard] = assignmentGuards + enrolmentGuards + endGuards

    private static let assignmentGuards: [Guard] = [
        Guard("STATE-MEMBER", on: MemberAssignedToBranch.self) { event, judging in
            try judging.requireBranch(event.branch)
            let from = try judging.day(event.from, "from")
            let member = try judging.membership().member
            if let first = member.spells.first?.from, from < first { return }
            try judging.requireMember(judging.membership(), on: from)
        },
        Guard("INV-B20", on: MemberAssignedToBranch.self) { event, judging in
            guard let first = try judging.membership().member.spells.first?.from else { return }
            let from = try judging.day(event.from, "from")
            try judging.require(
                first <= from, [DecidingFact("from", from), DecidingFact("member_from", first)],
                zh: "编入日期 \(from) 早于成为党员（或登记）之日 \(first)：请更正",
                en: "from \(from) lies before the membership on record begins (\(first)): "
                    + "correct it")
        },
        Guard("R-BR-09", on: MemberAssignedToBranch.self) { event, judging in
            try requireOneBranch(event, &judging)
        },
        Guard("R-BR-02", on: MemberAssignedToBranch.self) { event, judging in
            try requireRoom(in: event.branch, on: judging.day(event.from, "from"), judging)
        },
        Guard("R-MB-13", on: MemberAssignedToBranch.self) { event, judging in
            let from = try judging.day(event.from, "from")
            let old = try judging.membership().branch(on: from)
            guard old != event.branch else { return }
            let recorded = judging.fact.recordedDay
            for branch in sortedUnique([event.branch, old].compactMap { $0 }) {
                let meetings = try judging.state(BranchState.self, branch).generalMeetings
                let passed = meetings.filter { from <= $0 && $0 < recorded }.max()
                judging.expect(
                    passed == nil,
                    zh: "支部 \(branch) 在 \(passed?.description ?? "") 已召开支部大会，应到会名册以当时记录为准，"
                        + "本次调整不改变该次会议",
                    en: "branch \(branch) held a general meeting on \(passed?.description ?? ""): "
                        + "its electorate stays as it was recorded then")
            }
        },
    ]

    private static let enrolmentGuards: [Guard] = [
        Guard("INV-B29", on: MemberEnrolled.self) { event, judging in
            try judging.requireStream("member-\(event.person)", field: "person")
            try judging.requireBranch(event.branch)
            try judging.require(
                event.status != .probationary || event.hasProbationFrom,
                [DecidingFact("status", "PROBATIONARY")],
                zh: "登记预备党员须填写 probation_from（支部大会通过之日），否则无法计算预备期",
                en: "a probationary member needs probation_from, the day of the vote: without it "
                    + "the end of probation is unknown")
        },
        Guard("R-MB-20", on: MemberEnrolled.self) { _, judging in
            try requireRejoinable(on: judging.fact.validDay, &judging)
        },
        Guard("R-BR-09", on: MemberEnrolled.self) { event, judging in
            let membership = try judging.membership()
            guard membership.member.standing.isMember,
                let held = membership.branch(on: LocalDate(dayNumber: .max))
            else { return }
            // Somebody who moved out of the tree may come back with a new file.
            guard try judging.state(BranchState.self, held).isEstablished else { return }
            throw judging.refusal(
                [DecidingFact("branch", held)],
                zh: "\(event.person) 已在支部 \(held) 名册上：一名党员只在一个支部，请办理转接或内部调整",
                en: "\(event.person) is already on the roll of branch \(held): a member has one "
                    + "branch; record a transfer or an internal move instead")
        },
        Guard("STATE-MEMBER", on: MemberEnrolled.self) { _, judging in
            let member = try judging.membership().member
            try judging.requireStanding([.none, .probationary, .full], member)
        },
        Guard("R-MB-26", on: MemberEnrolled.self) { event, judging in
            judging.expect(
                event.status != .probationary || !judging.fact.evidence.isEmpty
                    || judging.fact.sourceDoc != nil,
                zh: "转入预备党员须有完整的发展党员材料：请附材料索引",
                en: "a probationary member is taken over with the complete development file: "
                    + "attach its reference")
        },
        Guard("R-BR-02", on: MemberEnrolled.self) { event, judging in
            // An initial load states what is; only establishing and receiving are refused.
            let most = judging.rules[.branchMax]
            guard try judging.office.mayFill(event.branch, upTo: most) else { return }
            let others = try judging.office.roll(
                of: event.branch, on: judging.fact.validDay, without: event.person
            ).total
            judging.expect(
                others < most,
                zh: "支部 \(event.branch) 登记后有 \(others + 1) 人，超过 \(most) 人：请分设支部或办理超规模批准",
                en:
                    "branch \(event.branch) now has \(others + 1) members, more than \(most): "
                    + "split it or have the exception approved")
        },
    ]

    private static let endGuards: [Guard] = [
        Guard("STATE-MEMBER", on: MembershipEnded.self) { event, judging in
            let member = try judging.membership().member
            let allowed: [Standing] =
                event.kind == .qualificationRevoked ? [.probationary] : [.probationary, .full]
            try judging.requireStanding(
                allowed, member, on: judging.day(event.on, "on"), notBefore: member.spell?.from)
        }
    ]

    private static func requireOneBranch(
        _ event: MemberAssignedToBranch, _ judging: inout Judging
    ) throws {
        let membership = try judging.membership()
        let from = try judging.day(event.from, "from")
        guard let held = membership.branch(on: from), held != event.branch else { return }
        if let transit = membership.transit(on: from) {
            throw judging.refusal(
                [DecidingFact("transfer", transit.id), DecidingFact("branch", held)],
                zh: "\(judging.memberID) 的组织关系正在转接（\(transit.id)）：请先登记接收，期间仍在支部 \(held)",
                en: "\(judging.memberID) is in transit (\(transit.id)) and stays on the roll of "
                    + "\(held) until receipt: record TransferReceived instead")
        }
        let isFirst = membership.member.placements.last?.isImplied ?? false
        let moves = event.reason == .internal || event.reason == .reorganisation
        try judging.require(
            moves || (event.reason == .new && isFirst),
            [DecidingFact("branch", event.branch), DecidingFact("held_by", held)],
            zh: "\(judging.memberID) 在 \(from) 已在支部 \(held) 名册上，不能再编入支部 \(event.branch)："
                + "内部调整请用 INTERNAL 或 REORGANISATION，跨组织请办理转接",
            en:
                "\(judging.memberID) is on the roll of \(held) on \(from) and cannot also be on "
                + "that of \(event.branch): use INTERNAL or REORGANISATION for a move, or a "
                + "transfer")
    }

    /// R-BR-02 for one more member.
    static func requireRoom(in branch: String, on day: LocalDate, _ judging: Judging) throws {
        try requireRoom(in: branch, on: day, without: judging.memberID, judging)
    }

    /// R-BR-02 for one more member.
    static func requireRoom(
        in branch: String, on day: LocalDate, without person: String, _ judging: Judging
    ) throws {
        let most = judging.rules[.branchMax]
        guard try judging.office.mayFill(branch, upTo: most) else { return }
        let others = try judging.office.roll(of: branch, on: day, without: person).total
        try judging.require(
            others < most,
            [DecidingFact("members", others + 1), DecidingFact("branch_max", most)],
            zh: "支部 \(branch) 在 \(day) 已有 \(others) 名党员，再编入将超过 \(most) 人："
                + "请编入其他支部、分设支部或先办理超规模批准",
            en: "branch \(branch) has \(others) members on \(day); one more exceeds \(most): place "
                + "the member elsewhere, split the branch or have the exception approved first")
    }
}
