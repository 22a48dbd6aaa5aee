import Schema

/// The facts of an office as they would be at an earlier position, with one of them gone.
///
/// Corrections and voids of earlier facts stay in whatever their own position: they say what those
/// facts were all along.
final class AlteredHistory: FactSource {
    private struct Key: Hashable {
        let tag: String
        let types: [EventType]?
    }

    private let office: Office
    private let excluded: FactID?
    /// Facts at or after this position have not happened.
    var limit: UInt64
    private var cache: [Key: [Fact]] = [:]

    /// - Parameters:
    ///   - excluded: the fact that never was, together with what amends it; nil for none.
    init(_ office: Office, without excluded: FactID?, before limit: UInt64) {
        self.office = office
        self.excluded = excluded
        self.limit = limit
    }

    func facts(tag: String, types: [EventType]?) throws -> [Fact] {
        let key = Key(tag: tag, types: types)
        let all = try cache[key] ?? load(key)
        return all.filter { $0.position < limit || $0.isAmendment }
    }

    private func load(_ key: Key) throws -> [Fact] {
        let facts = try office.rawFacts(tag: key.tag, types: key.types).filter { !isGone($0) }
        cache[key] = facts
        return facts
    }

    func first(tag: String) throws -> Fact? { try facts(tag: tag, types: nil).first }

    func last(tag: String) throws -> Fact? { try facts(tag: tag, types: nil).last }

    func fact(id: FactID) throws -> Fact? {
        guard let fact = try office.fact(id: id), !isGone(fact), fact.position < limit else {
            return nil
        }
        return fact
    }

    private func isGone(_ fact: Fact) -> Bool {
        guard let excluded else { return false }
        switch fact.payload {
        case .recordCorrected(let event): return FactID(bytes: event.targetEvent) == excluded
        case .recordVoided(let event): return FactID(bytes: event.targetEvent) == excluded
        default: return fact.id == excluded
        }
    }
}

/// A fact that rests on another one.
struct Dependant {
    let fact: Fact
    /// Why it would be refused without the other.
    let refusal: Refusal
}

/// Finds the live dependants of a fact (R-GEN-05): facts that would be refused if it had never
/// been.
struct DependantSearch {
    private let judging: Judging
    private let target: Fact

    init(of target: Fact, _ judging: Judging) {
        self.target = target
        self.judging = judging
    }

    /// The first dependant in order of position, nil when there is none.
    ///
    /// Only facts that share a subject with the target can rest on it. Each is judged again as of
    /// its own position, once without the target and, if refused, once with it: what would be
    /// refused either way (an older rule set, an importer's licence) is no dependant. Work grows
    /// with the facts of the target's subjects; voids are rare.
    func first() throws -> Dependant? {
        let without = AlteredHistory(judging.office, without: target.id, before: 0)
        let with = AlteredHistory(judging.office, without: nil, before: 0)
        for fact in try candidates() {
            guard let refusal = try refusal(of: fact, in: without) else { continue }
            if try self.refusal(of: fact, in: with) == nil {
                return Dependant(fact: fact, refusal: refusal)
            }
        }
        return nil
    }

    /// Effective facts of the target's subjects that were recorded after it.
    private func candidates() throws -> [Fact] {
        var byPosition: [UInt64: Fact] = [:]
        for tag in target.tags where subjectKind(tag) != "tree" {
            for fact in try judging.office.facts(tag: tag) where fact.position > target.position {
                byPosition[fact.position] = fact
            }
        }
        return byPosition.values.sorted { $0.position < $1.position }
    }

    private func refusal(of fact: Fact, in history: AlteredHistory) throws -> Refusal? {
        history.limit = fact.position
        // A new office each time: the history it folds ends elsewhere.
        let office = Office(source: history, capacity: 256)
        do {
            try judging.rulebook.judgeGuards(fact, actor: judging.actor, office: office)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }
}
