import Glibc

/// Counts the transactions of this process on one environment, and stops new ones while the map is
/// replaced.
///
/// LMDB allows a new map size only when no transaction of the process is active and does not check
/// it. The gate also knows which thread holds what, so that a nested write is an error instead of
/// a deadlock, and for how long, which is the gauge of old readers.
///
/// A thread that is inside a transaction is always let in again: making it wait for a resize that
/// waits for it would never end.
///
/// `@unchecked Sendable` holds because the memory behind `state` is touched only with `mutex`
/// locked, and the pointers never change between `init` and `deinit`. The state lies behind a
/// pointer because other threads change it while this one waits on the condition, which an `inout`
/// access that lasts over the wait would promise not to happen.
final class TransactionGate: @unchecked Sendable {
    /// Why a thread passes the gate.
    enum Purpose: Equatable {
        case read
        case write
        /// A short call on the environment that needs the map, such as asking for its size.
        case service
    }

    /// One passage: who, why and since when.
    private struct Slot {
        var thread: pthread_t
        var purpose: Purpose
        var sinceNanoseconds: UInt64
        var isTaken: Bool
    }

    private enum Lifecycle {
        case open
        /// Newcomers are refused, the last one out releases the environment.
        case closing
        case releasing
        case closed
    }

    private struct State {
        var slots: [Slot] = []
        var freeSlots: [Int] = []
        var active = 0
        var isExclusive = false
        var lifecycle = Lifecycle.open
        var waitingClosers = 0
        var writeFailure: LMDBError?
        var mapFailure: LMDBError?
        var idleReads: [OpaquePointer] = []
        var overlongReads = 0
    }

    /// What a passage gives: the slot to hand back and, for a reader, a used transaction to renew.
    struct Ticket {
        let slot: Int
        let idleRead: OpaquePointer?
    }

    private static let idleReadsMax = 32

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private let state: UnsafeMutablePointer<State>
    private let readerAgeLimitNanoseconds: UInt64

    init(readerAgeLimitNanoseconds: UInt64) {
        self.readerAgeLimitNanoseconds = readerAgeLimitNanoseconds
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        state = .allocate(capacity: 1)
        state.initialize(to: State())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        state.deinitialize(count: 1)
        state.deallocate()
        changed.deallocate()
        mutex.deallocate()
    }

    private func locked<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    private func wait() {
        pthread_cond_wait(changed, mutex)
    }
}

// MARK: - Passing

extension TransactionGate {
    /// Lets this thread in, after a resize that is under way.
    ///
    /// - Throws: `.closed`, `.poisoned` for a write after a fatal failure, `.misuse` for a write
    ///   inside a write of the same thread.
    func enter(_ purpose: Purpose, operation: String) throws(LMDBError) -> Ticket {
        let thread = pthread_self()
        let now = monotonicNanoseconds()
        return try locked { () throws(LMDBError) in
            while true {
                try check(purpose, thread, operation)
                guard state.pointee.isExclusive, !holds(thread) else { break }
                wait()
            }
            let entry = Slot(
                thread: thread, purpose: purpose, sinceNanoseconds: now, isTaken: true)
            state.pointee.active += 1
            let idle = purpose == .read ? state.pointee.idleReads.popLast() : nil
            if let slot = state.pointee.freeSlots.popLast() {
                state.pointee.slots[slot] = entry
                return Ticket(slot: slot, idleRead: idle)
            }
            state.pointee.slots.append(entry)
            return Ticket(slot: state.pointee.slots.count - 1, idleRead: idle)
        }
    }

    private func check(
        _ purpose: Purpose, _ thread: pthread_t, _ operation: String
    ) throws(LMDBError) {
        guard state.pointee.lifecycle == .open else {
            throw LMDBError(kind: .closed, operation: operation)
        }
        if let failure = state.pointee.mapFailure {
            throw LMDBError(
                kind: .poisoned, operation: operation, detail: failure.message, code: failure.code)
        }
        guard purpose == .write else { return }
        if let failure = state.pointee.writeFailure {
            throw LMDBError(
                kind: .poisoned, operation: operation, detail: failure.message, code: failure.code)
        }
        let isNested = state.pointee.slots.contains {
            $0.isTaken && $0.purpose == .write && pthread_equal($0.thread, thread) != 0
        }
        if isNested {
            throw LMDBError(
                kind: .misuse("a write transaction of this thread is already open"),
                operation: operation)
        }
    }

    /// Ends a passage.
    ///
    /// - Parameter idleRead: a reset read transaction for the next reader.
    /// - Returns: what is left for the caller to do, outside the lock.
    func leave(_ slot: Int, keeping idleRead: OpaquePointer? = nil) -> Departure {
        locked {
            let entry = state.pointee.slots[slot]
            state.pointee.slots[slot].isTaken = false
            state.pointee.freeSlots.append(slot)
            state.pointee.active -= 1
            if entry.purpose == .read {
                let age = monotonicNanoseconds() &- entry.sinceNanoseconds
                if age > readerAgeLimitNanoseconds { state.pointee.overlongReads += 1 }
            }
            var departure = Departure(surplusRead: nil, isLast: false)
            if let idleRead {
                if state.pointee.idleReads.count < Self.idleReadsMax {
                    state.pointee.idleReads.append(idleRead)
                } else {
                    departure.surplusRead = idleRead
                }
            }
            departure.isLast = becameLast()
            return departure
        }
    }

