import Schema

extension VolunteeringRules {
    /// E01, E03, E05, E06.
    static let activityGuards: [Guard] = [
        Guard("STATE-ACTIVITY", on: ActivityPlanned.self) { _, judging in
            let activity = try judging.ownState(ActivityState.self)
            try judging.require(
                !activity.isPlanned, [DecidingFact("state", activity.word)],
                zh: "该活动已经立项（\(activity.word)）：修改请用更正（RecordCorrected）",
                en: "the activity is planned already (\(activity.word)): "
                    + "use a correction (RecordCorrected) to change it")
        },
        Guard("INV-E01", on: ActivityPlanned.self) { event, judging in
            let wrong = event.hosts.first {
                let kind = subjectKind($0)
                return kind != "branch" && kind != "org"
            }
            try judging.require(
                wrong == nil && !event.hosts.isEmpty, [DecidingFact("host", wrong ?? "")],
                zh: "主办方 \(wrong ?? "（空）") 不是支部或组织：请写成 branch-… 或 org-…，至少一个",
                en: "host \(wrong ?? "(none)") is neither a branch nor an organisation: "
                    + "write branch-… or org-…, at least one")
        },
        Guard("R-VO-03", on: ActivityPlanned.self) { event, judging in
            let repeated = repeatedElement(of: event.hosts)
            try judging.require(
                repeated == nil, [DecidingFact("host", repeated ?? "")],
                zh: "主办方 \(repeated ?? "") 重复：每个主办方只写一次",
                en: "host \(repeated ?? "") appears twice: name every host once")
        },

        Guard("STATE-ACTIVITY", on: ActivityHeld.self) { _, judging in
            let activity = try judging.ownState(ActivityState.self)
            try judging.require(
                !activity.isHeld, [DecidingFact("state", activity.word)],
                zh: "该活动已记为开展（\(activity.word)）：修改请用更正（RecordCorrected）",
                en: "the activity is recorded as held (\(activity.word)): "
                    + "use a correction (RecordCorrected) to change it")
            let isLate = judging.fact.isLate || !(judging.fact.lateReason ?? "").isEmpty
            try judging.require(
                activity.isPlanned || isLate, [DecidingFact("state", activity.word)],
                zh: "该活动没有立项：请先记 ActivityPlanned；补录的活动请写明 late_reason",
                en: "the activity was never planned: record ActivityPlanned first, "
                    + "or give late_reason for a backfilled one")
        },
        Guard("INV-E03", on: ActivityHeld.self) { event, judging in
            try judging.require(
                (event.hasStarted && event.hasEnded) || event.on.value != nil,
                zh: "请给出 started 和 ended，或给出 on",
                en: "give started and ended, or on")
            if event.hasStarted && event.hasEnded {
                let (start, end) = (
                    InstantText.local(event.started), InstantText.local(event.ended)
                )
                try judging.require(
                    event.ended > event.started,
                    [DecidingFact("started", start), DecidingFact("ended", end)],
                    zh: "结束时间 \(end) 不晚于开始时间 \(start)，请更正",
                    en: "it ended at \(end), not after its start at \(start); correct one of them")
            }
            // The fact counts on the day it was held, whichever way the day is given.
            guard let named = event.namedDay, (judging.fact.occurred.precision ?? .year) >= .date
            else { return }
            try judging.require(
                named == judging.fact.occurred.lastDay,
                [
                    DecidingFact("held_on", named),
                    DecidingFact("occurred_on", judging.fact.occurred.text),
                ],
                zh: "活动于 \(named) 开展，occurred_at 却是 \(judging.fact.occurred.text)，请更正其一",
                en: "the activity was held on \(named), but occurred_at is "
                    + "\(judging.fact.occurred.text); correct one of them")
        },
        Guard("R-VO-01", on: ActivityHeld.self) { _, judging in
            let activity = try judging.ownState(ActivityState.self)
            let least = judging.rules[.clinicFilingDaysMin]
            let most = judging.rules[.clinicFilingDaysMax]
            judging.expect(
                activity.plannedKind != .clinic,
                zh: "义诊未见备案：应提前 \(least)–\(most) 天向县级以上卫生健康部门备案，请补材料",
                en: "no filing of this clinic is on record: it is filed with the county's health "
                    + "authority \(least) to \(most) days before")
        },

        Guard("STATE-ACTIVITY", on: VolunteerServiceRecorded.self) { _, judging in
            try requireHeld(judging)
        },
        Guard("R-VO-02", on: VolunteerServiceRecorded.self) { event, judging in
            let activity = try judging.ownBox(ActivityState.self)
            let hasServed =
                try activity.state.mayHaveServed(event.person) && hasServed(event.person, judging)
            try judging.require(
                !hasServed,
                [
                    DecidingFact("person", event.person),
                    DecidingFact("activity", activity.state.id),
                ],
                zh: "\(event.person) 在本活动已有志愿服务记录：同一活动同一人只记一次，修改请用更正",
                en: "\(event.person) has a service row in this activity already: one person counts "
                    + "once in an activity; use a correction to change it")
            try judging.require(
                event.minutes > 0, [DecidingFact("minutes", event.minutes)],
                zh: "服务时长须大于 0，现为 \(event.minutes) 分钟",
                en: "the time served must be above 0; it is \(event.minutes) minutes")
            guard let longest = activity.state.minutes else { return }
            try judging.require(
                Int64(event.minutes) <= longest,
                [
                    DecidingFact("minutes", event.minutes),
                    DecidingFact("activity_minutes", longest),
                ],
                zh: "服务时长 \(event.minutes) 分钟超过活动时长 \(longest) 分钟",
                en: "\(event.minutes) minutes were served in an activity of \(longest) minutes")
        },

        Guard("STATE-ACTIVITY", on: BeneficiariesCounted.self) { _, judging in
            try requireHeld(judging)
        },
        Guard("R-GEN-06", on: BeneficiariesCounted.self) { event, judging in
            let unit = event.quantity.unit
            try judging.require(
                unit == .personTime || unit == .person, [DecidingFact("unit", unit.word)],
                zh: "服务人次的单位应为 PERSON_TIME 或 PERSON，现为 \(unit.word)",
                en: "people served are counted in PERSON_TIME or PERSON, not in \(unit.word)")
        },
        Guard("R-VO-04", on: BeneficiariesCounted.self) { event, judging in
            try judging.require(
                event.quantity.unit != .person || event.method == .register,
                [DecidingFact("unit", event.quantity.unit.word)],
                zh: "单位为人（PERSON）须逐人登记（method REGISTER）：没有登记名册请用人次（PERSON_TIME）",
                en: "unit PERSON needs a register of persons (method REGISTER): "
                    + "without one count PERSON_TIME")
            try judging.require(
                event.quantity.value >= 0, [DecidingFact("value", event.quantity.value)],
                zh: "数量不得为负（\(event.quantity.value)）",
                en: "the count may not be negative (\(event.quantity.value))")
            let activity = try judging.ownState(ActivityState.self)
            try judging.require(
                !activity.measures.contains(event.measure),
                [DecidingFact("activity", activity.id)],
                zh: "本活动的这一指标已确认过：修改请用更正（RecordCorrected）",
                en: "this measure of the activity has been counted: "
                    + "use a correction (RecordCorrected) to change it")
        },
    ]

