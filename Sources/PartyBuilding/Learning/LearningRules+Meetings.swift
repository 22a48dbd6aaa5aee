import Schema

extension LearningRules {
    /// D01: a meeting took place.
    static let meetingGuards: [Guard] = [
        Guard("INV-D01", on: MeetingHeld.self) { event, judging in
            let state = try judging.state(MeetingState.self, judging.fact.streamIdentity)
            try judging.require(
                !state.isHeld, [DecidingFact("meeting", state.id)],
                zh: "会议 \(state.id) 已登记：要改内容请用更正",
                en: "meeting \(state.id) is already recorded; to change it use a correction")
            try requirePlace(event, judging)
            try judging.require(
                event.started < event.ended,
                [DecidingFact("started", event.started), DecidingFact("ended", event.ended)],
                zh: "会议结束时间须晚于开始时间", en: "a meeting ends after it begins")
            try judging.require(
                LocalDate(instant: event.started) <= judging.fact.recordedDay,
                [DecidingFact("started_on", LocalDate(instant: event.started))],
                zh: "会议日期 \(LocalDate(instant: event.started)) 晚于录入日：尚未召开的会议不能登记",
                en: "the meeting of \(LocalDate(instant: event.started)) lies after the record day")
            try requireAttendance(event, judging)
        },
        Guard("R-MT-03", on: MeetingHeld.self) { event, judging in
            guard event.hasBranch, !event.branch.isEmpty else { return }
            let day = LocalDate(instant: event.started)
            for person in event.present where !event.guests.contains(person) {
                let held = try judging.office.membership(of: person).branch(on: day)
                try judging.require(
                    held == event.branch,
                    [
                        DecidingFact("person", person), DecidingFact("branch", event.branch),
                        DecidingFact("held_by", held ?? "-"), DecidingFact("on", day),
                    ],
                    zh: "\(person) 在 \(day) 不在支部 \(event.branch) 名册上：列席人员请写入 guests，否则请核对名册",
                    en: "\(person) is not on the roll of branch \(event.branch) on \(day): list "
                        + "invited persons as guests, or check the roll")
            }
        },
        Guard("R-MT-02", on: MeetingHeld.self) { event, judging in
            let present = presentCount(event)
            let expected = Int(event.expected)
            guard expected > 0 else { return }
            if event.kind == .general {
                judging.expect(
                    Majority.isMoreThanHalf(present, of: expected),
                    zh: "支部大会应到 \(expected) 人，实到 \(present) 人，未超过半数：不能作出决议",
                    en:
                        "\(present) of \(expected) are present at the general meeting, not more "
                        + "than half: it cannot resolve")
            } else if event.kind == .committee {
                judging.expect(
                    Majority.isAtLeastHalf(present, of: expected),
                    zh: "支委会应到 \(expected) 人，实到 \(present) 人，未达半数：不能作出决议",
                    en: "\(present) of \(expected) are present at the committee meeting, less than "
                        + "half: it cannot resolve")
            }
        },
        Guard("R-MT-04", on: MeetingHeld.self) { event, judging in
            let days = judging.fact.recordedDay.days(since: LocalDate(instant: event.ended))
            let limit = judging.rules[.minutesDays]
            judging.expect(
                days <= limit, zh: "会后 \(days) 天才登记，超过 \(limit) 天：请附会议记录和到会依据",
                en: "recorded \(days) days after the meeting, more than \(limit): attach minutes "
                    + "and proof of attendance")
        },
    ]

    private static func requirePlace(_ event: MeetingHeld, _ judging: Judging) throws {
        try judging.require(
            !event.branch.isEmpty || !event.org.isEmpty, [],
            zh: "会议须写明支部或组织", en: "name the branch or organisation whose meeting it was")
        if !event.branch.isEmpty {
            try judging.requireBranch(event.branch)
            return
        }
        switch event.kind {
        case .general, .committee, .group:
            throw judging.refusal(
                [DecidingFact("org", event.org)],
                zh: "支部大会、支委会、党小组会须写明支部（branch）",
                en: "general, committee and group meetings are a branch's: name it")
        case .partyLesson, .themeDay, .orgLife, .democraticLife, .partyCommittee,
            .presidentOffice, .centreGroup, .talentSpecial, .onSiteLearning, .jointConference,
            .unspecified, .UNRECOGNIZED:
            break
        }
    }

    private static func requireAttendance(
        _ event: MeetingHeld, _ judging: Judging
    ) throws(Refusal) {
        try judging.require(
            event.expected >= 0 && event.presentCount >= 0,
            [DecidingFact("expected", event.expected)],
            zh: "应到和实到人数不能为负", en: "numbers of persons cannot be negative")
        try judging.require(
            Set(event.present).count == event.present.count,
            [DecidingFact("present", event.present.count)],
            zh: "实到名单有重复：每人只写一次", en: "somebody is listed as present twice")
        try judging.require(
            event.present.isEmpty || !event.hasPresentCount
                || Int(event.presentCount) == event.present.count,
            [
                DecidingFact("present", event.present.count),
                DecidingFact("present_count", event.presentCount),
            ],
            zh: "实到名单 \(event.present.count) 人，人数写 \(event.presentCount)：请更正，或只写其一",
            en: "\(event.present.count) persons are listed but present_count says "
                + "\(event.presentCount): correct it, or give only one of them")
    }

    /// Those present, listed or counted.
    private static func presentCount(_ event: MeetingHeld) -> Int {
        event.present.isEmpty ? Int(event.presentCount) : event.present.count
    }
}
