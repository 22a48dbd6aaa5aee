import Schema
import Testing

@testable import Client

@Suite struct ReadProgressTests {
    @Test func aSubscriptionGoesOnBehindItsLastPage() throws {
        var first = SubscribeRequest()
        first.fromEnd = true
        let progress = ReadProgress(.subscription(first))
        #expect(try SubscribeRequest(decoding: progress.request).fromEnd)
        progress.advanced(next: 10, count: 2)
        let resumed = try SubscribeRequest(decoding: progress.request)
        #expect(resumed.from == 10)
        #expect(!resumed.fromEnd)
        #expect(!progress.isComplete)
    }

    @Test func aReadAsksOnlyForWhatIsMissing() throws {
        var request = ReadRequest()
        request.limit = 3
        let progress = ReadProgress(.read(request))
        progress.advanced(next: 3, count: 2)
        let resumed = try ReadRequest(decoding: progress.request)
        #expect(resumed.from == 3)
        #expect(resumed.limit == 1)
        #expect(!progress.isComplete)
        progress.advanced(next: 4, count: 1)
        #expect(progress.isComplete)
    }

    @Test func aReadBackwardsEndsBeforeTheFirst() throws {
        var request = ReadRequest()
        request.backwards = true
        let progress = ReadProgress(.read(request))
        progress.advanced(next: 3, count: 2)
        #expect(!progress.isComplete)
        progress.advanced(next: 0, count: 3)
        #expect(progress.isComplete)
    }

    @Test func aCopyGoesItsOwnWay() throws {
        let progress = ReadProgress(.read(ReadRequest()))
        let copy = ReadProgress(progress)
        copy.advanced(next: 2, count: 1)
        #expect(try ReadRequest(decoding: progress.request).from == 0)
        #expect(try ReadRequest(decoding: copy.request).from == 2)
    }
}
