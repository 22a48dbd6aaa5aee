package import NIOCore

/// What became of a message that a handler sent.
package enum SubmitAction: Sendable, Equatable {
    /// It will go out; this is what may follow at once.
    case queued(allowance: Credit)
    /// Nobody waits for it any more.
    case dropped
    /// It is larger than the peer accepts. The call has ended with a status that says so.
    case tooLarge
}

/// What an output round came to.
package struct OutputRound: Sendable, Equatable {
    /// Calls whose handler has sent something that is mostly gone, and may now send this much.
    package var relieved: [Relief] = []
    /// Everything is written, and the connection is to be closed.
    package var isLast = false

    package struct Relief: Sendable, Equatable {
        package var call: CallID
        package var allowance: Credit
    }
}

/// How a connection stands; each is what the machine's property of the same name says.
package struct ConnectionStanding: Sendable, Equatable {
    package var hasOutput: Bool
    package var wantsInput: Bool
    package var queuedBytes: Int
    package var callsHeld: Int
    package var wakeAt: Instant
}

extension ServerConnectionMachine {
    /// Whether the call's client still waits for its handler.
    ///
    /// Mutating only so that the machine is looked at where it is and not copied first.
    package mutating func awaitsAnswer(_ call: CallID) -> Bool {
        if brief.contains(call) { return true }
        guard let place = calls.index(forKey: call) else { return false }
        return calls.values[place].takesInput
    }

    /// A handler sends a message or a block.
    package mutating func messageSubmitted(
        _ call: CallID, _ message: OutboundMessage, at now: Instant
    ) -> SubmitAction {
        expand(call)
        guard let place = placeOfWaiting(call) else { return .dropped }
        guard message.bytes.count <= peerMessageBytesMax else {
            _ = handlerFinished(call, .messageTooLarge(peerMessageBytesMax), at: now)
            return .tooLarge
        }
        calls.values[place].lane.messageQueued(message)
        scheduler.laneChanged(call, &calls.values[place].lane, queued: message.bytes.count)
        awaitRelief(of: call)
        return .queued(allowance: allowance(of: call))
    }

    /// A handler sends its only answer and has finished.
    ///
    /// - Returns: whether the answer will be sent; when it is larger than the client accepts, a
    ///   status says so instead.
    package mutating func replySubmitted(
        _ call: CallID, _ message: OutboundMessage, at now: Instant
    ) -> Bool {
        if replyWritten(call, message) { return true }
        guard let place = placeOfWaiting(call) else {
            return handlerFinished(call, .ok, at: now)
        }
        guard message.bytes.count <= peerMessageBytesMax else {
            return handlerFinished(call, .messageTooLarge(peerMessageBytesMax), at: now)
        }
        heldBytes -= calls.values[place].inbound.heldBytes
        guard calls.values[place].handlerFinished() == .sendStatus else { return false }
        calls.values[place].lane.messageQueued(message)
        calls.values[place].lane.endQueued(.status(.ok))
        scheduler.laneChanged(call, &calls.values[place].lane, queued: message.bytes.count)
        return true
    }

    private func placeOfWaiting(
        _ call: CallID
    ) -> Dictionary<CallID, ServerCallMachine>.Index? {
        guard phase != .closing, let place = calls.index(forKey: call),
            calls.values[place].takesInput
        else { return nil }
        return place
    }

    /// A handler has finished; it holds its call no longer.
    ///
    /// - Returns: whether the status will be sent.
    package mutating func handlerFinished(
        _ call: CallID, _ status: WireStatus, at now: Instant
    ) -> Bool {
        if statusWritten(call, status) { return true }
        guard let place = calls.index(forKey: call) else { return false }
        heldBytes -= calls.values[place].inbound.heldBytes
        switch calls.values[place].handlerFinished() {
        case .sendStatus:
            calls.values[place].lane.endQueued(.status(status))
            scheduler.laneChanged(call, &calls.values[place].lane)
            return true
        case .remove:
            remove(call, at: now)
            return false
        case .none:
            return false
        }
    }

    /// A handler has used what it received and lets its client send as much again.
    package mutating func creditGiven(_ call: CallID, _ credit: Credit) {
        guard phase != .closing, credit != .none,
            calls[call]?.inboundCreditGiven(credit) == true
        else { return }
        queueControl(.credit(call, credit))
    }

    /// What the channel handler asks for after every round of writing, all at once.
    ///
    /// Mutating only so that the machine is looked at where it is and not copied first.
    package mutating func standing() -> ConnectionStanding {
        ConnectionStanding(
            hasOutput: hasOutput, wantsInput: wantsInput, queuedBytes: queuedBytes,
            callsHeld: callsHeld, wakeAt: wakeAt)
    }

    /// Whether there is anything to write.
    package var hasOutput: Bool {
        control.readableBytes > 0 || answers.readableBytes > 0 || owedPong != nil
            || !scheduler.isIdle || phase == .closing || (phase == .draining && callsHeld == 0)
    }

    /// The socket can take bytes: writes the next frames.
    ///
    /// - Parameters:
    ///   - buffer: an empty buffer.
    ///   - bytesMax: when to stop; the last turn may pass it by one frame.
    package mutating func outputWanted(
        into buffer: inout ByteBuffer, bytesMax: Int, at now: Instant
    ) -> OutputRound {
        if let token = owedPong {
            queueControl(.pong(token))
            owedPong = nil
        }
        if control.readableBytes > 0 {
            buffer.writeBuffer(&control)
            control.clear()
        }
        let answerFrames = writeAnswers(into: &buffer)
        var endedCalls = answerFrames > 0
        let frames =
            answerFrames
            + scheduler.writeTurns(
                of: &calls, into: &buffer, bytesMax: bytesMax, limits: limits
            ) { call, calls in
                calls[call] = nil
                endedCalls = true
            }
        if endedCalls && callsHeld == 0 { idleSince = now }
        controls.give(frames)
        var round = OutputRound(relieved: relieve())
        round.isLast =
            scheduler.isIdle
            && (phase == .closing || (phase == .draining && callsHeld == 0))
        return round
    }

    /// A handler that has sent something is told when it is gone. It may have stopped at a limit
    /// that it counted a little differently, so it is not for us to judge whether it waits.
    mutating func awaitRelief(of call: CallID) {
        guard calls[call]?.lane.awaitsRelief == false else { return }
        calls[call]?.lane.awaitsRelief = true
        awaitingRelief.append(call)
    }

    /// Calls are asked for more when half of their room is free, so that they do not trickle.
    /// Those that lack credit are asked when it comes.
    private mutating func relieve() -> [OutputRound.Relief] {
        guard !awaitingRelief.isEmpty,
            scheduler.sendableBytes <= limits.connectionQueueBytesMax / 2
        else { return [] }
        var relieved: [OutputRound.Relief] = []
        var still: [CallID] = []
        for call in awaitingRelief {
            guard let machine = calls[call], machine.takesInput else { continue }
            guard machine.lane.queuedBytes <= limits.callQueueBytesMax / 2 else {
                still.append(call)
                continue
            }
            calls[call]?.lane.awaitsRelief = false
            let allowance = allowance(of: call)
            if allowance.isPositive {
                relieved.append(OutputRound.Relief(call: call, allowance: allowance))
            }
        }
        awaitingRelief = still
        return relieved
    }
}
