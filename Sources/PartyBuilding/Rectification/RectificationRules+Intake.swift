import Schema

extension RectificationRules {
    /// F02, F03, F04.
    static let intakeGuards: [Guard] = [
        Guard("STATE-ISSUE", on: IssueRegistered.self) { event, judging in
            try requireStep(.registered(.init(event.categoryProposed)), judging)
        },
        Guard("R-RC-01", on: IssueRegistered.self) { event, judging in
            for (field, value) in [
                ("title", event.title), ("description_ref", event.descriptionRef),
                ("org", event.org),
            ] {
                try judging.require(
                    !value.isBlank, [DecidingFact("field", field)],
                    zh: "问题登记缺少 \(field)：须写明标题、描述和责任单位",
                    en: "\(field) is missing: an issue has a title, a description and a "
                        + "responsible organisation")
            }
        },

        Guard("R-RC-09", on: IssueRegistered.self) { event, judging in
            if !event.complainantRef.isEmpty { try judging.requireClass(atLeast: .c3) }
        },

        Guard("STATE-ISSUE", on: IssueAssigned.self) { event, judging in
            try requireStep(.assigned(.init(event.category)), judging)
        },
        Guard("R-RC-01", on: IssueAssigned.self) { event, judging in
            let missing =
                (event.responsiblePerson.isBlank ? ["responsible_person"] : [])
                + (event.dueOn == 0 ? ["due_on"] : [])
            let names = missing.joined(separator: ", ")
            try judging.require(
                missing.isEmpty, [DecidingFact("missing", names)],
                zh: "定责定期缺少 \(names)：须写明责任人和期限",
                en: "\(names) missing: an issue is assigned to a person with a due date")
        },
        Guard("INV-F03", on: IssueAssigned.self) { event, judging in
            let due = try judging.day(event.dueOn, "due_on")
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            guard let registration = issue.registration,
                let found = LocalDate(yyyymmdd: registration.foundOn)
            else { return }
            try judging.require(
                found <= due, [DecidingFact("found_on", found), DecidingFact("due_on", due)],
                zh: "整改期限 \(due) 早于发现日期 \(found)，请更正",
                en: "it is due on \(due), before it was found on \(found); correct one of them")
        },
        Guard("R-RC-05", on: IssueAssigned.self) { event, judging in
            let due = try judging.day(event.dueOn, "due_on")
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            // Assigned anew after a reopening: its due date is set already.
            guard issue.lifecycle.wasReopened, let current = issue.currentDue else { return }
            try judging.require(
                due <= current,
                [DecidingFact("due_on", due), DecidingFact("current_due", current)],
                zh: "重开时已定期限 \(current)，不能改为更晚的 \(due)：延期请用 IssueDeadlineExtended",
                en: "the reopening set \(current); it cannot become \(due) here: "
                    + "use IssueDeadlineExtended")
        },

        Guard("STATE-ISSUE", on: RectificationPlanApproved.self) { _, judging in
            try requireStep(.planApproved, judging)
        },
        Guard("R-GEN-07", on: RectificationPlanApproved.self) { event, judging in
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            try judging.require(
                event.approvedBy != issue.responsible,
                [DecidingFact("approved_by", event.approvedBy)],
                zh: "方案批准人 \(event.approvedBy) 就是责任人：须由他人批准",
                en: "\(event.approvedBy) is responsible for the issue: "
                    + "somebody else must approve its plan")
        },
        Guard("R-RC-02", on: RectificationPlanApproved.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            guard let registration = issue.registration, registration.source == .inspection,
                let found = LocalDate(yyyymmdd: registration.foundOn)
            else { return }
            let limit = judging.rules[.planDays]
            // A late plan is a breach to be seen, not a fact to be kept out of the record.
            judging.expect(
                on.days(since: found) <= limit,
                zh: "巡察整改方案批准于 \(on)，距发现 \(found) 已 \(on.days(since: found)) 天（规定 \(limit) 天）",
                en: "the plan is dated \(on), \(on.days(since: found)) days after the finding on "
                    + "\(found) (limit \(limit))")
        },
    ]

    /// The current rule refuses a step that the issue's state does not allow.
    static func requireStep(_ step: IssueLifecycle.Step, _ judging: Judging) throws {
        let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
        if issue.lifecycle.allows(step) { return }
        let facts = [
            DecidingFact("state", issue.word),
            DecidingFact("category", issue.lifecycle.category.rawValue),
            DecidingFact("cycle", issue.lifecycle.cycle),
        ]
        let isSecondRegistration: Bool = if case .registered = step { true } else { false }
        if issue.lifecycle.state == .registered, !isSecondRegistration {
            throw Refusal(
                "R-RC-01", zh: "该问题尚未定责定期：请先记 IssueAssigned（责任人和期限）",
                en: "the issue has no responsible person and due date yet: "
                    + "record IssueAssigned first", facts)
        }
        let (zh, en) = remedy(step, issue.lifecycle)
        throw judging.refusal(
            facts, zh: "该问题处于「\(issue.zh)」（\(issue.word)），不能\(zh)",
            en: "the issue is \(issue.word): \(en)")
    }

    /// What a refused step was and what must come before it.
    private static func remedy(
        _ step: IssueLifecycle.Step, _ lifecycle: IssueLifecycle
    ) -> (zh: String, en: String) {
        let needsPlan = lifecycle.category == .deadline && !lifecycle.isPlanned
        switch step {
        case .registered: return ("再次登记：同一问题只登记一次", "it cannot be registered again")
        case .assigned: return ("再定责：改期限请用延期", "it cannot be assigned again")
        case .planApproved: return ("批准方案：须先定责定期", "a plan follows the assignment")
        case .progressReported:
            return needsPlan
                ? ("报进展：请先批准整改方案", "approve its plan first")
                : ("报进展", "progress can be reported only of one that is being worked on")
        case .submitted:
            return needsPlan
                ? ("提请验收：限期整改须先批准方案", "approve its plan first")
                : ("提请验收：请先报整改进展", "report progress first")
        case .rejected: return ("退回：须先提请验收", "only a submitted one can be rejected")
        case .closed: return ("销号：须先提请验收", "only a submitted one can be closed")
        case .deadlineExtended: return ("延期", "its due date cannot be moved now")
        case .madeLongTerm: return ("转长期坚持：须在整改中", "only one in progress can become so")
        case .reopened: return ("重开：只有已销号的可以重开", "only a closed one can be reopened")
        }
    }
}

extension String {
    /// Whether there is nothing but white space.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
