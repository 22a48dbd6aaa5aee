import Client
import EventLog
import Foundation
import Schema
import Testing

@Suite struct RecordTests {
    @Test func aFactIsRecorded() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let answer = try await client.record([Facts.planned("1")])
        #expect(answer.outcome == .recorded)
        #expect(answer.firstPosition == 2)
        #expect(answer.lastPosition == 2)
        #expect(answer.streamVersions == [1])
        #expect(answer.ledgerAtUs == ServiceStack.noon)
        let trailer = try #require(answer.trailers.first)
        #expect(trailer.tenant == "root")
        #expect(trailer.principal == "local")
        #expect(trailer.recordedAtUs == ServiceStack.noon)
        #expect(trailer.ruleSetVersion == "cn-2018")
        #expect(trailer.dataClass == EventType.activityPlanned.dataClass)
        #expect(trailer.filled.isEmpty)
        #expect(stack.log.head == Position(2))
        try await stack.stop()
    }

    /// A large call is checked aside; it is answered like any other, and so is a fault in it.
    @Test func largeCallsAreAnsweredLikeSmallOnes() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        var envelopes = (1...900).map { Facts.planned("\($0)") }
        let answer = try await client.record(envelopes)
        #expect(answer.outcome == .recorded)
        #expect(answer.firstPosition == 2)
        #expect(answer.lastPosition == 901)
        #expect(answer.streamVersions == Array(repeating: 1, count: 900))
        #expect(answer.trailers.count == 900)
        envelopes = (1...900).map { Facts.planned("again-\($0)") }
        envelopes[700] = [0xFF]
        let failure = try await client.recordFailure(envelopes)
        #expect(failure?.detail?.values["index"] == "700")
        #expect(failure?.detail?.values["zh"]?.hasPrefix("内容不合规范：") == true)
        #expect(stack.log.head == Position(901))
        try await stack.stop()
    }

    @Test func theSendersDataClassIsKept() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let answer = try await client.record([Facts.planned("1") { $0.dataClass = .c3 }])
        #expect(answer.trailers.map(\.dataClass) == [.c3])
        try await stack.stop()
    }

    @Test func aRepetitionGetsTheFirstAnswer() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let call = [Facts.planned("1"), Facts.planned("2")]
        let first = try await client.record(call)
        try await client.record([Facts.planned("3")])
        let second = try await client.record(call)
        #expect(second.outcome == .duplicate)
        #expect(second.firstPosition == first.firstPosition)
        #expect(second.lastPosition == first.lastPosition)
        #expect(second.trailers == first.trailers)
        #expect(stack.log.head == Position(4))
        try await stack.stop()
    }

    /// A dry run leaves nothing behind, neither in the log nor in what is judged next.
    @Test func aDryRunLeavesNothing() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let plan = Facts.planned("1")
        let answer = try await client.record([plan]) { $0.dryRun = true }
        #expect(answer.outcome == .admitted)
        #expect(answer.firstPosition == 0)
        #expect(answer.lastPosition == 0)
        #expect(answer.trailers.count == 1)
        #expect(stack.log.head == Position(1))
        #expect(try await client.recordFailure([Facts.held("1")])?.rule == "STATE-ACTIVITY")
        let refused = try await client.recordFailure([Facts.held("1")]) { $0.dryRun = true }
        #expect(refused?.rule == "STATE-ACTIVITY")
        #expect(try await client.record([plan]).outcome == .recorded)
        try await stack.stop()
    }

    @Test func aRefusalSaysWhyInBothLanguages() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let error = try #require(try await client.recordFailure([Facts.held("1")]))
        #expect(error.code == .failedPrecondition)
        #expect(error.rule == "STATE-ACTIVITY")
        #expect(error.reason == "REFUSED")
        #expect(error.isBilingual)
        #expect(error.values["index"] == "0")
        #expect(error.values["fact.state"] != nil)
        #expect(error.message.hasPrefix("STATE-ACTIVITY: "))
        try await stack.stop()
    }

    // MARK: Versions and conditions

    @Test func aWrongExpectedVersionAborts() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        func expecting(_ fill: (inout Schema.ExpectedVersion) -> Void) async throws
            -> TaizhangError?
        {
            let version = made(Schema.ExpectedVersion()) {
                $0.stream = "org-root"
                fill(&$0)
            }
            return try await client.recordFailure([Facts.planned("1")]) {
                $0.expected = [version]
                $0.dryRun = true
            }
        }
        let error = try await expecting { $0.exactly = 5 }
        #expect(error?.code == .aborted)
        #expect(error?.reason == "WRONG_EXPECTED_VERSION")
        #expect(error?.rule == "R-GEN-09")
        #expect(error?.values["actual"] == "1")
        #expect(error?.values["expected"] == "5")
        #expect(try await expecting { $0.none = true }?.code == .aborted)
        #expect(try await expecting { $0.exactly = 1 } == nil)
        #expect(try await expecting { $0.exists = true } == nil)
        #expect(try await expecting { $0.any = true } == nil)
        #expect(try await expecting { _ in }?.reason == "EXPECTATION")
        try await stack.stop()
    }

    @Test func aConditionThatDoesNotHoldAborts() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        try await client.record([Facts.planned("1"), Facts.planned("2", ["org-root"])])
        func unless(
            after: UInt64, _ fill: (inout FactFilter) -> Void
        ) async throws -> TaizhangError? {
            try await client.recordFailure([Facts.planned("3")]) { request in
                request.dryRun = true
                request.condition = made(Schema.AppendCondition()) {
                    $0.query = [made(FactFilter(), fill)]
                    $0.after = after
                }
            }
        }
        let error = try await unless(after: 1) { $0.tags = ["org-root"] }
        #expect(error?.code == .aborted)
        #expect(error?.reason == "CONDITION_FAILED")
        #expect(error?.values["position"] == "2")
        #expect(try await unless(after: 3) { $0.tags = ["org-root"] } == nil)
        #expect(
            try await unless(after: 1) { $0.streams = ["activity-2"] }?.values["position"] == "3")
        #expect(
            try await unless(after: 0) { $0.streams = ["activity-9", "activity-2"] }?
                .values["position"] == "3", "in one of the streams")
        #expect(
            try await unless(after: 1) { $0.streams = ["org-root"] } == nil,
            "naming a subject is not being in its stream")
        #expect(try await unless(after: 0) { $0.categories = ["org"] }?.values["position"] == "1")
        #expect(try await unless(after: 1) { $0.categories = ["org", "issue"] } == nil)
        #expect(
            try await unless(after: 1) {
                $0.categories = ["activity"]
                $0.types = [EventType.issueRegistered.number]
            } == nil)
        #expect(try await unless(after: .max) { $0.tags = ["org-root"] } == nil)
        try await stack.stop()
    }

    // MARK: All or none

    @Test func aCallIsRecordedWholeOrNotAtAll() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let error = try await client.recordFailure([Facts.planned("1"), Facts.held("2")])
        #expect(error?.rule == "STATE-ACTIVITY")
        #expect(error?.values["index"] == "1")
        #expect(stack.log.head == Position(1))
        #expect(
            try await client.recordFailure([Facts.held("1")])?.rule == "STATE-ACTIVITY",
            "the first fact of the refused call never happened")
        let both = try await client.record([Facts.planned("1"), Facts.held("1")])
        #expect(both.streamVersions == [1, 2], "the second fact rests on the first")
        #expect(stack.log.head == Position(3))
        try await stack.stop()
    }

    // MARK: Ids

    @Test func anIDIsUsedOnce() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let plan = Facts.planned("1")
        try await client.record([plan])
        let reused = try await client.recordFailure([try Facts.altered(plan)])
        #expect(reused?.code == .alreadyExists)
        #expect(reused?.reason == "ID_REUSED")
        #expect(reused?.rule == "R-GEN-01")
        #expect(reused?.isBilingual == true)
        let mixed = try await client.recordFailure([plan, Facts.planned("2")])
        #expect(mixed?.code == .invalidArgument)
        #expect(mixed?.reason == "MIXED_IDS")
        let twice = Facts.planned("3")
        #expect(try await client.recordFailure([twice, twice])?.reason == "ID_REUSED")
        #expect(stack.log.head == Position(2))
        try await stack.stop()
    }

    /// What an export has written is the same fact, though it says more than its sender did.
    @Test func anExportedFactIsARepetition() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let first = try await client.record([Facts.planned("1"), Facts.planned("2")])
        let exported = try await stack.exported(position: 2)
        #expect(try stack.log.event(at: Position(2))?.body != exported)
        let again = try await client.record([exported])
        #expect(again.outcome == .duplicate)
        #expect(again.firstPosition == 2)
        #expect(again.trailers == [first.trailers[0]])
        let whole = try await client.record([exported, try await stack.exported(position: 3)])
        #expect(whole.outcome == .duplicate)
        let changed = try await client.recordFailure([try Facts.altered(exported)])
        #expect(changed?.reason == "ID_REUSED")
        #expect(stack.log.head == Position(3))
        try await stack.stop()
    }

    // MARK: What is no request

    @Test func whatIsNotWellFormedIsRefused() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let empty = try await client.recordFailure([])
        #expect(empty?.code == .invalidArgument)
        #expect(empty?.reason == "EMPTY")
        let noise = try await client.recordFailure([Facts.planned("1"), [0xFF, 0xFF]])
        #expect(noise?.code == .invalidArgument)
        #expect(noise?.reason == "SCHEMA")
        #expect(noise?.values["index"] == "1")
        #expect(noise?.isBilingual == true)
        let unknown = try await client.recordFailure([
            Facts.planned("1") {
                $0.type = 9_999
                $0.typeName = "SomethingNew"
            }
        ])
        #expect(unknown?.code == .invalidArgument)
        #expect(unknown?.values["path"] == "type")
        let payload = try await client.recordFailure([
            Facts.envelope(made(Facts.plan()) { $0.hosts = [] }, in: "activity-1")
        ])
        #expect(payload?.values["path"]?.hasPrefix("payload.hosts") == true)
        #expect(stack.log.head == Position(1))
        let error = await #expect(throws: TaizhangError.self) {
            try await client.call("taizhang.services.v1.Record/Record", [0xFF, 0xFF])
        }
        #expect(error?.code == .invalidArgument)
        try await stack.stop()
    }

    @Test func aFactThatIsTooLargeIsRefused() async throws {
        let stack = try await ServiceStack.start { $0.maxEventBytes = 2_000 }
        let client = try await stack.client()
        let large = Facts.planned("1") { $0.lateReason = String(repeating: "长", count: 1_000) }
        let error = try await client.recordFailure([large])
        #expect(error?.code == .resourceExhausted)
        #expect(error?.reason == "TOO_LARGE")
        #expect(error?.values["limit"] == "2000")
        try await stack.stop()
    }

    // MARK: Who records

    /// R-GEN-08 and R-GEN-04 by what a call says of itself.
    @Test func aCallMayRestrictItself() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let outside = try await client.recordFailure(
            [Facts.planned("1")], metadata: ["scope": "org-elsewhere,branch-x"])
        #expect(outside?.rule == "R-GEN-08")
        try await client.record([Facts.planned("1")], metadata: ["scope": "branch-x,org-root"])
        let imported = Facts.planned("2") { $0.recordedAtUs = ServiceStack.noon }
        let without = try await client.recordFailure(
            [imported], metadata: ["without": "history.import"])
        #expect(without?.rule == "INV-RECORD-TIME")
        let misspelt = try await client.recordFailure(
            [imported], metadata: ["without": "history.imports"])
        #expect(misspelt?.code == .invalidArgument)
        #expect(misspelt?.reason == "PERMISSION")
        #expect(try await client.record([imported]).outcome == .recorded)
        try await stack.stop()
    }

    // MARK: What the server fills in

    @Test func aCorrectionGetsTheHashOfWhatItReplaces() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        try await client.record([Facts.organisation("h1", below: "root"), Facts.planned("1")])
        let target = try #require(try stack.log.event(at: Position(3)))
        func correction(_ hosts: [String], hash: [UInt8]? = nil) -> [UInt8] {
            let event = made(RecordCorrected()) {
                $0.targetEvent = Data(target.id.bytes)
                $0.replacement = Data(Facts.plan(hosts).wireBytes)
                $0.mask = ["hosts"]
                $0.reason = "录入有误"
                $0.approver = "boss"
                if let hash { $0.replacedHash = Data(hash) }
            }
            return Facts.envelope(event, in: "activity-1") { $0.clearOccurredAt() }
        }
        let wrong = try await client.recordFailure([correction(["org-h1"], hash: [1, 2])])
        #expect(wrong?.rule == "R-GEN-05")
        let current = try #require(
            wrong?.values["fact.current_hash"].flatMap { Hexadecimal.bytes($0) })
        #expect(current.count == 32)
        let answer = try await client.record([correction(["org-h1"])])
        let filled = try RecordCorrected(decoding: [UInt8](answer.trailers[0].filled))
        #expect([UInt8](filled.replacedHash) == current)
        #expect(filled.mask == [])
        let stale = try await client.recordFailure([correction(["org-root"], hash: current)])
        #expect(stale?.rule == "R-GEN-05", "it was corrected in between")
        let exported = try await stack.exported(position: 4)
        #expect(
            try await client.record([exported]).outcome == .duplicate,
            "an export shows what the server filled in")
        try await stack.stop()
    }
}

extension ServiceStack {
    /// A recorded fact as an import of its export would send it.
    func exported(position: UInt64) async throws -> [UInt8] {
        let event = try #require(try log.event(at: Position(position)))
        let typeOfEvent: ([UInt8]) -> EventType? = { id in
            guard let id = EventID(bytes: id), let found = try? self.log.event(withID: id) else {
                return nil
            }
            return EventType(number: found.type)
        }
        let line = try FactJSON.encode(
            FactJSON.Record(
                envelope: event.body, trailer: event.trailer, position: position,
                streamVersion: event.streamVersion, ledgerAt: event.ledgerAt, tags: event.tags),
            typeOfEvent: typeOfEvent)
        return try FactJSON.decode(
            line,
            FactJSON.ImportContext(
                hash: { _ in [] }, occurrence: { _ in 0 }, typeOfEvent: typeOfEvent)
        ).envelope
    }
}
