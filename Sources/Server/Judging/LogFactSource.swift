package import EventLog
package import PartyBuilding
import Schema

/// Reads facts for the office through the sequencer's view of the log: what is judged, also
/// before it is durable.
final class LogFactSource: FactSource {
    private var view: SequencerView?

    /// Makes the view available while `body` runs.
    func reading<Result>(through view: SequencerView, _ body: () throws -> Result) rethrows
        -> Result
    {
        self.view = view
        defer { self.view = nil }
        return try body()
    }

    func facts(tag: String, types: [EventType]?) throws -> [Fact] {
        let amendments: [EventType] = [.recordCorrected, .recordVoided]
        let numbers = types.map { ($0 + amendments).map(\.number) } ?? []
        var facts: [Fact] = []
        try currentView().forEach(ReadQuery(.tag(tag), types: numbers, maxEvents: 4_096)) {
            facts.append(try FactDecoder.recorded($0))
        }
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
