import Glibc

/// A thread of its own for work that blocks: waiting on monitors and flushing to disk have no
/// place in Swift's cooperative pool.
///
/// `@unchecked Sendable`: the handle never changes.
final class WorkerThread: @unchecked Sendable {
    private let handle: pthread_t

    /// Starts `body` on a new thread.
    ///
    /// - Parameter name: shown by the system's tools; at most 15 bytes are kept.
    /// - Throws: `EventLogError.system` when the system has no thread to give.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(EventLogError) {
        let (handle, code) = Self.begin(Start(name: name, body: body))
        guard code == 0 else { throw .system(operation: "pthread_create", code: code) }
        self.handle = handle
    }

    private static func begin(_ start: Start) -> (handle: pthread_t, code: Int32) {
        let argument = Unmanaged.passRetained(start).toOpaque()
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, mainOfThread, argument)
        if code != 0 { Unmanaged<Start>.fromOpaque(argument).release() }
        return (handle, code)
    }

    /// Whether the caller runs on this thread.
    var isCurrent: Bool {
        pthread_equal(handle, pthread_self()) != 0
    }

    /// Waits until the thread has ended; called once, by another thread.
    func join() {
        pthread_join(handle, nil)
    }

    /// Lets the thread end by itself; instead of `join`.
    func detach() {
        pthread_detach(handle)
    }

    /// Names the calling thread; for people only, so a failure does not matter. Glibc's own call is
    /// not in the headers that Swift sees.
    fileprivate static func name(_ name: String) {
        let descriptor = Glibc.open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let text = Array(name.utf8.prefix(15))
        _ = Glibc.write(descriptor, text, text.count)
        Glibc.close(descriptor)
    }
}

/// What a new thread is to do.
private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// The first function of a new thread.
private func mainOfThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    WorkerThread.name(start.name)
    start.body()
    return nil
}
