import Synchronization
import Testing

@testable import ReadModels

@Suite struct PositionWaitersTests {
    /// Commits and the follower are told whether anybody waits for what is there.
    @Test func itKnowsWhoWaitsForWhat() async {
        let begun = Atomic<Int>(0)
        let waiters = PositionWaiters { begun.add(1, ordering: .sequentiallyConsistent) }
        #expect(!waiters.isAnyone(waitingFor: .max - 1))
        await withTaskGroup(of: Void.self) { group in
            for position: UInt64 in [5, 9] {
                group.addTask {
                    await waiters.wait(for: position, until: .now.advanced(by: .seconds(60)))
                }
            }
            while begun.load(ordering: .sequentiallyConsistent) < 2 { await Task.yield() }
            #expect(!waiters.isAnyone(waitingFor: 4))
            #expect(waiters.isAnyone(waitingFor: 5))
            waiters.advanced(to: 5)
            #expect(!waiters.isAnyone(waitingFor: 8))
            #expect(waiters.isAnyone(waitingFor: 9))
            waiters.endAll()
            #expect(!waiters.isAnyone(waitingFor: 9))
        }
    }

    @Test func aDeadlineEndsTheWaiting() async {
        let waiters = PositionWaiters {}
        await waiters.wait(for: 5, until: .now.advanced(by: .milliseconds(20)))
        #expect(!waiters.isAnyone(waitingFor: 5))
    }
}
