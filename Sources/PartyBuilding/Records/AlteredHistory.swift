import Schema

/// The facts of an office as they would be at an earlier position, with one of them gone or
/// another in its place.
///
/// Corrections and voids of earlier facts stay in whatever their own position: they say what those
/// facts were all along.
final class AlteredHistory: FactSource {
    /// What became of one fact.
    enum Alteration {
        case none
        /// It never was, and neither was what amends it.
        case gone(FactID)
        /// It was this one all along, which has its id and position.
        case replaced(Fact)

        fileprivate var id: FactID? {
            switch self {
            case .none: nil
            case .gone(let id): id
            case .replaced(let fact): fact.id
            }
        }
    }

    /// What was asked for: a subject, and the types that matter.
    struct Question: Hashable {
        let tag: String
        let types: [EventType]?
    }

    private let office: Office
    private let alteration: Alteration
    /// Facts at or after this position have not happened.
    var limit: UInt64
    private var answers: [Question: [Fact]] = [:]
    /// Questions asked for the first time since they were last taken.
    private var newQuestions: [Question] = []

    init(_ office: Office, _ alteration: Alteration, before limit: UInt64 = 0) {
        self.office = office
        self.alteration = alteration
        self.limit = limit
    }

    func facts(tag: String, types: [EventType]?) throws -> [Fact] {
        try answer(Question(tag: tag, types: types)).filter {
            $0.position < limit || $0.isAmendment
        }
    }

    /// The effective facts at or after the limit that answer a question.
    func laterFacts(_ question: Question) throws -> [Fact] {
        let facts = try EffectiveFacts.resolve(
            try answer(question), carrying: question.tag, types: question.types
        ) { try anyFact(id: $0) }
        return facts.filter { $0.position >= limit }
    }

    /// The questions that were asked for the first time since the last call.
    func takeNewQuestions() -> [Question] {
        defer { newQuestions.removeAll(keepingCapacity: true) }
        return newQuestions
    }

    private func answer(_ question: Question) throws -> [Fact] {
        if let answer = answers[question] { return answer }
        var facts = try office.rawFacts(tag: question.tag, types: question.types)
            .filter { !isGone($0) }
        if case .replaced(let fact) = alteration, fact.tags.contains(question.tag),
            question.types.map({ $0.contains(fact.type) }) ?? true
        {
            let place = facts.firstIndex { $0.position > fact.position } ?? facts.endIndex
            facts.insert(fact, at: place)
        }
        answers[question] = facts
        newQuestions.append(question)
        return facts
    }

    func first(tag: String) throws -> Fact? { try facts(tag: tag, types: nil).first }

    func last(tag: String) throws -> Fact? { try facts(tag: tag, types: nil).last }

    func fact(id: FactID) throws -> Fact? {
        try anyFact(id: id).flatMap { $0.position < limit ? $0 : nil }
    }

    /// The fact with an id, also when it has not happened yet.
    private func anyFact(id: FactID) throws -> Fact? {
        if case .replaced(let fact) = alteration, fact.id == id { return fact }
        return try office.fact(id: id).flatMap { isGone($0) ? nil : $0 }
    }

    /// The altered fact itself and what amends it.
    private func isGone(_ fact: Fact) -> Bool {
        guard let altered = alteration.id else { return false }
        switch fact.payload {
        case .recordCorrected(let event): return FactID(bytes: event.targetEvent) == altered
        case .recordVoided(let event): return FactID(bytes: event.targetEvent) == altered
        default: return fact.id == altered
        }
    }
}
