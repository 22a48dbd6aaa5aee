import Schema

/// The rules that guard the facts of the area Integrity.
package enum IntegrityRules: RuleArea {
    package static let rules: [Rule] = [
        Rule(
            "R-IN-01", .stated, zh: "一人一份廉政档案；建立和每次完善各计 1 人次",
            en: "One archive per person; opening and each update count one person-time"),
        Rule(
            "R-IN-02", .assumed, zh: "廉政档案属 C3，只限纪检岗位",
            en: "Integrity facts are C3, for discipline roles only"),
        Rule(
            "INV-K01", .assumed, zh: "廉政档案写入 integrity-人员 流",
            en: "An archive belongs to the stream integrity-person"),
        Rule(
            "INV-K03", .assumed, zh: "示范认定的对象须与类型一致，现行认定不重复",
            en: "A designation's subject fits its kind and is designated once at a time"),
    ]

    package static let guards: [Guard] = [
        Guard("INV-K01", on: IntegrityArchiveOpened.self) { event, judging in
            try judging.require(
                judging.fact.streamIdentity == event.person,
                [DecidingFact("stream", judging.fact.stream)],
                zh: "\(event.person) 的档案应写入 integrity-\(event.person)，现为 \(judging.fact.stream)",
                en: "the archive of \(event.person) belongs to integrity-\(event.person), "
                    + "not to \(judging.fact.stream)")
        },
        Guard("R-IN-02", on: IntegrityArchiveOpened.self) { _, judging in
            try judging.requireClass(atLeast: .c3)
        },
        Guard("R-IN-01", on: IntegrityArchiveOpened.self) { event, judging in
            let archive = try judging.state(IntegrityArchive.self, event.person)
            let opened = archive.openedOn?.description ?? ""
            try judging.require(
                archive.openedOn == nil, [DecidingFact("opened_on", opened)],
                zh: "\(event.person) 的廉政档案已于 \(opened) 建立：请记为完善（更新）",
                en: "the archive of \(event.person) was opened on \(opened): "
                    + "record an update instead")
        },

        Guard("INV-K03", on: IntegrityModelDesignated.self) { event, judging in
            let kind = subjectKind(event.subject)
            let fits: Bool =
                switch event.kind {
                case .hospital: kind == "org"
                case .person: kind == "person"
                case .department, .unspecified, .UNRECOGNIZED: !event.subject.isBlank
                }
            try judging.require(
                fits, [DecidingFact("subject", event.subject)],
                zh: "认定对象 \(event.subject) 与类型不符：医院写 org-…，个人写 person-…",
                en: "subject \(event.subject) does not fit its kind: "
                    + "a hospital is org-…, a person is person-…")
            let models = try judging.state(IntegrityModels.self, judging.fact.tenant)
            let since = models.designated(event, stream: judging.fact.stream)
            let day = since?.description ?? ""
            try judging.require(
                since == nil, [DecidingFact("designated_on", day)],
                zh: "\(event.subject) 已于 \(day) 认定，不得重复认定",
                en: "\(event.subject) has been designated since \(day)")
        },
    ]
}
