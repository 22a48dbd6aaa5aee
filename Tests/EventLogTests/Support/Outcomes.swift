import EventLog
import Synchronization
import Testing

/// Collects the outcomes of numbered requests; each must come exactly once.
final class Outcomes: Sendable {
    private struct State {
        var outcomes: [Int: Result<AppendOutcome, AppendFailure>] = [:]
        var repeated = 0
    }

    private let state = Mutex(State())

    func set(_ number: Int, _ outcome: Result<AppendOutcome, AppendFailure>) {
        state.withLock { state in
            if state.outcomes.updateValue(outcome, forKey: number) != nil { state.repeated += 1 }
        }
    }

    var count: Int {
        state.withLock { $0.outcomes.count }
    }

    var repeated: Int {
        state.withLock { $0.repeated }
    }

    /// Waits until there are `count` outcomes and gives them by number.
    func all(_ count: Int) async throws -> [Result<AppendOutcome, AppendFailure>] {
        while self.count < count { try await Task.sleep(for: .microseconds(200)) }
        #expect(repeated == 0)
        return state.withLock { state in
            state.outcomes.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