    /// Wakes those who wait for everybody to leave.
    ///
    /// - Returns: true when nobody waits and the environment is to be released by this thread.
    private func becameLast() -> Bool {
        guard state.pointee.active == 0 else { return false }
        if state.pointee.isExclusive || state.pointee.waitingClosers > 0 {
            pthread_cond_broadcast(changed)
            return false
        }
        guard state.pointee.lifecycle == .closing else { return false }
        state.pointee.lifecycle = .releasing
        return true
    }

    /// What the caller of `leave` must still do.
    struct Departure {
        /// A reset read transaction that nobody needs and that must be aborted.
        var surplusRead: OpaquePointer?
        /// The environment was closed meanwhile and must be released now.
        var isLast: Bool
    }

    private func holds(_ thread: pthread_t) -> Bool {
        state.pointee.slots.contains { $0.isTaken && pthread_equal($0.thread, thread) != 0 }
    }

    /// Whether this thread is inside a transaction or call on the environment.
    func isHeldByThisThread() -> Bool {
        let thread = pthread_self()
        return locked { holds(thread) }
    }
}

// MARK: - Exclusive work

extension TransactionGate {
    /// Waits until no thread of this process is inside the gate, and holds newcomers back until
    /// `endExclusive`.
    ///
    /// - Throws: `.misuse` when this thread itself is inside, `.closed`, `.poisoned`.
    func beginExclusive(operation: String) throws(LMDBError) {
        let thread = pthread_self()
        try locked { () throws(LMDBError) in
            if holds(thread) {
                throw LMDBError(
                    kind: .misuse("not allowed inside a transaction of the same environment"),
                    operation: operation)
            }
            while state.pointee.isExclusive { wait() }
            try check(.service, thread, operation)
            state.pointee.isExclusive = true
            while state.pointee.active > 0 { wait() }
        }
    }

    /// Lets newcomers in again.
    func endExclusive() -> Departure {
        locked {
            state.pointee.isExclusive = false
            pthread_cond_broadcast(changed)
            return Departure(surplusRead: nil, isLast: becameLast())
        }
    }

    /// Refuses newcomers for good and waits until all others have left.
    ///
    /// - Returns: true when the caller must release the environment now and then call
    ///   `didRelease`; false when that was done already, or when this thread is inside itself and
    ///   its last `leave` will do it.
    func close() -> Bool {
        let thread = pthread_self()
        return locked {
            if state.pointee.lifecycle == .open { state.pointee.lifecycle = .closing }
            pthread_cond_broadcast(changed)
            if holds(thread) { return false }
            state.pointee.waitingClosers += 1
            defer { state.pointee.waitingClosers -= 1 }
            while true {
                switch state.pointee.lifecycle {
                case .closed:
                    return false
                case .closing where state.pointee.active == 0 && !state.pointee.isExclusive:
                    state.pointee.lifecycle = .releasing
                    return true
                case .open, .closing, .releasing:
                    wait()
                }
            }
        }
    }

    /// Tells those who wait for the close that it is done.
    func didRelease() {
        locked {
            state.pointee.lifecycle = .closed
            pthread_cond_broadcast(changed)
        }
    }

    /// Hands out the reset read transactions, to be aborted.
    func drainIdleReads() -> [OpaquePointer] {
        locked {
            defer { state.pointee.idleReads = [] }
            return state.pointee.idleReads
        }
    }
}

// MARK: - Failures and gauges

extension TransactionGate {
    /// Closes the environment to writes; the first failure is kept.
    func refuseWrites(because failure: LMDBError) {
        locked { if state.pointee.writeFailure == nil { state.pointee.writeFailure = failure } }
    }

    /// Closes the environment to everything: its map is gone.
    func refuseAll(because failure: LMDBError) {
        locked { state.pointee.mapFailure = failure }
    }

    /// The failure that closed the environment to writes.
    var failure: LMDBError? {
        locked { state.pointee.mapFailure ?? state.pointee.writeFailure }
    }

    /// Readers of this process at this moment.
    struct ReaderGauge {
        var active: Int
        var oldestAgeNanoseconds: UInt64
        var overlong: Int
    }

    func readerGauge() -> ReaderGauge {
        let now = monotonicNanoseconds()
        return locked {
            var gauge = ReaderGauge(
                active: 0, oldestAgeNanoseconds: 0, overlong: state.pointee.overlongReads)
            for slot in state.pointee.slots where slot.isTaken && slot.purpose == .read {
                gauge.active += 1
                let age = now > slot.sinceNanoseconds ? now - slot.sinceNanoseconds : 0
                gauge.oldestAgeNanoseconds = max(gauge.oldestAgeNanoseconds, age)
            }
            return gauge
        }
    }
}

/// Nanoseconds of a clock that never goes back.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
        &+ UInt64(truncatingIfNeeded: time.tv_nsec)
}
