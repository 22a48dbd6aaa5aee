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
        intake.add(of: ObjectIdentifier(first)) {
            mayGoOn.wait()
            done.withLock { $0.append("large") }
        }
        #expect(intake.isBusy(with: ObjectIdentifier(first)))
        #expect(!intake.isBusy(with: ObjectIdentifier(second)))
        intake.add(of: ObjectIdentifier(first)) { done.withLock { $0.append("small") } }
        #expect(done.withLock { $0 }.isEmpty)
        mayGoOn.signal()
        #expect(await comesTrue { !intake.isBusy(with: ObjectIdentifier(first)) })
        #expect(done.withLock { $0 } == ["large", "small"])
        withExtendedLifetime((first, second)) {}
    }
}
