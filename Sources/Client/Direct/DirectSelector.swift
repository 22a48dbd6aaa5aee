import CEpoll
import Glibc

/// Waits until something is to be done: a socket is ready, a time has come, or somebody rings.
///
/// An epoll instance (epoll(7), level-triggered) with a timer and a doorbell among its members.
/// All but `ring` belongs to one thread.
struct DirectSelector: ~Copyable {
    /// What is ready.
    enum Ready {
        case doorbell
        case timer
        /// - Parameter place: what the socket was added with.
        case socket(place: Int, Readiness)
    }

    struct Readiness {
        /// Bytes, the end, or a failure that reading tells.
        let reads: Bool
        let writes: Bool
    }

    private let epoll: CInt
    private let bell: CInt
    private let clock: CInt
    private let events: UnsafeMutableBufferPointer<linux_epoll_event>

    private static let doorbell = UInt64.max
    private static let timer = UInt64.max - 1
    private static let eventsMax = 256

    /// Linux's numbers, the same on every machine (`uapi/linux/eventpoll.h`, `timerfd.h`).
    private static let readable: UInt32 = 0x1
    private static let writable: UInt32 = 0x4
    private static let adding: CInt = 1
    private static let changing: CInt = 3
    private static let absolute: CInt = 1

    /// - Throws: `TaizhangError` with what the system says.
    init() throws(TaizhangError) {
        let epoll = linux_epoll_create(O_CLOEXEC)
        let bell = linux_eventfd(0, O_CLOEXEC | O_NONBLOCK)
        let clock = linux_timerfd_create(CLOCK_MONOTONIC, O_CLOEXEC | O_NONBLOCK)
        self.epoll = epoll
        self.bell = bell
        self.clock = clock
        events = .allocate(capacity: Self.eventsMax)
        events.initialize(repeating: linux_epoll_event())
        guard epoll >= 0, bell >= 0, clock >= 0,
            Self.control(epoll, Self.adding, bell, Self.readable, Self.doorbell),
            Self.control(epoll, Self.adding, clock, Self.readable, Self.timer)
        else {
            throw .unavailable("no event loop: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        for descriptor in [epoll, bell, clock] where descriptor >= 0 { close(descriptor) }
        events.deallocate()
    }

    // MARK: Sockets

    /// Begins to watch a socket.
    ///
    /// - Parameter place: comes back with its readiness.
    /// - Returns: false when the system refuses.
    func add(_ socket: CInt, place: Int, reads: Bool, writes: Bool) -> Bool {
        Self.control(epoll, Self.adding, socket, Self.mask(reads, writes), UInt64(place))
    }

    /// Watches for something else.
    func change(_ socket: CInt, place: Int, reads: Bool, writes: Bool) -> Bool {
        Self.control(epoll, Self.changing, socket, Self.mask(reads, writes), UInt64(place))
    }

    private static func mask(_ reads: Bool, _ writes: Bool) -> UInt32 {
        (reads ? readable : 0) | (writes ? writable : 0)
    }

    private static func control(
        _ epoll: CInt, _ operation: CInt, _ descriptor: CInt, _ mask: UInt32, _ token: UInt64
    ) -> Bool {
        var event = linux_epoll_event()
        event.events = mask
        event.data = token
        return linux_epoll_ctl(epoll, operation, descriptor, &event) == 0
    }

    // MARK: Waiting

    /// Waits until at least one thing is ready.
    ///
    /// - Returns: how many `event` tells; 0 after a signal.
    func wait() -> Int {
        max(0, Int(linux_epoll_wait(epoll, events.baseAddress, CInt(Self.eventsMax), -1)))
    }

    /// One of those that the last wait found; the doorbell and the timer are silent afterwards.
    func event(_ index: Int) -> Ready {
        let event = events[index]
        switch event.data {
        case Self.doorbell:
            silence(bell)
            return .doorbell
        case Self.timer:
            silence(clock)
            return .timer
        case let place:
            let writes = event.events & Self.writable != 0
            return .socket(
                place: Int(clamping: place),
                Readiness(reads: event.events & ~Self.writable != 0, writes: writes))
        }
    }

    private func silence(_ descriptor: CInt) {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Ends the wait; from any thread.
    func ring() {
        var one: UInt64 = 1
        _ = write(bell, &one, MemoryLayout<UInt64>.size)
    }

    /// Ends the wait at a time.
    ///
    /// - Parameter nanoseconds: on the monotonic clock.
    func setTimer(at nanoseconds: UInt64) {
        var time = linux_timer_setting()
        // All zero would stop the timer.
        time.seconds = Int(clamping: nanoseconds / 1_000_000_000)
        time.nanoseconds = max(1, Int(nanoseconds % 1_000_000_000))
        _ = linux_timerfd_settime(clock, Self.absolute, &time, nil)
    }

    /// Nanoseconds on the clock of the timer.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
