import Schema

extension RecordsRules {
    /// L01.
    static let correctionGuards: [Guard] = [
        Guard("R-GEN-05", on: RecordCorrected.self) { event, judging in
            let amendments = try requireTarget(event.targetEvent, judging)
            try judging.require(
                !amendments.target.isAmendment,
                [DecidingFact("target_type", amendments.target.type.name)],
                zh: "更正或作废本身不能被更正：请指明原事实，最后一次有效的更正为准",
                en: "a correction or void is not corrected itself: name the root fact; "
                    + "its last correction that is not void counts")
            try requireHash(event, amendments, judging)
        },
        Guard("R-GEN-07", on: RecordCorrected.self) { event, judging in
            try requireApprover(event.approver, event.targetEvent, judging)
        },
        Guard("INV-L01", on: RecordCorrected.self) { event, judging in
            let amendments = try requireTarget(event.targetEvent, judging)
            let corrected = try requireReplacement(event, amendments, judging)
            // The truth may break a rule that the error kept; then it is to be seen, not kept out.
            let conflict = try DependantSearch(
                of: amendments.target, replacement: corrected, judging
            ).first()
            let fact = conflict.map { "\($0.fact.stream) \($0.fact.type.name) \($0.fact.id)" } ?? ""
            let rule = conflict?.refusal.rule ?? ""
            judging.expect(
                conflict == nil,
                zh: "更正后，后续事实 \(fact) 不再符合 \(rule)，请一并核对",
                en: "with this correction the later fact \(fact) no longer meets \(rule); check it")
        },
    ]

    /// L02.
    static let voidGuards: [Guard] = [
        Guard("R-GEN-05", on: RecordVoided.self) { event, judging in
            let amendments = try requireTarget(event.targetEvent, judging)
            let target = amendments.target
            if case .recordVoided = target.payload {
                throw judging.refusal(
                    [DecidingFact("target_type", target.type.name)],
                    zh: "作废不能再作废：如系误废，请重新记录该事实",
                    en: "a void cannot be voided: record the fact again if it was voided by mistake"
                )
            }
            try requireApprover(event.approver, event.targetEvent, judging)
            let search = DependantSearch(of: target, replacement: nil, judging)
            guard let dependant = try search.first() else { return }
            let fact = dependant.fact
            throw judging.refusal(
                [
                    DecidingFact("dependant", fact.id.description),
                    DecidingFact("dependant_type", fact.type.name),
                    DecidingFact("dependant_rule", dependant.refusal.rule),
                ],
                zh: "有后续事实以它为依据：\(fact.stream) 的 \(fact.type.name)（\(fact.id)，"
                    + "\(dependant.refusal.rule)），请先作废后者，或改用更正",
                en: "\(fact.type.name) in \(fact.stream) (\(fact.id), \(dependant.refusal.rule)) "
                    + "rests on it: void that first, or correct this one")
        }
    ]

    /// The fact an amendment names: it exists, stands, and is in the same stream.
    private static func requireTarget(
        _ bytes: some Collection<UInt8>, _ judging: Judging
    ) throws -> Amendments {
        guard let id = FactID(bytes: bytes), let found = try judging.office.amendments(of: id)
        else {
            let id = FactID(bytes: bytes)?.description ?? ""
            throw judging.refusal(
                [DecidingFact("target_event", id)],
                zh: "没有编号为 \(id) 的事实，请核对 target_event",
                en: "there is no fact \(id); check target_event")
        }
        try judging.require(
            !found.isVoid,
            [
                DecidingFact("target_event", id),
                DecidingFact("void", found.voidID?.description ?? ""),
            ],
            zh: "该事实已作废（\(found.voidID?.description ?? "")）",
            en: "the fact is void already (\(found.voidID?.description ?? ""))")
        try judging.require(
            judging.fact.stream == found.target.stream,
            [
                DecidingFact("stream", judging.fact.stream),
                DecidingFact("target_stream", found.target.stream),
            ],
            zh: "更正、作废应写入原流 \(found.target.stream)，现为 \(judging.fact.stream)",
            en: "an amendment stands in its target's stream \(found.target.stream), "
                + "not in \(judging.fact.stream)")
        return found
    }

