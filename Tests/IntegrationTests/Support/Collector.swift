import Foundation

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

    /// The complete lines that have come so far.
    var lines: [String] {
        Self.lines(soFar)
    }

    /// Waits until the text holds a word; nil when it ends without, or does not come for long.
    func wait(for word: String) -> String? {
        wait { $0.contains(word) }
    }

    /// Waits until the complete lines satisfy a condition; nil when they never do.
    func waitForLines(_ condition: ([String]) -> Bool) -> [String]? {
        wait { condition(Self.lines($0)) }.map(Self.lines)
    }

    private func wait(_ condition: (String) -> Bool) -> String? {
        let limit = Date(timeIntervalSinceNow: 60)
        lock.lock()
        defer { lock.unlock() }
        while true {
            let text = String(decoding: data, as: UTF8.self)
            if condition(text) { return text }
            if isFinished || !lock.wait(until: limit) { return nil }
        }
    }

    private static func lines(_ text: String) -> [String] {
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n").map(String.init)
    }
}
