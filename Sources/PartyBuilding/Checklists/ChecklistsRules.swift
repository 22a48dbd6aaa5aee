import Schema

/// The rules that guard the facts of the area Checklists.
package enum ChecklistsRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-CK-01", .stated, zh: "清单每项须有责任人、期限和考核指标（按清单类型）；权力清单各项写明岗位类别",
            en: "Each item has owner, due date and measure, as its kind of list demands; power "
                + "items name a role class"),
        Rule(
            "R-CK-02", .assumed, zh: "核验人不是责任人；只有核验通过的才计入完成率",
            en: "The verifier is not the owner; only verified items count as complete"),
        Rule(
            "STATE-CHECKLIST", .assumed, zh: "清单只制定一次", en: "A checklist is adopted once"),
        Rule(
            "STATE-CHECKLIST-ITEM", .assumed, zh: "清单项按 待完成—自报完成—核验 推进",
            en: "An item is open, completed, then verified or returned"),
        Rule(
            "INV-G02", .assumed, zh: "清单条目编号不重复，持有主体为组织、支部、职务或人员",
            en: "Items have ids of their own; the holder is an org, branch, post or person"),
        Rule(
            "INV-G05", .assumed, zh: "核验不早于完成", en: "Verification does not precede completion"),
    ]

    package static let guards: [Guard] = [
        Guard("STATE-CHECKLIST", on: ChecklistAdopted.self) { _, judging in
            let checklist = try judging.state(ChecklistState.self, judging.fact.streamIdentity)
            try judging.require(
                checklist.adoption == nil, [DecidingFact("checklist", checklist.id)],
                zh: "该清单已经制定：修改请用更正（RecordCorrected）",
                en: "the checklist is adopted already: "
                    + "use a correction (RecordCorrected) to change it")
        },
        Guard("INV-G02", on: ChecklistAdopted.self) { event, judging in
            let repeated = repeatedElement(of: event.items.map(\.itemID))
            try judging.require(
                repeated == nil, [DecidingFact("item_id", repeated ?? "")],
                zh: "条目编号 \(repeated ?? "") 重复", en: "item \(repeated ?? "") appears twice")
            let kind = String(subjectKind(event.holder))
            try judging.require(
                ["org", "branch", "post", "person"].contains(kind),
                [DecidingFact("holder", event.holder)],
                zh: "持有主体 \(event.holder) 须写成 org-…、branch-…、post-… 或 person-…",
                en: "holder \(event.holder) must be org-…, branch-…, post-… or person-…")
        },
        Guard("R-CK-01", on: ChecklistAdopted.self) { event, judging in
            try requireItems(event, &judging)
        },

        Guard("STATE-CHECKLIST-ITEM", on: ChecklistItemCompleted.self) { event, judging in
            try requireStep(.completed, item: event.itemID, judging)
        },
        Guard("STATE-CHECKLIST-ITEM", on: ChecklistItemVerified.self) { event, judging in
            let step: ChecklistItemState.Step = event.verdict == .pass ? .verified : .returned
            try requireStep(step, item: event.itemID, judging)
        },
        Guard("R-CK-02", on: ChecklistItemVerified.self) { event, judging in
            let checklist = try judging.state(ChecklistState.self, judging.fact.streamIdentity)
            try judging.require(
                checklist.items[event.itemID]?.owner != event.verifier,
                [DecidingFact("verifier", event.verifier), DecidingFact("item_id", event.itemID)],
                zh: "核验人 \(event.verifier) 就是条目 \(event.itemID) 的责任人：须由他人核验",
                en: "\(event.verifier) owns item \(event.itemID): somebody else must verify it")
        },
        Guard("INV-G05", on: ChecklistItemVerified.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let checklist = try judging.state(ChecklistState.self, judging.fact.streamIdentity)
            guard let completed = checklist.items[event.itemID]?.completedOn else { return }
            try judging.require(
                completed <= on, [DecidingFact("completed_on", completed), DecidingFact("on", on)],
                zh: "核验日 \(on) 早于完成日 \(completed)，请更正",
                en: "it is verified on \(on), before it was completed on \(completed); correct one")
        },
    ]

    /// Projects and problems are worked off by a date; a work or learning list without one is due
    /// at the end of its period; the other lists describe standing duties.
    private static func requireItems(
        _ event: ChecklistAdopted, _ judging: inout Judging
    ) throws {
        let undated = event.items.first { !$0.hasDueOn }?.itemID
        switch event.kind {
        case .project, .problem:
            try judging.require(
                undated == nil, [DecidingFact("item_id", undated ?? "")],
                zh: "条目 \(undated ?? "") 没有期限：项目清单、问题清单每项须有期限",
                en: "item \(undated ?? "") has no due date: every item of a project or problem "
                    + "list needs one")
        case .work, .learning:
            judging.expect(
                undated == nil,
                zh: "条目 \(undated ?? "") 没有期限，按期间末日计",
                en: "item \(undated ?? "") has no due date; the end of the period counts")
        case .power:
            let classless = event.items.first { $0.roleClass.isBlank }?.itemID
            try judging.require(
                classless == nil, [DecidingFact("item_id", classless ?? "")],
                zh: "权力清单条目 \(classless ?? "") 没有岗位类别（role_class）",
                en: "item \(classless ?? "") of the power list names no role_class")
        case .responsibility, .policy, .unspecified, .UNRECOGNIZED: break
        }
        let ownerless = event.items.first { $0.owner.isBlank }?.itemID
        try judging.require(
            ownerless == nil, [DecidingFact("item_id", ownerless ?? "")],
            zh: "条目 \(ownerless ?? "") 没有责任人", en: "item \(ownerless ?? "") has no owner")
    }

    /// The current rule refuses a step that the item's state does not allow.
    private static func requireStep(
        _ step: ChecklistItemState.Step, item id: String, _ judging: Judging
    ) throws {
        let checklist = try judging.state(ChecklistState.self, judging.fact.streamIdentity)
        guard let item = checklist.items[id] else {
            throw judging.refusal(
                [DecidingFact("item_id", id)],
                zh: "清单 \(checklist.id) 没有条目 \(id)，请核对编号",
                en: "the checklist \(checklist.id) has no item \(id); check the id")
        }
        try judging.require(
            item.state.after(step) != nil,
            [DecidingFact("item_id", id), DecidingFact("state", item.state.rawValue)],
            zh: "条目 \(id) 处于「\(item.state.zh)」，不能\(step == .completed ? "再报完成" : "核验")",
            en: "item \(id) is \(item.state.rawValue): "
                + (step == .completed
                    ? "it cannot be completed again" : "only a completed item can be verified"))
    }
}
