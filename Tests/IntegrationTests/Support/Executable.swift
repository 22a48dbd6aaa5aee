import Foundation
import TestSupport

/// The built program, run as a user runs it.
enum Executable {
    /// `TAIZHANG_EXECUTABLE`, else the newest of the release and debug builds.
    static let path: String = {
        if let named = environmentValue("TAIZHANG_EXECUTABLE") { return named }
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let candidates = ["release", "debug"].map {
            root.appending(path: ".build/\($0)/taizhang").path
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? candidates[0]
    }()

    /// Folder of the demonstration data.
    static let demoData: String = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Tools/demo-data").path

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Finished {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = Self.environment.merging(environment) { _, new in new }
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        let source = Pipe()
        process.standardInput = source
        let collectedOutput = Collector(output.fileHandleForReading)
        let collectedErrors = Collector(errors.fileHandleForReading)
        try process.run()
        if let input {
            let handle = source.fileHandleForWriting
            DispatchQueue.global().async {
                try? handle.write(contentsOf: Data(input.utf8))
                try? handle.close()
            }
        } else {
            try source.fileHandleForWriting.close()
        }
        process.waitUntilExit()
        return Finished(
            status: process.terminationStatus, output: collectedOutput.text(),
            errors: collectedErrors.text())
    }

    /// An environment without the caller's settings for the program.
    static let environment: [String: String] = [
        "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent",
    ]
}

/// What a finished command left.
struct Finished {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The lines of the output as JSON objects.
    func objects() throws -> [[String: Any]] {
        try lines.map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            guard let object = value as? [String: Any] else {
                throw CocoaError(.propertyListReadCorrupt)
            }
            return object
        }
    }
}

/// Reads a pipe to its end on a thread of its own, so that no writer blocks on a full pipe.
final class Collector: @unchecked Sendable {
    private let lock = NSCondition()
    private var data = Data()
    private var isFinished = false

    init(_ handle: FileHandle) {
        Thread.detachNewThread { [self] in
            while true {
                let chunk = handle.availableData
                lock.lock()
                if chunk.isEmpty { isFinished = true } else { data.append(chunk) }
                lock.broadcast()
                lock.unlock()
                if chunk.isEmpty { return }
            }
        }
    }

    /// Everything, once the writer has closed its end.
    func text() -> String {
        lock.lock()
        defer { lock.unlock() }
        while !isFinished { lock.wait() }
        return String(decoding: data, as: UTF8.self)
    }

    /// What has come so far.
    var soFar: String {
        lock.lock()
        defer { lock.unlock() }
        return String(decoding: data, as: UTF8.self)
    }

    /// Waits until the text holds a word; nil when it does not come in time.
    func wait(for word: String, seconds: Double = 30) -> String? {
        let limit = Date(timeIntervalSinceNow: seconds)
        lock.lock()
        defer { lock.unlock() }
        while true {
            let text = String(decoding: data, as: UTF8.self)
            if text.contains(word) { return text }
            if isFinished || !lock.wait(until: limit) { return nil }
        }
    }
}
