import Schema

extension MembershipRules {
    /// B05 to B10: from applicant to target.
    static let cultivationGuards: [Guard] = activistGuards + inspectionGuards + targetGuards

    private static let activistGuards: [Guard] = [
        Guard("STATE-MEMBER", on: ActivistDetermined.self) { event, judging in
            let member = try judging.membership().member
            try judging.requireStanding(
                [.applicant], member, on: judging.day(event.on, "on"),
                notBefore: member.development?.appliedOn)
        },
        Guard("R-MB-03", on: ActivistDetermined.self) { event, judging in
            guard event.decidedBy == .committee,
                let branch = try judging.membership().member.development?.branch
            else { return }
            let full = try judging.office.fullMembers(of: branch, on: judging.day(event.on, "on"))
            let least = judging.rules[.committeeMinFull]
            judging.expect(
                full >= least,
                zh: "支部 \(branch) 有正式党员 \(full) 人，不足 \(least) 人不设支委会：应由支部大会研究决定",
                en: "branch \(branch) has \(full) full members and, below \(least), no committee: "
                    + "the general meeting decides")
        },
        Guard("INV-B06", on: StageFiledWithSuperior.self) { event, judging in
            let development = try judging.membership().member.development
            let reached: LocalDate? =
                switch event.stage {
                case .activist: development?.activistOn
                case .target: development?.targetOn
                case .admission: development?.approvedOn
                case .unspecified, .UNRECOGNIZED: nil
                }
            let filed = try judging.day(event.filedOn, "filed_on")
            guard let reached else {
                throw judging.refusal(
                    [DecidingFact("stage", "\(event.stage)".uppercased())],
                    zh: "\(judging.memberID) 尚未到达该阶段，不能备案：请先登记该阶段的决定",
                    en: "\(judging.memberID) has not reached this stage: "
                        + "record its decision before filing it")
            }
            try judging.require(
                reached <= filed,
                [DecidingFact("filed_on", filed), DecidingFact("decided_on", reached)],
                zh: "备案日期 \(filed) 早于决定日期 \(reached)：请核对",
                en: "filed on \(filed), before the decision of \(reached): check the dates")
        },
        Guard("STATE-MEMBER", on: CultivationContactsAssigned.self) { event, judging in
            let member = try judging.membership().member
            try judging.requireStanding(
                [.activist, .target, .awaitingApproval, .probationary], member,
                on: judging.day(event.on, "on"), notBefore: member.development?.activistOn)
        },
        Guard("R-MB-04", on: CultivationContactsAssigned.self) { event, judging in
            let least = judging.rules[.contactsMin]
            let most = judging.rules[.contactsMax]
            let contacts = sortedUnique(event.contacts)
            try judging.require(
                contacts.count >= least && contacts.count <= most
                    && contacts.count == event.contacts.count,
                [
                    DecidingFact("contacts", event.contacts.count),
                    DecidingFact("contacts_min", least), DecidingFact("contacts_max", most),
                ],
                zh: "培养联系人应为 \(least) 至 \(most) 名不同的正式党员，现写 \(event.contacts.count) 名",
                en: "there are \(least) to \(most) different contacts; \(event.contacts.count) "
                    + "are named")
            let membership = try judging.membership()
            let on = try judging.day(event.on, "on")
            guard
                let branch = membership.branch(on: on) ?? membership.member.development?.branch
            else { return }
            for contact in contacts {
                try judging.requireFullMember(
                    contact, of: branch, on: on,
                    role: BilingualText(zh: "培养联系人", en: "a contact"))
                let votes = try judging.office.membership(of: contact).mayVote(in: branch, on: on)
                try judging.require(
                    votes, [DecidingFact("person", contact)],
                    zh: "\(contact) 在 \(on) 尚无表决权（转正未批准），不能担任培养联系人",
                    en: "\(contact) has no vote on \(on) (the conversion is not approved yet) and "
                        + "cannot be a contact")
            }
        },
    ]

