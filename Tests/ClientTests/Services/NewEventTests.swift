import Foundation
import Schema
import Testing

@testable import Client

@Suite struct NewEventTests {
    private let line = """
        {"type":"IssueClosed","stream":"issue-yq-0007","payload":{"on":"2019-07-31",
        "acceptor":"p2","acceptor_org":"yq"}}
        """

    @Test func anEventWithoutAnIDGetsOneAndKeepsIt() throws {
        let event = try NewEvent(json: line, recordedBy: "p9")
        #expect(event.type == "IssueClosed")
        #expect(event.stream == "issue-yq-0007")
        #expect(event.id.dropFirst(14).first == "7")
        #expect(try NewEvent(envelope: event.envelope) == event)
        #expect(try NewEvent(json: line, recordedBy: "p9").id != event.id)
    }

    @Test func anEventThatIsReadIsTheOneThatWasWritten() throws {
        let event = try NewEvent(json: line, recordedBy: "p9")
        var fact = RecordedFact()
        fact.position = 12
        fact.streamVersion = 3
        fact.envelope = Data(event.envelope)
        var response = ReadResponse()
        response.facts = [fact]
        let events = try EventBatch(response, ValueReaders()).events()
        let read = try #require(events.first)
        #expect(events.count == 1)
        #expect(read.id == event.id)
        #expect(read.stream == event.stream)
        let json = try read.json()
        #expect(json.contains(#""position":12"#))
        #expect(json.contains(#""acceptor":"p2""#))
        let again = try NewEvent(json: json)
        #expect(again.id == event.id)
        #expect(again.stream == event.stream)
    }

    @Test func idsAreUUIDsOfVersion7InTheOrderOfTime() {
        let id = EventIDs.make(
            milliseconds: 0x0190_b2c4_7a3e, high: .max, low: .max)
        #expect(id == "0190b2c4-7a3e-7fff-bfff-ffffffffffff")
        #expect(
            EventIDs.make(milliseconds: 1, high: 0, low: 0)
                == "00000000-0001-7000-8000-000000000000")
        #expect(EventIDs.next() != EventIDs.next())
    }

    @Test func whatIsWrongIsSaidWithItsPlace() {
        let error = #expect(throws: TaizhangError.self) {
            try NewEvent(json: #"{"type":"IssueClosd","stream":"issue-1","payload":{}}"#)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("IssueClosed") == true)
        let broken = #expect(throws: TaizhangError.self) { try NewEvent(json: "{") }
        #expect(broken?.detail?.reason == "BAD_EVENT")
        let garbage = #expect(throws: TaizhangError.self) { try NewEvent(envelope: [0xff]) }
        #expect(garbage?.code == .invalidArgument)
    }
}