    /// Whether the facts of the activity name a person among those who served. The person's own
    /// facts are looked through: an activity may have many more.
    private static func hasServed(_ person: String, _ judging: Judging) throws -> Bool {
        try judging.office.facts(
            tag: "person-\(person)", types: [.volunteerServiceRecorded]
        ).contains { fact in
            guard fact.stream == judging.fact.stream,
                case .volunteerServiceRecorded(let event) = fact.payload
            else { return false }
            return event.person == person
        }
    }

    /// The current rule refuses what is recorded of an activity that has not been held.
    static func requireHeld(_ judging: Judging) throws {
        let activity = try judging.ownBox(ActivityState.self)
        try judging.require(
            activity.state.isHeld, [DecidingFact("state", activity.state.word)],
            zh: "该活动尚未记为开展（\(activity.state.word)）：请先记 ActivityHeld",
            en: "the activity is not recorded as held (\(activity.state.word)): "
                + "record ActivityHeld first")
    }
}

extension ActivityHeld {
    /// The single local day on which it was held; nil when only a longer period is known.
    var namedDay: LocalDate? {
        if hasStarted { return LocalDate(instant: started) }
        guard (on.precision ?? .year) >= .date else { return nil }
        return on.lastDay
    }
}

/// The first string that stands in a list twice.
func repeatedElement(of strings: [String]) -> String? {
    var seen: Set<String> = []
    return strings.first { !seen.insert($0).inserted }
}
