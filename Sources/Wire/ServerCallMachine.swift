import NIOCore

/// One call, seen from the server.
///
/// It lives from its OPEN until its status is written *and* its handler has let go of it: a caller
/// that cancels does not free the place that its handler still uses.
struct ServerCallMachine: CarriesLane, Sendable {
    enum State: Sendable, Equatable {
        /// Both sides may send.
        case open
        /// The client has said all it will.
        case halfClosed
        /// The handler has finished; answers and the status are on their way out.
        case finishing
        /// It is over for the client, but its handler still runs.
        case abandoned
    }

    /// What a part of a message leads to.
    enum PartAction: Sendable, Equatable {
        case none
        case deliver(InboundMessage, ends: Bool)
        case fail(WireStatus)
    }

    /// What the client's half-close leads to.
    enum HalfCloseAction: Sendable, Equatable {
        case none
        case tellHandler
        case fail(WireStatus)
    }

    /// What the end of a call on the wire leads to.
    enum EndAction: Sendable, Equatable {
        /// The handler must be told; the call stays until it has let go.
        case tellHandler
        /// Nobody holds the call any more.
        case remove
        case none
    }

    private(set) var state: State
    let deadline: Instant?
    var lane: OutboundLane
    private(set) var inbound: MessageAssembler

    init(deadline: Instant?, outboundCredit: Credit, inboundCredit: Credit) {
        state = .open
        self.deadline = deadline
        lane = OutboundLane(credit: outboundCredit)
        inbound = MessageAssembler(credit: inboundCredit)
    }

    /// Whether frames of the client still mean something.
    var takesInput: Bool { state == .open || state == .halfClosed }

    /// The moment at which the call must be looked at again.
    func dueAt(partialMessageMsMax: UInt32) -> Instant? {
        guard state != .abandoned else { return nil }
        guard let begun = inbound.begunAt else { return deadline }
        let unfinished = begun.advanced(byMs: partialMessageMsMax)
        return deadline.map { min($0, unfinished) } ?? unfinished
    }

    mutating func partReceived(
        _ part: Part, bytesMax: Int, at now: Instant
    ) -> PartAction {
        switch state {
        case .finishing, .abandoned:
            return .none
        case .halfClosed:
            return .fail(.afterEnd)
        case .open:
            switch inbound.partArrived(part, isBlock: false, bytesMax: bytesMax, at: now) {
            case .incomplete:
                return .none
            case .refused(let status):
                return .fail(status)
            case .complete(let message):
                if part.ends { state = .halfClosed }
                return .deliver(message, ends: part.ends)
            }
        }
    }

    /// The OPEN itself said that nothing follows it.
    mutating func openedWithoutMessage(ends: Bool) {
        if ends { state = .halfClosed }
    }

    mutating func halfCloseReceived() -> HalfCloseAction {
        switch state {
        case .finishing, .abandoned:
            return .none
        case .halfClosed:
            return .fail(.afterEnd)
        case .open:
            guard !inbound.isInMessage else { return .fail(.unfinishedMessage) }
            state = .halfClosed
            return .tellHandler
        }
    }

    /// The client cancelled, the deadline passed, or the client broke a rule of the call.
    mutating func endedByWire() -> EndAction {
        inbound.reset()
        switch state {
        case .open, .halfClosed:
            state = .abandoned
            return .tellHandler
        case .finishing:
            return .remove
        case .abandoned:
            return .none
        }
    }

    /// - Returns: whether the status is to be sent; otherwise the call is to be removed.
    mutating func handlerFinished() -> HandlerAction {
        switch state {
        case .open, .halfClosed:
            state = .finishing
            inbound.reset()
            return .sendStatus
        case .abandoned:
            return .remove
        case .finishing:
            return .none
        }
    }

    /// What the end of the handler leads to.
    enum HandlerAction: Sendable, Equatable {
        case sendStatus
        case remove
        case none
    }

    mutating func inboundCreditGiven(_ credit: Credit) -> Bool {
        state == .open && inbound.creditGiven(credit)
    }
}
