import NIOCore

extension ServerConnectionMachine {
    /// A frame has arrived completely.
    package mutating func frameReceived(_ frame: Frame, at now: Instant) -> ServerReaction {
        guard phase != .closing else { return .none }
        switch frame {
        case .hello(let hello): return helloReceived(hello)
        case .open(let call, let open): return openReceived(call, open, at: now)
        case .unacceptableOpen(let call, let status):
            return unacceptableOpenReceived(call, status, at: now)
        case .message(let call, let part):
            expand(call)
            return messageReceived(call, part, at: now)
        case .halfClose(let call):
            expand(call)
            return halfCloseReceived(call, at: now)
        case .cancel(let call):
            expand(call)
            return cancelReceived(call, at: now)
        case .credit(let call, let credit):
            expand(call)
            return creditReceived(call, credit, at: now)
        case .ping(let token): return pingReceived(token, at: now)
        case .pong: return pongReceived(at: now)
        case .goAway(let goAway): return goAwayReceived(goAway)
        case .welcome, .status, .block:
            // The decoder refuses them; this is the second lock of the same door.
            return fail(ProtocolFault(.wrongDirection))
        }
    }

    /// The decoder found bytes that are no frame.
    package mutating func bytesRefused(_ fault: ProtocolFault) -> ServerReaction {
        fail(fault)
    }

    mutating func helloReceived(_ hello: Hello) -> ServerReaction {
        guard phase == .greeting else { return fail(ProtocolFault(.wrongPhase, "second hello")) }
        guard (hello.versionMin...hello.versionMax).contains(Limits.version) else {
            return fail(
                ProtocolFault(
                    .versionNotSupported,
                    "\(hello.versionMin) to \(hello.versionMax), here \(Limits.version)"))
        }
        if let wanted = hello.ledger, wanted != identity.ledger {
            return fail(ProtocolFault(.ledgerMismatch))
        }
        phase = .open
        peerMessageBytesMax = Int(hello.messageBytesMax)
        queueControl(.welcome(welcome))
        return .greeted(hello)
    }

    private var welcome: Welcome {
        Welcome(
            version: Limits.version, frameBytesMax: UInt32(Limits.frameBytesMax),
            messageBytesMax: UInt32(clamping: limits.messageBytesMax),
            callsMax: UInt32(clamping: limits.callsMax), callCredit: initialCredit,
            metadataBytesMax: UInt32(Limits.metadataBytesMax), idleMs: limits.idleMs,
            keepaliveMs: limits.keepaliveMs, ledger: identity.ledger,
            software: identity.software, metadata: identity.metadata)
    }

    var initialCredit: Credit {
        Credit(events: limits.callCreditEvents, bytes: limits.callCreditBytes)
    }

    mutating func openReceived(
        _ call: CallID, _ open: Open, at now: Instant
    ) -> ServerReaction {
        switch openAdmitted(call, at: now) {
        case .ignore: return .none
        case .refuse(let status): return refuse(call, status, at: now)
        case .fail(let fault): return fail(fault)
        case .admit: break
        }
        let deadline = open.deadlineMs.map { now.advanced(byMs: $0) }
        var machine = ServerCallMachine(
            deadline: deadline, outboundCredit: open.credit, inboundCredit: initialCredit)
        var message: InboundMessage?
        if let first = open.first {
            guard mayHold(first) else {
                return refuse(call, .reassemblyFull(limits.reassemblyBytesMax), at: now)
            }
            switch machine.partReceived(first, bytesMax: limits.messageBytesMax, at: now) {
            case .none: break
            case .fail(let status): return refuse(call, status, at: now)
            case .deliver(let complete, _): message = complete
            }
        } else {
            machine.openedWithoutMessage(ends: open.ends)
        }
        note(due: machine.dueAt(partialMessageMsMax: limits.partialMessageMsMax))
        heldBytes += machine.inbound.heldBytes
        let ends = machine.state == .halfClosed
        calls[call] = machine
        let allowance = allowance(of: call)
        if !allowance.isPositive { awaitRelief(of: call) }
        return .open(
            IncomingCall(
                id: call, method: open.method, metadata: open.metadata, deadline: deadline,
                allowance: allowance, message: message, ends: ends))
    }

    mutating func unacceptableOpenReceived(
        _ call: CallID, _ status: WireStatus, at now: Instant
    ) -> ServerReaction {
        switch openAdmitted(call, at: now) {
        case .ignore: .none
        case .fail(let fault): fail(fault)
        case .refuse, .admit: refuse(call, status, at: now)
        }
    }

    private enum Admission {
        case admit
        case ignore
        case refuse(WireStatus)
        case fail(ProtocolFault)
    }

    private mutating func openAdmitted(_ call: CallID, at now: Instant) -> Admission {
        guard phase != .greeting else { return .fail(ProtocolFault(.wrongPhase)) }
        guard call > lastOpened else {
            return .fail(ProtocolFault(.callNotNew, "\(call) after \(lastOpened)"))
        }
        lastOpened = call
        guard phase == .open else {
            // It crossed our GO_AWAY, which tells the client that it never happened.
            return controls.take(at: now) ? .ignore : .fail(ProtocolFault(.controlFlood))
        }
        guard callsHeld < limits.callsMax else {
            return .refuse(.tooManyCalls(limits.callsMax))
        }
        guard answersWaitingForCredit <= limits.connectionQueueBytesMax else {
            return .refuse(.answersWait)
        }
        return .admit
    }

