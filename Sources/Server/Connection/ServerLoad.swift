import Synchronization
import Wire

/// What all connections of a server hold together, and how much of it they may.
final class ServerLoad: Sendable {
    let calls = Gauge()
    let queuedBytes = Gauge()
    private let callsMax: Int
    private let queuedBytesMax: Int

    init(callsMax: Int, queuedBytesMax: Int) {
        self.callsMax = callsMax
        self.queuedBytesMax = queuedBytesMax
    }

    /// Why no connection may open a call just now; nil when it may.
    var refusalOfCall: WireStatus? {
        guard calls.value < callsMax else {
            return .refusal(
                .resourceExhausted, reason: "SERVER_CALLS",
                "the server has \(callsMax) calls under way", retryAfterMs: 200)
        }
        guard queuedBytes.value < queuedBytesMax else {
            return .refusal(
                .resourceExhausted, reason: "SERVER_ANSWERS_WAIT",
                "answers of \(queuedBytesMax) bytes wait for their readers", retryAfterMs: 200)
        }
        return nil
    }
}

/// A number that many threads add to.
final class Gauge: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .relaxed) }

    func add(_ difference: Int) {
        guard difference != 0 else { return }
        number.wrappingAdd(difference, ordering: .relaxed)
    }
}