    private static let inspectionGuards: [Guard] = [
        Guard("INV-B08", on: CultivationInspected.self) { event, judging in
            let from = try judging.day(event.periodFrom, "period_from")
            let to = try judging.day(event.periodTo, "period_to")
            try judging.require(
                from <= to && to <= judging.fact.recordedDay,
                [DecidingFact("period_from", from), DecidingFact("period_to", to)],
                zh: "考察期间 \(from) 至 \(to) 应起止有序，且不晚于录入日 \(judging.fact.recordedDay)",
                en: "the inspected period \(from) to \(to) must end after it begins and not later "
                    + "than the record day \(judging.fact.recordedDay)")
        },
        Guard("STATE-MEMBER", on: CultivationInspected.self) { event, judging in
            let membership = try judging.membership()
            let to = try judging.day(event.periodTo, "period_to")
            if event.phase == .probation {
                // Recorded after the conversion, it still is one of probation.
                if membership.status(on: to) == .probationary { return }
                try judging.requireStanding([.probationary], membership.member)
            } else {
                if let development = membership.member.development,
                    let approved = development.approvedOn, development.activistOn != nil,
                    to <= approved
                {
                    return
                }
                try judging.requireStanding(
                    [.activist, .target, .awaitingApproval], membership.member)
            }
        },
        Guard("R-MB-05", on: CultivationInspected.self) { event, judging in
            let member = try judging.membership().member
            let last =
                event.phase == .probation
                ? member.spell.flatMap { $0.inspectedTo ?? $0.probation?.from }
                : member.development?.lastInspection
            guard let last else { return }
            let to = try judging.day(event.periodTo, "period_to")
            let latest = inspectionDue(after: last, judging.rules)
            judging.expect(
                to <= latest,
                zh: "上次考察到 \(last)，本次到 \(to)，间隔超过半年：应每半年考察一次",
                en: "the last inspection reached \(last) and this one \(to): more than half a year "
                    + "lies between")
        },
    ]

    private static let targetGuards: [Guard] = [
        Guard("STATE-MEMBER", on: DevelopmentTargetDetermined.self) { event, judging in
            let member = try judging.membership().member
            try judging.requireStanding(
                [.activist], member, on: judging.day(event.on, "on"),
                notBefore: member.development?.activistOn)
        },
        Guard("R-MB-06", on: DevelopmentTargetDetermined.self) { event, judging in
            guard let activist = try judging.membership().member.development?.activistOn else {
                return
            }
            let on = try judging.day(event.on, "on")
            let months = judging.rules[.activistMinMonths]
            let prior = min(max(Int(event.priorUnitMonths), 0), months)
            let earliest = activist.adding(months: months - prior)
            try judging.require(
                on >= earliest,
                [
                    DecidingFact("activist_on", activist), DecidingFact("on", on),
                    DecidingFact("activist_min_months", months),
                    DecidingFact("prior_unit_months", prior), DecidingFact("earliest", earliest),
                ],
                zh: "\(activist) 确定为积极分子，须满 \(months) 个月（原单位已计 \(prior) 个月），最早 \(earliest) "
                    + "可确定为发展对象，现为 \(on)",
                en: "an activist since \(activist) (\(prior) months counted from a previous unit) "
                    + "can be determined from \(earliest) on, after \(months) months; not on \(on)")
        },
        Guard("R-MB-05", on: DevelopmentTargetDetermined.self) { event, judging in
            guard let last = try judging.membership().member.development?.lastInspection else {
                return
            }
            let on = try judging.day(event.on, "on")
            let latest = inspectionDue(after: last, judging.rules)
            try judging.require(
                on <= latest,
                [DecidingFact("inspected_to", last), DecidingFact("due", latest)],
                zh: "考察只到 \(last)，应在 \(latest) 前再次考察：请先补齐培养教育考察（CultivationInspected）"
                    + "再确定发展对象",
                en: "inspected up to \(last), due again by \(latest): record the missing "
                    + "CultivationInspected before determining the target")
        },
        Guard("STATE-MEMBER", on: IntroducersConfirmed.self) { event, judging in
            try requireTarget(on: event.on, &judging)
        },
        Guard("R-MB-07", on: IntroducersConfirmed.self) { event, judging in
            let number = judging.rules[.introducers]
            let introducers = sortedUnique(event.introducers)
            try judging.require(
                introducers.count == number && introducers.count == event.introducers.count,
                [
                    DecidingFact("named", event.introducers.count),
                    DecidingFact("introducers", number),
                ],
                zh: "入党介绍人应为 \(number) 名不同的正式党员，现写 \(event.introducers.count) 名",
                en: "exactly \(number) different introducers are needed; "
                    + "\(event.introducers.count) are named")
            let on = try judging.day(event.on, "on")
            for introducer in introducers {
                try judging.requireFullMember(
                    introducer, on: on, role: BilingualText(zh: "入党介绍人", en: "an introducer"))
            }
        },
    ]

    /// The last day on which the next inspection is not yet overdue.
    private static func inspectionDue(after last: LocalDate, _ rules: RuleSet) -> LocalDate {
        last.adding(months: rules[.inspectMonths]).adding(days: rules[.inspectGraceDays])
    }
}
