import Glibc
import Synchronization

/// What a `DirectLoop`'s thread does: it waits for the connections' sockets, for times and for work
/// from elsewhere, and deals with what there is.
///
/// `@unchecked Sendable`: all but the mailbox is touched on the thread only, which is checked where
/// other threads could come in.
final class DirectReactor: @unchecked Sendable {
    private struct Mailbox {
        var jobs: [@Sendable () -> Void] = []
        var isEnding = false
        var endIsAwaitedBy: [@Sendable () -> Void] = []
        var hasEnded = false
    }

    private struct Timer {
        let at: UInt64
        let body: () -> Void
    }

    private let mailbox = Mutex(Mailbox())
    private let selector: DirectSelector
    private var thread: pthread_t?
    /// By place; nil where one was.
    private var connections: [DirectConnection?] = []
    /// Connections that are gone and whose drivers do not know yet.
    private var closed: [(DirectConnection, TaizhangError)] = []
    /// The latest first.
    private var timers: [Timer] = []
    /// What sockets bring is read into this: a frame's beginning from before, then new bytes.
    let room = UnsafeMutableRawBufferPointer.allocate(
        byteCount: DirectConnection.leftoverBytesMax + 256 << 10, alignment: 16)

    /// - Throws: `TaizhangError` when the system has no more descriptors or threads.
    init() throws(TaizhangError) {
        selector = try DirectSelector()
        let argument = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runDirectReactor, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw .unavailable("no thread: \(SystemCode(code).text)")
        }
        pthread_detach(thread)
    }

    deinit {
        room.deallocate()
    }

    // MARK: From any thread

    /// Runs work on the thread.
    ///
    /// - Returns: false when the thread has ended or is about to.
    func post(_ job: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, isFirst) = mailbox.withLock { mailbox in
            guard !mailbox.isEnding else { return (false, false) }
            mailbox.jobs.append(job)
            return (true, mailbox.jobs.count == 1)
        }
        if isFirst { selector.ring() }
        return isTaken
    }

    /// Lets the thread end and its connections with it.
    ///
    /// - Parameter whenDone: run when it has; at once when it had before.
    func end(_ whenDone: @escaping @Sendable () -> Void) {
        let hasEnded = mailbox.withLock { mailbox in
            mailbox.isEnding = true
            if !mailbox.hasEnded { mailbox.endIsAwaitedBy.append(whenDone) }
            return mailbox.hasEnded
        }
        if hasEnded { whenDone() } else { selector.ring() }
    }

    // MARK: On the thread

    /// Traps on any other thread: a program that calls from elsewhere is wrong.
    func checkThread() {
        precondition(
            thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false,
            "a direct loop's connections and times belong to its thread")
    }

    /// Runs `body` at a time on the monotonic clock.
    func schedule(at nanoseconds: UInt64, _ body: @escaping () -> Void) {
        let place = timers.firstIndex { $0.at <= nanoseconds } ?? timers.count
        timers.insert(Timer(at: nanoseconds, body: body), at: place)
        if place == timers.count - 1 { selector.setTimer(at: nanoseconds) }
    }

    /// Takes a connection in.
    ///
    /// - Returns: its place.
    func insert(_ connection: DirectConnection) -> Int {
        connections.append(connection)
        return connections.count - 1
    }

    func watch(_ socket: DirectSocket, place: Int, reads: Bool, writes: Bool) -> Bool {
        selector.add(socket.descriptor, place: place, reads: reads, writes: writes)
    }

    func rewatch(_ socket: DirectSocket, place: Int, writes: Bool) -> Bool {
        selector.change(socket.descriptor, place: place, reads: true, writes: writes)
    }

    /// A connection is gone: its driver is told at the end of the round, not in the middle of what
    /// it is doing.
    func remove(_ connection: DirectConnection, place: Int, _ failure: TaizhangError) {
        connections[place] = nil
        closed.append((connection, failure))
    }

    fileprivate func run() {
        thread = pthread_self()
        var isEnding = false
        while !isEnding {
            var rings = false
            var timeHasCome = false
            for index in 0..<selector.wait() {
                switch selector.event(index) {
                case .doorbell: rings = true
                case .timer: timeHasCome = true
                case .socket(let place, let readiness):
                    guard place < connections.count else { continue }
                    connections[place]?.ready(readiness)
                }
            }
            if timeHasCome { runTimers() }
            if rings { isEnding = runJobs() }
            tellClosed()
        }
        for connection in connections { connection?.fail(.unavailable("the loop has ended")) }
        tellClosed()
        timers = []
        let waiting = mailbox.withLock { mailbox in
            mailbox.hasEnded = true
            defer { mailbox.endIsAwaitedBy = [] }
            return mailbox.endIsAwaitedBy
        }
        for whenDone in waiting { whenDone() }
    }

    private func runTimers() {
        let now = DirectSelector.now()
        while let next = timers.last, next.at <= now {
            timers.removeLast()
            next.body()
        }
        if let next = timers.last { selector.setTimer(at: next.at) }
    }

    /// - Returns: whether this was the last time.
    private func runJobs() -> Bool {
        let (jobs, isEnding) = mailbox.withLock { mailbox in
            defer { mailbox.jobs = [] }
            return (mailbox.jobs, mailbox.isEnding)
        }
        for job in jobs { job() }
        return isEnding
    }

    private func tellClosed() {
        while !closed.isEmpty {
            let telling = closed
            closed = []
            for (connection, failure) in telling { connection.tellClosed(failure) }
        }
    }
}

private func runDirectReactor(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<DirectReactor>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
