import Foundation
import Testing

/// A server of the program on a free port of the loopback.
final class RunningServer {
    let process: RunningProcess
    /// `127.0.0.1:port`.
    let address: String

    /// - Parameter defaultSignal: the name of a signal that whoever runs the tests may ignore, which
    ///   a process would inherit.
    init(data: String, defaultSignal: String? = nil) throws {
        let serve = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--lang", "en"]
        if let defaultSignal {
            process = try RunningProcess(
                "/usr/bin/env", ["--default-signal=\(defaultSignal)", Executable.path] + serve,
                environment: Executable.environment)
        } else {
            process = try RunningProcess(serve)
        }
        let ready = "listening on "
        guard let text = process.errors.waitForLines({ $0.contains { $0.hasPrefix(ready) } }),
            let line = text.first(where: { $0.hasPrefix(ready) })
        else {
            throw ServerDidNotStart(errors: process.errors.soFar)
        }
        address = String(line.dropFirst(ready.count))
    }

    /// Runs a client command against the server.
    func run(_ arguments: [String], input: String = "") throws -> Finished {
        try Executable.run(arguments + ["--server", address, "--lang", "en"], input: input)
    }

    /// Runs a client command that must succeed.
    func output(_ arguments: [String], input: String = "") throws -> Finished {
        let finished = try run(arguments, input: input)
        try #require(finished.status == 0, "\(arguments): \(finished.errors)")
        return finished
    }

    /// Starts a client command that goes on.
    func start(_ arguments: [String]) throws -> RunningProcess {
        try RunningProcess(arguments + ["--server", address, "--lang", "en"])
    }

    /// Imports files of the demonstration data and gives the counts.
    func importDemo(_ names: [String]) throws -> ImportCounts {
        try ImportCounts(output(["import", "--json"] + names.map(DemoData.path)))
    }

    /// Number of facts in the ledger.
    func head() throws -> Int {
        let status = try output(["status", "--json"]).objects()
        return try #require(status.first?["head_position"] as? Int)
    }

    /// Ends it in order and gives the exit status.
    func stop() -> Int32 {
        process.signal(SIGTERM)
        return process.wait()
    }
}

/// What became of the lines of an import.
struct ImportCounts: Equatable {
    var accepted = 0
    var refused = 0
    var duplicates = 0

    init(accepted: Int = 0, refused: Int = 0, duplicates: Int = 0) {
        self.accepted = accepted
        self.refused = refused
        self.duplicates = duplicates
    }

    /// From the output of `import --json`.
    init(_ finished: Finished) throws {
        let counts = try #require(try finished.objects().last)
        accepted = try #require(counts["accepted"] as? Int)
        refused = try #require(counts["refused"] as? Int)
        duplicates = try #require(counts["duplicates"] as? Int)
    }
}

struct ServerDidNotStart: Error {
    let errors: String
}
