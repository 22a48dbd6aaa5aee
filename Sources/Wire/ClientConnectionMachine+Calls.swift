package import NIOCore

extension ClientConnectionMachine {
    /// The caller begins a call.
    package mutating func callStarted(_ wanted: OutgoingCall, at now: Instant) -> StartAction {
        guard phase == .open, let welcome, lastOpened.number < UInt32.max else { return .notOpen }
        guard calls.count < Int(welcome.callsMax) else { return .tooManyCalls }
        if let message = wanted.message, message.bytes.count > Int(welcome.messageBytesMax) {
            return .refused(.messageTooLarge(Int(welcome.messageBytesMax)))
        }
        let call = CallID(lastOpened.number + 1)
        lastOpened = call
        let deadline = wanted.deadlineMs.map { now.advanced(byMs: $0) }
        var machine = ClientCallMachine(
            ends: wanted.ends, deadline: deadline, outboundCredit: welcome.callCredit,
            inboundCredit: wanted.credit)
        // A small message travels in the OPEN itself; a large one takes its turns.
        let first = wanted.message.flatMap {
            machine.lane.spendOnOpen($0, chunkBytes: limits.chunkBytes / 2)
        }
        let hasRest = wanted.message != nil && first == nil
        control.writeFrame(
            .open(
                call,
                Open(
                    method: wanted.method, deadlineMs: wanted.deadlineMs, credit: wanted.credit,
                    metadata: wanted.metadata, first: first, ends: wanted.ends && !hasRest)))
        calls[call] = machine
        if hasRest, var message = wanted.message {
            message.ends = wanted.ends
            queue(message, in: call)
        }
        if let deadline { callDueAt = callDueAt.map { min($0, deadline) } ?? deadline }
        return .started(call)
    }

    /// The caller sends a further message.
    ///
    /// - Returns: what may follow at once; nil when the call takes no more messages.
    package mutating func messageSubmitted(
        _ call: CallID, _ message: OutboundMessage
    ) -> Credit? {
        guard calls[call]?.messageSubmitted(ends: message.ends) == true else { return nil }
        queue(message, in: call)
        return allowance(of: call)
    }

    private mutating func queue(_ message: OutboundMessage, in call: CallID) {
        withLane(call) { lane, scheduler in
            lane.messageQueued(message)
            scheduler.laneChanged(call, &lane, queued: message.bytes.count)
        }
    }

    /// The caller has no more to say.
    package mutating func halfCloseSubmitted(_ call: CallID) {
        guard calls[call]?.halfCloseSubmitted() == true else { return }
        withLane(call) { lane, scheduler in
            lane.endQueued(.halfClose)
            scheduler.laneChanged(call, &lane)
        }
    }

    /// The caller has used what it received and lets the server send as much again.
    package mutating func creditGiven(_ call: CallID, _ credit: Credit) {
        guard phase != .closing, credit != .none,
            calls[call]?.inboundCreditGiven(credit) == true
        else { return }
        control.writeFrame(.credit(call, credit))
    }

    /// The caller gives up.
    ///
    /// - Returns: whether the call was still under way.
    package mutating func callCancelled(_ call: CallID) -> Bool {
        guard calls[call] != nil else { return false }
        remove(call)
        control.writeFrame(.cancel(call))
        return true
    }

    /// The caller wants no new calls; the connection closes when the last one has ended.
    package mutating func leaveRequested() {
        switch phase {
        case .greeting:
            _ = close()
        case .open:
            control.writeFrame(
                .goAway(GoAway(lastCall: CallID(0), code: .ok, text: "client leaves")))
            phase = .leaving
        case .leaving, .closing:
            return
        }
    }

    /// What a call could send now.
    package func allowance(of call: CallID) -> Credit {
        guard let lane = calls[call]?.lane else { return .none }
        let room = min(
            limits.callQueueBytesMax - lane.queuedBytes,
            limits.connectionQueueBytesMax - scheduler.sendableBytes)
        return lane.allowance(room: room)
    }

    /// The socket can take bytes: writes the next frames.
    ///
    /// - Returns: whether everything is written and the connection is to be closed.
    package mutating func outputWanted(into buffer: inout ByteBuffer, bytesMax: Int) -> Bool {
        if let token = owedPong {
            control.writeFrame(.pong(token))
            owedPong = nil
        }
        if control.readableBytes > 0 {
            buffer.writeBuffer(&control)
            control.clear()
        }
        _ = scheduler.writeTurns(
            of: &calls, into: &buffer, bytesMax: bytesMax, limits: limits
        ) { _, _ in }
        return scheduler.isIdle && (phase == .closing || (phase == .leaving && calls.isEmpty))
    }
}