    /// Whoever records may not approve, neither the amendment nor the fact it amends.
    private static func requireApprover(
        _ approver: String, _ target: some Collection<UInt8>, _ judging: Judging
    ) throws {
        let original = try requireTarget(target, judging).target.recordedBy
        try judging.require(
            approver != judging.fact.recordedBy && approver != original,
            [
                DecidingFact("approver", approver),
                DecidingFact("recorded_by", judging.fact.recordedBy),
                DecidingFact("target_recorded_by", original),
            ],
            zh: "批准人 \(approver) 就是录入人：更正、作废须由录入人以外的人批准",
            en: "\(approver) recorded it: somebody other than the recorder must approve")
    }

    /// The new payload is one of the target's type, differs in the named fields and no others,
    /// replaces what stands now, and could have been recorded in the target's place.
    private static func requireReplacement(
        _ event: RecordCorrected, _ amendments: Amendments, _ judging: Judging
    ) throws -> Fact {
        let target = amendments.target
        let bytes = [UInt8](event.replacement)
        do {
            try SchemaValidator.validate(target.type.descriptor, bytes)
        } catch {
            throw judging.refusal(
                [DecidingFact("target_type", target.type.name)],
                zh: "更正后内容不是合法的 \(target.type.name)：\(error)",
                en: "the replacement is no valid \(target.type.name): \(error)")
        }
        try requireMask(event.mask, target.type.descriptor, amendments.payloadBytes, bytes, judging)
        guard let corrected = target.corrected(by: event) else {
            throw judging.refusal(
                [DecidingFact("target_type", target.type.name)],
                zh: "更正后内容不是 \(target.type.name)",
                en: "the replacement is no \(target.type.name)")
        }
        let history = AlteredHistory(
            judging.office, .gone(target.id), before: target.position)
        try judging.rulebook.judgeGuards(
            corrected, actor: judging.actor, office: Office(source: history, capacity: 256))
        return corrected
    }

    /// A correction that names what it replaces replaces nothing else.
    private static func requireHash(
        _ event: RecordCorrected, _ amendments: Amendments, _ judging: Judging
    ) throws {
        guard event.hasReplacedHash, let digest = judging.rulebook.digest else { return }
        let hash = digest(amendments.payloadBytes)
        try judging.require(
            [UInt8](event.replacedHash) == hash,
            [DecidingFact("current_hash", Hexadecimal.text(hash))],
            zh: "replaced_hash 与现行内容不符：该事实已被他人更正，请重新读取后再更正",
            en: "replaced_hash is not that of the payload as it stands: somebody corrected it "
                + "in between; read it again")
    }

    private static func requireMask(
        _ mask: [String], _ descriptor: MessageDescriptor, _ old: [UInt8], _ new: [UInt8],
        _ judging: Judging
    ) throws {
        let unknown = mask.first { descriptor.field(named: $0) == nil }
        try judging.require(
            unknown == nil, [DecidingFact("field", unknown ?? "")],
            zh: "mask 里的 \(unknown ?? "") 不是 \(descriptor.name) 的字段",
            en: "mask names \(unknown ?? ""), which \(descriptor.name) has not")
        let before = try fields(of: old)
        let after = try fields(of: new)
        let changed = descriptor.fields.filter { before[$0.number] != after[$0.number] }.map(\.name)
        let unnamed = changed.first { !mask.contains($0) }
        try judging.require(
            unnamed == nil, [DecidingFact("field", unnamed ?? "")],
            zh: "字段 \(unnamed ?? "") 有变动，却不在 mask 里：请列出全部变更字段",
            en: "\(unnamed ?? "") changes but is not in mask: name every field that changes")
        try judging.require(
            !changed.isEmpty, zh: "更正后内容与现行内容相同，无需更正",
            en: "the replacement equals the payload as it stands: there is nothing to correct")
    }

    /// The bytes of each top-level field by number.
    private static func fields(of bytes: [UInt8]) throws -> [Int: [UInt8]] {
        var reader = WireReader(bytes)
        var fields: [Int: [UInt8]] = [:]
        var start = reader.position
        while let field = try reader.next() {
            fields[field.number, default: []] += bytes[start..<reader.position]
            start = reader.position
        }
        return fields
    }
}
