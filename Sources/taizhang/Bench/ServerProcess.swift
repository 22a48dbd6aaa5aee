import Foundation
import Synchronization

/// A server of this program in a process of its own, on a free port of the loopback.
///
/// Its standard input is a pipe that ends with this process, however that ends; the server stops
/// in order when it does.
final class ServerProcess: Sendable {
    let process: pid_t
    let address: ServerAddress
    /// The end of the pipe whose closing stops the server.
    private let input: Int32
    private let hasStopped = Mutex(false)

    private init(process: pid_t, address: ServerAddress, input: Int32) {
        self.process = process
        self.address = address
        self.input = input
    }

    /// Starts the program on a directory and waits until it listens.
    ///
    /// - Throws: `CommandFailure` with what the server said when it does not start.
    static func start(data: String) throws -> ServerProcess {
        let input = try pipe()
        let errors = try pipe()
        let process: pid_t
        do {
            defer {
                close(input.read)
                close(errors.write)
            }
            process = try spawn(
                [
                    "serve", "--data", data, "--listen", "127.0.0.1:0", "--until-input-ends",
                    "--lang", "en",
                ],
                input: input.read, errors: errors.write)
        }
        let lines = LineReader(errors.read)
        var said: [String] = []
        while let line = lines.next() {
            let ready = "listening on "
            if line.hasPrefix(ready) {
                let address = try ServerAddress(parsing: String(line.dropFirst(ready.count)))
                lines.passOn()
                return ServerProcess(process: process, address: address, input: input.write)
            }
            said.append(line)
        }
        close(input.write)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        throw BenchTexts.serverDidNotStart(said.joined(separator: "\n"))
    }

    /// Asks the server to stop and waits for its end.
    ///
    /// - Returns: whether it ended in order.
    @discardableResult
    func stop() -> Bool {
        let isFirst = hasStopped.withLock { hasStopped in
            defer { hasStopped = true }
            return !hasStopped
        }
        guard isFirst else { return true }
        kill(process, SIGTERM)
        close(input)
        var status: Int32 = 0
        // The log's last commit and the models' have a moment; a server that hangs has not.
        for _ in 0..<600 {
            if waitpid(process, &status, WNOHANG) == process { return status == 0 }
            usleep(50_000)
        }
        kill(process, SIGKILL)
        waitpid(process, &status, 0)
        return false
    }

    private static func spawn(
        _ arguments: [String], input: Int32, errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C is for this process, which stops the server itself.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        let words = (["taizhang"] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let code = posix_spawn(
            &process, "/proc/self/exe", &actions, &attributes, words + [nil], environ)
        guard code == 0 else {
            throw BenchTexts.serverDidNotStart(String(cString: strerror(code)))
        }
        return process
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Foundation.pipe(&ends) == 0 else {
            throw BenchTexts.serverDidNotStart(String(cString: strerror(errno)))
        }
        // The child must not hold the ends of this side: it would keep its own input open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}

/// Lines of a pipe, read as they come.
private final class LineReader: Sendable {
    private let descriptor: Int32
    private let pending = Mutex<[UInt8]>([])

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next line; nil at the end.
    func next() -> String? {
        pending.withLock { pending in
            while true {
                if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { pending.removeFirst(end + 1) }
                    return String(decoding: pending[..<end], as: UTF8.self)
                }
                var buffer = [UInt8](repeating: 0, count: 4_096)
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return nil }
                pending.append(contentsOf: buffer[..<count])
            }
        }
    }

    /// Tells what is said from now on, in a thread of its own: a full pipe would stop the server.
    func passOn() {
        Thread.detachNewThread {
            while let line = self.next() {
                if !line.hasPrefix("stopp") { Terminal.note("serve: \(line)") }
            }
            close(self.descriptor)
        }
    }
}
