/// What sealer and committer have to say to each other.
final class SealDesk: Sendable {
    private struct State {
        /// Bytes of batches stored since the sealer last found too little for a block.
        var freshBytes: Int
        /// Bytes of batches that make about one block.
        var wantedBytes: Int
        /// Ready to be put into the log.
        var offered: SealedGroup?
        /// What became of the group that was offered last.
        var isPutIn: Bool?
        var isClosing = false
        /// Why sealing has ended.
        var failure: String?
    }

    private let monitor: Monitor<State>

    /// - Parameter wantedBytes: bytes of batches that make about one block.
    init(wantedBytes: Int) {
        // What lies there from before is looked at once.
        monitor = Monitor(State(freshBytes: .max / 2, wantedBytes: wantedBytes))
    }

    // MARK: The committer's side

    /// Tells that so many bytes of batches have reached the environment.
    func stored(bytes: Int) {
        let isEnough = monitor.withLock { state in
            let before = state.freshBytes
            state.freshBytes += bytes
            return before < state.wantedBytes && state.freshBytes >= state.wantedBytes
        }
        if isEnough { monitor.wake() }
    }

    /// The group that waits to be put into the log; nil when there is none.
    func take() -> SealedGroup? {
        monitor.withLock { state in
            let group = state.offered
            state.offered = nil
            return group
        }
    }

    /// Tells what became of the group that was taken.
    func tell(isPutIn: Bool) {
        monitor.withLock { $0.isPutIn = isPutIn }
        monitor.wake()
    }

    // MARK: The sealer's side

    /// Waits until there may be enough for a block.
    ///
    /// - Returns: false when the log closes.
    func waitForWork() -> Bool {
        monitor.waitUntil { state in
            if state.isClosing { return false }
            return state.freshBytes >= state.wantedBytes ? true : nil
        }
    }

    /// There is too little for a block, so many bytes: waits for more to come.
    ///
    /// - Parameter isStale: whether more became durable since it was looked at.
    func settle(_ bytes: Int, isStale: () -> Bool) {
        monitor.withLock { $0.freshBytes = bytes }
        if isStale() { monitor.withLock { $0.freshBytes = .max / 2 } }
    }

    /// Changes how many bytes of batches make a block.
    func want(_ bytes: Int) {
        monitor.withLock { $0.wantedBytes = bytes }
    }

    /// Lays a group out for the committer.
    func offer(_ group: SealedGroup) {
        monitor.withLock { state in
            state.offered = group
            state.isPutIn = nil
        }
    }

    /// Waits for what becomes of the group.
    ///
    /// - Returns: nil when nothing has after so many milliseconds; false when the log closes.
    func outcome(milliseconds: Int) -> Bool? {
        monitor.waitUntil(milliseconds: milliseconds) { $0.isClosing ? false : $0.isPutIn }
    }

    /// Waits for what becomes of the group, or for the log to close.
    func outcome() -> Bool {
        monitor.waitUntil { $0.isClosing ? false : $0.isPutIn }
    }

    /// Waits a while.
    ///
    /// - Returns: false when the log closes.
    func pause(milliseconds: Int) -> Bool {
        monitor.waitUntil(milliseconds: milliseconds) { $0.isClosing ? false : nil } ?? true
    }

    /// Sealing has ended; the log goes on without it.
    func fail(_ reason: String) {
        monitor.withLock { $0.failure = reason }
    }

    // MARK: Everybody's side

    /// Ends the sealer's waits.
    func close() {
        monitor.withLock { $0.isClosing = true }
        monitor.wake()
    }

    /// Why sealing has ended; nil while it goes on.
    var failure: String? {
        monitor.withLock { $0.failure }
    }

    /// Whether a block may be made of what is durable.
    var isBusy: Bool {
        monitor.withLock { state in
            state.failure == nil && !state.isClosing && state.freshBytes >= state.wantedBytes
        }
    }
}
