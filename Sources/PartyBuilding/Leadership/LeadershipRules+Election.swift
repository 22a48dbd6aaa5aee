import Schema

extension LeadershipRules {
    /// C03: a branch elects.
    static let electionGuards: [Guard] = frameGuards + resultGuards

    private static let frameGuards: [Guard] = [
        Guard("INV-C03", on: BranchElectionHeld.self) { event, judging in
            let state = try judging.requireBranch(event.branch)
            try judging.require(
                !state.terms.contains { $0.stream == judging.fact.stream },
                [DecidingFact("election", judging.fact.streamIdentity)],
                zh: "选举 \(judging.fact.streamIdentity) 已登记：每次换届请用新的编号",
                en: "election \(judging.fact.streamIdentity) is already recorded: every election "
                    + "has its own id")
            let elected = Set(event.elected.map(\.person)).count
            try judging.require(
                event.entitled > 0 && event.present >= 0 && event.present <= event.entitled
                    && event.seats > 0 && elected > 0 && elected <= Int(event.seats),
                [
                    DecidingFact("entitled", event.entitled),
                    DecidingFact("present", event.present),
                    DecidingFact("seats", event.seats), DecidingFact("elected", elected),
                ],
                zh: "应到 \(event.entitled)、实到 \(event.present)、名额 \(event.seats)、当选 \(elected) 不合："
                    + "实到不得多于应到，当选人数应为 1 至名额数",
                en:
                    "entitled \(event.entitled), present \(event.present), seats \(event.seats) "
                    + "and elected \(elected) contradict each other: present is at most entitled, "
                    + "and elected is 1 to seats")
        },
        Guard("R-BR-10", on: BranchElectionHeld.self) { event, judging in
            try judging.requireLasting(branch: event.branch, zh: "进行换届选举", en: "hold elections")
        },
        Guard("R-LD-02", on: BranchElectionHeld.self) { event, judging in
            let share = (
                numerator: judging.rules[.electionPresenceNumerator],
                denominator: judging.rules[.electionPresenceDenominator]
            )
            let least = Majority.atLeast(share, of: Int(event.entitled))
            try judging.require(
                Majority.isAtLeast(Int(event.present), share, of: Int(event.entitled)),
                [
                    DecidingFact("entitled", event.entitled),
                    DecidingFact("present", event.present),
                    DecidingFact("needed", least),
                ],
                zh: "有选举权 \(event.entitled) 人，到会 \(event.present) 人，须到会 \(least) 人"
                    + "（\(share.denominator) 分之 \(share.numerator)）：请重新召开选举大会",
                en:
                    "\(event.present) of \(event.entitled) entitled are present; \(least) are "
                    + "needed (\(share.numerator)/\(share.denominator)): hold the election again")
        },
        Guard("R-LD-01", on: BranchElectionHeld.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let from = try judging.day(event.termFrom, "term_from")
            let to = try judging.day(event.termTo, "term_to")
            let years = judging.rules[.termYears]
            let end = from.adding(months: 12 * years)
            try judging.require(
                on <= from && (to == end || to == end.adding(days: -1)),
                [
                    DecidingFact("term_from", from), DecidingFact("term_to", to),
                    DecidingFact("term_years", years), DecidingFact("expected", end),
                ],
                zh: "任期 \(years) 年：从 \(from)（不早于选举日 \(on)）起应至 \(end)，现写至 \(to)，请更正",
                en: "a term lasts \(years) years: from \(from) (not before the election of \(on)) "
                    + "to \(end), not to \(to); correct it")
        },
        Guard("R-LD-05", on: BranchElectionHeld.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let last = try judging.state(BranchState.self, event.branch).terms
                .filter { $0.electedOn < on }.max { $0.electedOn < $1.electedOn }
            guard let due = last?.to else { return }
            try requireInTime(on, due: due, &judging)
        },
    ]

