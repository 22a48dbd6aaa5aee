import Schema
import Testing

@testable import Client

@Suite struct EventSelectionTests {
    @Test func typesAreGivenByName() throws {
        let filter = try EventSelection(types: ["IssueClosed"], tags: ["branch-1"]).filter()
        #expect(filter.types == [try #require(EventType(name: "IssueClosed")).number])
        #expect(filter.tags == ["branch-1"])
        let error = #expect(throws: TaizhangError.self) {
            try EventSelection(types: ["NoSuchEvent"]).filter()
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [
        (StreamRequirement.Version.any, ExpectedVersion.OneOf_Expectation.any(true)),
        (.none, .none(true)), (.exists, .exists(true)), (.exactly(3), .exactly(3)),
    ])
    func requirementsSayOneThing(
        version: StreamRequirement.Version, expected: ExpectedVersion.OneOf_Expectation
    ) {
        let message = StreamRequirement(stream: "issue-1", version: version).message
        #expect(message.stream == "issue-1")
        #expect(message.expectation == expected)
    }

    @Test func aReceiptMustMakeSense() throws {
        var response = RecordResponse()
        response.outcome = .recorded
        response.firstPosition = 4
        response.lastPosition = 5
        #expect(try RecordReceipt(response).positions == 4..<6)
        response.lastPosition = 3
        #expect(throws: TaizhangError.self) { try RecordReceipt(response) }
        response.lastPosition = .max
        #expect(throws: TaizhangError.self) { try RecordReceipt(response) }
        response = RecordResponse()
        #expect(throws: TaizhangError.self) { try RecordReceipt(response) }
        response.outcome = .admitted
        #expect(try RecordReceipt(response).positions.isEmpty)
    }
}
