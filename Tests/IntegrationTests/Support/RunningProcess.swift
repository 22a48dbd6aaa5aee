import Foundation

/// A process of the program that goes on while the test does other things; it is ended with the
/// value.
final class RunningProcess {
    private let process = Process()
    let output: Collector
    let errors: Collector

    init(_ arguments: [String]) throws {
        process.executableURL = URL(filePath: Executable.path)
        process.arguments = arguments
        process.environment = Executable.environment
        let outputPipe = Pipe()
        let errorPipe = Pipe()
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        process.standardInput = FileHandle.nullDevice
        output = Collector(outputPipe.fileHandleForReading)
        errors = Collector(errorPipe.fileHandleForReading)
        try process.run()
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
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

    var isRunning: Bool { process.isRunning }
}

/// A server of the program on a free port of the loopback.
final class RunningServer {
    let process: RunningProcess
    /// `127.0.0.1:port`.
    let address: String

    init(data: String, arguments: [String] = []) throws {
        process = try RunningProcess(
            ["serve", "--data", data, "--listen", "127.0.0.1:0", "--lang", "en"] + arguments)
        guard let text = process.errors.wait(for: "listening on "),
            let address = RunningServer.address(in: text)
        else {
            throw ServerDidNotStart(errors: process.errors.soFar)
        }
        self.address = address
    }

    /// Runs a client command against the server.
    func run(_ arguments: [String], input: String? = nil) throws -> Finished {
        try Executable.run(arguments + ["--server", address, "--lang", "en"], input: input)
    }

    private static func address(in text: String) -> String? {
        guard let range = text.range(of: "listening on ") else { return nil }
        let rest = text[range.upperBound...].prefix { !$0.isWhitespace }
        return rest.isEmpty ? nil : String(rest)
    }
}

struct ServerDidNotStart: Error {
    let errors: String
}
