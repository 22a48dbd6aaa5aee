import Schema

extension LearningRules {
    /// D04, D05 and D07: books, study hours and model learners.
    static let studyGuards: [Guard] = [
        Guard("INV-D04", on: BookCompleted.self) { event, judging in
            let day = try judging.day(event.finishedOn, "finished_on")
            try requireYear(day, field: "finished_on", &judging)
            try judging.require(
                !BookTitle.normalised(event.titleKey).isEmpty,
                [DecidingFact("title_key", event.titleKey)],
                zh: "书名只有符号，无法识别：请填写书名或 ISBN",
                en: "the title has no letter or digit: give the title or the ISBN")
        },
        Guard("R-LN-02", on: BookCompleted.self) { event, judging in
            let id = judging.fact.streamIdentity
            let state = try judging.state(LearningYearState.self, id)
            try judging.require(
                !state.books.contains(BookTitle.normalised(event.titleKey)),
                [DecidingFact("title_key", event.titleKey), DecidingFact("learning", id)],
                zh: "《\(event.titleKey)》本年度已登记读完：同一本书每人每年只计一次，无需重复登记",
                en:
                    "\(event.titleKey) is already recorded this year: a book counts once per "
                    + "person and year")
        },
        Guard("R-LN-04", on: StudySessionAttended.self) { event, judging in
            try requireYear(judging.day(event.on, "on"), field: "on", &judging)
        },
        Guard("INV-D05", on: StudySessionAttended.self) { event, judging in
            let id = judging.fact.streamIdentity
            try judging.require(
                event.studyHours > 0, [DecidingFact("study_hours", event.studyHours)],
                zh: "学时须大于 0", en: "study hours are more than 0")
            let state = try judging.state(LearningYearState.self, id)
            try judging.require(
                !state.sessions.contains(event.sessionID),
                [DecidingFact("session_id", event.sessionID)],
                zh: "场次 \(event.sessionID) 的学时已登记：每场每人只计一次",
                en: "the hours of session \(event.sessionID) are already recorded: once per person")
            let meeting = try judging.state(MeetingState.self, event.sessionID)
            guard meeting.isHeld else { return }
            try judging.require(
                Int64(event.studyHours) <= meeting.studyHours,
                [
                    DecidingFact("study_hours", event.studyHours),
                    DecidingFact("session_hours", meeting.studyHours),
                ],
                zh: "场次 \(event.sessionID) 共 \(meeting.studyHours) 学时，不能登记 \(event.studyHours) 学时",
                en: "session \(event.sessionID) lasted \(meeting.studyHours) study hours; "
                    + "\(event.studyHours) cannot be credited")
        },
        Guard("R-LN-03", on: ModelLearnersSelected.self) { event, judging in
            try requireModelLearners(event, judging)
        },
    ]

    /// The stream `learning-<person>-<yyyy>` is of the year of the day.
    private static func requireYear(
        _ day: LocalDate, field: String, _ judging: inout Judging
    ) throws(Refusal) {
        let stream = judging.fact.stream
        guard let year = LearningYear(stream: stream) else {
            throw judging.refusal(
                [DecidingFact("stream", stream)],
                zh: "流名 \(stream) 应为 learning-人员-年份，例如 learning-p1-2019",
                en: "the stream \(stream) should be learning-<person>-<year>, for example "
                    + "learning-p1-2019")
        }
        try judging.require(
            day.year == year.year,
            [DecidingFact(field, day), DecidingFact("year", year.year)],
            zh: "\(field) \(day) 不在 \(year.year) 年：请写入 learning-\(year.person)-\(day.year)，跨年的按年拆分",
            en: "\(field) \(day) is not in \(year.year): write it to "
                + "learning-\(year.person)-\(day.year) and split what crosses the year's end")
    }

    private static func requireModelLearners(
        _ event: ModelLearnersSelected, _ judging: Judging
    ) throws {
        let branch = judging.fact.streamIdentity
        let state = try judging.requireBranch(branch)
        guard let month = YearMonth(yyyymm: event.month) else {
            throw judging.refusal(
                [DecidingFact("month", event.month)], zh: "month 不是存在的月份，请更正",
                en: "month is not a month that exists; correct it")
        }
        let number = judging.rules[.modelPerMonth]
        let persons = sortedUnique(event.persons)
        try judging.require(
            persons.count == number && event.persons.count == number,
            [
                DecidingFact("selected", event.persons.count),
                DecidingFact("distinct", persons.count),
                DecidingFact("model_per_month", number),
            ],
            zh: "每月评选学习标兵 \(number) 名不同的党员，现写 \(event.persons.count) 名（不同的 \(persons.count) 名）",
            en:
                "\(number) different model learners are selected a month; \(event.persons.count) "
                + "are named (\(persons.count) different)")
        try judging.require(
            !state.modelLearnerMonths.contains(event.month), [DecidingFact("month", month)],
            zh: "支部 \(branch) 已评选 \(month) 的学习标兵：每月一次，要改内容请用更正",
            en: "branch \(branch) already selected for \(month): once a month; to change it use a "
                + "correction")
        for person in persons {
            let membership = try judging.office.membership(of: person)
            try judging.require(
                membership.wasOnRoll(
                    of: branch, from: month.firstDay, through: month.lastDay),
                [DecidingFact("person", person), DecidingFact("month", month)],
                zh: "\(person) 在 \(month) 不在支部 \(branch) 名册上：请另选",
                en: "\(person) was not on the roll of branch \(branch) in \(month): select "
                    + "somebody else")
        }
    }
}