    /// R-LD-05 without the fact of an approved extension: its document is what approves.
    private static func requireInTime(
        _ on: LocalDate, due: LocalDate, _ judging: inout Judging
    ) throws {
        let isApproved = judging.fact.sourceDoc != nil
        let months = judging.rules[.electionExtensionMonths]
        let latest = due.adding(months: months)
        let facts = [DecidingFact("term_to", due), DecidingFact("on", on)]
        try judging.require(
            isApproved || on >= due.adding(months: -judging.rules[.remindMonths]), facts,
            zh: "本届任期至 \(due)，\(on) 属提前换届：须经上级批准，请在 source_doc 附批复",
            en: "the term ends on \(due); an election on \(on) is early and needs the superior's "
                + "approval: attach it as source_doc")
        try judging.require(
            isApproved || on <= latest,
            facts + [
                DecidingFact("months_late", on.fullMonths(since: due)),
                DecidingFact("election_extension_months", months),
            ],
            zh: "本届任期至 \(due)，延期不得超过 \(months) 个月（最迟 \(latest)），\(on) 已超期："
                + "请在 source_doc 附上级批复",
            en: "the term ended on \(due) and may be extended by \(months) months, to \(latest); "
                + "\(on) is later: attach the superior's approval as source_doc")
        judging.expect(
            on <= due || (isApproved && on <= latest),
            zh: "本届任期至 \(due)，\(on) 才换届：延期须经上级批准且不超过 \(months) 个月",
            en: "the term ended on \(due) and the election was on \(on): an extension needs the "
                + "superior's approval and is \(months) months at most")
    }

    private static let resultGuards: [Guard] = [
        Guard("R-BR-04", on: BranchElectionHeld.self) { event, judging in
            try requireRightBody(event, &judging)
        },
        Guard("R-LD-04", on: BranchElectionHeld.self) { event, judging in
            guard try needsCommittee(event, judging) else { return }
            let candidates = Set(event.candidates).count
            let percent = judging.rules[.candidatesPercent]
            let least = Majority.atLeast((percent, 100), of: Int(event.seats))
            try judging.require(
                candidates >= least,
                [
                    DecidingFact("candidates", candidates), DecidingFact("seats", event.seats),
                    DecidingFact("candidates_percent", percent), DecidingFact("needed", least),
                ],
                zh: "委员名额 \(event.seats)，候选人 \(candidates) 名，须 \(least) 名以上（名额的 \(percent)%）："
                    + "实行差额选举",
                en: "\(candidates) candidates for \(event.seats) seats; \(least) are needed "
                    + "(\(percent) % of the seats)")
        },
        Guard("R-LD-03", on: BranchElectionHeld.self) { event, judging in
            try requireElectedByVotes(event, judging)
        },
        Guard("R-MB-19", on: BranchElectionHeld.self) { event, judging in
            let on = try judging.day(event.on, "on")
            try VoteJudgement.electorate(Int(event.entitled), of: event.branch, on: on, judging)
            let elected = sortedUnique(event.elected.map(\.person))
            for person in elected {
                try judging.requireFullMember(
                    person, of: event.branch, on: on,
                    role: BilingualText(zh: "支部委员会成员", en: "elected to office"))
            }
            for person in sortedUnique(event.candidates) where !elected.contains(person) {
                let status = try judging.office.membership(of: person).status(on: on)
                try judging.require(
                    status != .probationary, [DecidingFact("candidate", person)],
                    zh: "候选人 \(person) 在 \(on) 是预备党员，没有被选举权：请更换",
                    en: "candidate \(person) is probationary on \(on) and cannot be elected: "
                        + "nominate somebody else")
            }
        },
        Guard("R-MB-13", on: BranchElectionHeld.self) { event, judging in
            try VoteJudgement.compareElectorate(
                Int(event.entitled), of: event.branch, on: judging.day(event.on, "on"), &judging)
        },
    ]

    private static func needsCommittee(
        _ event: BranchElectionHeld, _ judging: Judging
    ) throws -> Bool {
        let full = try judging.office.fullMembers(
            of: event.branch, on: judging.day(event.on, "on"))
        return full >= judging.rules[.committeeMinFull]
    }

