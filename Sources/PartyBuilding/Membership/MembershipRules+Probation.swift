import Schema

extension MembershipRules {
    /// B21 to B24: from oath to full membership.
    static let probationGuards: [Guard] = [
        Guard("STATE-MEMBER", on: OathTaken.self) { event, judging in
            let membership = try judging.membership()
            let on = try judging.day(event.on, "on")
            // A conversion counts from the past; an oath taken before it stays one of probation.
            if membership.status(on: on) == .probationary { return }
            try judging.requireStanding(
                [.probationary], membership.member, on: on,
                notBefore: membership.member.spell?.from)
        },
        Guard("STATE-MEMBER", on: ConversionRequested.self) { event, judging in
            let member = try judging.membership().member
            try judging.requireStanding(
                [.probationary], member, on: judging.day(event.on, "on"),
                notBefore: member.spell?.probation?.from)
        },
        Guard("STATE-MEMBER", on: ConversionVoteHeld.self) { event, judging in
            let member = try judging.membership().member
            try judging.requireStanding(
                [.probationary], member, on: judging.day(event.on, "on"),
                notBefore: member.spell?.from)
        },
        Guard("R-BR-10", on: ConversionVoteHeld.self) { event, judging in
            guard let branch = try judging.membership().branch(on: judging.day(event.on, "on"))
            else { return }
            try judging.requireLasting(branch: branch, zh: "讨论转正", en: "vote on conversions")
        },
        Guard("R-MB-16", on: ConversionVoteHeld.self) { event, judging in
            guard event.outcome != .revoke,
                let end = try judging.membership().member.spell?.probation?.to
            else { return }
            let on = try judging.day(event.on, "on")
            try judging.require(
                on >= end, [DecidingFact("on", on), DecidingFact("probation_to", end)],
                zh: "预备期至 \(end) 才满，\(on) 不能讨论转正：请在 \(end) 及以后召开支部大会",
                en: "probation ends on \(end): the general meeting votes on that day or later, not "
                    + "on \(on)")
        },
        Guard("R-MB-17", on: ConversionVoteHeld.self) { event, judging in
            guard event.outcome == .extend,
                let probation = try judging.membership().member.spell?.probation
            else { return }
            try judging.require(
                !probation.isExtended, [DecidingFact("probation_to", probation.to)],
                zh: "预备期已延长过一次（至 \(probation.to)），不得再次延长：只能转正或取消资格",
                en: "probation was already extended once (to \(probation.to)): convert or revoke")
        },
        Guard("R-MB-10", on: ConversionVoteHeld.self) { event, judging in
            try VoteJudgement.quorum(event.tally, judging)
        },
        Guard("R-MB-11", on: ConversionVoteHeld.self) { event, judging in
            try VoteJudgement.majority(event.tally, passed: event.passed, judging)
        },
        Guard("R-MB-19", on: ConversionVoteHeld.self) { event, judging in
            let on = try judging.day(event.on, "on")
            guard let branch = try judging.membership().branch(on: on) else { return }
            try VoteJudgement.electorate(Int(event.tally.electorate), of: branch, on: on, judging)
        },
        Guard("R-MB-13", on: ConversionVoteHeld.self) { event, judging in
            let on = try judging.day(event.on, "on")
            guard let branch = try judging.membership().branch(on: on) else { return }
            try VoteJudgement.compareElectorate(
                Int(event.tally.electorate), of: branch, on: on, &judging)
        },
        Guard("STATE-MEMBER", on: MemberConverted.self) { event, judging in
            let member = try judging.membership().member
            let vote = member.spell?.conversionVote
            try judging.requireStanding(
                [.probationary], member, on: judging.day(event.approvedOn, "approved_on"),
                notBefore: vote?.on)
            let isCarried = vote.map { $0.passed && $0.outcome == .convert } ?? false
            try judging.require(
                isCarried, [DecidingFact("conversion_vote", vote?.on.description ?? "-")],
                zh: "没有通过的转正表决：请先登记支部大会通过转正（ConversionVoteHeld，outcome CONVERT）",
                en:
                    "there is no carried vote on conversion: record ConversionVoteHeld with "
                    + "outcome CONVERT first")
        },
        Guard("R-MB-18", on: MemberConverted.self) { event, judging in
            guard let end = try judging.membership().member.spell?.probation?.to else { return }
            let effective = try judging.day(event.effectiveFrom, "effective_from")
            let seniority = try judging.day(event.seniorityFrom, "seniority_from")
            try judging.require(
                effective == end && seniority == end,
                [
                    DecidingFact("effective_from", effective),
                    DecidingFact("seniority_from", seniority), DecidingFact("probation_to", end),
                ],
                zh: "转正日期和党龄都从预备期满之日 \(end) 算起（与批准早晚无关），"
                    + "现写 \(effective) 和 \(seniority)：请更正",
                en:
                    "full membership and seniority count from the end of probation, \(end), "
                    + "however late the approval; they say \(effective) and \(seniority): correct "
                    + "them")
        },
        Guard("R-MB-14", on: MemberConverted.self) { event, judging in
            guard let vote = try judging.membership().member.spell?.conversionVote else { return }
            let months = judging.rules[.approveMonths]
            let on = try judging.day(event.approvedOn, "approved_on")
            judging.expect(
                on <= vote.on.adding(months: months),
                zh: "转正表决（\(vote.on)）后超过 \(months) 个月才批准（\(on)）：应在 \(months) 个月内审批",
                en: "approved on \(on), more than \(months) months after the vote of \(vote.on)")
        },
    ]
}
