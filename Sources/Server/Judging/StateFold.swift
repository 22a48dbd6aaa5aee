import EventLog
import PartyBuilding
import Synchronization

/// A judgement needs a state that is being folded aside.
struct StateIsMissing: Error {}

/// Which state of which subject.
struct FoldKey: Hashable {
    /// The type of the state.
    let state: ObjectIdentifier
    let tag: String
}

/// A state on its way into the office.
protocol OfficeFold: Preparation {
    var key: FoldKey { get }

    /// Hands the state over, with the facts that were judged meanwhile; on the judge's thread.
    /// A fold that failed hands over nothing: who asks again has it folded again.
    func finish(in office: Office, _ view: SequencerView)
}

/// Folds one state of a subject from all its durable facts.
final class StateFold<State: Aggregate>: OfficeFold {
    private struct Folded {
        var state: State
        /// Everything up to here is in it.
        let through: Position
    }

    private let tag: String
    private let folded = Mutex<Folded?>(nil)

    init(tag: String) {
        self.tag = tag
    }

    var key: FoldKey { FoldKey(state: ObjectIdentifier(State.self), tag: tag) }

    func prepare(_ facts: DurableEvents) {
        // Whatever is wrong is told to those who need the state, when it is folded for them.
        guard let made = try? fold(facts) else { return }
        folded.withLock { $0 = made }
    }

    func finish(in office: Office, _ view: SequencerView) {
        guard var folded = folded.withLock({ $0 }) else { return }
        let query = ReadQuery(
            .tag(tag), types: LogFactSource.numbers(State.types), from: folded.through.successor)
        do {
            try view.forEach(query) { event in
                let fact = try FactDecoder.recorded(event)
                // It changes what was folded already.
                guard !fact.isAmendment else { throw StateIsMissing() }
                folded.state.apply(fact)
            }
        } catch {
            return
        }
        office.adopt(folded.state, tag: tag)
    }

    /// Facts are applied one by one and let go of, unless some of them amend others.
    private func fold(_ facts: DurableEvents) throws -> Folded {
        let query = ReadQuery(
            .tag(tag), types: LogFactSource.numbers(State.types), maxEvents: 512)
        var state = State(id: subjectIdentity(tag))
        do {
            let through = try facts.forEach(query) { event in
                let fact = try FactDecoder.recorded(event)
                guard !fact.isAmendment else { throw StateIsMissing() }
                state.apply(fact)
            }
            return Folded(state: state, through: through)
        } catch is StateIsMissing {
            return try foldAmended(facts, query)
        }
    }

    private func foldAmended(_ facts: DurableEvents, _ query: ReadQuery) throws -> Folded {
        var raw: [Fact] = []
        let through = try facts.forEach(query) { raw.append(try FactDecoder.recorded($0)) }
        let effective = try EffectiveFacts.resolve(raw, carrying: tag, types: State.types) { id in
            try facts.event(withID: EventID(high: id.high, low: id.low)).map(FactDecoder.recorded)
        }
        var state = State(id: subjectIdentity(tag))
        for fact in effective { state.apply(fact) }
        return Folded(state: state, through: through)
    }
}
