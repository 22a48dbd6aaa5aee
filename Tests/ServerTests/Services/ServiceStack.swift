import Client
import EventLog
import Foundation
import NIOCore
import NIOPosix
import ReadModels
import Schema
import TestSupport
import Testing
import Wire

@testable import Server

/// A whole server in this process: log, rules, read models and services on a free port.
final class ServiceStack: Sendable {
    let directory: TemporaryDirectory
    let ledger: Ledger
    let listener: ServerListener
    private let workers: NIOThreadPool

    var log: EventLog { ledger.log }

    private init(
        _ directory: TemporaryDirectory, _ ledger: Ledger, _ listener: ServerListener,
        _ workers: NIOThreadPool
    ) {
        self.directory = directory
        self.ledger = ledger
        self.listener = listener
        self.workers = workers
    }

    /// Noon of 2019-07-05 in Asia/Shanghai, where the ledger's clock stands.
    static let noon: Int64 = 1_562_299_200_000_000

    /// - Parameter founds: registers the organisation `root`, the first fact.
    static func start(
        in directory: TemporaryDirectory = TemporaryDirectory("services"), founds: Bool = true,
        _ change: (inout EventLogOptions) -> Void = { _ in }
    ) async throws -> ServiceStack {
        var options = EventLogOptions()
        options.clock = { noon }
        // Many stacks stand beside one another, and address space is finite.
        options.logMapBytes = 1 << 32
        options.indexMapBytes = 1 << 32
        change(&options)
        let log = try EventLog.open(
            directory: directory.path, options: options, judge: RulebookJudge())
        let models = try ModelEngine(
            directory: directory.appending("views"), feed: EventLogFeed(log))
        models.start()
        let ledger = Ledger(log: log, models: models)
        let workers = NIOThreadPool(numberOfThreads: 2)
        workers.start()
        let router = ServiceRouter(
            ledger: ledger, workers: workers, softwareVersion: "taizhang/test"
        ) { ServerFigures(connections: 3) }
        let listener = try await ServerListener.listen(
            host: "127.0.0.1", port: 0,
            identity: ServerIdentity(
                ledger: try #require(LedgerID(log.identity.id.bytes)), software: "taizhang/test"),
            router: router)
        let stack = ServiceStack(directory, ledger, listener, workers)
        if founds {
            let client = try await stack.client()
            _ = try await client.record([Facts.organisation("root")])
        }
        return stack
    }

    func client(_ change: (inout ClientOptions) -> Void = { _ in }) async throws -> TaizhangClient {
        var options = ClientOptions()
        change(&options)
        return try await TaizhangClient.connect(
            host: "127.0.0.1", port: try #require(listener.address?.port), options: options)
    }

    func stop() async throws {
        ledger.endSubscriptions()
        await listener.stop()
        try await workers.shutdownGracefully()
        ledger.models.close()
        log.close()
    }

    /// Waits until no call is held any more.
    func isQuiet() async -> Bool {
        await comesTrue { self.listener.calls == 0 }
    }
}

/// Waits until a condition holds; long, for machines that are busy.
func comesTrue(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<2_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}

/// A message with its fields set.
func made<Event>(_ empty: Event, _ fill: (inout Event) -> Void) -> Event {
    var event = empty
    fill(&event)
    return event
}

/// Envelopes of facts that the rules admit on 2019-07-05.
enum Facts {
    static func envelope(
        _ event: some EventMessage, in stream: String, _ adjust: (inout Envelope) -> Void = { _ in }
    ) -> [UInt8] {
        var envelope = Envelope()
        envelope.eventID = Data(UUIDForm.bytes(EventIDs.next()) ?? [])
        envelope.type = type(of: event).eventType.number
        envelope.typeName = type(of: event).eventType.name
        envelope.stream = stream
        envelope.payload = Data(event.wireBytes)
        envelope.recordedBy = "clerk"
        envelope.occurredAt = made(Moment()) { $0.date = 2019_07_05 }
        adjust(&envelope)
        return envelope.wireBytes
    }

    static func organisation(_ id: String, below parent: String? = nil) -> [UInt8] {
        let event = made(OrganisationRegistered()) {
            $0.orgID = id
            $0.kind = parent == nil ? .committee : .hospital
            $0.name = "组织\(id)"
            if let parent { $0.parentOrg = parent }
            $0.founded = made(Moment()) { $0.year = 2000 }
            $0.ownership = .county
        }
        return envelope(event, in: "org-\(id)")
    }

    static func plan(_ hosts: [String] = ["org-root"]) -> ActivityPlanned {
        made(ActivityPlanned()) {
            $0.kind = .guidance
            $0.hosts = hosts
            $0.placeKind = .community
            $0.plannedOn = 2019_07_20
        }
    }

    /// A planned activity, the cheapest fact there is.
    static func planned(
        _ id: String, _ hosts: [String] = ["org-root"],
        _ adjust: (inout Envelope) -> Void = { _ in }
    ) -> [UInt8] {
        envelope(plan(hosts), in: "activity-\(id)", adjust)
    }

    /// Refused unless the activity was planned.
    static func held(_ id: String) -> [UInt8] {
        let event = made(ActivityHeld()) { $0.on.date = 2019_07_05 }
        return envelope(event, in: "activity-\(id)") { $0.tenant = "root" }
    }

    /// A row of the model `rectification_ledger`.
    static func issue(_ id: String, org: String = "root") -> [UInt8] {
        let event = made(IssueRegistered()) {
            $0.source = .selfCheck
            $0.categoryProposed = .immediate
            $0.title = "问题\(id)"
            $0.descriptionRef = "d"
            $0.org = org
            $0.foundOn = 2019_07_05
        }
        return envelope(event, in: "issue-\(id)")
    }

    /// With the same id and another reason.
    static func altered(_ envelope: [UInt8]) throws -> [UInt8] {
        try made(Envelope(decoding: envelope)) { $0.lateReason = "另一内容" }.wireBytes
    }
}

extension TaizhangClient {
    /// Records envelopes with the generated messages.
    @discardableResult
    func record(
        _ envelopes: [[UInt8]], metadata: [String: String] = [:],
        _ adjust: (inout RecordRequest) -> Void = { _ in }
    ) async throws -> RecordResponse {
        let request = made(RecordRequest()) {
            $0.envelopes = envelopes.map { Data($0) }
            adjust(&$0)
        }
        let bytes = try await call(
            "taizhang.services.v1.Record/Record", request.wireBytes,
            options: CallOptions(metadata: metadata))
        return try RecordResponse(decoding: bytes)
    }

    /// Why envelopes are not recorded.
    func recordFailure(
        _ envelopes: [[UInt8]], metadata: [String: String] = [:],
        _ adjust: (inout RecordRequest) -> Void = { _ in }
    ) async throws -> TaizhangError? {
        do {
            try await record(envelopes, metadata: metadata, adjust)
            return nil
        } catch let error as TaizhangError {
            return error
        }
    }

    /// Imports envelopes, many under way at once.
    func importFacts(
        _ envelopes: [[UInt8]], metadata: [String: String] = [:]
    ) async throws -> [ImportAnswer] {
        let exchange = try await exchange(
            "taizhang.services.v1.Record/Import", options: CallOptions(metadata: metadata))
        return try await withThrowingTaskGroup(of: [ImportAnswer].self) { group in
            group.addTask {
                var answers: [ImportAnswer] = []
                while let bytes = try await exchange.receive() {
                    answers.append(try ImportAnswer(decoding: bytes))
                }
                return answers
            }
            for envelope in envelopes {
                let item = made(ImportItem()) { $0.envelope = Data(envelope) }
                try await exchange.send(item.wireBytes)
            }
            exchange.finishSending()
            return try await group.next() ?? []
        }
    }

    /// The messages of a read.
    func readPages(_ adjust: (inout ReadRequest) -> Void = { _ in }) async throws -> [ReadResponse]
    {
        let request = made(ReadRequest()) { adjust(&$0) }
        var pages: [ReadResponse] = []
        for try await bytes in stream("taizhang.services.v1.Read/Read", request.wireBytes) {
            pages.append(try ReadResponse(decoding: bytes))
        }
        return pages
    }

    /// The positions of the facts of a read.
    func positions(_ adjust: (inout ReadRequest) -> Void = { _ in }) async throws -> [UInt64] {
        try await readPages(adjust).flatMap { $0.facts.map(\.position) }
    }

    func subscription(
        _ adjust: (inout SubscribeRequest) -> Void = { _ in }
    ) -> MessageStream {
        let request = made(SubscribeRequest()) { adjust(&$0) }
        return stream("taizhang.services.v1.Read/Subscribe", request.wireBytes)
    }

    func queryPages(
        _ model: String, deadline: Duration? = nil,
        _ adjust: (inout QueryRequest) -> Void = { _ in }
    ) async throws -> [QueryResponse] {
        let request = made(QueryRequest()) {
            $0.model = model
            adjust(&$0)
        }
        var pages: [QueryResponse] = []
        let options = CallOptions(deadline: deadline)
        for try await bytes in stream(
            "taizhang.services.v1.Query/Query", request.wireBytes, options: options)
        {
            pages.append(try QueryResponse(decoding: bytes))
        }
        return pages
    }

    func queryFailure(
        _ model: String, deadline: Duration? = nil,
        _ adjust: (inout QueryRequest) -> Void = { _ in }
    ) async throws -> TaizhangError? {
        do {
            _ = try await queryPages(model, deadline: deadline, adjust)
            return nil
        } catch let error as TaizhangError {
            return error
        }
    }
}

extension TaizhangError {
    var reason: String? { detail?.reason }
    var rule: String? { detail?.code }
    var values: [String: String] { detail?.values ?? [:] }

    /// There is a text for people in both languages.
    var isBilingual: Bool {
        !(values["zh"] ?? "").isEmpty && !(values["en"] ?? "").isEmpty
    }
}
