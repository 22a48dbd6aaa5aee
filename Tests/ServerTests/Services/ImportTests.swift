import Client
import EventLog
import Schema
import Testing

@Suite struct ImportTests {
    private func outcomes(_ answers: [ImportAnswer]) -> String {
        answers.map { answer in
            switch answer.outcome {
            case .recorded: "+"
            case .duplicate: "="
            case .refused: "x"
            case .skipped: "."
            case .unspecified, .UNRECOGNIZED: "?"
            }
        }.joined()
    }

    /// Answers come in the order of the items, whichever way each was decided.
    @Test func answersKeepTheOrder() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let known = Facts.planned("known")
        try await client.record([known])
        var items: [[UInt8]] = []
        var expected = ""
        for number in 0..<300 {
            switch number % 7 {
            case 3:
                items.append([0xFF])
                expected += "x"
            case 4:
                items.append(Facts.held("never-\(number)"))
                expected += "x"
            case 5:
                items.append(known)
                expected += "="
            case 6:
                items.append(try Facts.altered(known))
                expected += "x"
            default:
                items.append(Facts.planned("\(number)"))
                expected += "+"
            }
        }
        let answers = try await client.importFacts(items)
        #expect(outcomes(answers) == expected)
        let positions = answers.filter { $0.outcome == .recorded }.map(\.position)
        #expect(positions == (0..<UInt64(positions.count)).map { $0 + 3 })
        #expect(answers.filter { $0.outcome == .duplicate }.allSatisfy { $0.position == 2 })
        let refused = answers.filter { $0.outcome == .refused }
        #expect(Set(refused.map(\.rule)) == ["SCHEMA", "STATE-ACTIVITY", "R-GEN-01"])
        #expect(refused.allSatisfy { !$0.zh.isEmpty && !$0.en.isEmpty && $0.status > 0 })
        let state = refused.first { $0.rule == "STATE-ACTIVITY" }
        #expect(state?.status == 9)
        #expect(state?.facts.map(\.name) == ["state"])
        try await stack.stop()
    }

    enum Fault: CaseIterable {
        /// Found by the rules, on the sequencer's thread.
        case refused
        /// Found by the schema, long before those in front of it are judged.
        case malformed
        /// Found by the log, before the judge sees it.
        case reused
    }

    /// Nothing behind the first refusal is recorded, and everything before it is.
    @Test(arguments: Fault.allCases)
    func anImportStopsAtTheFirstRefusal(_ fault: Fault) async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let known = Facts.planned("known")
        try await client.record([known])
        let bad: [UInt8]
        switch fault {
        case .refused: bad = Facts.held("never")
        case .malformed: bad = [0xFF]
        case .reused: bad = try Facts.altered(known)
        }
        var items = (0..<400).map { Facts.planned("\($0)") }
        items[150] = bad
        items[152] = [0xFF]
        items[390] = Facts.held("never")
        let answers = try await client.importFacts(items, metadata: ["on-refusal": "stop"])
        let expected =
            String(repeating: "+", count: 150) + "x" + String(repeating: ".", count: 249)
        #expect(outcomes(answers) == expected)
        #expect(stack.log.head == Position(152))
        try await stack.stop()
    }

    @Test func anImportGoesOnWhenAskedTo() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let items = [Facts.planned("1"), Facts.held("9"), Facts.held("1"), Facts.planned("2")]
        let answers = try await client.importFacts(items, metadata: ["on-refusal": "continue"])
        #expect(outcomes(answers) == "+x++")
        try await stack.stop()
    }

    /// A file that was exported and comes back stops no import.
    @Test func repetitionsStopNothing() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        try await client.record([Facts.planned("1"), Facts.planned("2")])
        var items: [[UInt8]] = []
        for position in 1...3 as ClosedRange<UInt64> {
            items.append(try await stack.exported(position: position))
        }
        items.append(Facts.planned("3"))
        let answers = try await client.importFacts(items, metadata: ["on-refusal": "stop"])
        #expect(outcomes(answers) == "===+")
        #expect(answers.map(\.position) == [1, 2, 3, 4])
        try await stack.stop()
    }

    @Test func warningsComeWithTheAnswer() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let clinic = made(Facts.plan()) { $0.kind = .clinic }
        let answers = try await client.importFacts([
            Facts.envelope(clinic, in: "activity-1"), Facts.held("1"),
        ])
        #expect(answers.map { $0.warnings.map(\.rule) } == [[], ["R-VO-01"]])
        try await stack.stop()
    }

    @Test func anUnknownWordIsRefused() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let error = await #expect(throws: TaizhangError.self) {
            try await client.importFacts(
                [Facts.planned("1")], metadata: ["on-refusal": "halt"])
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.reason == "ON_REFUSAL")
        #expect(stack.log.head == Position(1))
        try await stack.stop()
    }

    @Test func anEmptyImportEnds() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        #expect(try await client.importFacts([]).isEmpty)
        try await stack.stop()
    }

    /// With hardly any room for answers everything still comes, in order.
    @Test func aReaderWithoutRoomGetsEverything() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client { $0.streamBytes = 700 }
        var items = (0..<1_500).map { Facts.planned("\($0)") }
        for number in stride(from: 10, to: 1_500, by: 10) { items[number] = Facts.held("never") }
        let answers = try await client.importFacts(items)
        #expect(answers.count == 1_500)
        #expect(
            answers.map { $0.outcome == .refused } == (0..<1_500).map { $0 > 0 && $0 % 10 == 0 })
        try await stack.stop()
    }

    /// A client that goes away takes nothing with it: no call is held, the log goes on.
    @Test func aCancelledImportLeavesTheServerFree() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let exchange = try await client.exchange(
            "taizhang.services.v1.Record/Import",
            options: CallOptions(metadata: ["on-refusal": "stop"]))
        for number in 0..<50 {
            let item = made(ImportItem()) { $0.envelope = .init(Facts.planned("\(number)")) }
            try await exchange.send(item.wireBytes)
        }
        _ = try await exchange.receive()
        exchange.cancel()
        #expect(await stack.isQuiet())
        #expect(try await client.record([Facts.planned("after")]).outcome == .recorded)
        var streams: [String] = []
        for page in try await client.readPages() {
            for fact in page.facts {
                streams.append(try Envelope(decoding: [UInt8](fact.envelope)).stream)
            }
        }
        let imported = streams.filter { $0 != "org-root" && $0 != "activity-after" }
        #expect(imported == imported.indices.map { "activity-\($0)" }, "a beginning, without gap")
        try await stack.stop()
    }
}
