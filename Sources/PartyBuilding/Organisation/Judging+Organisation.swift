import Schema

extension Judging {
    /// Refuses unless the fact is in the stream that its payload names.
    func requireStream(_ expected: String, field: String) throws(Refusal) {
        try require(
            fact.stream == expected,
            [DecidingFact("stream", fact.stream), DecidingFact("expected", expected)],
            zh: "内容里的 \(field) 对应流 \(expected)，与所写的流 \(fact.stream) 不一致：请更正其一",
            en: "\(field) belongs to the stream \(expected), but the fact is written to "
                + "\(fact.stream); correct one of them")
    }

    /// The state of an established branch; refuses when there is none of that id.
    @discardableResult
    func requireBranch(_ id: String) throws -> BranchState {
        let branch = try state(BranchState.self, id)
        try require(
            branch.isEstablished, [DecidingFact("branch", id)],
            zh: "支部 \(id) 尚未成立：请先登记支部成立（BranchEstablished）",
            en: "branch \(id) is not established: record BranchEstablished first")
        return branch
    }

    /// Whether an organisation's id is in truth that of a branch, with or without its prefix.
    func isBranch(_ id: String) throws -> Bool {
        if subjectKind(id) == "branch" { return true }
        if try state(OrganisationState.self, id).isRegistered { return false }
        return try state(BranchState.self, id).isEstablished
    }

    /// Refuses what a temporary branch may not do (R-BR-10).
    func requireLasting(branch id: String, zh act: String, en actEn: String) throws {
        try require(
            try state(BranchState.self, id).kind != .temporary, [DecidingFact("branch", id)],
            zh: "支部 \(id) 是临时党支部，只组织活动，不得\(act)：请由党员组织关系所在支部办理",
            en: "branch \(id) is temporary: it organises activities and may not \(actEn); "
                + "let the branch that holds the member's relation do it")
    }
}
