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
        fact.payload = replaced
        fact.isCorrected = true
        let trees = tags.filter { subjectKind($0) == "tree" }
        fact.tags = Subjects.of(type: type, stream: stream, payload: bytes) + trees
        let days = FactDays(type: type, payload: bytes)
        let before = (try? payload.serializedBytes()).map { FactDays(type: type, payload: $0) }
        // A fact whose own date said when it happened moves with its corrected date.
        if let day = days.primary, before?.primary == occurred.lastDay { fact.occurred = Moment(day) }
        fact.validDay = days.effectiveFrom ?? fact.occurred.lastDay ?? validDay
        return fact
    }
}
