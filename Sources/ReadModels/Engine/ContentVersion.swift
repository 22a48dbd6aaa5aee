import PartyBuilding

/// Names a state of one model's content: as long as it is the same, nothing that queries read of
/// the model has changed.
package struct ContentVersion: Hashable, Sendable {
    /// Number of the generation.
    let generation: UInt32
    /// The position at which its content changed last.
    let touched: UInt64
}

/// Names everything that the rows of a query are made from, but for the query's own filters.
struct AnswerBasis: Hashable, Sendable {
    let model: ContentVersion
    let registry: ContentVersion
    let asOf: LocalDate
    /// Nil when everything is known.
    let knownAt: Int64?

    /// Whether another basis of the same model has taken the place of this one.
    func isObsolete(after other: AnswerBasis) -> Bool {
        knownAt == nil && model.generation == other.model.generation
            && (model.touched < other.model.touched
                || registry.generation == other.registry.generation
                    && registry.touched < other.registry.touched)
    }
}

/// What an answer stands on: as long as it is the same, the same question has the same answer but
/// for the instant of asking.
package struct AnswerStanding: Hashable, Sendable {
    let basis: AnswerBasis
    let position: UInt64
}
