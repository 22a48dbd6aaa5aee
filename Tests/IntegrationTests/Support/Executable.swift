import Foundation
import TestSupport

/// The built program, run as a user runs it.
enum Executable {
    /// `TAIZHANG_EXECUTABLE`, else the newest of the release and debug builds.
    static let path: String = {
        if let named = environmentValue("TAIZHANG_EXECUTABLE") { return named }
        let candidates = ["release", "debug"].map {
            Repository.root.appending(path: ".build/\($0)/taizhang").path
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? candidates[0]
    }()

    /// An environment without the caller's settings for the program.
    static let environment: [String: String] = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent",
    ]

    /// Runs a command of the program to its end.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> Finished {
        try run(path, arguments, input: input, environment: environment)
    }

    /// Runs any program to its end.
    static func run(
        _ program: String, _ arguments: [String], input: String = "",
        environment: [String: String] = [:]
    ) throws -> Finished {
        let process = try RunningProcess(
            program, arguments, environment: Self.environment.merging(environment) { _, new in new }
        )
        try process.send(input)
        process.closeInput()
        let status = process.wait()
        return Finished(
            status: status, output: process.output.text(), errors: process.errors.text())
    }
}

/// What a finished command left.
struct Finished: Sendable {
    /// The exit status; a signal's number is negative.
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The lines of the output as JSON objects.
    func objects() throws -> [[String: Any]] {
        try lines.map(jsonObject)
    }
}

/// A text as a JSON object.
func jsonObject(_ text: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    guard let object = value as? [String: Any] else { throw CocoaError(.propertyListReadCorrupt) }
    return object
}

/// The package's folder.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
