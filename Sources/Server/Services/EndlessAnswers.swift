import Synchronization

/// The answers that go on for ever, so that an orderly stop can end them.
final class EndlessAnswers: Sendable {
    private struct State {
        var isEnding = false
        var nextNumber: UInt64 = 0
        var ends: [UInt64: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// Remembers how an answer is ended, as long as the returned entry is kept. When all answers
    /// have been ended already, this one is ended at once.
    ///
    /// - Parameter end: called on any thread; must not block.
    func add(_ end: @escaping @Sendable () -> Void) -> Entry {
        let (number, isEnding) = state.withLock { state in
            state.nextNumber += 1
            if !state.isEnding { state.ends[state.nextNumber] = end }
            return (state.nextNumber, state.isEnding)
        }
        if isEnding { end() }
        return Entry(answers: self, number: number)
    }

    func endAll() {
        let ends = state.withLock { state in
            state.isEnding = true
            defer { state.ends = [:] }
            return state.ends
        }
        for end in ends.values { end() }
    }

    private func remove(_ number: UInt64) {
        _ = state.withLock { $0.ends.removeValue(forKey: number) }
    }

    /// Keeps an answer remembered; letting go of it forgets the answer.
    final class Entry: Sendable {
        private let answers: EndlessAnswers
        private let number: UInt64

        fileprivate init(answers: EndlessAnswers, number: UInt64) {
            self.answers = answers
            self.number = number
        }

        deinit { answers.remove(number) }
    }
}
