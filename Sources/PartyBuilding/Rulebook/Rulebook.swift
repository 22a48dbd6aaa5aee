package import Schema

/// A fact that somebody proposes to record.
package struct Proposal: Sendable {
    /// The fact; its position, record time and tenant are settled by the judgement.
    package var fact: Fact
    /// Record time named by an importer, microseconds.
    package var recordedAt: Int64?
    /// Root organisation named by the sender.
    package var tenant: String?

    package init(fact: Fact, recordedAt: Int64?, tenant: String?) {
        self.fact = fact
        self.recordedAt = recordedAt
        self.tenant = tenant
    }
}

/// A proposal that may be recorded.
package struct Admission: Sendable {
    /// The fact with position, record time, tenant, tags and flags settled.
    package let fact: Fact
    package let ruleSetVersion: String
    package let warnings: [JudgementWarning]
}

/// All rules; judges proposals against the office's state.
package struct Rulebook: Sendable {
    private let ruleSets: RuleSets
    private let guards: [EventType: [Guard]]

    package init(ruleSets: RuleSets = .shipped) {
        self.ruleSets = ruleSets
        var guards: [EventType: [Guard]] = [:]
        for area in Rulebook.areas {
            for entry in area.guards { guards[entry.event, default: []].append(entry) }
        }
        self.guards = guards
    }

    package static let areas: [any RuleArea.Type] = [
        OrganisationRules.self, MembershipRules.self, LeadershipRules.self, LearningRules.self,
        VolunteeringRules.self, RectificationRules.self, ChecklistsRules.self, RatingsRules.self,
        TalentRules.self, BrandsRules.self, IntegrityRules.self, RecordsRules.self,
    ]

    /// Every rule of the product in the order of the specification's areas.
    package static let allRules: [Rule] = GeneralRules.rules + areas.flatMap { $0.rules }

    /// The guards of an event type, in the order in which they judge.
    package func guards(of type: EventType) -> [Guard] {
        guards[type] ?? []
    }

    package func ruleSet(on day: LocalDate) -> RuleSet {
        ruleSets.inForce(on: day)
    }

    /// Judges one proposal and, when admitted, takes it into the office's state.
    ///
    /// - Parameters:
    ///   - position: the position it would get.
    ///   - version: the stream version it would get.
    ///   - now: the ledger's clock, microseconds.
    /// - Throws: `Refusal`, or what the office's source throws.
    package func admit(
        _ proposal: Proposal, at position: UInt64, version: UInt64, now: Int64, actor: Actor,
        office: Office
    ) throws -> Admission {
        var fact = proposal.fact
        fact.tags = try tags(of: fact, office)
        fact.tenant = try tenant(of: proposal, tags: fact.tags, office)
        fact.recordedAt = try GeneralRules.recordTime(
            proposed: proposal.recordedAt, tenant: fact.tenant,
            last: office.lastRecordedAt(tenant: fact.tenant), now: now, actor: actor)
        fact.settleTime()
        try GeneralRules.judgeFuture(fact)
        let rules = ruleSets.inForce(on: fact.validDay)
        fact.isLate = try GeneralRules.judgeBackfill(fact, rules)
        try GeneralRules.judgeScope(fact, actor)
        fact.isAfterSeal = try GeneralRules.judgeSeal(fact, office, actor)

        var judging = Judging(
            fact: fact, office: office, rules: rules, actor: actor, rulebook: self)
        for entry in guards(of: fact.type) {
            try entry.judge(fact.payload, &judging)
        }
        fact.position = position
        fact.streamVersion = version
        fact.tags = sortedUnique(fact.tags + [Office.treeTag(fact.tenant)])
        office.record(fact)
        return Admission(
            fact: fact, ruleSetVersion: rules.version, warnings: judging.warnings)
    }

    /// Judges the guards alone, as of the state that `office` shows, without recording.
    package func judgeGuards(_ fact: Fact, actor: Actor, office: Office) throws {
        let rules = ruleSets.inForce(on: fact.validDay)
        var judging = Judging(
            fact: fact, office: office, rules: rules, actor: actor, rulebook: self)
        for entry in guards(of: fact.type) {
            try entry.judge(fact.payload, &judging)
        }
    }

    /// Tags of a proposal: an amendment also belongs to every subject of its target.
    private func tags(of fact: Fact, _ office: Office) throws -> [String] {
        let target: FactID? =
            switch fact.payload {
            case .recordCorrected(let event): FactID(bytes: event.targetEvent)
            case .recordVoided(let event): FactID(bytes: event.targetEvent)
            default: nil
            }
        guard let target, let found = try office.fact(id: target) else { return fact.tags }
        var tags = fact.tags + found.tags
        if case .recordCorrected(let event) = fact.payload {
            tags += Subjects.of(
                type: found.type, stream: found.stream, payload: [UInt8](event.replacement))
        }
        return sortedUnique(tags.filter { subjectKind($0) != "tree" })
    }

    /// The organisation tree of a proposal: the one named, else that of its stream or of a subject
    /// it names; the root organisation's own registration founds a tree.
    private func tenant(
        of proposal: Proposal, tags: [String], _ office: Office
    ) throws -> String {
        let fact = proposal.fact
        var found: String?
        if case .organisationRegistered(let event) = fact.payload {
            found =
                event.parentOrg.isEmpty
                ? event.orgID : try office.tenant(ofTag: "org-\(event.parentOrg)")
        } else {
            for tag in [fact.stream] + tags {
                found = try office.tenant(ofTag: tag)
                if found != nil { break }
            }
        }
        guard let named = proposal.tenant, !named.isEmpty else {
            guard let found else {
                throw Refusal(
                    "INV-ENVELOPE",
                    zh: "无法判断 \(fact.stream) 属于哪棵组织树：请在信封里写明 tenant（根组织编号）",
                    en: "cannot tell which organisation tree \(fact.stream) belongs to: "
                        + "name its root organisation in the envelope's tenant",
                    [DecidingFact("stream", fact.stream)])
            }
            return found
        }
        if let found, found != named {
            throw Refusal(
                "INV-ENVELOPE",
                zh: "tenant 写的是 \(named)，但 \(fact.stream) 及其相关对象属于 \(found)：请更正",
                en: "tenant says \(named), but \(fact.stream) or a subject it names belongs to "
                    + "\(found); correct one of them",
                [DecidingFact("tenant", named), DecidingFact("actual", found)])
        }
        if found == nil, try office.tenant(ofTag: "org-\(named)") == nil {
            throw Refusal(
                "INV-ENVELOPE", zh: "组织树 \(named) 尚未登记：请先登记根组织（OrganisationRegistered）",
                en: "the organisation tree \(named) is not registered: record its root "
                    + "organisation first (OrganisationRegistered)",
                [DecidingFact("tenant", named)])
        }
        return named
    }
}

/// The strings sorted, each once.
package func sortedUnique(_ strings: [String]) -> [String] {
    var result: [String] = []
    result.reserveCapacity(strings.count)
    for text in strings.sorted() where result.last != text { result.append(text) }
    return result
}
