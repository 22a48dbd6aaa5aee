import Glibc
import NIOCore
import Synchronization
import Wire

/// Something that a handler says to its connection.
struct Letter: Sendable {
    enum Content: Sendable {
        case message(OutboundMessage)
        case reply(OutboundMessage)
        case finish(WireStatus)
        case give(Credit)
    }

    /// Who says it. A letter shares its responder, not what that refers to: what all calls of a
    /// connection refer to would be counted by several threads at once, for every answer.
    enum Sender: Sendable {
        case responder(Responder)
        /// A responder that was let go of.
        case dropped(ConnectionLink, CallID)
    }

    let sender: Sender
    let content: Content

    var link: ConnectionLink {
        switch sender {
        case .responder(let responder): responder.link
        case .dropped(let link, _): link
        }
    }

    var call: CallID {
        switch sender {
        case .responder(let responder): responder.call
        case .dropped(_, let call): call
        }
    }
}

/// The way to a connection from other threads.
///
/// `@unchecked Sendable`: `connection` is touched on the connection's event loop only.
final class ConnectionLink: @unchecked Sendable {
    let mailbox: LoopMailbox
    /// Nil when the connection is gone.
    @exclusivity(unchecked) var connection: ConnectionHandler?

    init(mailbox: LoopMailbox) {
        self.mailbox = mailbox
    }
}

/// Takes what handlers on other threads say to the connections of one event loop.
///
/// However many answers a commit brings, the loop is woken once, and each connection that got any
/// writes once.
final class LoopMailbox: Sendable {
    let eventLoop: any EventLoop
    private let letters = Mutex<[Letter?]>([])
    private let confined: NIOLoopBoundBox<LoopState>

    /// What only the event loop touches.
    final class LoopState {
        var connections: [ObjectIdentifier: ConnectionHandler] = [:]
        /// Connections with output that nobody has written yet.
        var unwritten: [ConnectionHandler] = []
        var writeIsPlanned = false
        /// Frames are collected here before they are written; connections share it.
        var scratch = ByteBuffer()
        /// Letters are taken out in this; its memory is used again and again.
        var arrived: [Letter?] = []
        /// Calls of all connections of the loop, those included whose caller has gone.
        var calls = 0
        /// How many of them the server's load contains.
        var reportedCalls = 0
        var isDelivering = false
        var isSettling = false
        /// The connection that opened the last call.
        var lastCaller: ObjectIdentifier?
    }

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        confined = NIOLoopBoundBox.makeBoxSendingValue(
            LoopState(), as: LoopState.self, eventLoop: eventLoop)
    }

    /// The loop's own state; only on the loop.
    var state: LoopState { confined.value }

    func post(_ letter: Letter) {
        if eventLoop.inEventLoop, !state.isDelivering {
            // What came from elsewhere was said before.
            deliver()
            letter.link.connection?.letterReceived(letter, at: ConnectionHandler.now)
            planWrite()
            return
        }
        let isFirst = letters.withLock { letters in
            letters.append(letter)
            return letters.count == 1
        }
        if isFirst {
            eventLoop.execute {
                self.deliver()
                self.write()
            }
        }
    }

    /// Hands the letters over; nothing is written yet.
    private func deliver() {
        let state = state
        letters.withLock { swap(&$0, &state.arrived) }
        guard !state.arrived.isEmpty else { return }
        // A letter that one of these leads to comes after them.
        state.isDelivering = true
        let now = ConnectionHandler.now
        for place in state.arrived.indices {
            guard let letter = state.arrived[place].take() else { continue }
            letter.link.connection?.letterReceived(letter, at: now)
        }
        state.arrived.removeAll(keepingCapacity: state.arrived.count <= Self.lettersKept)
        state.isDelivering = false
    }

    /// Letters for which there is always room.
    private static let lettersKept = 4_096

    /// A connection has output and is not in the middle of reading.
    func needsWrite(_ connection: ConnectionHandler) {
        state.unwritten.append(connection)
    }

    /// A connection has read: when all of them have, the other threads get their turn.
    ///
    /// On a machine with few processors the clients' threads, or those that judge and commit, wait
    /// for the one that this loop runs on. If it gives way before it looks for more, it then finds
    /// the requests of several connections at once instead of going to sleep and being woken for
    /// each: a fifth more queries a second.
    func settle(_ load: ServerLoad) {
        let state = state
        guard !state.isSettling else { return }
        state.isSettling = true
        eventLoop.execute {
            let state = self.state
            state.isSettling = false
            load.calls.add(state.calls - state.reportedCalls)
            state.reportedCalls = state.calls
            sched_yield()
        }
    }

    /// Writes at the end of the loop's present round unless someone else does before.
    private func planWrite() {
        let state = state
        guard !state.unwritten.isEmpty, !state.writeIsPlanned else { return }
        state.writeIsPlanned = true
        eventLoop.execute {
            self.state.writeIsPlanned = false
            self.write()
        }
    }

    private func write() {
        let state = state
        guard !state.unwritten.isEmpty else { return }
        let connections = state.unwritten
        state.unwritten = []
        for connection in connections { connection.writeOutput() }
    }
}
