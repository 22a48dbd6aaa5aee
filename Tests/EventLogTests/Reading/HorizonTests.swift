import TestSupport
import Testing

@testable import EventLog

/// A reader sees the log up to the head that it looked at, however far the index has come since.
@Suite struct HorizonTests {
    @Test func nothingBehindTheHorizonIsFound() async throws {
        let fixture = LedgerFixture.tiny()
        try await fixture.withLog { log async throws in
            for number in 1...100 as ClosedRange<UInt64> {
                _ = try await log.append(
                    AppendRequest(events: [draft(number, stream: "s-\(number % 2)", tags: ["t"])]))
            }
            while try log.status().indexLag > 20 { try await Task.sleep(for: .milliseconds(1)) }
            for horizon in [1, 37, 64, 100] as [UInt64] {
                for direction in [ReadQuery.Direction.forwards, .backwards] {
                    var query = ReadQuery(.tag("t"), direction: direction, maxEvents: 1_000)
                    var found: [UInt64] = []
                    while true {
                        let page = try findPositions(
                            query, horizon: horizon, overlay: log.overlay, index: log.index,
                            options: log.options)
                        found += page.positions
                        guard let next = page.next else { break }
                        query.from = Position(next)
                    }
                    let expected = Array(1...horizon)
                    #expect(found == (direction == .forwards ? expected : expected.reversed()))
                }
            }
        }
    }
}
