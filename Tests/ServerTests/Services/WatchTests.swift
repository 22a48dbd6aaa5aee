import Client
import EventLog
import Foundation
import Schema
import Server
import Testing

@Suite struct WatchTests {
    private static let model = "rectification_ledger"

    /// What a watcher knows after some messages.
    private struct Screen {
        var rows: [[UInt8]: RectificationLedgerRow] = [:]
        var messages = 0
        var isCaughtUp = false

        mutating func take(_ bytes: [UInt8]) throws {
            let response = try WatchResponse(decoding: bytes)
            messages += 1
            isCaughtUp = response.caughtUp
            for key in response.removed { rows[[UInt8](key)] = nil }
            for row in response.changed {
                rows[[UInt8](row.key)] = try RectificationLedgerRow(decoding: [UInt8](row.row))
            }
        }

        var issues: [String] { rows.values.map(\.issue).sorted() }
    }

    private func watch(
        _ client: TaizhangClient, _ adjust: (inout QueryRequest) -> Void = { _ in }
    ) -> MessageStream.Iterator {
        let request = made(QueryRequest()) {
            $0.model = Self.model
            adjust(&$0)
        }
        return client.stream("taizhang.services.v1.Query/Watch", request.wireBytes)
            .makeAsyncIterator()
    }

    /// Takes messages until the screen is as it should be.
    private func see(
        _ screen: inout Screen, _ iterator: inout MessageStream.Iterator,
        until isThere: (Screen) -> Bool
    ) async throws {
        while !(screen.isCaughtUp && isThere(screen)), let bytes = try await iterator.next() {
            try screen.take(bytes)
        }
        #expect(isThere(screen))
    }

    @Test func firstAllRowsThenWhatChanges() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        try await client.record([Facts.issue("1"), Facts.issue("2")])
        _ = try await client.queryPages(Self.model) { $0.atLeast = 3 }
        var iterator = watch(client)
        var screen = Screen()
        try screen.take(try #require(try await iterator.next()))
        #expect(screen.issues == ["1", "2"])
        #expect(screen.isCaughtUp)
        try await client.record([Facts.issue("3")])
        try await see(&screen, &iterator) { $0.issues == ["1", "2", "3"] }
        let assigned = made(IssueAssigned()) {
            $0.responsiblePerson = "p1"
            $0.leadOrg = "root"
            $0.category = .immediate
            $0.dueOn = 2019_08_01
        }
        try await client.record([Facts.envelope(assigned, in: "issue-2")])
        try await see(&screen, &iterator) { screen in
            screen.rows.values.contains { $0.issue == "2" && $0.responsible == "p1" }
        }
        #expect(screen.issues == ["1", "2", "3"])
        try await stack.stop()
    }

    @Test func nothingIsSaidOfNothingButTheBeginning() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        var iterator = watch(client)
        var screen = Screen()
        try screen.take(try #require(try await iterator.next()))
        #expect(screen.issues.isEmpty && screen.isCaughtUp)
        try await client.record([Facts.planned("1")])
        try await client.record([Facts.issue("1")])
        try await see(&screen, &iterator) { $0.issues == ["1"] }
        #expect(screen.messages == 2, "a fact of another kind changes no row")
        try await stack.stop()
    }

    /// Many rows come in several messages; only the last says that all are there.
    @Test func manyRowsComeInSeveralMessages() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client { $0.streamBytes = 20_000 }
        _ = try await client.importFacts((0..<1_500).map { Facts.issue("\($0)") })
        _ = try await client.queryPages(Self.model) { $0.atLeast = 1_501 }
        var iterator = watch(client)
        var screen = Screen()
        var saidSo: [Bool] = []
        while !screen.isCaughtUp {
            try screen.take(try #require(try await iterator.next()))
            saidSo.append(screen.isCaughtUp)
        }
        #expect(screen.rows.count == 1_500)
        #expect(saidSo.count > 1)
        #expect(saidSo.dropLast().allSatisfy { !$0 })
        try await stack.stop()
    }

    @Test func whatCannotBeWatched() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        func failure(_ adjust: @Sendable (inout QueryRequest) -> Void) async throws
            -> TaizhangError?
        {
            var iterator = watch(client, adjust)
            return await #expect(throws: TaizhangError.self) { try await iterator.next() }
        }
        #expect(try await failure { $0.model = "nothing" }?.reason == "UNKNOWN_MODEL")
        #expect(try await failure { $0.org = "nowhere" }?.reason == "UNKNOWN_ORGANISATION")
        #expect(try await failure { $0.period = "soon" }?.code == .invalidArgument)
        #expect(await stack.isQuiet())
        try await stack.stop()
    }

    @Test func aWatchEnds() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        var given = watch(client)
        _ = try await given.next()
        var ended = watch(client)
        _ = try await ended.next()
        given = watch(client)
        #expect(await comesTrue { stack.listener.calls == 1 }, "the first was let go of")
        stack.ledger.endSubscriptions()
        let error = await #expect(throws: TaizhangError.self) { try await ended.next() }
        #expect(error?.reason == "CLOSING")
        #expect(await stack.isQuiet())
        try await stack.stop()
    }
}
