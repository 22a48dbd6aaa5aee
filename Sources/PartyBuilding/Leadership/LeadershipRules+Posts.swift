import Schema

extension LeadershipRules {
    /// C04 and C05: posts are filled and vacated.
    static let postGuards: [Guard] = [
        Guard("INV-C04", on: PostAppointed.self) { event, judging in
            let isPlaced =
                !event.org.isEmpty || !event.branch.isEmpty || !event.department.isEmpty
            try judging.require(
                isPlaced, [],
                zh: "任职须写明组织、支部或科室之一", en: "name the organisation, branch or department")
            if !event.branch.isEmpty { try judging.requireBranch(event.branch) }
        },
        Guard("STATE-POST", on: PostAppointed.self) { event, judging in
            let post = try judging.state(PostState.self, judging.fact.streamIdentity)
            let from = try judging.day(event.from, "from")
            if let current = post.current {
                throw judging.refusal(
                    [DecidingFact("holder", current.person)],
                    zh: "职务 \(post.id) 由 \(current.person) 担任：请先登记离任（PostVacated）",
                    en: "\(current.person) holds post \(post.id): record PostVacated first")
            }
            try judging.require(
                post.incumbencies.last.map { $0.to.map { $0 <= from } ?? true } ?? true,
                [DecidingFact("from", from)],
                zh: "任职日期 \(from) 早于前任离任日期：请核对",
                en: "from \(from) lies before the previous holder left: check the dates")
        },
        Guard("R-LD-07", on: PostAppointed.self) { event, judging in
            guard event.postKind == .secretary else { return }
            try requireSecretary(event, &judging)
        },
        Guard("R-LD-08", on: PostAppointed.self) { event, judging in
            guard event.postKind == .secretary else { return }
            let from = try judging.day(event.from, "from")
            let others = try judging.office.posts(of: event.person).filter {
                $0.kind == .secretary
            }
            let later = others.first { from < $0.from }
            judging.expect(
                later == nil,
                zh: "\(event.person) 自 \(later?.from.description ?? "") 起另任书记：请补登记本职务的离任日期",
                en: "\(event.person) is secretary elsewhere from \(later?.from.description ?? "") "
                    + "on: record when this post was vacated")
            if let other = others.first(where: { $0.covers(from) }) {
                let place = other.branch ?? other.org ?? "-"
                throw judging.refusal(
                    [DecidingFact("person", event.person), DecidingFact("holds", place)],
                    zh: "\(event.person) 已任 \(place) 书记（自 \(other.from)）：一人只任一个书记职务，请先登记离任",
                    en: "\(event.person) is secretary of \(place) since \(other.from): a person "
                        + "holds one secretary post; vacate that one first")
            }
        },
        Guard("R-MB-19", on: PostAppointed.self) { event, judging in
            guard event.postKind == .deputy || event.postKind == .committeeMember,
                !event.branch.isEmpty
            else { return }
            try judging.requireFullMember(
                event.person, of: event.branch, on: judging.day(event.from, "from"),
                role: BilingualText(zh: "支部委员会成员", en: "a committee member"))
        },
        Guard("R-BR-04", on: PostAppointed.self) { event, judging in
            guard event.postKind == .secretary, !event.branch.isEmpty else { return }
            let from = try judging.day(event.from, "from")
            let other = try judging.office.posts(ofBranch: event.branch).first {
                $0.kind == .secretary && $0.person != event.person && $0.covers(from)
            }
            judging.expect(
                other == nil,
                zh: "支部 \(event.branch) 的书记 \(other?.person ?? "") 尚未登记离任：书记只设一名，请补登记",
                en: "\(other?.person ?? "") is still on record as secretary of branch "
                    + "\(event.branch): there is one secretary, record PostVacated")
        },
        Guard("STATE-POST", on: PostVacated.self) { event, judging in
            let post = try judging.state(PostState.self, judging.fact.streamIdentity)
            let on = try judging.day(event.on, "on")
            guard let current = post.current else {
                throw judging.refusal(
                    [DecidingFact("post", post.id)],
                    zh: "职务 \(post.id) 现无人担任，不能登记离任：请核对编号",
                    en: "nobody holds post \(post.id): check the id")
            }
            try judging.require(
                current.from <= on,
                [DecidingFact("on", on), DecidingFact("appointed_from", current.from)],
                zh: "离任日期 \(on) 早于任职日期 \(current.from)：请核对",
                en: "vacated on \(on), before the appointment of \(current.from): check the dates")
        },
    ]

    private static func requireSecretary(
        _ event: PostAppointed, _ judging: inout Judging
    ) throws {
        let from = try judging.day(event.from, "from")
        let membership = try judging.office.membership(of: event.person)
        let role = BilingualText(zh: "书记", en: "secretary")
        if !event.branch.isEmpty {
            try judging.requireFullMember(event.person, of: event.branch, on: from, role: role)
        } else if membership.member.standing != .none {
            try judging.requireFullMember(event.person, on: from, role: role)
        } else {
            // The secretary of a committee may be a member of a branch outside the register.
            judging.expect(
                false, zh: "\(event.person) 没有党员登记，无法核对是否正式党员：请补登记",
                en: "\(event.person) is not enrolled as a member: enrol the person so that full "
                    + "membership can be checked")
            return
        }
        guard let seniority = membership.spell(on: from)?.seniorityFrom else { return }
        let months = judging.rules[.secretarySeniorityMonths]
        judging.expect(
            seniority.adding(months: months) <= from,
            zh: "\(event.person) 党龄从 \(seniority) 起算，至 \(from) 不满 \(months) 个月：书记一般应有一年以上党龄",
            en: "\(event.person) has seniority since \(seniority), less than \(months) months on "
                + "\(from): a secretary generally has more")
    }
}
