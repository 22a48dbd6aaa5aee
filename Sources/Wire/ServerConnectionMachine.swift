import NIOCore

/// Who a server says it is.
package struct ServerIdentity: Sendable, Equatable {
    package var ledger: LedgerID
    package var software: String
    package var metadata: Metadata

    package init(ledger: LedgerID, software: String, metadata: Metadata = Metadata()) {
        self.ledger = ledger
        self.software = software
        self.metadata = metadata
    }
}

/// A connection, seen from the server: what every frame, deadline and answer leads to.
///
/// A value without IO and without a clock. One method for each event, named in the past tense;
/// each returns what the channel handler has to do. Frames to send are kept here and fetched by
/// `outputWanted`, so that an answer is never given to a socket that cannot take it.
///
/// What is illegal is sorted. A fault of the peer that leaves the stream of frames in doubt, or
/// that is repeated too often, ends the connection (`ProtocolFault`); a fault within a call ends
/// the call (`WireStatus`); a frame that crossed the end of its call on the way is a legitimate
/// race and is ignored, though paid for from the control budget.
package struct ServerConnectionMachine: Sendable {
    package enum Phase: Sendable, Equatable {
        /// The preface and the client's greeting are awaited.
        case greeting
        case open
        /// An orderly GO_AWAY is out: the calls that are there may end.
        case draining
        /// Nothing is read any more; what is queued is written, then the connection is closed.
        case closing
    }

    package let limits: Limits
    package let identity: ServerIdentity
    package internal(set) var phase = Phase.greeting
    /// Why the connection is closed, when it was somebody's fault.
    package internal(set) var fault: ProtocolFault?
    /// Calls by number, those included whose handler alone still runs.
    var calls: [CallID: ServerCallMachine] = [:]
    /// Calls that came whole and to which nothing has happened yet. None is in `calls` as well.
    var brief = BriefCalls()
    var lastOpened = CallID(0)
    /// The largest message that the client accepts.
    package internal(set) var peerMessageBytesMax = Limits.messageBytesMaxLeast

    // Output
    var scheduler = OutboundScheduler()
    /// Encoded frames that concern no lane. They go first.
    var control = ByteBuffer()
    /// Encoded answers of whole calls, each complete with its status. They go before the lanes.
    var answers = ByteBuffer()
    /// Frames in `answers`.
    var answerFrames = 0
    /// The token of the last ping that is not answered yet. Only one answer is ever owed.
    var owedPong: UInt64?
    var awaitingRelief: [CallID] = []

    // Budgets
    var heldBytes = 0
    var faults: TokenBucket
    var controls: TokenBucket
    var pings: TokenBucket

    // Times
    let acceptedAt: Instant
    var receivedAt: Instant
    var pingedAt: Instant?
    var idleSince: Instant
    var partialSince: Instant?
    var stalledSince: Instant?
    var drainingSince: Instant?
    /// No call is due before this; it may be too early, never too late.
    var callDueAt: Instant?

    package init(limits: Limits, identity: ServerIdentity, at now: Instant) {
        self.limits = limits
        self.identity = identity
        acceptedAt = now
        receivedAt = now
        idleSince = now
        faults = TokenBucket(
            burst: limits.faultsBurst, perSecond: limits.faultsPerSecond, at: now)
        controls = TokenBucket(
            burst: limits.controlBurst, perSecond: limits.controlPerSecond, at: now)
        pings = TokenBucket(burst: limits.pingsBurst, perSecond: limits.pingsPerSecond, at: now)
    }

    /// Calls that take up a place, those whose handler alone still runs included.
    package var callsHeld: Int { calls.count + brief.count }

    /// Bytes of answers that wait for the socket or for credit.
    package var queuedBytes: Int { scheduler.queuedBytes + answers.readableBytes }

    /// Whether more bytes should be read: not while replies to earlier ones cannot be sent.
    package var wantsInput: Bool {
        phase != .closing && control.readableBytes < limits.controlBytesMax
            && scheduler.sendableBytes + answers.readableBytes < limits.connectionQueueBytesMax
    }

    /// Ends the connection because of a fault.
    mutating func fail(_ fault: ProtocolFault) -> ServerReaction {
        guard phase != .closing else { return .none }
        self.fault = fault
        queueControl(
            .goAway(GoAway(lastCall: lastOpened, code: fault.kind.code, text: fault.text)))
        return close()
    }

    /// Forgets everything but the control frames that are queued.
    mutating func close() -> ServerReaction {
        expandAll()
        let held = calls.filter { $0.value.takesInput }.keys.sorted()
        for call in calls.keys.sorted() {
            endLane(call)
            if calls[call]?.endedByWire() == .remove { calls[call] = nil }
        }
        answers.clear()
        answerFrames = 0
        heldBytes = 0
        callDueAt = nil
        awaitingRelief = []
        owedPong = nil
        phase = .closing
        return .close(cancelled: held)
    }

    mutating func queueControl(_ frame: Frame) {
        control.writeFrame(frame)
    }

    mutating func endLane(_ call: CallID) {
        withLane(call) { lane, scheduler in scheduler.laneDropped(&lane) }
    }

    /// Changes a lane where it is; a copy would double its queue at every message.
    mutating func withLane(
        _ call: CallID, _ body: (inout OutboundLane, inout OutboundScheduler) -> Void
    ) {
        guard let index = calls.index(forKey: call) else { return }
        body(&calls.values[index].lane, &scheduler)
    }

    mutating func remove(_ call: CallID, at now: Instant) {
        endLane(call)
        calls[call] = nil
        if callsHeld == 0 { idleSince = now }
    }

    /// What a call could send now, judged by credit and by the room of its queue and connection.
    package func allowance(of call: CallID) -> Credit {
        guard let lane = calls[call]?.lane else { return .none }
        let room = min(
            limits.callQueueBytesMax - lane.queuedBytes,
            limits.connectionQueueBytesMax - scheduler.sendableBytes)
        return lane.allowance(room: room)
    }
}

/// What the channel handler has to do after a frame or a passage of time.
package enum ServerReaction: Sendable, Equatable {
    case none
    /// The handshake is complete; this is what the client said of itself.
    case greeted(Hello)
    /// A new call: find its handler.
    case open(IncomingCall)
    /// A message for the call's handler; with `ends`, it is the last one.
    case deliver(CallID, InboundMessage, ends: Bool)
    /// The handler's caller has no more to say.
    case halfClosed(CallID)
    /// The handler's caller is gone; the handler must still finish.
    case cancelled(CallID, CancelCause)
    /// The handler may send this much at once.
    case allowed(CallID, Credit)
    /// Tell these handlers that their caller is gone, write what is queued, close.
    case close(cancelled: [CallID])
}

/// Why a handler's caller is gone.
package enum CancelCause: Sendable, Equatable {
    /// The client cancelled.
    case client
    case deadline
    /// The client broke a rule of the call or of the connection.
    case violation
    /// The connection is lost or closed.
    case disconnected
}

/// A call that begins.
package struct IncomingCall: Sendable, Equatable {
    package var id: CallID
    package var method: String
    package var metadata: Metadata
    package var deadline: Instant?
    /// What the handler may send at once.
    package var allowance: Credit
    /// The first message, if it came with the call and is complete.
    package var message: InboundMessage?
    /// Whether the client has said all it will.
    package var ends: Bool
}
