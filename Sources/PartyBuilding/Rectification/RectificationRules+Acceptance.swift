import Schema

extension RectificationRules {
    /// F07, F08, F11.
    static let acceptanceGuards: [Guard] = [
        Guard("STATE-ISSUE", on: RectificationRejected.self) { _, judging in
            try requireStep(.rejected, judging)
        },
        Guard("INV-F08", on: RectificationRejected.self) { event, judging in
            try requireAfterSubmission(try judging.day(event.on, "on"), judging)
        },

        Guard("STATE-ISSUE", on: IssueClosed.self) { _, judging in
            try requireStep(.closed, judging)
        },
        Guard("INV-F08", on: IssueClosed.self) { event, judging in
            try requireAfterSubmission(try judging.day(event.on, "on"), judging)
        },
        Guard("R-RC-04", on: IssueClosed.self) { event, judging in
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            let evidence =
                event.evidence.count + judging.fact.evidence.count + issue.submittedEvidence
            try judging.require(
                evidence >= 1, [DecidingFact("evidence", evidence)],
                zh: "销号没有佐证材料：验收或提请时至少附一份",
                en: "no evidence with the closing or the submission: at least one is needed")
            try judging.require(
                event.acceptor != issue.responsible, [DecidingFact("acceptor", event.acceptor)],
                zh: "验收人 \(event.acceptor) 就是责任人：须由责任链以外的人验收",
                en: "\(event.acceptor) is responsible for the issue: "
                    + "somebody outside the responsible chain must accept it")
            try requireLevel(event, issue, &judging)
        },
        Guard("R-GEN-07", on: IssueClosed.self) { event, judging in
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            judging.expect(
                event.acceptor != issue.planApprover,
                zh: "验收人 \(event.acceptor) 也是方案批准人，批准与验收宜由不同的人承担",
                en: "\(event.acceptor) also approved the plan; approver and acceptor should differ")
        },

        Guard("STATE-ISSUE", on: IssueReopened.self) { _, judging in
            try requireStep(.reopened, judging)
        },
        Guard("INV-F11", on: IssueReopened.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let due = try judging.day(event.newDue, "new_due")
            let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
            if let closed = issue.closedOn {
                try judging.require(
                    closed <= on, [DecidingFact("closed_on", closed), DecidingFact("on", on)],
                    zh: "重开日 \(on) 早于销号日 \(closed)",
                    en: "it is reopened on \(on), before it was closed on \(closed)")
            }
            try judging.require(
                on <= due, [DecidingFact("on", on), DecidingFact("new_due", due)],
                zh: "新期限 \(due) 早于重开日 \(on)",
                en: "the new due date \(due) lies before the reopening on \(on)")
        },
    ]

    private static func requireAfterSubmission(_ on: LocalDate, _ judging: Judging) throws {
        let issue = try judging.state(IssueState.self, judging.fact.streamIdentity)
        guard let submitted = issue.submittedOn else { return }
        try judging.require(
            submitted <= on, [DecidingFact("submitted_on", submitted), DecidingFact("on", on)],
            zh: "验收日 \(on) 早于提请日 \(submitted)，请更正",
            en: "it is judged on \(on), before it was submitted on \(submitted); correct one")
    }

    /// The accepting organisation is not below the responsible one; what others found is best not
    /// accepted by the responsible organisation itself.
    private static func requireLevel(
        _ event: IssueClosed, _ issue: IssueState, _ judging: inout Judging
    ) throws {
        guard let registration = issue.registration else { return }
        let isBelow =
            try event.acceptorOrg != registration.org
            && OrganisationLine.ancestors(of: event.acceptorOrg, judging).contains(registration.org)
        try judging.require(
            !isBelow,
            [
                DecidingFact("acceptor_org", event.acceptorOrg),
                DecidingFact("org", registration.org),
            ],
            zh: "验收单位 \(event.acceptorOrg) 隶属于责任单位 \(registration.org)：须由同级或上级验收",
            en: "\(event.acceptorOrg) is below the responsible \(registration.org): "
                + "an organisation of its level or above must accept")
        let isExternal: Bool =
            switch registration.source {
            case .inspection, .secretVisit, .secretaryReport, .audit: true
            case .selfCheck, .publicDemand, .democraticLife, .campaign, .unspecified,
                .UNRECOGNIZED:
                false
            }
        judging.expect(
            !isExternal || event.acceptorOrg != registration.org,
            zh: "上级反馈的问题由责任单位 \(registration.org) 自行验收，宜由反馈单位验收",
            en: "a problem found from outside is accepted by the responsible \(registration.org) "
                + "itself; the organisation that found it should accept")
    }
}
