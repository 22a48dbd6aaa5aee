import Dispatch
import Synchronization
import Testing

@testable import Server

@Suite struct AsideIntakeTests {
    private final class Connection: Sendable {}

    /// While a large call is being checked, what follows on its connection waits behind it, and
    /// other connections do not.
    @Test func callsOfAConnectionKeepTheirOrder() async {
        let intake = AsideIntake()
        let first = Connection()
        let second = Connection()
        let mayGoOn = DispatchSemaphore(value: 0)
        let done = Mutex<[String]>([])
        #expect(!intake.isBusy(with: ObjectIdentifier(first)))
        let isTaken = intake.add(of: ObjectIdentifier(first), bytes: 60 << 20) {
            mayGoOn.wait()
            done.withLock { $0.append("large") }
        }
        #expect(isTaken)
        #expect(intake.isBusy(with: ObjectIdentifier(first)))
        #expect(!intake.isBusy(with: ObjectIdentifier(second)))
        #expect(
            intake.add(of: ObjectIdentifier(first), bytes: 4 << 20) {
                done.withLock { $0.append("small") }
            })
        // What waits is bounded, whoever sent it.
        #expect(
            !intake.add(of: ObjectIdentifier(second), bytes: 1) {
                done.withLock { $0.append("too much") }
            })
        #expect(!intake.isBusy(with: ObjectIdentifier(second)))
        #expect(done.withLock { $0 }.isEmpty)
        mayGoOn.signal()
        #expect(await comesTrue { !intake.isBusy(with: ObjectIdentifier(first)) })
        #expect(done.withLock { $0 } == ["large", "small"])
        // There is room again, also for one that is larger than the bound.
        #expect(
            await comesTrue {
                intake.add(of: ObjectIdentifier(second), bytes: 65 << 20) {}
            })
        withExtendedLifetime((first, second)) {}
    }
}
