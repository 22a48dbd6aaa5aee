import Client
import Schema

/// Reads streams over one connection, so many at a time, and counts what comes.
///
/// Confined to its loop's thread once it runs; that is why it may be shared unchecked.
final class StreamReads: DirectDriver, @unchecked Sendable {
    /// A stream that is to be read.
    struct Wanted: Sendable {
        let name: String
        /// Only its last event.
        var lastOnly = false
    }

    /// What the reads came to.
    struct Figures: Sendable {
        /// Events of all streams.
        var events = 0
        /// The version that the last event of each stream had, in the order of what was wanted.
        var versions: [UInt64]
        var latencies = Latencies()
        var startedAt: UInt64 = 0
        var endedAt: UInt64 = 0

        var nanoseconds: UInt64 { endedAt - startedAt }
    }

    private let wanted: [Wanted]
    private let inFlight: Int
    private var next = 0
    private var figures: Figures
    private var started: [(stream: Int, at: UInt64)] = []
    private var streamOfCall = CallTable()
    private var underWay = 0
    private var outcome: DirectOutcome<Figures>?

    private static let read = DirectMethod("taizhang.services.v1.Read/Read")

    private init(_ wanted: [Wanted], inFlight: Int) {
        self.wanted = wanted
        self.inFlight = inFlight
        figures = Figures(versions: [UInt64](repeating: 0, count: wanted.count))
    }

    /// Reads all that is wanted.
    ///
    /// - Parameter inFlight: how many at a time; 1 for one after the other.
    static func run(
        _ wanted: [Wanted], inFlight: Int, from address: ServerAddress, on loop: DirectLoop
    ) async throws -> Figures {
        let reads = StreamReads(wanted, inFlight: inFlight)
        return try await loop.run { loop, outcome in
            reads.outcome = outcome
            loop.connect(host: address.host, port: address.port, driver: reads)
        }
    }

    /// Reads all that is wanted over several connections at once, each with one stream after
    /// another.
    ///
    /// - Returns: the figures of all; versions in the order of connections.
    static func run(
        _ wanted: [Wanted], connections: Int, from address: ServerAddress, on loop: DirectLoop
    ) async throws -> Figures {
        try await withThrowingTaskGroup(of: Figures.self) { group in
            for first in 0..<min(connections, wanted.count) {
                let share = stride(from: first, to: wanted.count, by: connections).map {
                    wanted[$0]
                }
                group.addTask { try await run(share, inFlight: 1, from: address, on: loop) }
            }
            var all = Figures(versions: [])
            all.startedAt = .max
            for try await figures in group {
                all.events += figures.events
                all.versions += figures.versions
                all.latencies.add(figures.latencies)
                all.startedAt = min(all.startedAt, figures.startedAt)
                all.endedAt = max(all.endedAt, figures.endedAt)
            }
            return all
        }
    }

    func opened(_ connection: DirectConnection) {
        figures.startedAt = BenchClock.now()
        for _ in 0..<max(1, min(inFlight, connection.callsMax)) {
            begin(connection, at: figures.startedAt)
        }
        finishIfDone(connection)
    }

    private func begin(_ connection: DirectConnection, at now: UInt64) {
        guard next < wanted.count else { return }
        let stream = wanted[next]
        var request = ReadRequest()
        request.filter.streams = [stream.name]
        request.backwards = stream.lastOnly
        request.limit = stream.lastOnly ? 1 : 0
        let bytes = request.wireBytes
        let call = connection.call(Self.read, messageBytes: bytes.count) {
            $0.copyBytes(from: bytes)
        }
        streamOfCall.insert(call, started.count)
        started.append((next, now))
        next += 1
        underWay += 1
    }

    func received(
        _ call: UInt32, _ message: UnsafeRawBufferPointer, events: UInt32, isBlock: Bool,
        on connection: DirectConnection
    ) {
        guard let place = streamOfCall.slot(of: call) else { return }
        let stream = started[place].stream
        var fields = LentFields(message)
        while let field = fields.next() {
            guard case (1, .bytes(let bytes)) = field else { continue }
            let fact = LentFact(bytes)
            figures.events += 1
            figures.versions[stream] = max(figures.versions[stream], fact.streamVersion)
        }
    }

    func ended(_ call: UInt32, _ failure: TaizhangError?, on connection: DirectConnection) {
        guard let place = streamOfCall.remove(call) else { return }
        if let failure {
            end(.failure(failure))
            return
        }
        let now = BenchClock.now()
        figures.latencies.record(nanoseconds: now - started[place].at)
        figures.endedAt = now
        underWay -= 1
        begin(connection, at: now)
        finishIfDone(connection)
    }

    private func finishIfDone(_ connection: DirectConnection) {
        guard underWay == 0, next == wanted.count else { return }
        end(.success(figures))
        connection.close()
    }

    func closed(_ connection: DirectConnection, _ failure: TaizhangError) {
        end(.failure(failure))
    }

    private func end(_ result: Result<Figures, any Error>) {
        outcome?.tell(result)
        outcome = nil
    }
}

/// Asks for the versions of the scenario's streams.
enum StreamVersions {
    static func read(
        _ scenario: BenchScenario, from address: ServerAddress
    ) async throws -> [UInt32] {
        let loop = DirectLoop()
        do {
            let figures = try await StreamReads.run(
                (0..<scenario.streams).map {
                    StreamReads.Wanted(name: scenario.activity($0), lastOnly: true)
                }, inFlight: 64, from: address, on: loop)
            await loop.shutDown()
            return figures.versions.map { max(UInt32(clamping: $0), BenchScenario.setupVersion) }
        } catch {
            await loop.shutDown()
            throw error
        }
    }
}
