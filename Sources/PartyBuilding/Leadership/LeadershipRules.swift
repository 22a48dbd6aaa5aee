/// The rules that guard the facts of the area Leadership.
package enum LeadershipRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-BR-04", .confirmed,
            zh: "正式党员达到规定人数须设支部委员会，不足的设书记一名，必要时设副书记一名",
            en: "From the fixed number of full members on a branch has a committee, below it a "
                + "secretary and at most one deputy",
            parameters: [
                .committeeMinFull, .committeeMin, .committeeMax, .committeeGenerallyMax,
            ]),
        Rule(
            "R-LD-01", .confirmed, zh: "支部每届任期按规定年限", en: "A term lasts the fixed years",
            parameters: [.termYears]),
        Rule(
            "R-LD-02", .confirmed, zh: "换届选举到会人数须达到有选举权党员的五分之四",
            en: "Four fifths of those entitled are present at an election",
            parameters: [.electionPresenceNumerator, .electionPresenceDenominator]),
        Rule(
            "R-LD-03", .known, zh: "得票超过到会人数半数者当选，超过名额的按得票多少，票数相同的再次投票",
            en: "Elected is who has more than half of those present; more than seats by votes; "
                + "a tie needs a second ballot"),
        Rule(
            "R-LD-04", .known, zh: "委员候选人须多于名额的规定比例（差额选举）",
            en: "A committee election has more candidates than seats",
            parameters: [.candidatesPercent]),
        Rule(
            "R-LD-05", .confirmed, zh: "提前或延期换届须经上级批准，延期不超过一年",
            en: "An early or late election needs approval; it may be a year late at most",
            parameters: [.electionExtensionMonths, .remindMonths]),
        Rule(
            "R-LD-07", .known, zh: "书记须为本支部正式党员，一般有一年以上党龄",
            en: "A secretary is a full member of the branch, generally for a year or longer",
            parameters: [.secretarySeniorityMonths]),
        Rule(
            "R-LD-08", .assumed, zh: "一人同时只担任一个书记职务",
            en: "A person holds at most one secretary post at a time"),
        Rule(
            "R-LD-09", .stated, zh: "培养转化须有培养开始之后本人的事实证明；两个方向互不重复计为首次转化",
            en: "A conversion needs a proving fact of the person after the start; the two "
                + "directions between head and secretary exclude each other"),
        Rule(
            "STATE-POST", .assumed, zh: "职务先任后免", en: "A post is filled before it is vacated"),
        Rule(
            "STATE-CULTIVATION", .assumed, zh: "纳入培养之后方可转化",
            en: "A cultivation is started before it converts"),
        Rule(
            "INV-C03", .assumed, zh: "选举数据前后一致，每次换届单独登记",
            en: "The figures of an election agree; each election has its own stream"),
        Rule(
            "INV-C04", .assumed, zh: "任职须写明组织、支部或科室",
            en: "An appointment names an organisation, a branch or a department"),
        Rule(
            "INV-C10", .stated, zh: "同一人同一方向同时只有一项培养",
            en: "One open cultivation per person and direction"),
    ]

    package static let guards: [Guard] = electionGuards + postGuards + cultivationGuards
}
