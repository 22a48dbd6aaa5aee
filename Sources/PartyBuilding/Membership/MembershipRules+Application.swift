import Schema

extension MembershipRules {
    /// B01: a person gets a file.
    static let personGuards: [Guard] = [
        Guard("INV-B01", on: PersonRegistered.self) { event, judging in
            try judging.requireStream("person-\(event.person)", field: "person")
            let state = try judging.state(PersonState.self, event.person)
            try judging.require(
                !state.isRegistered, [DecidingFact("person", event.person)],
                zh: "人员 \(event.person) 已建档：一人一档，要改内容请用更正",
                en: "person \(event.person) already has a file; to change it use a correction")
            // Never matched by name, and equal numbers prove nothing: a human decides.
            let register = try judging.state(StaffRegister.self, event.employerOrg)
            let other =
                register.personByStaffNumber[event.staffNoHash]
                ?? register.personByVaultKey[event.vaultKeyID]
            judging.expect(
                other == nil,
                zh: "同一单位的 \(other ?? "") 使用相同的工号摘要或密钥号：请核对是否同一人",
                en: "\(other ?? "") of the same employer has the same staff number or vault key: "
                    + "check whether they are one human")
        }
    ]

    /// B03 and B04: the application and the interview.
    static let applicationGuards: [Guard] = [
        Guard("INV-B03", on: MembershipApplicationSubmitted.self) { event, judging in
            try judging.requireStream("member-\(event.person)", field: "person")
            try judging.requireBranch(event.branch)
        },
        Guard("R-MB-20", on: MembershipApplicationSubmitted.self) { event, judging in
            try requireRejoinable(on: judging.day(event.on, "on"), &judging)
        },
        Guard("STATE-MEMBER", on: MembershipApplicationSubmitted.self) { _, judging in
            let member = try judging.membership().member
            try judging.requireStanding([.none, .ended], member)
            try requireAlive(member, judging)
        },
        Guard("R-MB-01", on: MembershipApplicationSubmitted.self) { event, judging in
            guard let birthYear = try judging.state(PersonState.self, event.person).birthYear else {
                return
            }
            let on = try judging.day(event.on, "on")
            let least = judging.rules[.applicantMinAge]
            let age = on.year - birthYear
            try judging.require(
                age >= least,
                [DecidingFact("birth_year", birthYear), DecidingFact("applicant_min_age", least)],
                zh: "\(birthYear) 年出生，至 \(on) 不满 \(least) 周岁，不能申请入党：请满 \(least) 周岁后再登记",
                en: "born in \(birthYear), not yet \(least) on \(on): apply after that birthday")
            judging.expect(
                age > least,
                zh: "\(birthYear) 年出生，\(on.year) 年内满 \(least) 周岁：只登记了年份，请核对申请日是否已满",
                en: "born in \(birthYear), \(least) within \(on.year): only the year is on file, "
                    + "check that the birthday has passed")
        },
        Guard("STATE-MEMBER", on: ApplicantInterviewed.self) { event, judging in
            let member = try judging.membership().member
            // An interview may be recorded late, after further steps.
            try judging.requireStanding(
                [.applicant, .activist, .target, .awaitingApproval, .probationary], member,
                on: judging.day(event.on, "on"), notBefore: member.development?.appliedOn)
            try judging.require(
                event.interviewer != member.id, [DecidingFact("interviewer", event.interviewer)],
                zh: "谈话人不能是申请人本人", en: "the interviewer cannot be the applicant")
        },
        Guard("R-MB-02", on: ApplicantInterviewed.self) { event, judging in
            guard let applied = try judging.membership().member.development?.appliedOn else {
                return
            }
            let days = try judging.day(event.on, "on").days(since: applied)
            let limit = judging.rules[.interviewDays]
            judging.expect(
                days <= limit, zh: "递交申请后 \(days) 天才谈话，超过 \(limit) 天：请说明原因",
                en: "the interview came \(days) days after the application, more than \(limit)")
        },
    ]

    /// R-MB-20 for a person who is to become a member (again).
    static func requireRejoinable(on day: LocalDate, _ judging: inout Judging) throws {
        let member = try judging.membership().member
        guard let spell = member.spell, let ended = spell.endedOn else { return }
        switch spell.endKind {
        case .advised, .removed, .expelled: break
        default: return
        }
        let years = judging.rules[.rejoinYears]
        let earliest = ended.adding(months: 12 * years)
        try judging.require(
            day >= earliest,
            [
                DecidingFact("ended_on", ended), DecidingFact("rejoin_years", years),
                DecidingFact("earliest", earliest),
            ],
            zh: "\(member.id) 于 \(ended) 被劝退、除名或开除，\(years) 年内不得重新入党：最早 \(earliest)",
            en: "\(member.id) was advised out, removed or expelled on \(ended) and may not be "
                + "admitted for \(years) years: \(earliest) at the earliest")
    }

    /// Nothing new begins for the deceased.
    static func requireAlive(_ member: MemberState, _ judging: Judging) throws(Refusal) {
        try judging.require(
            member.spell?.endKind != .deceased, [DecidingFact("person", member.id)],
            zh: "\(member.id) 已登记去世：请核对人员编号",
            en: "\(member.id) is recorded as deceased: check the person's id")
    }
}
