package import Names
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
    /// The fact's tags that its proposal did not have.
    package let addedTags: NameList
    package let ruleSetVersion: String
    package let warnings: [JudgementWarning]
    /// What the server adds to the payload: a message of its type with only the fields that the
    /// sender left to the server; empty when there are none.
    package let filled: [UInt8]
}

/// All rules; judges proposals against the office's state.
package final class Rulebook: Sendable {
    /// SHA-256 of some bytes, 32 of them.
    package typealias Digest = @Sendable ([UInt8]) -> [UInt8]

    private let ruleSets: RuleSets
    /// By number of the event type.
    private let guards: [[Guard]]
    let digest: Digest?

    /// - Parameter digest: the domain imports no cryptography. Nil for tools that only look at the
    ///   rules: hashes are then neither compared nor filled in.
    package init(ruleSets: RuleSets = .shipped, digest: Digest? = nil) {
        self.ruleSets = ruleSets
        self.digest = digest
        var guards = [[Guard]](
            repeating: [], count: 1 + Int(EventType.all.map(\.number).max() ?? 0))
        for area in Rulebook.areas {
            for entry in area.guards { guards[Int(entry.event.number)].append(entry) }
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
        let place = Int(type.number)
        return place < guards.count ? guards[place] : []
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
        try fact.settlePayload()
        if fact.isAmendment { fact.tags = try tags(of: fact, office) }
        let tree = try tree(of: proposal, tags: fact.tags, office)
        fact.tenant = tree.tenant
        fact.recordedAt = try GeneralRules.recordTime(
            proposed: proposal.recordedAt, tenant: fact.tenant,
            last: office.lastRecordedAt(in: tree), now: now, actor: actor)
        fact.settleTime()
        try GeneralRules.judgeFuture(fact)
        let rules = ruleSets.inForce(on: fact.validDay)
        fact.isLate = try GeneralRules.judgeBackfill(fact, rules)
        try GeneralRules.judgeScope(fact, office, actor)
        fact.isAfterSeal = try GeneralRules.judgeSeal(fact, office, actor)

        var judging = Judging(
            fact: fact, office: office, rules: rules, actor: actor, rulebook: self)
        let payload = fact.payload
        for entry in guards(of: fact.type) {
            try entry.judge(payload, &judging)
        }
        let filled = try RecordsRules.filled(judging)
        if !filled.isEmpty {
            let sent = fact.payloadBytes
            fact.replacePayload(
                try EventPayload.decode(type: fact.type, bytes: sent + filled), bytes: sent)
        }
        fact.position = position
        fact.streamVersion = version
        let added = fact.isAmendment ? nil : tree.tags(beside: fact.tags)
        fact.tags = tree.joined(to: fact.tags)
        office.record(fact)
        let own = proposal.fact.tags
        return Admission(
            fact: fact, addedTags: added ?? NameList(fact.tags.filter { !own.contains($0) }),
            ruleSetVersion: rules.version, warnings: judging.warnings,
            filled: filled)
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

    /// Tags of a proposal: an amendment also belongs to every subject of its target, those
    /// included to which earlier corrections moved it, because it may take it away from them.
    private func tags(of fact: Fact, _ office: Office) throws -> NameList {
        guard let target = fact.amendmentTarget, let found = try office.fact(id: target) else {
            return fact.tags
        }
        var tags = fact.tags + Array(found.tags)
        for other in try office.rawFacts(tag: found.stream, types: [])
        where other.amendmentTarget == target {
            tags += other.tags
        }
        if case .recordCorrected(let event) = fact.payload {
            tags += Subjects.of(
                type: found.type, stream: found.stream, payload: [UInt8](event.replacement))
        }
        return NameList(sortedUnique(tags.filter { subjectKind($0) != "tree" }))
    }

    private func tree(
        of proposal: Proposal, tags: NameList, _ office: Office
    ) throws -> Office.Tree {
        office.tree(try tenant(of: proposal, tags: tags, office))
    }

    /// The organisation tree of a proposal: the one named, else that of its stream or of a subject
    /// it names; the root organisation's own registration founds a tree.
    private func tenant(
        of proposal: Proposal, tags: NameList, _ office: Office
    ) throws -> String {
        let fact = proposal.fact
        var found: String?
        if case .organisationRegistered = fact.type,
            case .organisationRegistered(let event) = fact.payload
        {
            found =
                event.parentOrg.isEmpty
                ? event.orgID : try office.tenant(ofTag: "org-\(event.parentOrg)")
        } else {
            found = try office.tenant(ofStreamOf: fact)
            if found == nil {
                for tag in tags where found == nil { found = try office.tenant(ofTag: tag) }
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
        if found == nil, try office.tenant(ofTag: "org-\(named)") != named {
            throw Refusal(
                "INV-ENVELOPE", zh: "\(named) 不是已登记的根组织：请先登记根组织（OrganisationRegistered），或改写 tenant",
                en: "\(named) is no registered root organisation: record it first "
                    + "(OrganisationRegistered) or correct tenant",
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
