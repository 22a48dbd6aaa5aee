/// The rules that guard the facts of the area Membership.
///
/// R-MB-12 (one candidate per vote) needs no guard: a vote stands in the stream of one person.
package enum MembershipRules: RuleArea {
    package static let rules: [Rule] = developmentRules + memberRules + invariants

    package static let guards: [Guard] =
        personGuards + applicationGuards + cultivationGuards + preparationGuards
        + admissionGuards + rollGuards + probationGuards + transferGuards + appraisalGuards

    private static let developmentRules: [Rule] = [
        Rule(
            "R-MB-01", .confirmed, zh: "申请入党须年满规定周岁",
            en: "An applicant has reached the least age on the day of application",
            parameters: [.applicantMinAge]),
        Rule(
            "R-MB-02", .confirmed, zh: "收到申请后一个月内派人谈话",
            en: "The interview follows within a month of the application",
            parameters: [.interviewDays]),
        Rule(
            "R-MB-03", .confirmed, zh: "入党积极分子由支委会（不设支委会的由支部大会）研究决定",
            en: "Activists are determined by the branch committee, without one by the meeting",
            parameters: [.committeeMinFull]),
        Rule(
            "R-MB-04", .confirmed, zh: "培养联系人由本支部有表决权的正式党员担任，人数有限",
            en: "Contacts are full members of the branch with voting rights, one or two",
            parameters: [.contactsMin, .contactsMax]),
        Rule(
            "R-MB-05", .confirmed, zh: "每半年考察一次；超期未考察的补齐后方可确定发展对象",
            en: "Inspections are half-yearly; a gap blocks the next stage until made good",
            parameters: [.inspectMonths, .inspectGraceDays]),
        Rule(
            "R-MB-06", .confirmed, zh: "确定为积极分子满规定月数后方可确定为发展对象",
            en: "A target is determined only after the least months as an activist",
            parameters: [.activistMinMonths]),
        Rule(
            "R-MB-07", .confirmed, zh: "入党介绍人为两名正式党员",
            en: "Exactly two full members introduce the target", parameters: [.introducers]),
        Rule(
            "R-MB-08", .confirmed, zh: "政审、培训、预审合格并发放志愿书后，方可提交支部大会表决",
            en: "No vote without passed review, training and pre-review, and the issued form",
            parameters: [.trainHours, .trainDays]),
        Rule(
            "R-MB-10", .confirmed, zh: "到会有表决权的党员须超过应到会的半数",
            en: "Voting members present are more than half of the electorate"),
        Rule(
            "R-MB-11", .confirmed, zh: "赞成人数须超过应到会有表决权党员的半数方为通过",
            en: "A vote is carried by more than half of the electorate"),
        Rule(
            "R-MB-13", .confirmed, zh: "应到会人数为支部有表决权的正式党员，符合规定的缺席情形可不计入",
            en: "The electorate is the branch's voting members, less the absent of fixed kinds"),
        Rule(
            "R-MB-14", .confirmed, zh: "由有审批权的党委在谈话后集体审批，表决后三个月内，特殊情况不超过六个月",
            en: "A committee with approval power approves after the talk, in three months, at most "
                + "six",
            parameters: [.approveMonths, .approveMonthsMax]),
    ]

    private static let memberRules: [Rule] = [
        Rule(
            "R-MB-15", .confirmed, zh: "预备期从支部大会通过之日算起，为一年",
            en: "Probation is a year from the day of the vote", parameters: [.probationMonths]),
        Rule(
            "R-MB-16", .confirmed, zh: "预备期满前不得讨论转正",
            en: "No vote on conversion before the end of probation"),
        Rule(
            "R-MB-17", .confirmed, zh: "预备期只能延长一次，半年以上一年以下",
            en: "Probation is extended once, by six to twelve months",
            parameters: [.extensionMonthsMin, .extensionMonthsMax]),
        Rule(
            "R-MB-18", .confirmed, zh: "转正日期和党龄从预备期满之日算起，与批准早晚无关",
            en: "Full membership and seniority count from the end of probation"),
        Rule(
            "R-MB-19", .confirmed, zh: "预备党员没有表决权、选举权和被选举权",
            en: "Probationary members have no vote and can neither elect nor be elected"),
        Rule(
            "R-MB-20", .confirmed, zh: "劝退、除名、开除后规定年限内不得重新入党",
            en: "After advice to withdraw, removal or expulsion nobody is admitted for years",
            parameters: [.rejoinYears]),
        Rule(
            "R-MB-25", .confirmed, zh: "介绍信在有效期内由接收组织接收，逾期由转出组织负责",
            en:
                "A transfer is received within the letter's validity, else the origin keeps the person",
            parameters: [.letterDays]),
        Rule(
            "R-MB-26", .known, zh: "转入预备党员须有完整的发展党员材料",
            en: "A probationary member is received only with the complete development file"),
        Rule(
            "R-MB-27", .confirmed, zh: "民主评议每年一次，优秀等次不超过三分之一，预备党员不定等次",
            en: "One appraisal a year, a third excellent at most, probationary members not graded",
            parameters: [.excellentMaxDivisor]),
    ]

    private static let invariants: [Rule] = [
        Rule(
            "STATE-MEMBER", .confirmed, zh: "发展党员二十五步依次进行，时间不得倒置",
            en: "The steps of membership follow their order, also in time"),
        Rule(
            "STATE-TRANSFER", .confirmed, zh: "转接依次为转出、接收；同一人同时只有一次转接",
            en: "A transfer is issued, then received; a person has one at a time"),
        Rule(
            "INV-B01", .stated, zh: "一人一档", en: "One human, one file"),
        Rule(
            "INV-B03", .assumed, zh: "申请人与所写的流一致，支部已成立",
            en: "The applicant owns the stream and the branch exists"),
        Rule(
            "INV-B06", .confirmed, zh: "到达该阶段后方可备案", en: "A stage is filed once reached"),
        Rule(
            "INV-B08", .assumed, zh: "考察期间起止有序", en: "An inspected period ends after it begins"),
        Rule(
            "INV-B12", .assumed, zh: "培训起止有序，学时不为负",
            en: "A training ends after it begins and has no negative hours"),
        Rule(
            "INV-B13", .confirmed, zh: "确定介绍人、政审、培训之后支委会审查",
            en: "The committee reviews after introducers, political review and training"),
        Rule(
            "INV-B15", .confirmed, zh: "预审合格后发放志愿书",
            en: "The form is issued after the pre-review passed"),
        Rule(
            "INV-B20", .assumed, zh: "编入支部从成为党员之日起",
            en: "A member is placed from the first day of membership on"),
        Rule(
            "INV-B29", .assumed, zh: "登记信息与党员类别一致",
            en: "An enrolment fits the member's status"),
        Rule(
            "INV-B30", .assumed, zh: "从所在支部转出", en: "A transfer starts from the branch that holds"),
        Rule(
            "INV-B31", .assumed, zh: "由另一支部在转出之后接收",
            en: "Another branch receives, not before the letter was issued"),
    ]
}
