import Schema

/// The rules that guard the facts of the area Brands.
package enum BrandsRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-BD-01", .stated, zh: "品牌按 命名—实施方案—内涵塑造—长效固化 推进，不得跳步",
            en: "A brand goes through its four steps in order"),
        Rule(
            "R-BD-02", .stated, zh: "品牌名称在组织树内唯一；一支部一品牌（政策启用时）",
            en: "A brand's name is unique in the tree; one branch has one brand while that is "
                + "the policy",
            parameters: [.oneBranchOneBrand]),
        Rule(
            "R-BD-03", .assumed, zh: "阅读量是累计数，不得下降", en: "Readership is cumulative and never falls"),
        Rule(
            "R-BD-04", .assumed, zh: "荣誉须有级别、颁发单位和文号，不得重复登记",
            en: "An award has level, issuer and document; the same one is registered once"),
        Rule(
            "STATE-BRAND", .assumed, zh: "品牌先命名，命名一次", en: "A brand is named first, and once"),
        Rule(
            "STATE-AWARD", .assumed, zh: "一个荣誉流只登记一次", en: "An award's stream has one award"),
        Rule(
            "INV-J01", .assumed, zh: "品牌持有主体为组织或支部",
            en: "A brand is held by an organisation or a branch"),
    ]

    package static let guards: [Guard] = [
        Guard("STATE-BRAND", on: BrandProposed.self) { _, judging in
            let brand = try judging.state(BrandState.self, judging.fact.streamIdentity)
            try judging.require(
                brand.stage == nil, [DecidingFact("stage", brand.stage?.word ?? "NONE")],
                zh: "该品牌已命名：修改请用更正（RecordCorrected）",
                en: "the brand is named already: use a correction (RecordCorrected) to change it")
        },
        Guard("INV-J01", on: BrandProposed.self) { event, judging in
            let kind = subjectKind(event.holder)
            try judging.require(
                kind == "org" || kind == "branch", [DecidingFact("holder", event.holder)],
                zh: "持有主体 \(event.holder) 须写成 org-… 或 branch-…",
                en: "holder \(event.holder) must be org-… or branch-…")
        },
        Guard("R-BD-02", on: BrandProposed.self) { event, judging in
            let names = try judging.state(BrandNames.self, judging.fact.tenant)
            let namesake = names.stream(named: event.name)
            try judging.require(
                namesake == nil,
                [DecidingFact("name", event.name), DecidingFact("brand", namesake ?? "")],
                zh: "品牌名称「\(event.name)」已被 \(namesake ?? "") 使用，请换名",
                en: "the name 「\(event.name)」 belongs to \(namesake ?? ""); choose another")
            guard judging.rules[.oneBranchOneBrand] == 1, subjectKind(event.holder) == "branch"
            else { return }
            let held = try judging.state(BranchBrands.self, subjectIdentity(event.holder)).brands
            try judging.require(
                held.isEmpty,
                [DecidingFact("holder", event.holder), DecidingFact("brand", held.last ?? "")],
                zh: "\(event.holder) 已有品牌 \(held.last ?? "")：一支部一品牌",
                en: "\(event.holder) holds \(held.last ?? "") already: one branch, one brand")
        },

        Guard("R-BD-01", on: BrandStageAdvanced.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let brand = try judging.state(BrandState.self, judging.fact.streamIdentity)
            let to = BrandStage(event.to)
            let reached = brand.stage?.word ?? "NONE"
            try judging.require(
                to != nil && brand.stage?.next == to,
                [DecidingFact("stage", reached), DecidingFact("to", to?.word ?? "")],
                zh: "品牌处于「\(brand.stage?.zh ?? "未命名")」，不能进入「\(to?.zh ?? "")」：四步依次推进",
                en: "the brand is at \(reached); \(to?.word ?? "") cannot follow: "
                    + "the four steps come in order")
            guard let entered = brand.enteredOn else { return }
            try judging.require(
                entered <= on, [DecidingFact("on", on), DecidingFact("entered_on", entered)],
                zh: "进入日期 \(on) 早于上一步的 \(entered)，请更正",
                en: "it is dated \(on), before the last step on \(entered); correct it")
        },

        Guard("R-BD-03", on: ReadershipReported.self) { event, judging in
            let asOf = try judging.day(event.readAsOf, "read_as_of")
            let state = try judging.state(ReadershipState.self, judging.fact.streamIdentity)
            try judging.require(
                event.cumulativeReads >= 0,
                [DecidingFact("cumulative_reads", event.cumulativeReads)],
                zh: "阅读量不得为负（\(event.cumulativeReads)）",
                en: "reads are never negative (\(event.cumulativeReads))")
            let other = state.reads.contradiction(
                to: .init(asOf: asOf, value: event.cumulativeReads))
            let (otherDay, otherValue) = (other?.asOf.description ?? "", other?.value ?? 0)
            try judging.require(
                other == nil,
                [
                    DecidingFact("cumulative_reads", event.cumulativeReads),
                    DecidingFact("read_as_of", asOf), DecidingFact("reported", otherValue),
                    DecidingFact("reported_as_of", otherDay),
                ],
                zh: "截至 \(asOf) 的累计阅读量 \(event.cumulativeReads) 与截至 \(otherDay) 的 \(otherValue) "
                    + "矛盾：累计数只增不减，改错请用更正",
                en: "\(event.cumulativeReads) reads as of \(asOf) contradict \(otherValue) as of "
                    + "\(otherDay): the counter only rises; use a correction for a wrong report")
        },

        Guard("STATE-AWARD", on: AwardReceived.self) { _, judging in
            let state = try judging.state(AwardState.self, judging.fact.streamIdentity)
            try judging.require(
                state.award == nil, [DecidingFact("stream", judging.fact.stream)],
                zh: "\(judging.fact.stream) 已登记荣誉：另一项荣誉请用新的编号",
                en: "\(judging.fact.stream) holds an award already: give another award its own id")
        },
        Guard("R-BD-04", on: AwardReceived.self) { event, judging in
            let register = try judging.state(AwardRegister.self, judging.fact.tenant)
            let same = register.stream(of: event)
            try judging.require(
                same == nil,
                [
                    DecidingFact("award", same ?? ""), DecidingFact("issuer", event.issuer),
                    DecidingFact("title", event.title), DecidingFact("year", event.on / 10_000),
                    DecidingFact("recipient", event.recipient),
                ],
                zh: "\(event.recipient) 的「\(event.title)」（\(event.issuer)，\(event.on / 10_000) 年）"
                    + "已登记为 \(same ?? "")",
                en: "「\(event.title)」 of \(event.issuer) in \(event.on / 10_000) to "
                    + "\(event.recipient) is registered as \(same ?? "")")
            judging.expect(
                !event.doc.docNo.isEmpty, zh: "荣誉没有文号，请补充", en: "the award has no document number")
        },
    ]
}
