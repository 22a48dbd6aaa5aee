package import Schema

/// What has been done to one recorded fact by corrections and voids.
package struct Amendments: Sendable {
    /// The fact as it was recorded.
    package let target: Fact
    /// The void of the fact itself.
    package private(set) var voidID: FactID?
    /// The last correction that is not void.
    package private(set) var correction: RecordCorrected?

    /// - Parameter facts: all facts of the target's stream in order of position, corrections and
    ///   voids among them.
    package init(of target: Fact, among facts: [Fact]) {
        self.target = target
        var voided: Set<FactID> = []
        for fact in facts {
            guard case .recordVoided(let event) = fact.payload,
                let id = FactID(bytes: event.targetEvent)
            else { continue }
            voided.insert(id)
            if id == target.id { voidID = fact.id }
        }
        for fact in facts {
            guard case .recordCorrected(let event) = fact.payload,
                FactID(bytes: event.targetEvent) == target.id, !voided.contains(fact.id)
            else { continue }
            correction = event
        }
    }

    package var isVoid: Bool { voidID != nil }

    /// The payload's bytes as they stand: those of the last correction, else the recorded ones.
    /// The `replaced_hash` of a correction is their SHA-256.
    package var payloadBytes: [UInt8] {
        if let correction { return [UInt8](correction.replacement) }
        return target.payloadBytes
    }
}

extension Office {
    /// What has been done to the fact with an id; nil when there is no such fact.
    package func amendments(of id: FactID) throws -> Amendments? {
        guard let target = try fact(id: id) else { return nil }
        return Amendments(of: target, among: try rawFacts(tag: target.stream))
    }
}
