import Names
package import Schema

/// Applies corrections (L01) and voids (L02) to the facts they name.
///
/// A correction replaces the whole payload of its root fact; of several the last one that is not
/// void wins; a void takes its target away, be it a fact or a correction, and cannot itself be
/// voided (architecture, "Corrections").
package enum EffectiveFacts {
    /// The facts as they stand, without the corrections and voids themselves.
    ///
    /// - Parameters:
    ///   - facts: in order of position.
    ///   - knownAt: only what was recorded up to this instant (inclusive, microseconds); nil for
    ///     all.
    /// - Returns: in the same order; corrected facts carry the replaced payload, its valid day and
    ///   its tags, and say so.
    package static func resolve(_ facts: [Fact], knownAt: Int64? = nil) -> [Fact] {
        var voided: Set<FactID> = []
        var corrections: [FactID: RecordCorrected] = [:]
        var correctionOrder: [(id: FactID, target: FactID, correction: RecordCorrected)] = []
        for fact in facts where knownAt.map({ fact.recordedAt <= $0 }) ?? true {
            switch fact.payload {
            case .recordVoided(let event):
                if let target = FactID(bytes: event.targetEvent) { voided.insert(target) }
            case .recordCorrected(let event):
                if let target = FactID(bytes: event.targetEvent) {
                    correctionOrder.append((fact.id, target, event))
                }
            default:
                break
            }
        }
        for entry in correctionOrder where !voided.contains(entry.id) {
            corrections[entry.target] = entry.correction
        }
        var effective: [Fact] = []
        effective.reserveCapacity(facts.count)
        for fact in facts where knownAt.map({ fact.recordedAt <= $0 }) ?? true {
            switch fact.payload {
            case .recordVoided, .recordCorrected:
                continue
            default:
                break
            }
            if voided.contains(fact.id) { continue }
            guard let correction = corrections[fact.id] else {
                effective.append(fact)
                continue
            }
            effective.append(fact.corrected(by: correction) ?? fact)
        }
        return effective
    }

    /// The facts of one subject as they stand: with those that corrections moved to it, without
    /// those that they moved away.
    ///
    /// - Parameters:
    ///   - raw: all facts that carry the subject's tag, in order of position.
    ///   - types: the types that are wanted; nil for all.
    ///   - fact: finds the target of a correction, as it was recorded.
    package static func resolve(
        _ raw: [Fact], carrying tag: String, types: [EventType]?,
        fact: (FactID) throws -> Fact?
    ) rethrows -> [Fact] {
        guard raw.contains(where: \.isAmendment) else { return raw }
        var facts = raw
        for target in raw.compactMap(\.amendmentTarget)
        where !facts.contains(where: { $0.id == target }) {
            guard let moved = try fact(target), types?.contains(moved.type) ?? true,
                !moved.isAmendment
            else { continue }
            facts.append(moved)
        }
        if facts.count > raw.count { facts.sort { $0.position < $1.position } }
        return resolve(facts).filter { $0.tags.contains(tag) }
    }
}

extension Fact {
    /// The fact with the payload of a correction, nil when the replacement is not a payload of the
    /// fact's type (which the rulebook refuses to record).
    package func corrected(by correction: RecordCorrected) -> Fact? {
        let bytes = [UInt8](correction.replacement)
        guard let replaced = try? EventPayload.decode(type: type, bytes: bytes) else {
            return nil
        }
        var fact = self
        fact.replacePayload(replaced, bytes: bytes)
        fact.isCorrected = true
        let trees = tags.filter { subjectKind($0) == "tree" }
        fact.tags = NameList(
            sortedUnique(Subjects.of(type: type, stream: stream, payload: bytes) + trees))
        fact.moveTime(from: payloadBytes, to: bytes, type)
        return fact
    }

    /// A fact whose own payload said when it happened moves with the corrected payload; one that
    /// did not move keeps its precision.
    private mutating func moveTime(from old: [UInt8], to new: [UInt8], _ type: EventType) {
        let before = type.occurrence(in: old, 0..<old.count)
        let after = type.occurrence(in: new, 0..<new.count)
        let hadOwnEffect = FactDays(type: type, payload: old).effectiveFrom != nil
        let followedOccurrence = hadOwnEffect || validDay == occurred.lastDay
        if let before, let after, before != after,
            Moment(before).lastDay == occurred.lastDay
        {
            occurred = Moment(after)
        }
        if let effective = FactDays(type: type, payload: new).effectiveFrom {
            validDay = effective
        } else if followedOccurrence {
            validDay = occurred.lastDay ?? validDay
        }
    }
}

extension Moment {
    fileprivate init(_ value: MomentValue) {
        self.init()
        self.value = value
    }
}
