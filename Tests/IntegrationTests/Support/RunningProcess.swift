import Foundation

/// A process that goes on while the test does other things; it is ended with the value.
///
/// Used by one task; only `send` may go on in a thread of its own meanwhile.
final class RunningProcess: @unchecked Sendable {
    private let process = Process()
    private let input: FileHandle
    let output: Collector
    let errors: Collector

    /// Processes start one at a time: a child must not inherit the pipes of one that just starts.
    private static let starting = NSLock()

    /// Writing to a process that has ended is an error, not the end of the tests.
    private static let ignoresBrokenPipes: Bool = {
        Foundation.signal(SIGPIPE, SIG_IGN)
        return true
    }()

    /// Starts a command of the program.
    convenience init(_ arguments: [String]) throws {
        try self.init(Executable.path, arguments, environment: Executable.environment)
    }

    init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
        precondition(Self.ignoresBrokenPipes)
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        Self.starting.lock()
        defer { Self.starting.unlock() }
        let inputPipe = Pipe()
        let outputPipe = Pipe()
        let errorPipe = Pipe()
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        input = inputPipe.fileHandleForWriting
        try process.run()
        output = Collector(outputPipe.fileHandleForReading)
        errors = Collector(errorPipe.fileHandleForReading)
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    var processID: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// Writes to the standard input; a process that has ended takes no more and says why itself.
    func send(_ text: String) throws {
        guard !text.isEmpty else { return }
        do {
            try input.write(contentsOf: Data(text.utf8))
        } catch {
            if process.isRunning { throw error }
        }
    }

    func closeInput() {
        try? input.close()
    }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Waits for the end and gives the exit status; a signal's number is negative.
    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .uncaughtSignal
            ? -process.terminationStatus : process.terminationStatus
    }
}
