import Schema

extension RecordsRules {
    /// L03, L05, L06.
    static let reportGuards: [Guard] = [
        Guard("STATE-SEAL", on: PeriodSealed.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let period = try requirePeriod(event.period, judging)
            try judging.require(
                period.lastDay < on,
                [DecidingFact("period", period), DecidingFact("on", on)],
                zh: "期间 \(period) 到 \(period.lastDay) 才结束，次日起方可封账，现为 \(on)",
                en: "\(period) ends on \(period.lastDay); it can be sealed from the day after, "
                    + "not on \(on)")
            let seals = try judging.state(Seals.self, judging.fact.streamIdentity)
            try judging.require(
                !seals.isSealed(event.period.text), [DecidingFact("period", period)],
                zh: "期间 \(period) 已封账", en: "\(period) is sealed already")
        },

        Guard("STATE-REPORT", on: ReportFiled.self) { _, judging in
            let report = try judging.state(ReportState.self, judging.fact.streamIdentity)
            try judging.require(
                report.current == nil,
                [DecidingFact("filed_as", report.current?.description ?? "")],
                zh: "该报表已报送：变动请用更正重报（ReportRestated）",
                en: "the report is filed already: restate it (ReportRestated)")
        },
        Guard("INV-L05", on: ReportFiled.self) { event, judging in
            let period = try requirePeriod(event.period, judging)
            let on = try judging.day(event.on, "on")
            try judging.require(
                period.start <= on, [DecidingFact("period", period), DecidingFact("on", on)],
                zh: "期间 \(period) 尚未开始（报送日 \(on)）",
                en: "\(period) has not begun on \(on)")
            // A day stands for its end, which on the day of filing is still to come.
            let first = event.knownAt.firstDay ?? on
            let isKnown: Bool =
                if case .instantUs(let instant) = event.knownAt.value {
                    instant <= judging.fact.recordedAt
                } else {
                    first <= judging.fact.recordedDay
                }
            try judging.require(
                isKnown,
                [
                    DecidingFact("known_at", event.knownAt.text),
                    DecidingFact("recorded_on", judging.fact.recordedDay),
                ],
                zh: "知悉时点 \(event.knownAt.text) 晚于录入日 \(judging.fact.recordedDay)",
                en: "known_at \(event.knownAt.text) lies after the record day "
                    + "\(judging.fact.recordedDay)")
            let twice = repeatedElement(of: event.figures.map(\.key))
            try judging.require(
                twice == nil, [DecidingFact("key", twice ?? "")],
                zh: "指标 \(twice ?? "") 重复", en: "\(twice ?? "") appears twice")
            guard event.hasHash, let digest = judging.rulebook.digest else { return }
            let hash = digest(event.figureBytes)
            try judging.require(
                [UInt8](event.hash) == hash, [DecidingFact("hash", Hexadecimal.text(hash))],
                zh: "hash 与 figures 不符：请重新计算，或去掉 hash 由服务填写",
                en: "hash is not that of figures: compute it again or leave it to the server")
        },

        Guard("STATE-REPORT", on: ReportRestated.self) { event, judging in
            let report = try judging.state(ReportState.self, judging.fact.streamIdentity)
            let current = report.current?.description ?? ""
            try judging.require(
                report.current != nil, [DecidingFact("report", judging.fact.stream)],
                zh: "该报表尚未报送：请先记 ReportFiled", en: "the report is not filed yet: record ReportFiled"
            )
            let superseded = FactID(bytes: event.supersedes)
            try judging.require(
                superseded == report.current,
                [
                    DecidingFact("supersedes", superseded?.description ?? ""),
                    DecidingFact("current", current),
                ],
                zh: "应取代现行版本 \(current)，现为 \(superseded?.description ?? "")",
                en: "it must supersede the current version \(current), "
                    + "not \(superseded?.description ?? "")")
        },
        Guard("INV-L06", on: ReportRestated.self) { event, judging in
            let report = try judging.state(ReportState.self, judging.fact.streamIdentity)
            try requireChanges(event, report, judging)
            for bytes in event.causes {
                try requireCause(FactID(bytes: bytes), report, judging)
            }
        },
    ]

    private static func requirePeriod(
        _ period: Period, _ judging: Judging
    ) throws(Refusal) -> CalendarPeriod {
        guard let known = CalendarPeriod(period) else {
            throw judging.refusal(zh: "期间不存在，请更正", en: "there is no such period; correct it")
        }
        return known
    }

    /// Old values are those that count now; something changes.
    private static func requireChanges(
        _ event: ReportRestated, _ report: ReportState, _ judging: Judging
    ) throws {
        let twice = repeatedElement(of: event.changed.map(\.key))
        try judging.require(
            twice == nil, [DecidingFact("key", twice ?? "")],
            zh: "指标 \(twice ?? "") 重复", en: "\(twice ?? "") appears twice")
        for entry in event.changed {
            let current = report.figures[entry.key]
            let old = entry.value.hasOld ? entry.value.old : nil
            let (currentText, oldText) = (text(current), text(old))
            try judging.require(
                old?.value == current?.value && old?.unit == current?.unit,
                [
                    DecidingFact("key", entry.key), DecidingFact("old", oldText),
                    DecidingFact("current", currentText),
                ],
                zh: "\(entry.key) 的原值写的是 \(oldText)，现行数据是 \(currentText)",
                en: "old of \(entry.key) is \(oldText), the figure that counts is \(currentText)")
            try judging.require(
                current.map { $0.unit == entry.value.new.unit } ?? true,
                [
                    DecidingFact("key", entry.key), DecidingFact("unit", entry.value.new.unit.word),
                ],
                zh: "\(entry.key) 的单位不得改变（\(entry.value.new.unit.word)）",
                en: "\(entry.key) keeps its unit; it may not become \(entry.value.new.unit.word)")
            try judging.require(
                current.map { $0.value != entry.value.new.value } ?? true,
                [DecidingFact("key", entry.key), DecidingFact("current", currentText)],
                zh: "\(entry.key) 没有变化（\(currentText)）", en: "\(entry.key) stays \(currentText)")
        }
    }

    /// A cause is a fact that was recorded after what the replaced version knew.
    private static func requireCause(
        _ id: FactID?, _ report: ReportState, _ judging: Judging
    ) throws {
        let name = id?.description ?? ""
        guard let id, let cause = try judging.office.fact(id: id) else {
            throw judging.refusal(
                [DecidingFact("cause", name)], zh: "起因事件 \(name) 不存在，请核对编号",
                en: "there is no fact \(name); check causes")
        }
        let (recorded, known) = (
            InstantText.local(cause.recordedAt), InstantText.local(report.knownAt)
        )
        try judging.require(
            report.knownAt < cause.recordedAt,
            [
                DecidingFact("cause", name), DecidingFact("recorded_at", recorded),
                DecidingFact("known_at", known),
            ],
            zh: "起因 \(name) 录入于 \(recorded)，不晚于上一版知悉时点 \(known)：它已在上一版数据之内",
            en:
                "\(name) was recorded at \(recorded), not after \(known) which the replaced version "
                + "knew: it is in those figures already")
    }

    private static func text(_ quantity: Quantity?) -> String {
        guard let quantity else { return "—" }
        return "\(quantity.value) \(quantity.unit.word)"
    }
}
