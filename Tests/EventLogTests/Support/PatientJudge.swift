import Dispatch
import EventLog
import Synchronization

/// A judge that knows how many events the streams have, of which it forgets some again and again;
/// what it does not know it has counted aside.
final class PatientJudge: Judge {
    /// Counts the events of a stream on a thread of the log's.
    final class Count: Preparation {
        let stream: String
        let found = Mutex<(count: UInt64, through: Position)?>(nil)
        private let gate: DispatchSemaphore?
        private let fails: Bool

        init(_ stream: String, _ gate: DispatchSemaphore?, fails: Bool) {
            self.stream = stream
            self.gate = gate
            self.fails = fails
        }

        func prepare(_ facts: DurableEvents) {
            gate?.wait()
            guard !fails else { return }
            var count: UInt64 = 0
            let through = try? facts.forEach(ReadQuery(.stream(stream), maxEvents: 3)) { _ in
                count += 1
            }
            guard let through else { return }
            found.withLock { $0 = (count, through) }
        }
    }

    struct State: Sendable {
        var counts: [String: UInt64] = [:]
        var pending: [String: Count] = [:]
        var judged = 0
        var putOff = 0
        var counted = 0
        var contradictions: [String] = []
    }

    let state = Mutex(State())
    /// Streams are forgotten after every so many judgements.
    let patience: Int
    /// Streams that begin with `gated` wait for it; those with `failing` cannot be counted aside.
    let gate: DispatchSemaphore?

    init(patience: Int = .max, gate: DispatchSemaphore? = nil) {
        self.patience = patience
        self.gate = gate
    }

    func judge(_ request: AppendRequest, at moment: JudgeMoment) -> Verdict {
        state.withLock { state in
            let streams = request.events.map(\.stream)
            var lacking: [Count] = []
            for stream in Set(streams) where state.counts[stream] == nil {
                if moment.mayWait {
                    lacking.append(count(stream, &state))
                } else {
                    state.counts[stream] = try? moment.view.streamVersion(stream)
                    state.counted += 1
                }
            }
            guard lacking.isEmpty else {
                state.putOff += 1
                return .later(lacking)
            }
            state.judged += 1
            for stream in Set(streams) {
                let (known, actual) = (state.counts[stream], try? moment.view.streamVersion(stream))
                if known != actual {
                    state.contradictions.append("\(stream): \(known ?? 0) is \(actual ?? 0)")
                }
            }
            for stream in streams { state.counts[stream, default: 0] += 1 }
            if state.judged.isMultiple(of: patience) { state.counts = [:] }
            return .admit()
        }
    }

    private func count(_ stream: String, _ state: inout State) -> Count {
        let count =
            state.pending[stream]
            ?? Count(
                stream, stream.hasPrefix("gated") ? gate : nil,
                fails: stream.hasPrefix("failing"))
        state.pending[stream] = count
        return count
    }

    func preparations(
        for request: AppendRequest, at moment: JudgeMoment
    ) -> [any Preparation] {
        state.withLock { state in
            Set(request.events.map(\.stream)).filter { state.counts[$0] == nil }
                .map { count($0, &state) }
        }
    }

    func prepared(_ preparation: any Preparation, view: SequencerView) {
        guard let count = preparation as? Count else { return }
        state.withLock { state in
            state.pending[count.stream] = nil
            guard let found = count.found.withLock({ $0 }), state.counts[count.stream] == nil
            else { return }
            var number = found.count
            let rest = ReadQuery(.stream(count.stream), from: found.through.successor)
            do {
                try view.forEach(rest) { _ in number += 1 }
                state.counts[count.stream] = number
            } catch {
                state.contradictions.append("\(error)")
            }
        }
    }

    func discard(from position: Position) { state.withLock { $0.counts = [:] } }

    func settled(through position: Position) {}
}
