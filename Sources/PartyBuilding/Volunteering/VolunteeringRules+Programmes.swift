import Schema

extension VolunteeringRules {
    /// E08, E09.
    static let programmeGuards: [Guard] = [
        Guard("STATE-PROGRAMME", on: ServiceProgrammeLaunched.self) { _, judging in
            let programme = try judging.state(ProgrammeState.self, judging.fact.streamIdentity)
            try judging.require(
                programme.launch == nil, [DecidingFact("programme", programme.id)],
                zh: "该服务项目已经启动：修改请用更正（RecordCorrected）",
                en: "the programme is launched already: "
                    + "use a correction (RecordCorrected) to change it")
        },
        Guard("INV-E08", on: ServiceProgrammeLaunched.self) { event, judging in
            let names = try judging.state(ProgrammeNames.self, judging.fact.tenant)
            let namesakes = names.launched[event.name] ?? []
            // A programme names no organisation; one brand has one holder, so that a namesake
            // under the same brand is one in the same organisation.
            let same = namesakes.first { event.hasBrandID && $0.brand == event.brandID }
            try judging.require(
                same == nil, [DecidingFact("programme", same?.stream ?? "")],
                zh: "服务项目「\(event.name)」已有（\(same?.stream ?? "")）：请用原项目或换名",
                en: "a programme 「\(event.name)」 exists (\(same?.stream ?? "")): "
                    + "use it or choose another name")
            let other = namesakes.first?.stream ?? ""
            judging.expect(
                namesakes.isEmpty,
                zh: "组织树内已有同名服务项目（\(other)），请确认不是同一项目",
                en: "the tree has a programme of this name (\(other)); make sure it is another one")
        },

        Guard("INV-E09", on: ServiceVolumeReported.self) { event, judging in
            let first = try judging.day(event.periodFrom, "period_from")
            let last = try judging.day(event.periodTo, "period_to")
            try judging.require(
                first <= last,
                [DecidingFact("period_from", first), DecidingFact("period_to", last)],
                zh: "期间 \(first) 至 \(last) 起止颠倒", en: "the period runs from \(first) to \(last)")
            try judging.require(
                last <= judging.fact.recordedDay,
                [
                    DecidingFact("period_to", last),
                    DecidingFact("recorded_on", judging.fact.recordedDay),
                ],
                zh: "期间到 \(last) 才结束，录入日是 \(judging.fact.recordedDay)：请在期末后上报",
                en: "the period ends on \(last), after the record day "
                    + "\(judging.fact.recordedDay): report it when it is over")
            try judging.require(
                event.quantity.value >= 0, [DecidingFact("value", event.quantity.value)],
                zh: "服务量不得为负（\(event.quantity.value)）",
                en: "the volume may not be negative (\(event.quantity.value))")
        },
        Guard("R-GEN-06", on: ServiceVolumeReported.self) { event, judging in
            let unit = event.quantity.unit
            try judging.require(
                unit.isServiceVolume, [DecidingFact("unit", unit.word)],
                zh: "服务量的单位不能是 \(unit.word)", en: "\(unit.word) is no unit of a service volume")
            if event.hasComparablePrior {
                let prior = event.comparablePrior.unit
                try judging.require(
                    prior == unit,
                    [DecidingFact("unit", unit.word), DecidingFact("prior_unit", prior.word)],
                    zh: "本期单位 \(unit.word) 与同期单位 \(prior.word) 不一致：人与人次、剂次不得互换",
                    en: "the volume is in \(unit.word), the earlier one in \(prior.word): "
                        + "units never convert")
            }
            let programme = try judging.state(ProgrammeState.self, judging.fact.streamIdentity)
            guard let usual = programme.unit(of: event.measure) else { return }
            try judging.require(
                usual == unit,
                [DecidingFact("unit", unit.word), DecidingFact("unit_so_far", usual.word)],
                zh: "指标 \(event.measure) 一直以 \(usual.word) 计，现为 \(unit.word)：请换指标名或更正单位",
                en: "\(event.measure) has been counted in \(usual.word), not in \(unit.word): "
                    + "use another measure or correct the unit")
        },
        Guard("R-VO-07", on: ServiceVolumeReported.self) { event, judging in
            let first = try judging.day(event.periodFrom, "period_from")
            let last = try judging.day(event.periodTo, "period_to")
            let programme = try judging.state(ProgrammeState.self, judging.fact.streamIdentity)
            let overlap = programme.overlap(measure: event.measure, first: first, last: last)
            let period = overlap.map { "\($0.first)…\($0.last)" } ?? ""
            try judging.require(
                overlap == nil,
                [
                    DecidingFact("period", "\(first)…\(last)"),
                    DecidingFact("reported_period", period),
                ],
                zh: "期间 \(first) 至 \(last) 与已上报的 \(period) 重叠（\(event.measure)）："
                    + "请改期间，或对原上报做更正",
                en: "\(first)…\(last) overlaps the reported period \(period) of "
                    + "\(event.measure): change the period, or correct the earlier report")
        },
    ]

    /// E10, E12.
    static let postGuards: [Guard] = [
        Guard("STATE-PIONEERPOST", on: PioneerPostEstablished.self) { _, judging in
            let post = try judging.state(PioneerPostState.self, judging.fact.streamIdentity)
            try judging.require(
                post.establishedOn == nil,
                [DecidingFact("established_on", post.establishedOn?.description ?? "")],
                zh: "该责任区/示范岗已于 \(post.establishedOn?.description ?? "") 设立",
                en: "the post was established on \(post.establishedOn?.description ?? "")")
        },
        Guard("INV-E10", on: PioneerPostEstablished.self) { event, judging in
            try judging.require(
                event.dutiesDoc.isNamed,
                zh: "请附职责文件（duties_doc 至少写标题或文号）",
                en: "name the document of its duties (a title or number in duties_doc)")
        },
        Guard("STATE-PIONEERPOST", on: PioneerPostWithdrawn.self) { event, judging in
            let on = try judging.day(event.on, "on")
            let post = try judging.state(PioneerPostState.self, judging.fact.streamIdentity)
            try judging.require(
                post.isActive,
                [DecidingFact("withdrawn_on", post.withdrawnOn?.description ?? "")],
                zh: "该责任区/示范岗未设立或已撤销，无需再撤",
                en: "the post was never established or is withdrawn already")
            guard let established = post.establishedOn else { return }
            try judging.require(
                established <= on,
                [DecidingFact("established_on", established), DecidingFact("on", on)],
                zh: "撤销日 \(on) 早于设立日 \(established)",
                en: "it is withdrawn on \(on), before it was established on \(established)")
        },
    ]
}

extension DocRef {
    /// Whether the reference names a document at all.
    var isNamed: Bool { !(docNo.isEmpty && title.isEmpty && sha256.isEmpty) }
}
