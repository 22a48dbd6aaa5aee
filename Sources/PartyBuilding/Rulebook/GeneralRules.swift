import Schema

/// The rules that every fact must meet (R-GEN, specification section 2.5).
package enum GeneralRules {
    package static let rules: [Rule] = [
        Rule(
            "R-GEN-01", .assumed, zh: "同一 command_id 只生效一次，重复提交返回首次结果",
            en: "The same command id is applied once; a repeat returns the first result"),
        Rule(
            "R-GEN-02", .assumed, zh: "发生时间不得晚于录入时间（计划与期限除外）",
            en: "occurred_at may not be later than the record time (except plans and deadlines)"),
        Rule(
            "R-GEN-03", .assumed, zh: "录入晚于发生超过规定天数为补录，须说明原因并附依据",
            en: "A fact recorded later than the limit is backfill: reason and evidence required",
            parameters: [.backfillDays]),
        Rule(
            "R-GEN-04", .assumed, zh: "封账期间内的补写须有更正权限，标记并触发更正重报",
            en: "Writing inside a sealed period needs permission records.amend and is flagged"),
        Rule(
            "R-GEN-05", .assumed, zh: "不得删除；作废须有原因且批准人不是录入人；有后续事实的不得单独作废",
            en: "Nothing is deleted; a void needs a reason and an approver other than the recorder"),
        Rule(
            "R-GEN-06", .stated, zh: "计量单位须与指标一致，人与人次不得互换",
            en: "Units must match the measure; person and person_time never convert"),
        Rule(
            "R-GEN-07", .assumed, zh: "提议、批准、验收须由不同的人承担",
            en: "Proposer, approver and acceptor must be different persons"),
        Rule(
            "R-GEN-08", .assumed, zh: "操作人的数据范围须包含该事实所属组织",
            en: "The actor's data scope must contain the organisation of the fact"),
        Rule(
            "R-GEN-09", .assumed, zh: "并发写入时，期望的流版本须等于实际版本",
            en: "The expected stream version must equal the actual one"),
        Rule(
            "INV-ENVELOPE", .assumed, zh: "信封字段须完整一致",
            en: "The envelope's fields must be complete and agree with each other"),
        Rule(
            "INV-DATE", .assumed, zh: "日期须存在", en: "A date is a day that exists"),
        Rule(
            "INV-RECORD-TIME", .assumed, zh: "同一组织树的录入时间不得倒退，也不得在将来",
            en: "Record time may not run backwards within an organisation tree, nor lie ahead"),
    ]

    /// R-GEN-02: nothing is recorded before it happened.
    static func judgeFuture(_ fact: Fact) throws(Refusal) {
        if case .instantUs(let instant) = fact.occurredValue, instant > fact.recordedAt {
            throw future(fact, fact.occurredValue?.lastDay ?? fact.recordedDay)
        }
        // A month or year that is still running has begun: only its first day may not lie ahead.
        if let first = fact.occurredValue?.firstDay, first > fact.recordedDay {
            throw future(fact, first)
        }
    }

    private static func future(_ fact: Fact, _ day: LocalDate) -> Refusal {
        let recorded = fact.recordedDay
        return Refusal(
            "R-GEN-02",
            zh: "发生时间 \(day) 晚于录入日 \(recorded)：尚未发生的事不能记账，请核对日期",
            en: "it occurred on \(day), after the record day \(recorded): "
                + "what has not happened cannot be recorded; check the date",
            [DecidingFact("occurred_on", day), DecidingFact("recorded_on", recorded)])
    }

    /// R-GEN-03: whether the fact is backfill; refuses one without reason or evidence.
    static func judgeBackfill(_ fact: Fact, _ rules: RuleSet) throws(Refusal) -> Bool {
        if fact.isAmendment { return false }
        guard let happened = fact.occurredValue?.lastDay else { return false }
        let lag = fact.recordedDay.days(since: happened)
        let limit = rules.backfillDays
        guard lag > limit else { return false }
        let hasReason = !(fact.lateReason ?? "").isEmpty
        let hasEvidence = !fact.evidence.isEmpty || fact.sourceDoc != nil
        guard hasReason && hasEvidence else {
            let missing = hasReason ? "evidence" : "late_reason"
            throw Refusal(
                "R-GEN-03",
                zh: "发生于 \(happened)，录入于 \(fact.recordedDay)，相隔 \(lag) 天（超过 \(limit) 天为补录）："
                    + "请填写 late_reason 并附 evidence（缺 \(missing)）",
                en: "it occurred on \(happened) and is recorded on \(fact.recordedDay), "
                    + "\(lag) days later (more than \(limit) is backfill): give late_reason and "
                    + "evidence (\(missing) is missing)",
                [DecidingFact("lag_days", lag), DecidingFact("backfill_days", limit)])
        }
        return true
    }

    /// R-GEN-04: whether the fact falls into a sealed period; refuses one without permission.
    static func judgeSeal(
        _ fact: Fact, _ office: Office, _ actor: Actor
    ) throws -> Bool {
        if fact.isAmendment { return false }
        switch fact.type {
        case .periodSealed, .reportFiled, .reportRestated: return false
        default: break
        }
        let sealed = try office.sealedPeriods(tenant: fact.tenant)
            .holding(fact.validDay, before: fact.recordedAt)
        guard !sealed.isEmpty else { return false }
        // A seal of an organisation covers all below it.
        let line = try office.line(of: fact) + ["org-\(fact.tenant)"]
        guard let broken = sealed.first(where: { line.contains("org-\($0.organisation)") }) else {
            return false
        }
        guard actor.permissions.contains(.amendRecords) else {
            let (period, organisation) = (broken.seal.period, broken.organisation)
            throw Refusal(
                "R-GEN-04",
                zh: "\(fact.validDay) 属于已封账期间 \(period)（\(organisation)）：补写须有 records.amend 权限",
                en: "\(fact.validDay) lies in the sealed period \(period) of \(organisation): "
                    + "writing into it needs permission records.amend",
                [
                    DecidingFact("period", period), DecidingFact("org", organisation),
                    DecidingFact("valid_day", fact.validDay),
                ])
        }
        return true
    }

    /// R-GEN-08: a scoped actor records only facts of its own branches and organisations and of
    /// what lies below them.
    static func judgeScope(_ fact: Fact, _ office: Office, _ actor: Actor) throws {
        guard case .subjects(let allowed) = actor.scope,
            !allowed.contains("org-\(fact.tenant)")
        else { return }
        let line = try office.ownLine(of: fact)
        guard line.contains(where: allowed.contains) else {
            let scope = allowed.joined(separator: ", ")
            throw Refusal(
                "R-GEN-08",
                zh: "操作人的数据范围（\(scope)）不包含 \(fact.stream)：请由有权限的人录入",
                en: "the actor's scope (\(scope)) does not contain \(fact.stream): "
                    + "let somebody record it whose scope does",
                [DecidingFact("scope", scope), DecidingFact("stream", fact.stream)])
        }
    }

    /// Record time runs forward within a tree and never lies ahead of the ledger's clock.
    static func recordTime(
        proposed: Int64?, tenant: String, last: Int64?, now: Int64, actor: Actor
    ) throws(Refusal) -> Int64 {
        guard let proposed else { return max(now, last ?? now) }
        guard actor.permissions.contains(.importHistory) else {
            throw Refusal(
                "INV-RECORD-TIME", zh: "只有获准导入历史的账号可以指定 recorded_at，请去掉该字段",
                en: "only an importer with permission history.import may set recorded_at; "
                    + "leave the field out")
        }
        if proposed > now {
            throw Refusal(
                "INV-RECORD-TIME",
                zh:
                    "recorded_at（\(LocalDate(instant: proposed))）在将来，账簿时钟为 \(LocalDate(instant: now))",
                en: "recorded_at (\(LocalDate(instant: proposed))) lies in the future; "
                    + "the ledger's clock says \(LocalDate(instant: now))",
                [DecidingFact("recorded_at_us", proposed), DecidingFact("now_us", now)])
        }
        if let last, proposed < last {
            throw Refusal(
                "INV-RECORD-TIME",
                zh: "组织树 \(tenant) 的录入时间已到 \(InstantText.local(last))，"
                    + "recorded_at \(InstantText.local(proposed)) 早于它：同一组织树的录入时间不得倒退，请按录入先后导入",
                en: "the tree \(tenant) has reached record time \(InstantText.local(last)); "
                    + "recorded_at \(InstantText.local(proposed)) is earlier: record time may not "
                    + "run backwards within a tree; import in order of recording",
                [DecidingFact("recorded_at_us", proposed), DecidingFact("last_us", last)])
        }
        return proposed
    }
}

/// Instants as texts for people.
package enum InstantText {
    /// `2019-07-31T09:00:00+08:00`, with a fraction only when there is one.
    package static func local(_ instant: Int64) -> String {
        let day = LocalDate(instant: instant)
        let rest = instant - day.startInstant
        guard rest >= 0, rest < LocalDate.microsecondsPerDay else { return "\(instant) µs" }
        let seconds = Int(rest / 1_000_000)
        let micros = Int(rest % 1_000_000)
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
        let fraction = micros == 0 ? "" : ".\(padded(micros, 6))"
        return "\(day)T\(time.joined(separator: ":"))\(fraction)+08:00"
    }
}
