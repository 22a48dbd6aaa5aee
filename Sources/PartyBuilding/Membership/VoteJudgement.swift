import Schema

/// What a vote of the general meeting is judged by, for admission as for conversion.
enum VoteJudgement {
    /// R-MB-10: more than half of the electorate is present; written opinions are no presence.
    static func quorum(_ tally: Tally, _ judging: Judging) throws(Refusal) {
        let least = Majority.moreThanHalf(of: Int(tally.electorate))
        let facts = [
            DecidingFact("electorate", tally.electorate), DecidingFact("present", tally.present),
            DecidingFact("written", tally.written), DecidingFact("needed", least),
        ]
        try judging.require(
            tally.electorate > 0 && tally.hasQuorum, facts,
            zh: "应到会 \(tally.electorate) 人，实到 \(tally.present) 人，书面意见 \(tally.written) 份不计到会；"
                + "到会须超过半数（至少 \(least) 人），请重新召开支部大会",
            en: "\(tally.present) of \(tally.electorate) are present (the \(tally.written) written "
                + "opinions are no presence); more than half, \(least), are needed: hold the "
                + "meeting again")
        try judging.require(
            tally.isConsistent, facts,
            zh: "票数不合：实到 \(tally.present)、书面 \(tally.written)、应到 \(tally.electorate)、"
                + "赞成 \(tally.inFavour)、反对 \(tally.against)、弃权 \(tally.abstain)，请核对",
            en: "the numbers contradict each other: electorate \(tally.electorate), present "
                + "\(tally.present), written \(tally.written), in favour \(tally.inFavour), "
                + "against \(tally.against), abstaining \(tally.abstain); check them")
    }

    /// R-MB-11: what is marked passed is carried by more than half of the electorate.
    static func majority(_ tally: Tally, passed: Bool, _ judging: Judging) throws(Refusal) {
        let least = Majority.moreThanHalf(of: Int(tally.electorate))
        let facts = [
            DecidingFact("electorate", tally.electorate),
            DecidingFact("in_favour", tally.inFavour), DecidingFact("needed", least),
        ]
        try judging.require(
            tally.isCarried || !passed, facts,
            zh: "应到会 \(tally.electorate) 人，赞成 \(tally.inFavour) 票，未超过应到会人数的半数"
                + "（须 \(least) 票）：不能登记为通过",
            en: "\(tally.inFavour) of an electorate of \(tally.electorate) are in favour; \(least) "
                + "are needed (of the electorate, not of those present): it is not passed")
        try judging.require(
            !tally.isCarried || passed, facts,
            zh: "应到会 \(tally.electorate) 人，赞成 \(tally.inFavour) 票，已超过半数：应登记为通过",
            en: "\(tally.inFavour) of an electorate of \(tally.electorate) are in favour: it is "
                + "carried, mark it passed")
    }

    /// R-MB-19: probationary members are not counted among those who vote.
    ///
    /// Refuses when an electorate larger than the branch's voting members is explained by members
    /// on the roll without a vote.
    static func electorate(
        _ electorate: Int, of branch: String, on day: LocalDate, _ judging: Judging
    ) throws {
        let roll = try judging.office.roll(of: branch, on: day)
        let countsOthers = electorate > roll.voters && electorate <= roll.total
        try judging.require(
            !countsOthers,
            [
                DecidingFact("electorate", electorate), DecidingFact("voting_members", roll.voters),
                DecidingFact("members", roll.total),
            ],
            zh: "应到会写 \(electorate) 人，但支部 \(branch) 在 \(day) 有表决权的正式党员只有 \(roll.voters) 人"
                + "（含预备党员共 \(roll.total) 人）：预备党员没有表决权，不计入",
            en:
                "the electorate says \(electorate), but branch \(branch) has \(roll.voters) "
                + "members with a vote on \(day) (\(roll.total) with the probationary ones): those "
                + "without a vote are not counted")
    }

    /// R-MB-13: an electorate that differs from the roll is allowed, but somebody should look.
    static func compareElectorate(
        _ electorate: Int, of branch: String, on day: LocalDate, _ judging: inout Judging
    ) throws {
        let roll = try judging.office.roll(of: branch, on: day)
        judging.expect(
            electorate <= roll.total,
            zh: "应到会 \(electorate) 人多于支部 \(branch) 在册的 \(roll.total) 人：请核对名册是否录全",
            en: "the electorate of \(electorate) exceeds the \(roll.total) members on the roll of "
                + "branch \(branch): check that the roll is complete")
        judging.expect(
            electorate >= roll.voters,
            zh: "应到会 \(electorate) 人少于有表决权的 \(roll.voters) 人：不计入应到会的须经上级同意并由会议确认",
            en: "the electorate of \(electorate) is less than the \(roll.voters) members with a "
                + "vote: leaving members out needs the superior's consent and a resolution")
    }
}
