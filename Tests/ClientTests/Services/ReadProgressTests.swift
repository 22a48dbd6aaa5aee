import Schema
import Testing

@testable import Client

@Suite struct ReadProgressTests {
    private func page(_ positions: [UInt64], next: UInt64) throws -> EventPage {
        var response = ReadResponse()
        response.facts = positions.map { position in
            var fact = RecordedFact()
            fact.position = position
            return fact
        }
        response.nextPosition = next
        return try EventPage(response)
    }

    @Test func aSubscriptionGoesOnBehindItsLastPage() throws {
        var first = SubscribeRequest()
        first.fromEnd = true
        let progress = ReadProgress(.subscription(first))
        #expect(try SubscribeRequest(decoding: progress.request).fromEnd)
        progress.advanced(try page([7, 9], next: 10))
        let resumed = try SubscribeRequest(decoding: progress.request)
        #expect(resumed.from == 10)
        #expect(!resumed.fromEnd)
        #expect(!progress.isComplete)
    }

    @Test func aReadAsksOnlyForWhatIsMissing() throws {
        var request = ReadRequest()
        request.limit = 3
        let progress = ReadProgress(.read(request))
        progress.advanced(try page([1, 2], next: 3))
        let resumed = try ReadRequest(decoding: progress.request)
        #expect(resumed.from == 3)
        #expect(resumed.limit == 1)
        #expect(!progress.isComplete)
        progress.advanced(try page([3], next: 4))
        #expect(progress.isComplete)
    }

    @Test func aReadBackwardsEndsBeforeTheFirst() throws {
        var request = ReadRequest()
        request.backwards = true
        let progress = ReadProgress(.read(request))
        progress.advanced(try page([5, 4], next: 3))
        #expect(!progress.isComplete)
        progress.advanced(try page([3, 2, 1], next: 0))
        #expect(progress.isComplete)
    }

    @Test func aCopyGoesItsOwnWay() throws {
        let progress = ReadProgress(.read(ReadRequest()))
        let copy = ReadProgress(progress)
        copy.advanced(try page([1], next: 2))
        #expect(try ReadRequest(decoding: progress.request).from == 0)
        #expect(try ReadRequest(decoding: copy.request).from == 2)
    }
}
