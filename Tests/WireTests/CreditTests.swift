import Testing

@testable import Wire

@Suite struct CreditTests {
    @Test func oneMessageMayTakeItBelowZeroAndThenNothing() {
        var credit = Credit(events: 1, bytes: 1)
        #expect(credit.allows(events: 500))
        credit.spend(events: 500)
        credit.spend(frameBytes: 65_536)
        #expect(credit.events == -499)
        #expect(credit.bytes == -65_535)
        #expect(!credit.allows(events: 1))
        #expect(!credit.allows(events: 0))
    }

    @Test func aMessageWithoutEventsNeedsOnlyBytes() {
        #expect(Credit(events: 0, bytes: 1).allows(events: 0))
        #expect(!Credit(events: 0, bytes: 1).allows(events: 1))
        #expect(!Credit(events: 1, bytes: 0).allows(events: 0))
    }

    @Test func addingStopsAtTheLimitAndThenChangesNothing() {
        var credit = Credit(events: 1, bytes: 1)
        let first = credit.add(Credit(events: 2_147_483_647, bytes: 0))
        #expect(!first)
        let second = credit.add(Credit(events: 0, bytes: .max))
        #expect(!second)
        #expect(credit == Credit(events: 1, bytes: 1))
        let third = credit.add(Credit(events: 2_147_483_646, bytes: 0))
        #expect(third)
        #expect(credit.events == Limits.creditMax)
    }

    @Test func aDebtIsPaidFirst() {
        var credit = Credit(events: 1, bytes: 10)
        credit.spend(frameBytes: 100)
        let first = credit.add(Credit(events: 0, bytes: 90))
        #expect(first)
        #expect(!credit.allows(events: 0))
        let second = credit.add(Credit(events: 0, bytes: 1))
        #expect(second)
        #expect(credit.allows(events: 1))
    }

    @Test func onTheWireItIsNeverNegative() {
        var credit = Credit(events: 0, bytes: 0)
        credit.spend(frameBytes: 5)
        credit.spend(events: 5)
        #expect(credit.wireEvents == 0)
        #expect(credit.wireBytes == 0)
    }
}
