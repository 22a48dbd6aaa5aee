import Glibc

/// A mutex with condition variables around a piece of state: the standard library's `Mutex` has
/// nothing to wait on.
///
/// `@unchecked Sendable`: `state` is touched only with the mutex held, the pointers never change.
/// The mutex also keeps accesses apart, so that they need not be checked again at run time.
final class Monitor<State>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let conditions: UnsafeMutablePointer<pthread_cond_t>
    private let roles: Int
    @exclusivity(unchecked) private var state: State

    /// - Parameter roles: how many kinds of threads wait; each is woken by its number.
    init(_ state: State, roles: Int = 1) {
        self.state = state
        self.roles = roles
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        conditions = .allocate(capacity: roles)
        // Deadlines are counted on the monotonic clock, so that a jump of the wall clock neither
        // shortens nor lengthens a wait.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for role in 0..<roles {
            (conditions + role).initialize(to: pthread_cond_t())
            pthread_cond_init(conditions + role, &attributes)
        }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for role in 0..<roles { pthread_cond_destroy(conditions + role) }
        conditions.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` alone. It must not call back into the same monitor.
    func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Runs `body` again and again, sleeping in between until somebody wakes this role, and
    /// returns what it returns first.
    func waitUntil<Result>(role: Int = 0, _ body: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(conditions + role, mutex)
        }
    }

    /// Like `waitUntil`, but gives up after about `milliseconds` and returns nil.
    func waitUntil<Result>(
        role: Int = 0, milliseconds: Int, _ body: (inout State) -> Result?
    ) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_sec += milliseconds / 1_000
        deadline.tv_nsec += (milliseconds % 1_000) * 1_000_000
        if deadline.tv_nsec >= 1_000_000_000 {
            deadline.tv_sec += 1
            deadline.tv_nsec -= 1_000_000_000
        }
        while true {
            if let result = body(&state) { return result }
            if pthread_cond_timedwait(conditions + role, mutex, &deadline) == ETIMEDOUT {
                return body(&state)
            }
        }
    }

    /// Wakes the threads that wait in this role. Costs next to nothing when there are none.
    func wake(role: Int = 0) {
        pthread_cond_broadcast(conditions + role)
    }
}
