import Schema

extension OrganisationRules {
    /// A01 and A02: the tree of organisations.
    static let organisationGuards: [Guard] = [
        Guard("INV-A01", on: OrganisationRegistered.self) { event, judging in
            try judging.requireStream("org-\(event.orgID)", field: "org_id")
            let state = try judging.state(OrganisationState.self, event.orgID)
            try judging.require(
                !state.isRegistered, [DecidingFact("org_id", event.orgID)],
                zh: "组织 \(event.orgID) 已登记（\(state.name)）：编号须唯一，请换一个编号；要改内容请用更正",
                en: "organisation \(event.orgID) is already registered (\(state.name)): ids are "
                    + "unique, choose another; to change it use a correction")
            guard event.hasParentOrg, !event.parentOrg.isEmpty else { return }
            try judging.require(
                event.parentOrg != event.orgID, [DecidingFact("parent_org", event.parentOrg)],
                zh: "组织 \(event.orgID) 不能是自己的上级", en: "\(event.orgID) cannot be its own parent")
            let parent = try judging.state(OrganisationState.self, event.parentOrg)
            try judging.require(
                parent.isRegistered, [DecidingFact("parent_org", event.parentOrg)],
                zh: "上级组织 \(event.parentOrg) 尚未登记：请先登记上级",
                en: "the parent \(event.parentOrg) is not registered: register it first")
        },
        Guard("INV-A02", on: OrganisationAffiliationChanged.self) { event, judging in
            let id = judging.fact.streamIdentity
            let state = try judging.state(OrganisationState.self, id)
            let named = event.hasOldParent && !event.oldParent.isEmpty ? event.oldParent : nil
            try judging.require(
                state.isRegistered, [DecidingFact("org", id)],
                zh: "组织 \(id) 尚未登记，不能变更隶属关系",
                en: "organisation \(id) is not registered: it has no affiliation to change")
            try judging.require(
                named == state.parent,
                [
                    DecidingFact("old_parent", named ?? "-"),
                    DecidingFact("actual", state.parent ?? "-"),
                ],
                zh: "原上级写的是 \(named ?? "（无）")，登记的是 \(state.parent ?? "（无）")：请核对",
                en: "old_parent says \(named ?? "none"), but the parent on record is "
                    + "\(state.parent ?? "none"); check it")
            let from = try judging.day(event.effectiveFrom, "effective_from")
            if let last = state.affiliatedFrom {
                try judging.require(
                    last <= from,
                    [DecidingFact("effective_from", from), DecidingFact("last_change", last)],
                    zh: "生效日期 \(from) 早于上一次变更的 \(last)：隶属关系须前后衔接",
                    en: "effective_from \(from) lies before the last change of \(last): "
                        + "affiliations follow each other")
            }
            try requireNoCycle(from: event.newParent, to: id, judging)
        },
    ]

    /// How far up a tree is followed: deeper ones are damaged data.
    private static let maximumDepth = 64

    private static func requireNoCycle(
        from parent: String, to id: String, _ judging: Judging
    ) throws {
        var ancestor = parent
        for _ in 0..<maximumDepth {
            try judging.require(
                ancestor != id, [DecidingFact("new_parent", parent)],
                zh: "\(parent) 是 \(id) 本身或其下级，作为上级会成环：请换一个上级",
                en: "\(parent) is \(id) itself or below it, so that it cannot be its parent")
            let state = try judging.state(OrganisationState.self, ancestor)
            try judging.require(
                state.isRegistered, [DecidingFact("new_parent", ancestor)],
                zh: "上级组织 \(ancestor) 尚未登记：请先登记",
                en: "the organisation \(ancestor) is not registered: register it first")
            guard let next = state.parent else { return }
            ancestor = next
        }
        throw judging.refusal(
            [DecidingFact("depth", maximumDepth)], zh: "\(parent) 以上的层级超过 \(maximumDepth) 层，请核对",
            en: "there are more than \(maximumDepth) levels above \(parent); check the tree")
    }
}