    private static func requireRightBody(
        _ event: BranchElectionHeld, _ judging: inout Judging
    ) throws {
        let full = try judging.office.fullMembers(
            of: event.branch, on: judging.day(event.on, "on"))
        let threshold = judging.rules[.committeeMinFull]
        let size = Set(event.elected.map(\.person)).count
        let secretaries = event.elected.filter { $0.post == .secretary }.count
        let deputies = event.elected.filter { $0.post == .deputy }.count
        let facts = [
            DecidingFact("full_members", full), DecidingFact("committee_min_full", threshold),
            DecidingFact("elected", size), DecidingFact("secretaries", secretaries),
            DecidingFact("deputies", deputies),
        ]
        try judging.require(
            secretaries <= 1, facts, zh: "当选书记 \(secretaries) 名：书记只设一名",
            en: "\(secretaries) secretaries are elected: there is one")
        guard full >= threshold else {
            try judging.require(
                size == secretaries + deputies && secretaries == 1 && deputies <= 1, facts,
                zh: "正式党员 \(full) 人，不足 \(threshold) 人不设支委会：应选书记 1 名，必要时副书记 1 名，"
                    + "现当选 \(size) 人（书记 \(secretaries)、副书记 \(deputies)）",
                en:
                    "with \(full) full members, below \(threshold), there is no committee: elect "
                    + "one secretary and at most one deputy, not \(size) persons (\(secretaries) "
                    + "secretaries, \(deputies) deputies)")
            return
        }
        let least = judging.rules[.committeeMin]
        let most = judging.rules[.committeeMax]
        try judging.require(
            size >= least && size <= most,
            facts + [DecidingFact("committee_min", least), DecidingFact("committee_max", most)],
            zh: "正式党员 \(full) 人，达到 \(threshold) 人须设支委会，委员 \(least) 至 \(most) 人，现当选 \(size) 人："
                + "请补选",
            en:
                "with \(full) full members, \(threshold) or more, a committee of \(least) to "
                + "\(most) is mandatory; \(size) are elected: elect the missing ones")
        let usual = judging.rules[.committeeGenerallyMax]
        judging.expect(
            size <= usual, zh: "支委会一般 \(least) 至 \(usual) 人，现为 \(size) 人",
            en: "a committee generally has \(least) to \(usual) members; this one has \(size)")
    }

    private static func requireElectedByVotes(
        _ event: BranchElectionHeld, _ judging: Judging
    ) throws(Refusal) {
        var votes: [String: Int32] = [:]
        for entry in event.votes { votes[entry.key] = max(votes[entry.key] ?? 0, entry.value) }
        let needed = Majority.moreThanHalf(of: Int(event.present))
        for entry in event.votes {
            try judging.require(
                entry.value >= 0 && entry.value <= event.present,
                [DecidingFact("votes", entry.value), DecidingFact("present", event.present)],
                zh: "\(entry.key) 得票 \(entry.value)，应为 0 至到会 \(event.present) 人：请核对",
                en: "\(entry.key) has \(entry.value) votes; 0 to the \(event.present) present are "
                    + "possible: check them")
        }
        let elected = sortedUnique(event.elected.map(\.person))
        for person in elected {
            let own = Int(votes[person] ?? 0)
            try judging.require(
                own >= needed,
                [
                    DecidingFact("person", person), DecidingFact("votes", own),
                    DecidingFact("present", event.present), DecidingFact("needed", needed),
                ],
                zh: "\(person) 得 \(own) 票，到会 \(event.present) 人，须超过半数（\(needed) 票）方为当选",
                en: "\(person) has \(own) votes of \(event.present) present; more than half, "
                    + "\(needed), elect")
        }
        let fewest = elected.map { Int(votes[$0] ?? 0) }.min() ?? 0
        for entry in event.votes where !elected.contains(entry.key) {
            try judging.require(
                Int(entry.value) < needed
                    || (elected.count == Int(event.seats) && Int(entry.value) < fewest),
                [
                    DecidingFact("person", entry.key), DecidingFact("votes", entry.value),
                    DecidingFact("fewest_elected", fewest),
                ],
                zh: "\(entry.key) 得 \(entry.value) 票，不少于当选者最低的 \(fewest) 票：按得票多少当选，"
                    + "票数相同的须再次投票",
                en:
                    "\(entry.key) has \(entry.value) votes, not fewer than the \(fewest) of the "
                    + "last elected: who has more votes is elected, a tie needs a second ballot")
        }
    }
}
