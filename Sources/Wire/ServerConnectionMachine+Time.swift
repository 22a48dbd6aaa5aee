import NIOCore

/// What the passage of time leads to.
package struct TimeAction: Sendable, Equatable {
    /// Calls whose handlers must be told that their caller is gone.
    package var cancelled: [CallID] = []
    /// Write what is queued and close.
    package var closes = false
}

extension ServerConnectionMachine {
    /// Bytes have arrived, whatever they are.
    package mutating func bytesReceived(at now: Instant) {
        receivedAt = now
        pingedAt = nil
    }

    /// All complete frames have been taken from what arrived.
    ///
    /// - Parameter left: bytes of a frame that has begun. Its time runs from the first of them;
    ///   more bytes that do not finish it give it no more time.
    package mutating func framesTaken(left: Int, consumed: Bool, at now: Instant) {
        if left == 0 {
            partialSince = nil
        } else if partialSince == nil || consumed {
            partialSince = now
        }
    }

    /// The socket stopped or began to take bytes.
    package mutating func writabilityChanged(_ isWritable: Bool, at now: Instant) {
        if isWritable {
            stalledSince = nil
        } else if stalledSince == nil {
            stalledSince = now
        }
    }

    /// The server is to stop: the client is told in an orderly way.
    package mutating func drainRequested(at now: Instant) {
        switch phase {
        case .greeting:
            queueControl(
                .goAway(GoAway(lastCall: CallID(0), code: .unavailable, text: "shutting down")))
            _ = close()
        case .open:
            leave("shutting down", at: now)
        case .draining, .closing:
            return
        }
    }

    private mutating func leave(_ text: String, at now: Instant) {
        queueControl(.goAway(GoAway(lastCall: lastOpened, code: .ok, text: text)))
        phase = .draining
        drainingSince = now
    }

    /// The connection is lost: nobody will read an answer.
    ///
    /// - Returns: calls whose handlers must be told.
    package mutating func connectionLost() -> [CallID] {
        control.clear()
        guard phase != .closing, case .close(let cancelled) = close() else { return [] }
        return cancelled
    }

    /// The next moment at which `timePassed` may have something to do; it may be too early.
    package var wakeAt: Instant {
        switch phase {
        case .greeting:
            return acceptedAt.advanced(byMs: limits.handshakeMsMax)
        case .closing:
            return Instant(nanoseconds: .max)
        case .open, .draining:
            break
        }
        var wake =
            pingedAt?.advanced(byMs: limits.keepaliveAnswerMsMax)
            ?? receivedAt.advanced(byMs: limits.keepaliveMs)
        if let callDueAt { wake = min(wake, callDueAt) }
        if let partialSince {
            wake = min(wake, partialSince.advanced(byMs: limits.partialFrameMsMax))
        }
        if let stalledSince {
            wake = min(wake, stalledSince.advanced(byMs: limits.writeStallMsMax))
        }
        if let drainingSince { wake = min(wake, drainingSince.advanced(byMs: limits.drainMsMax)) }
        if isAtRest { wake = min(wake, idleSince.advanced(byMs: limits.idleMs)) }
        return wake
    }

    /// Whether there is no call, and no answer that waits for the socket.
    private var isAtRest: Bool { callsHeld == 0 && answerFrames == 0 }

    /// Time has passed.
    package mutating func timePassed(at now: Instant) -> TimeAction {
        guard phase != .closing else { return TimeAction() }
        if let fault = faultOfTime(at: now) {
            var action = TimeAction(closes: true)
            if case .close(let cancelled) = fail(fault) { action.cancelled = cancelled }
            return action
        }
        if let drainingSince, now >= drainingSince.advanced(byMs: limits.drainMsMax) {
            return TimeAction(cancelled: closeAfterDraining(), closes: true)
        }
        if phase == .open, isAtRest, now >= idleSince.advanced(byMs: limits.idleMs) {
            leave("idle", at: now)
        }
        if pingedAt == nil, phase != .greeting,
            now >= receivedAt.advanced(byMs: limits.keepaliveMs)
        {
            pingedAt = now
            queueControl(.ping(now.nanoseconds))
        }
        return TimeAction(cancelled: callsDue(at: now))
    }

    private func faultOfTime(at now: Instant) -> ProtocolFault? {
        func passed(_ since: Instant?, _ milliseconds: UInt32) -> Bool {
            since.map { now >= $0.advanced(byMs: milliseconds) } ?? false
        }
        if phase == .greeting, passed(acceptedAt, limits.handshakeMsMax) {
            return ProtocolFault(.handshakeTimeout, "\(limits.handshakeMsMax) ms")
        }
        if passed(partialSince, limits.partialFrameMsMax) {
            return ProtocolFault(.partialFrameTimeout, "\(limits.partialFrameMsMax) ms")
        }
        if passed(pingedAt, limits.keepaliveAnswerMsMax) {
            return ProtocolFault(.keepaliveTimeout, "\(limits.keepaliveAnswerMsMax) ms")
        }
        if passed(stalledSince, limits.writeStallMsMax) {
            return ProtocolFault(.writeStalled, "\(limits.writeStallMsMax) ms")
        }
        return nil
    }

    private mutating func closeAfterDraining() -> [CallID] {
        expandAll()
        for call in calls.keys.sorted() where calls[call]?.state != .abandoned {
            queueControl(
                .status(
                    call,
                    .refusal(
                        .unavailable, reason: "SHUTTING_DOWN", "the server stops")))
        }
        guard case .close(let cancelled) = close() else { return [] }
        return cancelled
    }

    /// Ends the calls whose deadline, or whose unfinished message's time, is over.
    private mutating func callsDue(at now: Instant) -> [CallID] {
        guard let due = callDueAt, due <= now else { return [] }
        callDueAt = nil
        expandAll()
        var cancelled: [CallID] = []
        for call in calls.keys.sorted() {
            guard let machine = calls[call],
                let callDue = machine.dueAt(partialMessageMsMax: limits.partialMessageMsMax)
            else { continue }
            guard callDue <= now else {
                note(due: callDue)
                continue
            }
            let deadlinePassed = machine.deadline.map { $0 <= now } ?? false
            queueControl(.status(call, deadlinePassed ? .deadlinePassed : .messageTimeout))
            if case .cancelled(let id, _) = ended(call, cause: .deadline, at: now) {
                cancelled.append(id)
            }
        }
        return cancelled
    }
}