    /// Bytes of answers that lack their client's credit.
    var answersWaitingForCredit: Int { scheduler.queuedBytes - scheduler.sendableBytes }

    /// Ends a call of which nobody but the client knows.
    private mutating func refuse(
        _ call: CallID, _ status: WireStatus, at now: Instant
    ) -> ServerReaction {
        guard faults.take(at: now) else { return fail(ProtocolFault(.faultFlood)) }
        queueControl(.status(call, status))
        return .none
    }

    mutating func messageReceived(
        _ call: CallID, _ part: Part, at now: Instant
    ) -> ServerReaction {
        guard calls[call]?.takesInput == true else { return strayReceived(call, at: now) }
        guard mayHold(part) else {
            return violated(call, .reassemblyFull(limits.reassemblyBytesMax), at: now)
        }
        heldBytes -= calls[call]?.inbound.heldBytes ?? 0
        let action = calls[call]?.partReceived(
            part, bytesMax: limits.messageBytesMax, at: now)
        heldBytes += calls[call]?.inbound.heldBytes ?? 0
        if part.hasMore {
            note(due: calls[call]?.dueAt(partialMessageMsMax: limits.partialMessageMsMax))
        }
        switch action {
        case .some(.none), nil: return .none
        case .deliver(let message, let ends): return .deliver(call, message, ends: ends)
        case .fail(let status): return violated(call, status, at: now)
        }
    }

    /// Whether a part that does not finish its message may be kept.
    private func mayHold(_ part: Part) -> Bool {
        !part.hasMore || heldBytes + part.bytes.readableBytes <= limits.reassemblyBytesMax
    }

    mutating func halfCloseReceived(_ call: CallID, at now: Instant) -> ServerReaction {
        guard calls[call]?.takesInput == true else { return strayReceived(call, at: now) }
        switch calls[call]?.halfCloseReceived() {
        case .tellHandler: return .halfClosed(call)
        case .fail(let status): return violated(call, status, at: now)
        case .some(.none), nil: return .none
        }
    }

    mutating func cancelReceived(_ call: CallID, at now: Instant) -> ServerReaction {
        guard let state = calls[call]?.state, state != .abandoned else {
            return strayReceived(call, at: now)
        }
        guard faults.take(at: now) else { return fail(ProtocolFault(.faultFlood)) }
        return ended(call, cause: .client, at: now)
    }

    mutating func creditReceived(
        _ call: CallID, _ credit: Credit, at now: Instant
    ) -> ServerReaction {
        guard controls.take(at: now) else { return fail(ProtocolFault(.controlFlood)) }
        guard phase != .greeting else { return fail(ProtocolFault(.wrongPhase)) }
        guard let state = calls[call]?.state, state != .abandoned else {
            return call <= lastOpened ? .none : neverOpened(call)
        }
        guard calls[call]?.lane.creditReceived(credit) == true else {
            return violated(call, .creditTooLarge, at: now)
        }
        withLane(call) { lane, scheduler in scheduler.laneChanged(call, &lane) }
        guard state != .finishing else { return .none }
        let allowance = allowance(of: call)
        guard allowance.isPositive else {
            awaitRelief(of: call)
            return .none
        }
        return .allowed(call, allowance)
    }

    mutating func pingReceived(_ token: UInt64, at now: Instant) -> ServerReaction {
        guard pings.take(at: now) else { return fail(ProtocolFault(.pingFlood)) }
        owedPong = token
        return .none
    }

    mutating func pongReceived(at now: Instant) -> ServerReaction {
        guard controls.take(at: now) else { return fail(ProtocolFault(.controlFlood)) }
        pingedAt = nil
        return .none
    }

    mutating func goAwayReceived(_ goAway: GoAway) -> ServerReaction {
        guard goAway.code == .ok, phase != .greeting else { return close() }
        if phase == .open {
            phase = .draining
            drainingSince = receivedAt
        }
        return .none
    }

    /// A frame for a call that takes no input: it crossed the end of its call, or is a fault.
    private mutating func strayReceived(_ call: CallID, at now: Instant) -> ServerReaction {
        guard phase != .greeting else { return fail(ProtocolFault(.wrongPhase)) }
        guard call <= lastOpened else { return neverOpened(call) }
        guard controls.take(at: now) else { return fail(ProtocolFault(.controlFlood)) }
        return .none
    }

    private mutating func neverOpened(_ call: CallID) -> ServerReaction {
        fail(ProtocolFault(.callNeverOpened, "\(call), last \(lastOpened)"))
    }

    /// The client broke a rule of one call: that call ends, if this does not happen too often.
    private mutating func violated(
        _ call: CallID, _ status: WireStatus, at now: Instant
    ) -> ServerReaction {
        guard faults.take(at: now) else { return fail(ProtocolFault(.faultFlood)) }
        queueControl(.status(call, status))
        return ended(call, cause: .violation, at: now)
    }

    /// A call is over on the wire.
    mutating func ended(_ call: CallID, cause: CancelCause, at now: Instant) -> ServerReaction {
        heldBytes -= calls[call]?.inbound.heldBytes ?? 0
        endLane(call)
        switch calls[call]?.endedByWire() {
        case .tellHandler:
            return .cancelled(call, cause)
        case .remove:
            remove(call, at: now)
            return .none
        case .some(.none), nil:
            return .none
        }
    }

    mutating func note(due: Instant?) {
        guard let due else { return }
        callDueAt = callDueAt.map { min($0, due) } ?? due
    }
}
