import NIOCore

/// A connection, seen from the client. The counterpart of `ServerConnectionMachine`, with the same
/// habits: no IO, no clock, one method for each event, an action from each.
package struct ClientConnectionMachine: Sendable {
    package enum Phase: Sendable, Equatable {
        /// The server's greeting is awaited.
        case greeting
        case open
        /// One of the two has said GO_AWAY: no new calls, the others go on.
        case leaving
        /// What is queued is written, then the connection is closed.
        case closing
    }

    package let limits: Limits
    package internal(set) var phase = Phase.greeting
    /// What the server said of itself.
    package internal(set) var welcome: Welcome?
    /// Why the connection is closed, when it was somebody's fault.
    package internal(set) var fault: ProtocolFault?
    /// The server's farewell.
    package internal(set) var farewell: GoAway?

    var calls: [CallID: ClientCallMachine] = [:]
    var lastOpened = CallID(0)

    var scheduler = OutboundScheduler()
    var control = ByteBuffer()
    var owedPong: UInt64?

    let startedAt: Instant
    var receivedAt: Instant
    var pingedAt: Instant?
    var callDueAt: Instant?

    /// - Parameters:
    ///   - hello: what the client says of itself; it is queued as the first output.
    ///   - now: the moment at which the TCP connection is there.
    package init(limits: Limits, hello: Hello, at now: Instant) {
        self.limits = limits
        startedAt = now
        receivedAt = now
        control.writeBytes(Limits.preface)
        control.writeFrame(.hello(hello))
    }

    /// Calls that are under way.
    package var callsOpen: Int { calls.count }

    package var hasOutput: Bool {
        control.readableBytes > 0 || owedPong != nil || !scheduler.isIdle || phase == .closing
            || (phase == .leaving && calls.isEmpty)
    }

    /// Ends the connection because of a fault of the server.
    mutating func fail(_ fault: ProtocolFault) -> ClientReaction {
        guard phase != .closing else { return .none }
        self.fault = fault
        control.writeFrame(
            .goAway(GoAway(lastCall: CallID(0), code: fault.kind.code, text: fault.text)))
        return .close(lost: close())
    }

    /// Forgets all calls.
    ///
    /// - Returns: the calls that were under way; what became of them is not known.
    mutating func close() -> [CallID] {
        let lost = calls.keys.sorted()
        for call in lost { remove(call) }
        callDueAt = nil
        owedPong = nil
        phase = .closing
        return lost
    }

    mutating func remove(_ call: CallID) {
        withLane(call) { lane, scheduler in scheduler.laneDropped(&lane) }
        calls[call] = nil
    }

    mutating func withLane(
        _ call: CallID, _ body: (inout OutboundLane, inout OutboundScheduler) -> Void
    ) {
        guard let index = calls.index(forKey: call) else { return }
        body(&calls.values[index].lane, &scheduler)
    }
}

/// What the channel handler of a client has to do.
package enum ClientReaction: Sendable, Equatable {
    case none
    /// The handshake is complete; calls may begin.
    case welcomed(Welcome)
    /// A message or block for a call.
    case deliver(CallID, InboundMessage)
    /// The call has ended.
    case ended(CallID, WireStatus)
    /// The server lets this call send so much more.
    case credited(CallID, Credit)
    /// The server takes no new calls; these never happened and may be made elsewhere.
    case leaving(neverHappened: [CallID])
    /// Write what is queued and close; of these calls it is not known what became of them.
    case close(lost: [CallID])
}

/// What a client wants to call.
package struct OutgoingCall: Sendable, Equatable {
    package var method: String
    package var deadlineMs: UInt32?
    package var metadata: Metadata
    /// What the server may send before it is given more.
    package var credit: Credit
    package var message: OutboundMessage?
    /// The client sends nothing after `message`.
    package var ends: Bool

    package init(
        method: String, deadlineMs: UInt32? = nil, metadata: Metadata = Metadata(),
        credit: Credit, message: OutboundMessage? = nil, ends: Bool = false
    ) {
        self.method = method
        self.deadlineMs = deadlineMs
        self.metadata = metadata
        self.credit = credit
        self.message = message
        self.ends = ends
    }
}

/// Whether a call could begin.
package enum StartAction: Sendable, Equatable {
    case started(CallID)
    /// The handshake is not complete, or the connection is about to end: use another one.
    case notOpen
    /// As many calls are under way as the server allows: wait.
    case tooManyCalls
    /// The server would refuse it.
    case refused(WireStatus)
}
