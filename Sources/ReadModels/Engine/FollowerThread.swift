import Glibc

/// The thread on which the views follow the log, and what wakes it.
///
/// `@unchecked Sendable`: the flags are touched only with the mutex held; the pointers never
/// change.
final class FollowerThread: @unchecked Sendable {
    /// What the thread does between two pieces of work.
    enum Pause {
        /// The next one at once.
        case none
        /// Nothing until somebody wakes it, or until some time has passed.
        case untilWoken(milliseconds: Int?)
        /// Nothing for some time; only somebody in a hurry ends it before. Whoever wakes it
        /// meanwhile is heard at the end.
        case rest(milliseconds: Int)

        static let untilWoken = Pause.untilWoken(milliseconds: nil)
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isWoken = false
    private var isHurried = false
    private var isStopping = false
    /// Whether a wake-up ends the pause under way.
    private var wakesUp = false
    private var handle: pthread_t?

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Starts the thread; a second call does nothing.
    ///
    /// - Parameter turn: does a piece of work and says when it wants to be called again.
    /// - Returns: false when the system has no thread to give.
    func start(_ turn: @escaping @Sendable () -> Pause) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard handle == nil, !isStopping else { return true }
        let body = ThreadBody { [self] in run(turn) }
        let argument = Unmanaged.passRetained(body).toOpaque()
        var started = pthread_t()
        guard pthread_create(&started, nil, runThreadBody, argument) == 0 else {
            Unmanaged<ThreadBody>.fromOpaque(argument).release()
            return false
        }
        handle = started
        return true
    }

    /// Lets the thread do its work soon.
    func wake() {
        pthread_mutex_lock(mutex)
        isWoken = true
        if wakesUp { pthread_cond_signal(condition) }
        pthread_mutex_unlock(mutex)
    }

    /// Lets the thread do its work at once, also when it rests: somebody waits for it.
    func hurry() {
        pthread_mutex_lock(mutex)
        isHurried = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Ends the thread after the work at hand and waits for its end; called once. Called on the
    /// thread itself it cannot wait.
    func stop() {
        pthread_mutex_lock(mutex)
        isStopping = true
        let running = handle
        handle = nil
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
        guard let running else { return }
        if pthread_equal(running, pthread_self()) != 0 {
            pthread_detach(running)
        } else {
            pthread_join(running, nil)
        }
    }

    private func run(_ turn: () -> Pause) {
        while true {
            switch turn() {
            case .none:
                if isEnded() { return }
            case .untilWoken(let milliseconds):
                guard wait(milliseconds, wakesUp: true) else { return }
            case .rest(let milliseconds):
                guard wait(milliseconds, wakesUp: false) else { return }
            }
        }
    }

    private func isEnded() -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return isStopping
    }

    /// - Returns: false when the thread is to end.
    private func wait(_ milliseconds: Int?, wakesUp: Bool) -> Bool {
        pthread_mutex_lock(mutex)
        self.wakesUp = wakesUp
        defer {
            isHurried = false
            if wakesUp { isWoken = false }
            self.wakesUp = false
            pthread_mutex_unlock(mutex)
        }
        var deadline = timespec()
        if let milliseconds {
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            let nanoseconds = deadline.tv_nsec + milliseconds % 1_000 * 1_000_000
            deadline.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
            deadline.tv_nsec = nanoseconds % 1_000_000_000
        }
        while !isStopping, !isHurried, !(wakesUp && isWoken) {
            if milliseconds == nil {
                pthread_cond_wait(condition, mutex)
            } else if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                break
            }
        }
        return !isStopping
    }
}

/// What a new thread is to do.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
