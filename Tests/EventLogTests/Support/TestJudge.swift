import EventLog
import Names
import Synchronization

/// A judge with a memory: it counts the events of each stream, as an aggregate would, and notices
/// when the log's calls contradict what it remembers.
final class TestJudge: Judge {
    struct Refused: Error, Equatable {}

    struct State: Sendable {
        /// Streams of the judged events by position, from `start` on.
        var streams: [(position: UInt64, stream: String)] = []
        var settled: UInt64 = 0
        var discards: [UInt64] = []
        var contradictions: [String] = []
        var judged = 0
    }

    let state = Mutex(State())
    /// Asks the log about every request's first stream inside `judge`.
    let looksAround: Bool

    init(looksAround: Bool = true) {
        self.looksAround = looksAround
    }

    static func refuses(_ request: AppendRequest) -> Bool {
        request.events.contains { $0.body.first == 0xFF }
    }

    static func extraTags(_ draft: EventDraft) -> [String] {
        draft.type % 3 == 0 ? ["person-\(draft.type)", draft.stream] : []
    }

    static func trailer(_ draft: EventDraft) -> [UInt8] {
        Array("t\(draft.type)".utf8) + draft.body.prefix(2)
    }

    func judge(_ request: AppendRequest, at moment: JudgeMoment) -> Verdict {
        let seen = looksAround ? Self.look(request, moment) : nil
        return state.withLock { state in
            state.judged += 1
            if let last = state.streams.last, last.position + 1 != moment.nextPosition.value {
                state.contradictions.append(
                    "judging \(moment.nextPosition) after \(last.position)")
            }
            if let seen { state.contradictions += seen }
            if Self.refuses(request) { return .refuse(Refused()) }
            for (index, event) in request.events.enumerated() {
                state.streams.append((moment.nextPosition.value + UInt64(index), event.stream))
            }
            return .admit(
                request.events.map { event in
                    Addition(
                        trailer: Self.trailer(event), tags: NameList(Self.extraTags(event)))
                })
        }
    }

    /// Reads a stream to its end from inside: its events must be numbered without a gap, and
    /// nothing may be missing that was judged.
    private static func look(_ request: AppendRequest, _ moment: JudgeMoment) -> [String] {
        guard let stream = request.events.first?.stream else { return [] }
        var faults: [String] = []
        do {
            var count: UInt64 = 0
            try moment.view.forEach(ReadQuery(.stream(stream), maxEvents: 5)) { event in
                count += 1
                if event.streamVersion != count {
                    faults.append("\(stream) at \(event.position): version \(event.streamVersion)")
                }
            }
            let version = try moment.view.streamVersion(stream)
            if version != count { faults.append("\(stream) has \(count) events, not \(version)") }
            let last = try moment.view.read(
                ReadQuery(.all, direction: .backwards, maxEvents: 1)
            ).events.first
            let expected = moment.nextPosition.predecessor
            if last?.position ?? .zero != expected { faults.append("the last is not \(expected)") }
            if let last, try moment.view.event(withID: last.id) != last {
                faults.append("\(last.id) is not found by its id")
            }
        } catch {
            faults.append("\(error)")
        }
        return faults
    }

    func discard(from position: Position) {
        state.withLock { state in
            if position.value <= state.settled {
                state.contradictions.append("discarding \(position), which is settled")
            }
            state.discards.append(position.value)
            state.streams.removeAll { $0.position >= position.value }
        }
    }

    func settled(through position: Position) {
        state.withLock { state in
            if position.value < state.settled {
                state.contradictions.append("settled goes back to \(position)")
            }
            state.settled = position.value
        }
    }

    var contradictions: [String] {
        state.withLock { $0.contradictions }
    }
}
