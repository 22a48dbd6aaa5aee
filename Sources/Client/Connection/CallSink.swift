import Synchronization
import Wire

/// How a call came to its end, as its caller sees it.
enum CallEnd: Sendable {
    /// The server said so.
    case status(WireStatus)
    /// The server never looked at it: it may be made again elsewhere without a second thought.
    case neverHappened
    /// The connection is gone; nobody knows.
    case lost(String)
    /// The deadline passed here.
    case expired
    /// The caller gave up.
    case cancelled
}

/// Where what happens in a call goes. All methods run on the connection's event loop; `ended` is
/// the last and comes exactly once.
protocol CallSink: AnyObject, Sendable {
    /// The call has begun; the server takes so much of it.
    func started(_ credit: Credit)
    func received(_ message: InboundMessage)
    /// The server takes so much more.
    func credited(_ credit: Credit)
    func ended(_ end: CallEnd)
}

extension CallSink {
    func started(_ credit: Credit) {}
    func credited(_ credit: Credit) {}
}

/// A call of this client: its number on the connection, and where its messages go.
final class ClientCall: Sendable {
    let sink: any CallSink
    /// Zero until it has begun.
    private let number = Atomic<UInt32>(0)
    private let isOver = Atomic<Bool>(false)

    init(sink: any CallSink) {
        self.sink = sink
    }

    var id: CallID { CallID(number.load(ordering: .acquiring)) }

    func began(as id: CallID) {
        number.store(id.number, ordering: .releasing)
    }

    var hasEnded: Bool { isOver.load(ordering: .acquiring) }

    /// Tells the sink of the end, the first time only.
    func end(_ end: CallEnd) {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        sink.ended(end)
    }
}
