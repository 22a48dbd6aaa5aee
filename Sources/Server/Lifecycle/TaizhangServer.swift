import EventLog
import Glibc
import LMDB
import Logging
import NIOCore
import NIOPosix
import ReadModels
import ServiceLifecycle
import Synchronization
import UnixSignals
import Wire

/// The server: log, rules, read models and the services on one address.
package final class TaizhangServer: Sendable {
    package static let version = "taizhang/0.1.0"

    /// What an operator is told.
    package enum Event: Sendable {
        case opening(String)
        case listening(address: String, head: UInt64, identity: String)
        case stopping
        case stopped(head: UInt64)
        case modelParked(String, reason: String)
        /// Nothing is compressed any more; everything else goes on.
        case sealingStopped(String)
        case fault(String)
    }

    private let options: ServerOptions
    private let announce: @Sendable (Event) -> Void

    /// - Parameter announce: told of what happens, on any thread.
    package init(_ options: ServerOptions, announce: @escaping @Sendable (Event) -> Void) {
        self.options = options
        self.announce = announce
    }

    /// Runs until SIGTERM or SIGINT has ended it in order; a second signal ends it at once.
    ///
    /// - Throws: `ServerStartFailure`.
    package func runUntilSignalled() async throws {
        var logger = Logger(label: "taizhang")
        logger.logLevel = .critical
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: Running(server: self))],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }

    /// Opens the ledger, serves, and closes everything in order when shutdown is asked for.
    ///
    /// - Throws: `ServerStartFailure`.
    package func run() async throws {
        // First of all: a server that cannot listen leaves no new ledger behind.
        let socket = try bind()
        announce(.opening(options.dataDirectory))
        let ledger = try openLedger()
        let workers = NIOThreadPool(numberOfThreads: options.workers)
        workers.start()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: options.eventLoops)
        let connectionCount = Mutex<(@Sendable () -> Int)?>(nil)
        let router = ServiceRouter(
            ledger: ledger, workers: workers, softwareVersion: options.softwareVersion
        ) {
            ServerFigures(connections: connectionCount.withLock { $0 }?() ?? 0)
        }
        let listener: ServerListener
        do {
            listener = try await listen(socket, ledger, loops, router)
        } catch {
            await close(ledger, workers, loops)
            throw error
        }
        connectionCount.withLock { $0 = { listener.connections } }
        announce(
            .listening(
                address: text(listener.address), head: ledger.log.head.value,
                identity: "\(ledger.log.identity.id)"))
        let end = await Result.awaiting { try await self.waitForEnd(ledger) }
        announce(.stopping)
        ledger.endSubscriptions()
        switch end {
        case .success: await listener.drain()
        // Nobody waits for an orderly end; a cancelled task could not wait for it either.
        case .failure: await Task { await listener.stop() }.value
        }
        let head = ledger.log.head.value
        await close(ledger, workers, loops)
        switch end {
        case .success(nil): break
        case .success(let fault?): throw ServerStartFailure.stopped(fault)
        case .failure(let error) where error is CancellationError: break
        case .failure(let error): throw error
        }
        announce(.stopped(head: head))
    }

    /// Waits until shutdown is asked for or the log has stopped for good.
    ///
    /// - Returns: why the log stopped; nil for an orderly end.
    private func waitForEnd(_ ledger: Ledger) async throws -> String? {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                try await gracefulShutdown()
                return nil
            }
            group.addTask { try await self.watchHealth(ledger) }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Tells the operator of models that stop following, and ends when the log has stopped: after
    /// a failed flush only a new process may trust the disk again.
    private func watchHealth(_ ledger: Ledger) async throws -> String? {
        var parked: [String: String] = [:]
        var sealingFault: String?
        while true {
            try await Task.sleep(for: .seconds(1))
            let status = try ledger.log.status()
            if let reason = status.stopped {
                announce(.fault(reason))
                return reason
            }
            if sealingFault == nil, let reason = status.sealingFault {
                sealingFault = reason
                announce(.sealingStopped(reason))
            }
            for model in try ledger.models.status().models {
                guard parked[model.model] != model.parked else { continue }
                parked[model.model] = model.parked
                if let reason = model.parked {
                    announce(.modelParked(model.model, reason: reason))
                }
            }
        }
    }

    private func close(
        _ ledger: Ledger, _ workers: NIOThreadPool, _ loops: MultiThreadedEventLoopGroup
    ) async {
        // First those who use the ledger, last those to whom its end is told.
        try? await workers.shutdownGracefully()
        ledger.models.close()
        ledger.log.close()
        try? await loops.shutdownGracefully()
    }

    private func openLedger() throws(ServerStartFailure) -> Ledger {
        let directory = options.dataDirectory
        let log: EventLog
        do {
            log = try EventLog.open(
                directory: directory, options: EventLogOptions(), judge: RulebookJudge())
        } catch {
            throw ServerStartFailure(error, directory)
        }
        do {
            let models = try ModelEngine(
                directory: "\(directory)/views", feed: EventLogFeed(log))
            models.start()
            return Ledger(log: log, models: models)
        } catch let error as EventLogError {
            log.close()
            throw ServerStartFailure(error, directory)
        } catch {
            log.close()
            throw .cannotOpen(directory, reason: "\(error)")
        }
    }

    private func bind() throws(ServerStartFailure) -> BoundSocket {
        do {
            return try BoundSocket(host: options.host, port: options.port)
        } catch {
            throw cannotListen(error)
        }
    }

    private func listen(
        _ socket: BoundSocket, _ ledger: Ledger, _ loops: MultiThreadedEventLoopGroup,
        _ router: ServiceRouter
    ) async throws -> ServerListener {
        do {
            return try await ServerListener.listen(
                on: socket, group: loops,
                identity: ServerIdentity(
                    ledger: try ledgerID(ledger), software: options.softwareVersion),
                router: router)
        } catch {
            throw cannotListen(error)
        }
    }

    private func cannotListen(_ error: any Error) -> ServerStartFailure {
        let address = "\(options.host):\(options.port)"
        if let failure = error as? ServerStartFailure { return failure }
        if let error = error as? IOError, error.errnoCode == EADDRINUSE {
            return .addressInUse(address)
        }
        return .cannotListen(address, reason: "\(error)")
    }

    private func ledgerID(_ ledger: Ledger) throws(ServerStartFailure) -> LedgerID {
        guard let id = LedgerID(ledger.log.identity.id.bytes) else {
            throw .cannotOpen(options.dataDirectory, reason: "the ledger has no identity")
        }
        return id
    }

    private func text(_ address: SocketAddress?) -> String {
        guard let address, let ip = address.ipAddress, let port = address.port else { return "?" }
        return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }
}

extension ServerStartFailure {
    /// Why a ledger could not be opened, in an operator's terms.
    init(_ error: EventLogError, _ directory: String) {
        switch error {
        case .locked(let pid):
            self = .directoryInUse(directory, pid: pid.map(String.init))
        case .damaged(let position, let text):
            self = .damaged(position == .zero ? text : "@\(position): \(text)")
        case .unsupportedValue(let position, let kind):
            self = .damaged("@\(position): a value of kind \(kind), which is not known")
        case .unknownFormat(let found, let supported):
            self = .otherFormat(directory, found: found, supported: supported)
        case .store(let error) where error.kind == .diskFull:
            self = .diskFull(directory)
        case .system(_, let code) where code == ENOSPC:
            self = .diskFull(directory)
        default:
            self = .cannotOpen(directory, reason: "\(error)")
        }
    }
}

extension Result where Failure == any Error {
    fileprivate static func awaiting(
        _ body: () async throws -> Success
    ) async -> Result<Success, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

/// The server as one service of a group.
private struct Running: Service {
    let server: TaizhangServer

    func run() async throws { try await server.run() }
}
