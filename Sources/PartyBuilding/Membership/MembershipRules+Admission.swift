import Schema

extension MembershipRules {
    /// B16 to B18: vote, talk and approval.
    static let admissionGuards: [Guard] = voteGuards + approvalGuards

    private static let voteGuards: [Guard] = [
        Guard("STATE-MEMBER", on: AdmissionVoteHeld.self) { event, judging in
            let member = try judging.membership().member
            let on = try judging.day(event.on, "on")
            if member.standing == .awaitingApproval, let vote = member.development?.vote,
                on > vote.on.adding(months: judging.rules[.approveMonthsMax])
            {
                // The vote was not approved in time: a new one is the way out (R-MB-14).
                return
            }
            try judging.requireStanding(
                [.target], member, on: on, notBefore: member.development?.targetOn)
        },
        Guard("R-BR-10", on: AdmissionVoteHeld.self) { _, judging in
            guard let branch = try judging.membership().member.development?.branch else { return }
            try judging.requireLasting(branch: branch, zh: "发展党员", en: "admit members")
        },
        Guard("R-MB-08", on: AdmissionVoteHeld.self) { event, judging in
            guard let development = try judging.membership().member.development else { return }
            let missing = missingForVote(
                development, by: try judging.day(event.on, "on"), judging.rules)
            try judging.require(
                missing == nil, [DecidingFact("missing", missing?.en ?? "-")],
                zh: "提交支部大会表决前还缺：\(missing?.zh ?? "")，请先登记",
                en: "before the general meeting votes \(missing?.en ?? "") is needed: "
                    + "record it first")
        },
        Guard("R-MB-10", on: AdmissionVoteHeld.self) { event, judging in
            try VoteJudgement.quorum(event.tally, judging)
        },
        Guard("R-MB-11", on: AdmissionVoteHeld.self) { event, judging in
            try VoteJudgement.majority(event.tally, passed: event.passed, judging)
        },
        Guard("R-MB-19", on: AdmissionVoteHeld.self) { event, judging in
            guard let branch = try judging.membership().member.development?.branch else { return }
            try VoteJudgement.electorate(
                Int(event.tally.electorate), of: branch, on: judging.day(event.on, "on"), judging)
        },
        Guard("R-MB-13", on: AdmissionVoteHeld.self) { event, judging in
            guard let branch = try judging.membership().member.development?.branch else { return }
            try VoteJudgement.compareElectorate(
                Int(event.tally.electorate), of: branch, on: judging.day(event.on, "on"), &judging)
        },
    ]

    private static let approvalGuards: [Guard] = [
        Guard("STATE-MEMBER", on: PreApprovalTalkHeld.self) { event, judging in
            let member = try judging.membership().member
            try judging.requireStanding(
                [.awaitingApproval], member, on: judging.day(event.on, "on"),
                notBefore: member.development?.vote?.on)
        },
        Guard("STATE-MEMBER", on: ProbationaryMemberApproved.self) { event, judging in
            let member = try judging.membership().member
            try judging.requireStanding(
                [.awaitingApproval], member, on: judging.day(event.approvedOn, "approved_on"),
                notBefore: member.development?.vote?.on)
        },
        Guard("R-MB-14", on: ProbationaryMemberApproved.self) { event, judging in
            try requireApprovalPower(event.committee, zh: "审批", en: "approval", &judging)
            try requireApprovalInTime(event, &judging)
        },
        Guard("R-MB-15", on: ProbationaryMemberApproved.self) { event, judging in
            guard let vote = try judging.membership().member.development?.vote else { return }
            let named = try judging.day(event.voteOn, "vote_on")
            try judging.require(
                named == vote.on, [DecidingFact("vote_on", named), DecidingFact("voted", vote.on)],
                zh: "vote_on 写的是 \(named)，登记的支部大会表决在 \(vote.on)：请更正",
                en: "vote_on says \(named), but the recorded vote was on \(vote.on): correct it")
            let probation = Probation(
                votedOn: vote.on, months: judging.rules[.probationMonths])
            let from = try judging.day(event.probationFrom, "probation_from")
            let to = try judging.day(event.probationTo, "probation_to")
            try judging.require(
                from == probation.from && to == probation.to,
                [
                    DecidingFact("probation_from", from), DecidingFact("probation_to", to),
                    DecidingFact("expected_from", probation.from),
                    DecidingFact("expected_to", probation.to),
                ],
                zh: "预备期应从表决日 \(probation.from) 至 \(probation.to)，现写 \(from) 至 \(to)：请更正",
                en:
                    "probation runs from the vote on \(probation.from) to \(probation.to), not "
                    + "from \(from) to \(to): correct it")
        },
        Guard("R-BR-02", on: ProbationaryMemberApproved.self) { event, judging in
            guard let branch = try judging.membership().member.development?.branch else { return }
            let others = try judging.office.roll(
                of: branch, on: judging.day(event.approvedOn, "approved_on"),
                without: judging.memberID
            ).total
            let most = judging.rules[.branchMax]
            judging.expect(
                others < most,
                zh: "支部 \(branch) 已有 \(others) 名党员，再增 1 名将超过 \(most) 人：请分设支部或办理超规模批准",
                en: "branch \(branch) has \(others) members; one more exceeds \(most): split it or "
                    + "have the exception approved")
        },
    ]

    private static func requireApprovalInTime(
        _ event: ProbationaryMemberApproved, _ judging: inout Judging
    ) throws {
        guard let development = try judging.membership().member.development,
            let vote = development.vote
        else { return }
        let on = try judging.day(event.approvedOn, "approved_on")
        let limit = judging.rules[.approveMonths]
        let most = judging.rules[.approveMonthsMax]
        let latest = vote.on.adding(months: most)
        try judging.require(
            on <= latest,
            [
                DecidingFact("vote_on", vote.on), DecidingFact("approved_on", on),
                DecidingFact("approve_months_max", most), DecidingFact("latest", latest),
            ],
            zh: "支部大会 \(vote.on) 通过，最迟应在 \(latest)（\(most) 个月内）审批，现为 \(on)：须重新召开支部大会表决",
            en: "voted on \(vote.on), to be approved by \(latest) (\(most) months) at the latest, "
                + "not on \(on): the general meeting has to vote again")
        try judging.require(
            development.talkOn.map { $0 <= on } ?? false,
            [DecidingFact("talk_on", development.talkOn?.description ?? "-")],
            zh: "审批前须由上级党委派人谈话：请先登记 PreApprovalTalkHeld",
            en: "somebody sent by the committee talks with the candidate before the approval: "
                + "record PreApprovalTalkHeld first")
        let hasReason = !(judging.fact.lateReason ?? "").isEmpty
        judging.expect(
            on <= vote.on.adding(months: limit) || hasReason,
            zh: "表决后超过 \(limit) 个月才审批：须有特殊原因，请写入 late_reason",
            en: "approved more than \(limit) months after the vote: this needs a special reason, "
                + "give it as late_reason")
    }
}
