import Schema

extension RectificationRules {
    /// F05, F06, F09.
    static let workGuards: [Guard] = [
        Guard("STATE-ISSUE", on: RectificationProgressReported.self) { _, judging in
            try requireStep(.progressReported, judging)
        },
        Guard("INV-F05", on: RectificationProgressReported.self) { event, judging in
            try judging.require(
                (0...100).contains(event.pct), [DecidingFact("pct", event.pct)],
                zh: "进展须在 0–100 之间，现为 \(event.pct)",
                en: "progress is 0 to 100; it is \(event.pct)")
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            try judging.require(
                event.pct >= issue.progress || !event.note.isBlank,
                [DecidingFact("pct", event.pct), DecidingFact("reported_pct", issue.progress)],
                zh: "进展由 \(issue.progress)% 降为 \(event.pct)%：请在 note 里说明原因",
                en: "progress falls from \(issue.progress) % to \(event.pct) %: explain it in note")
        },

        Guard("STATE-ISSUE", on: RectificationSubmitted.self) { _, judging in
            try requireStep(.submitted, judging)
        },

        Guard("STATE-ISSUE", on: IssueDeadlineExtended.self) { _, judging in
            try requireStep(.deadlineExtended, judging)
        },
        Guard("R-RC-05", on: IssueDeadlineExtended.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let old = try judging.day(event.oldDue, "old_due")
            let new = try judging.day(event.newDue, "new_due")
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            guard let due = issue.currentDue else { return }
            try judging.require(
                old == due, [DecidingFact("old_due", old), DecidingFact("current_due", due)],
                zh: "原期限写的是 \(old)，现行期限是 \(due)，请更正",
                en: "old_due says \(old), the current due date is \(due); correct it")
            // The due day itself is still on time, until its end.
            try judging.require(
                on <= due, [DecidingFact("on", on), DecidingFact("current_due", due)],
                zh: "期限 \(due) 已过（批准日 \(on)）：延期须在到期前批准",
                en: "it was due on \(due); an extension of \(on) comes too late: "
                    + "it is approved before the due date passes")
            try judging.require(
                due < new, [DecidingFact("new_due", new), DecidingFact("current_due", due)],
                zh: "新期限 \(new) 不晚于现行期限 \(due)", en: "\(new) is not after \(due)")
            let most = judging.rules[.issueExtensionsMax]
            try judging.require(
                issue.extensions < most,
                [
                    DecidingFact("extensions", issue.extensions),
                    DecidingFact("issue_extensions_max", most),
                ],
                zh: "本周期已延期 \(issue.extensions) 次，最多 \(most) 次",
                en: "it has been extended \(issue.extensions) times in this cycle; at most \(most)")
        },
        Guard("R-GEN-07", on: IssueDeadlineExtended.self) { event, judging in
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            try judging.require(
                event.approver != issue.responsible, [DecidingFact("approver", event.approver)],
                zh: "延期批准人 \(event.approver) 就是责任人：须由他人批准",
                en: "\(event.approver) is responsible for the issue: "
                    + "somebody else must approve its extension")
        },
    ]
}
