import Client
@preconcurrency import Dispatch
import Foundation
import PartyBuilding
import Schema
import Synchronization

/// The server that is measured: one of its own, or one that runs already.
struct BenchServer: Sendable {
    let address: ServerAddress
    /// The server's process when it was started for the measurement.
    let process: pid_t?
    /// Where its ledger is, when that is known.
    let directory: String?

    /// Runs `work` with a server, and stops and removes afterwards what was started and made,
    /// also when the program is interrupted.
    static func with<Result>(
        _ options: BenchOptions, _ work: (BenchServer) async throws -> Result
    ) async throws -> Result {
        if let running = options.server {
            return try await work(
                BenchServer(
                    address: try ServerAddress(parsing: running), process: nil, directory: nil))
        }
        let directory = try BenchDirectory(options.data)
        let interruption = Interruption()
        defer { interruption.cancel() }
        do {
            let server = try ServerProcess.start(data: directory.path)
            interruption.cleanUp {
                server.stop()
                directory.remove()
            }
            do {
                let result = try await work(
                    BenchServer(
                        address: server.address, process: server.process,
                        directory: directory.path))
                guard server.stop() else { throw BenchTexts.serverEndedBadly }
                directory.remove()
                return result
            } catch {
                server.stop()
                throw error
            }
        } catch {
            directory.remove()
            throw error
        }
    }

    /// What the server has used so far; nil when it is not ours.
    var processorTime: ProcessorTime? { process.flatMap(ProcessorTime.of) }
}

/// The directory of the ledger that is measured.
private struct BenchDirectory: Sendable {
    let path: String
    private let isTemporary: Bool

    /// - Parameter named: nil for a new one that is removed afterwards.
    init(_ named: String?) throws {
        if let named {
            path = named
            isTemporary = false
            return
        }
        // /var/tmp outlives a restart of the machine, so that it is on a disk: a flush into memory
        // would cost nothing.
        let parent = Terminal.environment("TMPDIR") ?? "/var/tmp"
        var template = Array(
            "\(parent)/taizhang-bench-\(String(repeating: "X", count: 6))".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BenchTexts.noDirectory(parent, String(cString: strerror(errno)))
        }
        path = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? parent
        }
        isTemporary = true
    }

    func remove() {
        if isTemporary { try? FileManager.default.removeItem(atPath: path) }
    }
}

/// Cleans up when the program is asked to end.
private final class Interruption: Sendable {
    private let sources: [any DispatchSourceSignal]
    private let work = Mutex<(@Sendable () -> Void)?>(nil)

    init() {
        let queue = DispatchQueue(label: "interruption")
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for source in sources {
            source.setEventHandler { [weak self] in
                self?.work.withLock { $0 }?()
                exit(ExitStatus.interrupted.rawValue)
            }
            source.resume()
        }
    }

    func cleanUp(_ work: @escaping @Sendable () -> Void) {
        self.work.withLock { $0 = work }
    }

    func cancel() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
