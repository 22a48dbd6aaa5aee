import Schema

extension Judging {
    /// The person whose stream `member-<person>` the fact is in.
    var memberID: String { fact.streamIdentity }

    /// The membership of the person whose stream the fact is in.
    func membership() throws -> Membership {
        try office.membership(of: memberID)
    }

    /// Refuses unless the person is in one of the states from which the step may be taken.
    ///
    /// - Parameter earliest: the step before it, which may not be later than `day`.
    func requireStanding(
        _ allowed: [Standing], _ member: MemberState, on day: LocalDate? = nil,
        notBefore earliest: LocalDate? = nil
    ) throws(Refusal) {
        let words = allowed.map(\.zh).joined(separator: "、")
        let codes = allowed.map(\.rawValue).joined(separator: ", ")
        try require(
            allowed.contains(member.standing),
            [DecidingFact("state", member.standing.rawValue), DecidingFact("allowed", codes)],
            zh: "\(member.id) 现为\(member.standing.zh)，不能登记“\(fact.type.zh)”：该步骤只适用于\(words)，"
                + "请先完成前面的步骤",
            en: "\(member.id) is \(member.standing.rawValue); \(fact.type.name) needs \(codes): "
                + "record the earlier steps first")
        guard let day, let earliest else { return }
        try require(
            earliest <= day, [DecidingFact("on", day), DecidingFact("previous_step", earliest)],
            zh: "“\(fact.type.zh)”日期 \(day) 早于前一步骤的 \(earliest)：请核对日期",
            en: "\(fact.type.name) on \(day) lies before the step that precedes it (\(earliest)): "
                + "check the dates")
    }

    /// Refuses unless the person is a member on a day, whatever happened later.
    func requireMember(_ membership: Membership, on day: LocalDate) throws(Refusal) {
        let member = membership.member
        try require(
            membership.spell(on: day) != nil,
            [DecidingFact("state", member.standing.rawValue), DecidingFact("on", day)],
            zh: "\(member.id) 在 \(day) 不是党员（现为\(member.standing.zh)），不能登记“\(fact.type.zh)”",
            en: "\(member.id) is no member on \(day) (now \(member.standing.rawValue)): "
                + "\(fact.type.name) needs one")
    }

    /// Refuses unless somebody is a full member on a day.
    ///
    /// - Parameters:
    ///   - branch: the branch whose roll must hold the person; nil for any.
    ///   - role: what the person is to be, in the two languages.
    func requireFullMember(
        _ person: String, of branch: String? = nil, on day: LocalDate, role: BilingualText
    ) throws {
        let membership = try office.membership(of: person)
        let isFull = membership.isFull(on: day)
        try require(
            isFull,
            [DecidingFact("person", person), DecidingFact("on", day)],
            zh: "\(person) 在 \(day) 不是正式党员，不能担任\(role.zh)：请另选正式党员",
            en: "\(person) is no full member on \(day) and cannot be \(role.en): "
                + "choose a full member")
        guard let branch else { return }
        let own = membership.branch(on: day)
        try require(
            own == branch, [DecidingFact("person", person), DecidingFact("branch", own ?? "-")],
            zh: "\(person) 在 \(day) 的组织关系在支部 \(own ?? "（无）")，不在支部 \(branch)，不能担任\(role.zh)",
            en: "on \(day) \(person) is on the roll of \(own ?? "no branch"), not of \(branch), "
                + "and cannot be \(role.en)")
    }
}
