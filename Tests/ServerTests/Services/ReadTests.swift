import Client
import EventLog
import Schema
import Testing

@Suite struct ReadTests {
    /// `org-root` at 1, `org-h1` at 2, then activities 0 … 7 at 3 … 10, the odd ones of h1, and
    /// activity 0 held at 11.
    private func started() async throws -> (ServiceStack, TaizhangClient) {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        var facts = [Facts.organisation("h1", below: "root")]
        facts += (0..<8).map { Facts.planned("\($0)", [$0 % 2 == 0 ? "org-root" : "org-h1"]) }
        facts.append(Facts.held("0"))
        try await client.record(facts)
        return (stack, client)
    }

    @Test func everythingInOrder() async throws {
        let (stack, client) = try await started()
        let pages = try await client.readPages()
        let facts = pages.flatMap(\.facts)
        #expect(facts.map(\.position) == Array(1...11))
        #expect(pages.last?.nextPosition == 12)
        #expect(pages.last?.headPosition == 11)
        #expect(pages.allSatisfy { !$0.caughtUp })
        let last = try #require(facts.last)
        #expect(last.streamVersion == 2)
        #expect(last.ledgerAtUs == ServiceStack.noon)
        #expect(last.tags.first == "activity-0")
        #expect(Set(last.tags) == ["activity-0", "tree-root"])
        let recorded = try #require(try stack.log.event(at: Position(11)))
        #expect([UInt8](last.envelope) == recorded.body)
        #expect([UInt8](last.trailer) == recorded.trailer)
        try await stack.stop()
    }

    @Test func fromAndLimit() async throws {
        let (stack, client) = try await started()
        #expect(try await client.positions { $0.from = 9 } == [9, 10, 11])
        #expect(try await client.positions { $0.limit = 3 } == [1, 2, 3])
        let some = try await client.readPages {
            $0.from = 4
            $0.limit = 2
        }
        #expect(some.flatMap { $0.facts.map(\.position) } == [4, 5])
        #expect(some.last?.nextPosition == 6)
        #expect(try await client.positions { $0.from = 12 } == [])
        #expect(try await client.positions { $0.from = .max } == [])
        #expect(try await client.positions { $0.limit = .max }.count == 11)
        try await stack.stop()
    }

    /// Backwards, "before the first" is position 0.
    @Test func backwards() async throws {
        let (stack, client) = try await started()
        let all = try await client.readPages { $0.backwards = true }
        #expect(all.flatMap { $0.facts.map(\.position) } == Array((1...11).reversed()))
        #expect(all.last?.nextPosition == 0)
        let some = try await client.readPages {
            $0.backwards = true
            $0.from = 9
            $0.limit = 3
        }
        #expect(some.flatMap { $0.facts.map(\.position) } == [9, 8, 7])
        #expect(some.last?.nextPosition == 6)
        let beyond = try await client.positions {
            $0.backwards = true
            $0.from = .max
            $0.limit = 1
        }
        #expect(beyond == [11])
        try await stack.stop()
    }

    @Test func filters() async throws {
        let (stack, client) = try await started()
        func found(_ fill: (inout FactFilter) -> Void) async throws -> [UInt64] {
            let filter = made(FactFilter(), fill)
            let forwards = try await client.positions { $0.filter = filter }
            let backwards = try await client.positions {
                $0.filter = filter
                $0.backwards = true
            }
            #expect(backwards == forwards.reversed())
            return forwards
        }
        #expect(try await found { $0.streams = ["activity-0"] } == [3, 11])
        #expect(
            try await found { $0.streams = ["activity-0", "activity-5", "x-1"] } == [3, 8, 11])
        #expect(
            try await found { $0.streams = ["org-h1", "org-root"] } == [1, 2],
            "those that only name them are not in them")
        #expect(try await found { $0.categories = ["org"] } == [1, 2])
        #expect(try await found { $0.categories = ["org", "activity"] } == Array(1...11))
        #expect(try await found { $0.types = [EventType.activityHeld.number] } == [11])
        #expect(try await found { $0.tags = ["org-h1"] } == [2, 4, 6, 8, 10])
        #expect(try await found { $0.tags = ["org-h1", "activity-3"] } == [6])
        #expect(
            try await found {
                $0.categories = ["activity"]
                $0.streams = ["org-root", "activity-1", "activity-2"]
                $0.tags = ["org-h1"]
                $0.types = [EventType.activityPlanned.number, 7]
            } == [4])
        #expect(try await found { $0.tags = ["nobody-1"] } == [])
        #expect(try await found { $0.types = [.max] } == [])
        try await stack.stop()
    }

    /// A reader with hardly any credit gets everything.
    @Test func creditLimitsButDoesNotLose() async throws {
        let stack = try await ServiceStack.start()
        let writer = try await stack.client()
        _ = try await writer.importFacts((0..<700).map { Facts.planned("\($0)") })
        let reader = try await stack.client {
            $0.streamEvents = 3
            $0.streamBytes = 900
        }
        #expect(try await reader.positions() == Array(1...701))
        #expect(try await reader.positions { $0.backwards = true } == Array((1...701).reversed()))
        let pages = try await reader.readPages()
        #expect(pages.allSatisfy { $0.facts.count <= 3 })
        try await stack.stop()
    }

    /// Pages are moderate, whatever the credit.
    @Test func largeFactsComeInSeveralPages() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let text = String(repeating: "长", count: 30_000)
        _ = try await client.importFacts(
            (0..<12).map { number in Facts.planned("\(number)") { $0.lateReason = text } })
        let pages = try await client.readPages()
        #expect(pages.flatMap { $0.facts.map(\.position) } == Array(1...13))
        #expect(pages.count > 2)
        try await stack.stop()
    }

    @Test func aReadThatIsGivenUpLeavesNothing() async throws {
        let stack = try await ServiceStack.start()
        let writer = try await stack.client()
        _ = try await writer.importFacts((0..<500).map { Facts.planned("\($0)") })
        let reader = try await stack.client { $0.streamEvents = 5 }
        for try await _ in reader.stream(
            "taizhang.services.v1.Read/Read", ReadRequest().wireBytes)
        { break }
        #expect(await stack.isQuiet())
        try await stack.stop()
    }

    @Test func bytesThatAreNoRequest() async throws {
        let (stack, client) = try await started()
        let error = await #expect(throws: TaizhangError.self) {
            for try await _ in client.stream("taizhang.services.v1.Read/Read", [0xFF]) {}
        }
        #expect(error?.code == .invalidArgument)
        try await stack.stop()
    }
}
