import Client
import EventLog
import Foundation
import ReadModels
import Schema
import Server
import Testing

@Suite struct QueryTests {
    private static let model = "rectification_ledger"

    /// Issues `0` … `count - 1`; the answers below wait for the last one.
    private func started(_ count: Int) async throws -> (ServiceStack, TaizhangClient) {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let answers = try await client.importFacts((0..<count).map { Facts.issue("\($0)") })
        #expect(answers.allSatisfy { $0.outcome == .recorded })
        return (stack, client)
    }

    private func ids(_ pages: [QueryResponse]) throws -> [String] {
        try pages.flatMap { page in
            try page.rows.map { try RectificationLedgerRow(decoding: [UInt8]($0)).issue }
        }
    }

    @Test func aQueryWaitsForThePositionItNames() async throws {
        let (stack, client) = try await started(0)
        for number in 0..<20 {
            let receipt = try await client.record([Facts.issue("\(number)")])
            let pages = try await client.queryPages(Self.model) {
                $0.atLeast = receipt.lastPosition
            }
            #expect(try ids(pages).count == number + 1)
            #expect(pages.allSatisfy { $0.position >= receipt.lastPosition })
        }
        try await stack.stop()
    }

    @Test func theAnswerSaysWhatItIsOf() async throws {
        let (stack, client) = try await started(1)
        let page = try #require(
            try await client.queryPages(Self.model) { $0.atLeast = 2 }.first)
        #expect(page.rowType == "taizhang.rectification.v1.RectificationLedgerRow")
        #expect(page.position == 2)
        #expect(page.asOf == 2019_07_05)
        #expect(page.knownAtUs == ServiceStack.noon)
        #expect(!page.hasNextPage)
        let before = try await client.queryPages(Self.model) {
            $0.atLeast = 2
            $0.asOf = 2019_07_04
        }
        #expect(before.map(\.asOf) == [2019_07_04])
        #expect(try ids(before) == [])
        try await stack.stop()
    }

    /// A position that does not come: the answer says how far the model is.
    @Test func waitingEndsWithTheDeadline() async throws {
        let (stack, client) = try await started(1)
        let error = try await client.queryFailure(Self.model, deadline: .milliseconds(400)) {
            $0.atLeast = .max
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(await stack.isQuiet())
        try await stack.stop()
    }

    /// What was folded before a restart is there at once.
    @Test(.timeLimit(.minutes(1))) func afterARestartNobodyWaitsForNews() async throws {
        let (stack, client) = try await started(3)
        _ = try await client.queryPages(Self.model) { $0.atLeast = 4 }
        try await stack.stop()
        let again = try await ServiceStack.start(in: stack.directory, founds: false)
        await again.ledger.models.waitForPosition(4, until: .now + .seconds(3_600))
        let pages = try await again.client().queryPages(Self.model) { $0.atLeast = 4 }
        #expect(try ids(pages) == ["0", "1", "2"])
        try await again.stop()
    }

    // MARK: Questions that cannot be answered

    @Test func whatDoesNotExistIsNotFound() async throws {
        let (stack, client) = try await started(1)
        let model = try await client.queryFailure("no_such_model")
        #expect(model?.code == .notFound)
        #expect(model?.reason == "UNKNOWN_MODEL")
        #expect(model?.isBilingual == true)
        let table = try await client.queryFailure(Self.model) { $0.table = "columns" }
        #expect(table?.reason == "UNKNOWN_MODEL")
        let org = try await client.queryFailure(Self.model) { $0.org = "nowhere" }
        #expect(org?.code == .notFound)
        #expect(org?.reason == "UNKNOWN_ORGANISATION")
        #expect(org?.values["org"] == "nowhere")
        #expect(org?.isBilingual == true)
        try await stack.stop()
    }

    @Test func anOrganisationWithoutRowsExists() async throws {
        let (stack, client) = try await started(1)
        try await client.record([Facts.organisation("h1", below: "root")])
        // Recorded a moment ago: the views may not have seen it yet, and are waited for.
        #expect(try ids(try await client.queryPages(Self.model) { $0.org = "h1" }) == [])
        let all = try await client.queryPages(Self.model) {
            $0.org = "root"
            $0.atLeast = 2
        }
        #expect(try ids(all) == ["0"])
        try await stack.stop()
    }

    @Test func whatMakesNoSenseIsInvalid() async throws {
        let (stack, client) = try await started(1)
        func failure(_ fill: (inout QueryRequest) -> Void) async throws -> TaizhangError? {
            try await client.queryFailure("rectification_summary", fill)
        }
        for period in ["2019Q5", "2019H3", "19", "2019-13", "", "２０１９"] {
            let error = try await failure { $0.period = period }
            #expect(error?.code == .invalidArgument, "\(period)")
            #expect(error?.reason == "QUERY")
            #expect(error?.isBilingual == true)
        }
        #expect(try await failure { $0.asOf = 2019_02_30 }?.code == .invalidArgument)
        #expect(try await failure { $0.asOf = -1 }?.code == .invalidArgument)
        #expect(try await failure { $0.knownAtUs = .max }?.code == .invalidArgument)
        #expect(try await failure { $0.knownAtUs = .min }?.code == .invalidArgument)
        #expect(try await failure { $0.pageToken = Data([1, 2, 3]) }?.code == .invalidArgument)
        #expect(try await failure { $0.pageToken = Data() }?.code == .invalidArgument)
        let column = try await failure {
            $0.where = [made(ColumnFilter()) { $0.column = "colour" }]
        }
        #expect(column?.code == .invalidArgument)
        try await stack.stop()
    }

    /// Days at the ends of the calendar are only days.
    @Test(arguments: [101_01, 9999_12_31] as [Int32]) func extremeDays(_ day: Int32) async throws {
        let (stack, client) = try await started(2)
        for model in [Self.model, "rectification_summary", "branch_health", "membership_funnel"] {
            let pages = try await client.queryPages(model) {
                $0.asOf = day
                $0.atLeast = 3
            }
            #expect(pages.first?.asOf == day, "\(model)")
        }
        try await stack.stop()
    }

    // MARK: Pages

    @Test func pagesHoldEveryRowOnce() async throws {
        let (stack, client) = try await started(25)
        var token: Data?
        var found: [String] = []
        var sizes: [Int] = []
        repeat {
            let pages = try await client.queryPages(Self.model) {
                $0.limit = 10
                $0.atLeast = 26
                if let token { $0.pageToken = token }
            }
            let rows = try ids(pages)
            sizes.append(rows.count)
            found += rows
            token = pages.last?.hasNextPage == true ? pages.last?.nextPage : nil
        } while token != nil
        #expect(sizes == [10, 10, 5])
        #expect(found.count == Set(found).count)
        #expect(Set(found) == Set((0..<25).map(String.init)))
        try await stack.stop()
    }

    /// A token comes from outside: one that names a day which is none must not be believed.
    @Test func aForgedTokenIsRefused() async throws {
        let (stack, client) = try await started(5)
        let page = try await client.queryPages(Self.model) {
            $0.limit = 2
            $0.atLeast = 6
        }
        var token = [UInt8](try #require(page.last?.nextPage))
        let other = try await client.queryFailure(Self.model) {
            $0.pageToken = Data(token)
            $0.org = "root"
        }
        #expect(other?.code == .invalidArgument, "it belongs to another query")
        // Behind the first byte stands the day as a variable-length number.
        let end = try #require(token.dropFirst().firstIndex { $0 < 0x80 })
        token.replaceSubrange(1...end, with: [0xFE, 0xFF, 0xFF, 0xFF, 0x0F])
        let forged = try await client.queryFailure(Self.model) {
            $0.pageToken = Data(token)
            $0.limit = 2
        }
        #expect(forged?.code == .invalidArgument)
        try await stack.stop()
    }

    /// All rows come to a reader with a small window, in messages that it can hold.
    @Test func aSlowReaderGetsAllRows() async throws {
        let (stack, _) = try await started(1_200)
        let reader = try await stack.client { $0.streamBytes = 5_000 }
        let pages = try await reader.queryPages(Self.model) { $0.atLeast = 1_201 }
        let rows = try ids(pages)
        #expect(rows.count == 1_200)
        #expect(Set(rows).count == 1_200)
        #expect(pages.count > 1)
        try await stack.stop()
    }

    @Test func aQueryThatIsGivenUpLeavesNothing() async throws {
        let (stack, client) = try await started(1)
        let waiting = Task { try await client.queryPages(Self.model) { $0.atLeast = .max } }
        #expect(await comesTrue { stack.listener.calls > 0 })
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(await stack.isQuiet())
        try await stack.stop()
    }
}
