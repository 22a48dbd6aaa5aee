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

    let connection: NIOLoopBound<ConnectionHandler>
    let call: CallID
    let content: Content
}

/// Takes what handlers on other threads say to the connections of one event loop.
///
/// However many answers a commit brings, the loop is woken once, and each connection that got any
/// writes once.
final class LoopMailbox: Sendable {
    let eventLoop: any EventLoop
    private let letters = Mutex<[Letter]>([])
    private let confined: NIOLoopBoundBox<LoopState>

    /// What only the event loop touches.
    final class LoopState {
        var connections: [ObjectIdentifier: ConnectionHandler] = [:]
        /// Connections with output that nobody has written yet.
        var unwritten: [ConnectionHandler] = []
        var writeIsPlanned = false
        /// Frames are collected here before they are written; connections share it.
        var scratch = ByteBuffer()
    }

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        confined = NIOLoopBoundBox.makeBoxSendingValue(
            LoopState(), as: LoopState.self, eventLoop: eventLoop)
    }

    /// The loop's own state; only on the loop.
    var state: LoopState { confined.value }

    func post(_ letter: Letter) {
        if eventLoop.inEventLoop {
            // What came from elsewhere was said before.
            deliver()
            letter.connection.value.letterReceived(letter)
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
        let arrived = letters.withLock { letters in
            let arrived = letters
            if !arrived.isEmpty { letters = [] }
            return arrived
        }
        for letter in arrived {
            letter.connection.value.letterReceived(letter)
        }
    }

    /// A connection has output and is not in the middle of reading.
    func needsWrite(_ connection: ConnectionHandler) {
        state.unwritten.append(connection)
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
