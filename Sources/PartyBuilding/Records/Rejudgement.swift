import Schema

/// Judges recorded facts again, one after another in order of position, over an altered history.
///
/// The states that judgements read are folded once and then carried forward: between two facts
/// only what happened in between is applied. So the work grows with the facts that are read, not
/// with their square.
final class Rejudgement {
    private let history: AlteredHistory
    private let office: Office
    private let judging: Judging
    private var pending = PendingFacts()

    /// - Parameter judging: gives the rulebook and the actor.
    init(_ history: AlteredHistory, _ judging: Judging) {
        self.history = history
        self.judging = judging
        office = Office(source: history)
    }

    /// The refusal that a fact would meet at its position; nil when it would be admitted.
    ///
    /// - Parameter fact: at a later position than the one before it.
    func refusal(of fact: Fact) throws -> Refusal? {
        history.limit = fact.position
        while let happened = pending.popFirst(before: fact.position) { office.record(happened) }
        office.visible(through: fact.position - 1)
        office.settled(through: fact.position - 1)
        var refusal: Refusal?
        do {
            try judging.rulebook.judgeGuards(fact, actor: judging.actor, office: office)
        } catch let thrown as Refusal {
            refusal = thrown
        }
        try follow()
        return refusal
    }

    /// What was read for the first time is followed from here on.
    private func follow() throws {
        for question in history.takeNewQuestions() {
            for fact in try history.laterFacts(question) { pending.insert(fact) }
        }
    }
}

/// Facts that have yet to happen, taken out in order of position; a binary heap.
private struct PendingFacts {
    private var facts: [UInt64: Fact] = [:]
    private var heap: [UInt64] = []

    /// Takes a fact in, once.
    mutating func insert(_ fact: Fact) {
        guard facts.updateValue(fact, forKey: fact.position) == nil else { return }
        heap.append(fact.position)
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The first fact, unless it is at or after a position.
    mutating func popFirst(before position: UInt64) -> Fact? {
        guard let first = heap.first, first < position, let last = heap.popLast() else {
            return nil
        }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return facts.removeValue(forKey: first)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
