import Client
import EventLog
import Foundation
import Schema
import Synchronization
import TestSupport
import Testing

@testable import Server

@Suite struct TaizhangServerTests {
    /// A server that runs in a task of its own, and what it announced.
    private final class RunningServer: Sendable {
        private let events = Mutex<[TaizhangServer.Event]>([])

        func start(_ options: ServerOptions) -> Task<Void, any Error> {
            let server = TaizhangServer(options) { event in
                self.events.withLock { $0.append(event) }
            }
            return Task { try await server.run() }
        }

        /// The port that it listens on; nil before.
        var port: Int? {
            events.withLock { events in
                for case .listening(let address, _, _) in events {
                    return address.split(separator: ":").last.flatMap { Int($0) }
                }
                return nil
            }
        }

        var stoppedAt: UInt64? {
            events.withLock { events in
                for case .stopped(let head) in events { return head }
                return nil
            }
        }

        func client() async throws -> TaizhangClient {
            let isListening = await comesTrue { self.port != nil }
            #expect(isListening)
            return try await TaizhangClient.connect(
                host: "127.0.0.1", port: try #require(port))
        }
    }

    private func options(_ directory: TemporaryDirectory) -> ServerOptions {
        var options = ServerOptions(dataDirectory: directory.appending("ledger"))
        options.port = 0
        return options
    }

    /// It ends although somebody subscribes, frees its directory, and finds everything again.
    @Test func itServesEndsAndGoesOn() async throws {
        let directory = TemporaryDirectory("server")
        let first = RunningServer()
        let task = first.start(options(directory))
        let client = try await first.client()
        let founded = Facts.envelope(
            made(OrganisationRegistered()) {
                $0.orgID = "root"
                $0.kind = .committee
                $0.name = "根"
                $0.founded.year = 2000
                $0.ownership = .county
            }, in: "org-root"
        ) {
            $0.lateReason = "补录"
            $0.evidence = [made(EvidenceRef()) { $0.caption = "e" }]
        }
        try await client.record([founded])
        var subscription = client.subscription().makeAsyncIterator()
        _ = try await subscription.next()
        task.cancel()
        try await task.value
        #expect(first.stoppedAt == 1)
        await #expect(throws: TaizhangError.self) {
            while try await subscription.next() != nil {}
        }

        let second = RunningServer()
        let again = second.start(options(directory))
        let other = try await second.client()
        #expect(try await other.positions() == [1])
        #expect(try await other.record([founded]).outcome == .duplicate)
        again.cancel()
        try await again.value
    }

    @Test func aDirectoryHasOneServer() async throws {
        let directory = TemporaryDirectory("server")
        let first = RunningServer()
        let task = first.start(options(directory))
        _ = try await first.client()
        let error = await #expect(throws: ServerStartFailure.self) {
            try await RunningServer().start(self.options(directory)).value
        }
        guard case .directoryInUse? = error else {
            Issue.record("\(String(describing: error))")
            task.cancel()
            return
        }
        task.cancel()
        try await task.value
    }

    @Test func aLedgerOfAnotherFormatIsNamed() {
        let failure = ServerStartFailure(.unknownFormat(found: 3, supported: 2), "ledger")
        guard case .otherFormat("ledger", found: 3, supported: 2) = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test func anAddressHasOneServer() async throws {
        let directory = TemporaryDirectory("server")
        let first = RunningServer()
        let task = first.start(options(directory))
        _ = try await first.client()
        var same = options(TemporaryDirectory("server"))
        same.port = try #require(first.port)
        let elsewhere = TemporaryDirectory("server")
        same.dataDirectory = elsewhere.appending("ledger")
        let taken = same
        let error = await #expect(throws: ServerStartFailure.self) {
            try await RunningServer().start(taken).value
        }
        guard case .addressInUse? = error else {
            Issue.record("\(String(describing: error))")
            task.cancel()
            return
        }
        // Nobody's empty ledger is left behind.
        #expect(!FileManager.default.fileExists(atPath: taken.dataDirectory))
        task.cancel()
        try await task.value
    }
}
