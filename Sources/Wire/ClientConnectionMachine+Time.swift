import NIOCore

/// What the passage of time leads to for a client.
package struct ClientTimeAction: Sendable, Equatable {
    /// Calls whose deadline has passed; they are over here. The server knows their deadline and
    /// needs no CANCEL.
    package var expired: [CallID] = []
    /// Calls of which it is not known what became of them, when the connection is given up.
    package var lost: [CallID] = []
    /// Write what is queued and close.
    package var closes = false
}

extension ClientConnectionMachine {
    /// Bytes have arrived, whatever they are.
    package mutating func bytesReceived(at now: Instant) {
        receivedAt = now
        pingedAt = nil
    }

    /// The connection is gone.
    ///
    /// - Returns: calls of which it is not known what became of them.
    package mutating func connectionLost() -> [CallID] {
        control.clear()
        return close()
    }

    /// The next moment at which `timePassed` may have something to do; it may be too early.
    package var wakeAt: Instant {
        switch phase {
        case .closing: return Instant(nanoseconds: .max)
        case .greeting: return startedAt.advanced(byMs: limits.handshakeMsMax)
        case .open, .leaving: break
        }
        let alive =
            pingedAt?.advanced(byMs: limits.keepaliveAnswerMsMax)
            ?? receivedAt.advanced(byMs: limits.keepaliveMs)
        return callDueAt.map { min($0, alive) } ?? alive
    }

    /// Time has passed.
    package mutating func timePassed(at now: Instant) -> ClientTimeAction {
        guard phase != .closing else { return ClientTimeAction() }
        if phase == .greeting {
            guard now >= startedAt.advanced(byMs: limits.handshakeMsMax) else {
                return ClientTimeAction()
            }
            return give(up: ProtocolFault(.handshakeTimeout, "\(limits.handshakeMsMax) ms"))
        }
        if let pingedAt {
            if now >= pingedAt.advanced(byMs: limits.keepaliveAnswerMsMax) {
                return give(
                    up: ProtocolFault(.keepaliveTimeout, "\(limits.keepaliveAnswerMsMax) ms"))
            }
        } else if now >= receivedAt.advanced(byMs: limits.keepaliveMs) {
            pingedAt = now
            control.writeFrame(.ping(now.nanoseconds))
        }
        return ClientTimeAction(expired: callsDue(at: now))
    }

    private mutating func give(up fault: ProtocolFault) -> ClientTimeAction {
        guard case .close(let lost) = fail(fault) else { return ClientTimeAction() }
        return ClientTimeAction(lost: lost, closes: true)
    }

    private mutating func callsDue(at now: Instant) -> [CallID] {
        guard let due = callDueAt, due <= now else { return [] }
        callDueAt = nil
        var expired: [CallID] = []
        for call in calls.keys.sorted() {
            guard let deadline = calls[call]?.deadline else { continue }
            if deadline <= now {
                remove(call)
                expired.append(call)
            } else {
                callDueAt = callDueAt.map { min($0, deadline) } ?? deadline
            }
        }
        return expired
    }
}
