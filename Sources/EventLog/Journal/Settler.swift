/// Puts what the journal holds into the log, on a thread of its own: when the journal asks for it,
/// and soon after commits have ceased. A sealed block for which no large commit came by goes along.
final class Settler: Sendable {
    private struct State {
        var isDue = false
        var isClosing = false
        /// A sealed block has waited long enough for a commit to go along with.
        var isSealDue = false
        /// The thread waits for the journal to hold anything at all.
        var isAsleep = false
    }

    private static let sleeperRole = 0
    private static let timedRole = 1

    /// Pause after there was no room.
    private static let retryMilliseconds = 1_000

    private let monitor = Monitor(State(), roles: 2)
    private let milliseconds: Int

    /// - Parameter milliseconds: how long a commit stays in the journal if nothing else happens.
    init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    /// Tells that the journal holds something.
    ///
    /// - Parameter isDue: whether it should go into the log at once.
    func note(isDue: Bool) {
        let isAsleep = monitor.withLock { state in
            if isDue { state.isDue = true }
            return state.isAsleep
        }
        if isAsleep { monitor.wake(role: Self.sleeperRole) }
        if isDue { monitor.wake(role: Self.timedRole) }
    }

    /// Tells that a sealed block has waited long enough for a commit to go along with.
    func noteSeal() {
        monitor.withLock { $0.isSealDue = true }
        monitor.wake(role: Self.sleeperRole)
        monitor.wake(role: Self.timedRole)
    }

    /// Ends the thread soon.
    func stop() {
        monitor.withLock { $0.isClosing = true }
        monitor.wake(role: Self.sleeperRole)
        monitor.wake(role: Self.timedRole)
    }

    /// The settler's thread.
    ///
    /// - Parameter report: told why the log cannot be written, when that is final.
    func run(_ log: LogStore, _ desk: SealDesk, report: @Sendable (String) -> Void) {
        var pause = milliseconds
        while waitForWork(log, milliseconds: pause) {
            do {
                try putSealed(log, desk)
                let bytes = try log.settle()
                desk.stored(bytes: bytes ?? 0)
                pause = bytes == nil ? Self.retryMilliseconds : milliseconds
            } catch {
                report("\(error)")
                return
            }
        }
    }

    private func putSealed(_ log: LogStore, _ desk: SealDesk) throws {
        guard let group = desk.take() else { return }
        do {
            desk.tell(isPutIn: try log.put(group))
        } catch {
            desk.tell(isPutIn: false)
            throw error
        }
    }

    /// - Returns: false when the log closes.
    private func waitForWork(_ log: LogStore, milliseconds: Int) -> Bool {
        let isAny = monitor.waitUntil(role: Self.sleeperRole) { state -> Bool? in
            state.isAsleep = !state.isClosing && !state.isSealDue && log.tail.isEmpty
            return state.isAsleep ? nil : !state.isClosing
        }
        guard isAny else { return false }
        return monitor.waitUntil(role: Self.timedRole, milliseconds: milliseconds) { state in
            if state.isClosing { return false }
            guard state.isDue || state.isSealDue else { return nil }
            state.isDue = false
            state.isSealDue = false
            return true
        } ?? true
    }
}
