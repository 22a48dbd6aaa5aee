import Schema

/// A fact that rests on another one.
struct Dependant {
    let fact: Fact
    /// Why it would be refused without the other.
    let refusal: Refusal
}

/// Finds the live dependants of a fact (R-GEN-05): facts that would be refused if it had never
/// been, or had been what a correction makes of it.
///
/// Only facts that share a subject with the target can rest on it. Each is judged again as of its
/// own position, in the altered history and, if refused there, in the true one: what would be
/// refused either way (an older rule set, an importer's licence) is no dependant.
struct DependantSearch {
    private let judging: Judging
    private let target: Fact
    private let alteration: AlteredHistory.Alteration
    private let tags: [String]

    /// - Parameter replacement: the target as corrected; nil when it is to be void.
    init(of target: Fact, replacement: Fact?, _ judging: Judging) {
        self.target = target
        self.judging = judging
        alteration = replacement.map { .replaced($0) } ?? .gone(target.id)
        tags = sortedUnique(target.tags + (replacement.map { Array($0.tags) } ?? []))
            .filter { subjectKind($0) != "tree" }
    }

    /// The first dependant in order of position, nil when there is none.
    func first() throws -> Dependant? {
        let altered = Rejudgement(AlteredHistory(judging.office, alteration), judging)
        let unaltered = AlteredHistory(judging.office, .none)
        for fact in try candidates() {
            guard let refusal = try altered.refusal(of: fact) else { continue }
            if try Rejudgement(unaltered, judging).refusal(of: fact) == nil {
                return Dependant(fact: fact, refusal: refusal)
            }
        }
        return nil
    }

    /// Effective facts of the target's subjects that were recorded after it.
    private func candidates() throws -> [Fact] {
        var byPosition: [UInt64: Fact] = [:]
        for tag in tags {
            for fact in try judging.office.facts(tag: tag) where fact.position > target.position {
                byPosition[fact.position] = fact
            }
        }
        return byPosition.values.sorted { $0.position < $1.position }
    }
}
