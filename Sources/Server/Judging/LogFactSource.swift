package import EventLog
package import PartyBuilding
import Schema

/// Reads facts for the office through the sequencer's view of the log: what is judged, also
/// before it is durable.
final class LogFactSource: FactSource {
    private var view: SequencerView?
    /// Whether what takes long may be put off.
    private var mayWait = false
    /// More facts than this are folded aside.
    private let inlineFactsMax: Int
    /// The folds that are under way or were asked for.
    private var folds: [FoldKey: any OfficeFold] = [:]
    /// Those that the present judgement lacks.
    private var lacking: [any OfficeFold] = []

    init(inlineFactsMax: Int) {
        self.inlineFactsMax = inlineFactsMax
    }

    /// Makes the view available while `body` runs.
    ///
    /// - Parameter mayWait: whether a state that has many facts is folded aside; who asks for it
    ///   gets a `StateIsMissing`.
    func reading<Result>(
        through view: SequencerView, mayWait: Bool = false, _ body: () throws -> Result
    ) rethrows -> Result {
        self.view = view
        self.mayWait = mayWait
        defer { self.view = nil }
        return try body()
    }

    /// The folds that were found lacking since this was last asked.
    func takeLacking() -> [any OfficeFold] {
        defer { lacking.removeAll() }
        return lacking
    }

    /// A fold is over: it is not waited for any more.
    func forget(_ fold: any OfficeFold) { folds[fold.key] = nil }

    func facts<State: Aggregate>(folding type: State.Type, tag: String) throws -> [Fact] {
        guard mayWait else { return try facts(tag: tag, types: type.types) }
        let query = ReadQuery(.tag(tag), types: Self.numbers(type.types))
        let few = try currentView().readAll(query, atMost: inlineFactsMax)
        if let few { return try few.map(FactDecoder.recorded) }
        let key = FoldKey(state: ObjectIdentifier(type), tag: tag)
        let fold = folds[key] ?? StateFold<State>(tag: tag)
        folds[key] = fold
        lacking.append(fold)
        throw StateIsMissing()
    }

    /// Numbers of types, with those of amendments; empty for all.
    static func numbers(_ types: [EventType]?) -> [UInt32] {
        let amendments: [EventType] = [.recordCorrected, .recordVoided]
        return types.map { ($0 + amendments).map(\.number) } ?? []
    }

    func facts(tag: String, types: [EventType]?) throws -> [Fact] {
        var facts: [Fact] = []
        let query = ReadQuery(.tag(tag), types: Self.numbers(types), maxEvents: 4_096)
        try currentView().forEach(query) { facts.append(try FactDecoder.recorded($0)) }
        return facts
    }

    func first(tag: String) throws -> Fact? {
        try single(ReadQuery(.tag(tag), maxEvents: 1))
    }

    func last(tag: String) throws -> Fact? {
        try single(ReadQuery(.tag(tag), direction: .backwards, maxEvents: 1))
    }

    func fact(id: FactID) throws -> Fact? {
        let found = try currentView().event(withID: EventID(high: id.high, low: id.low))
        return try found.map(FactDecoder.recorded)
    }

    private func single(_ query: ReadQuery) throws -> Fact? {
        try currentView().read(query).events.first.map(FactDecoder.recorded)
    }

    private func currentView() throws -> SequencerView {
        guard let view else {
            throw FactDecodingError(description: "facts were asked for outside a judgement")
        }
        return view
    }
}

extension FactDecoder {
    /// The fact in an event of the log.
    package static func recorded(_ event: RecordedEvent) throws -> Fact {
        try recorded(
            body: event.body, trailer: event.trailer, position: event.position.value,
            streamVersion: event.streamVersion, tags: event.tags)
    }
}
