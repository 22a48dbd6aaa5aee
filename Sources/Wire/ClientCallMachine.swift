import NIOCore

/// One call, seen from the client: from its OPEN to the server's STATUS, or until the client
/// itself gives it up.
struct ClientCallMachine: CarriesLane, Sendable {
    enum State: Sendable, Equatable {
        /// Both sides may send.
        case open
        /// Everything has been said that the client will say.
        case halfClosed
    }

    private(set) var state: State
    let deadline: Instant?
    var lane: OutboundLane
    private(set) var inbound: MessageAssembler

    init(ends: Bool, deadline: Instant?, outboundCredit: Credit, inboundCredit: Credit) {
        state = ends ? .halfClosed : .open
        self.deadline = deadline
        lane = OutboundLane(credit: outboundCredit)
        inbound = MessageAssembler(credit: inboundCredit)
    }

    /// - Returns: whether the message may be queued.
    mutating func messageSubmitted(ends: Bool) -> Bool {
        guard state == .open else { return false }
        if ends { state = .halfClosed }
        return true
    }

    /// - Returns: whether a half-close is to be sent.
    mutating func halfCloseSubmitted() -> Bool {
        guard state == .open else { return false }
        state = .halfClosed
        return true
    }

    mutating func partReceived(
        _ part: Part, isBlock: Bool, bytesMax: Int, at now: Instant
    ) -> MessageAssembler.Outcome {
        inbound.partArrived(part, isBlock: isBlock, bytesMax: bytesMax, at: now)
    }

    mutating func inboundCreditGiven(_ credit: Credit) -> Bool {
        inbound.creditGiven(credit)
    }
}
