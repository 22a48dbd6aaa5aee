import NIOCore
import Synchronization
import Wire

/// Receives the messages of a streaming call and keeps them until they are asked for.
///
/// The server sends only as far ahead as it was given credit, and credit is given back when
/// messages have been taken: a slow reader holds one window in memory, however long the stream.
final class StreamCall: CallSink {
    /// What a reader gets.
    enum Item: Sendable {
        /// A message of the service, or a value of the log as it is stored.
        case message([UInt8], isBlock: Bool)
        case ended(CallEnd)
    }

    private let window: Credit
    private let state = Mutex(State())
    /// Called with what the server lets the client send, for calls that send more than one
    /// message.
    private let credit: (@Sendable (Credit) -> Void)?
    private let over: (@Sendable () -> Void)?

    private struct State {
        var messages = CircularBuffer<(bytes: [UInt8], isBlock: Bool, cost: Credit)>()
        var end: CallEnd?
        var reader: CheckedContinuation<Item, Never>?
        /// What was taken and not given back yet.
        var taken = Credit.none
        var slot: CallSlot?
    }

    /// - Parameters:
    ///   - window: the credit that the call begins with.
    ///   - credit: told of what the server lets the client send.
    ///   - over: told when the call has ended.
    init(
        window: Credit, credit: (@Sendable (Credit) -> Void)? = nil,
        over: (@Sendable () -> Void)? = nil
    ) {
        self.window = window
        self.credit = credit
        self.over = over
    }

    func begin(_ wanted: OutgoingCall, deadline: NIODeadline?, on connection: ClientConnection) {
        let slot = CallSlot(connection)
        state.withLock { $0.slot = slot }
        slot.began(connection.start(wanted, deadline: deadline, sink: self))
    }

    /// The next message, or the end; after the end always the end.
    func next(isolation actor: isolated (any Actor)? = #isolation) async -> Item {
        if let item = takeNext(orResume: nil) { return item }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let item = takeNext(orResume: continuation) {
                    continuation.resume(returning: item)
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// What is there already; if nothing is, `reader` is resumed with what comes.
    private func takeNext(orResume reader: CheckedContinuation<Item, Never>?) -> Item? {
        let (item, back) = state.withLock { state -> (Item?, Credit?) in
            if let (bytes, isBlock, cost) = state.messages.popFirst() {
                return (.message(bytes, isBlock: isBlock), giveBack(cost, &state))
            }
            if let end = state.end { return (.ended(end), nil) }
            state.reader = reader
            return (nil, nil)
        }
        if let back { post { .give($0, back) } }
        return item
    }

    /// The next message if it has come already; the end is left for `next`.
    func messageThatIsThere() -> Item? {
        let (item, back) = state.withLock { state -> (Item?, Credit?) in
            guard let (bytes, isBlock, cost) = state.messages.popFirst() else { return (nil, nil) }
            return (.message(bytes, isBlock: isBlock), giveBack(cost, &state))
        }
        if let back { post { .give($0, back) } }
        return item
    }

    func cancel() {
        state.withLock { $0.slot }?.cancel()
    }

    func post(_ command: (ClientCall) -> ClientCommand) {
        state.withLock { $0.slot }?.post(command)
    }

    /// Credit goes back in halves of the window, not with each message.
    private func giveBack(_ cost: Credit, _ state: inout State) -> Credit? {
        _ = state.taken.add(cost)
        guard state.taken.events * 2 >= window.events || state.taken.bytes * 2 >= window.bytes
        else { return nil }
        let back = state.taken
        state.taken = .none
        return back
    }

    // MARK: On the event loop

    func started(_ credit: Credit) {
        self.credit?(credit)
    }

    func credited(_ credit: Credit) {
        self.credit?(credit)
    }

    func received(_ message: InboundMessage) {
        let bytes = Array(message.bytes.readableBytesView)
        let (reader, back) = state.withLock { state in
            guard let reader = state.reader else {
                state.messages.append((bytes, message.isBlock, message.cost))
                return (nil as CheckedContinuation<Item, Never>?, nil as Credit?)
            }
            state.reader = nil
            return (reader, giveBack(message.cost, &state))
        }
        if let back { post { .give($0, back) } }
        reader?.resume(returning: .message(bytes, isBlock: message.isBlock))
    }

    func ended(_ end: CallEnd) {
        let reader = state.withLock { state in
            state.end = end
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: .ended(end))
        over?()
    }
}
