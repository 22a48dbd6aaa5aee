extension ClientConnectionMachine {
    /// A frame has arrived completely.
    package mutating func frameReceived(_ frame: Frame, at now: Instant) -> ClientReaction {
        guard phase != .closing else { return .none }
        switch frame {
        case .welcome(let welcome): return welcomeReceived(welcome)
        case .message(let call, let part):
            return partReceived(call, part, isBlock: false, at: now)
        case .block(let call, let part): return partReceived(call, part, isBlock: true, at: now)
        case .status(let call, let status): return statusReceived(call, status)
        case .credit(let call, let credit): return creditReceived(call, credit)
        case .ping(let token):
            owedPong = token
            return .none
        case .pong: return .none
        case .goAway(let goAway): return goAwayReceived(goAway)
        case .hello, .open, .unacceptableOpen, .halfClose, .cancel:
            // The decoder refuses them; this is the second lock of the same door.
            return fail(ProtocolFault(.wrongDirection))
        }
    }

    /// The decoder found bytes that are no frame.
    package mutating func bytesRefused(_ fault: ProtocolFault) -> ClientReaction {
        fail(fault)
    }

    private mutating func welcomeReceived(_ welcome: Welcome) -> ClientReaction {
        guard phase == .greeting else { return fail(ProtocolFault(.wrongPhase)) }
        guard welcome.version == Limits.version else {
            return fail(ProtocolFault(.versionNotSupported, "\(welcome.version)"))
        }
        self.welcome = welcome
        phase = .open
        return .welcomed(welcome)
    }

    private mutating func partReceived(
        _ call: CallID, _ part: Part, isBlock: Bool, at now: Instant
    ) -> ClientReaction {
        let outcome = calls[call]?.partReceived(
            part, isBlock: isBlock, bytesMax: limits.messageBytesMax, at: now)
        switch outcome {
        case .complete(let message): return .deliver(call, message)
        case .incomplete: return .none
        case .refused(let status):
            // The server counts wrongly; this call is lost, the others need not be.
            _ = callCancelled(call)
            return .ended(call, status)
        case nil: return strayReceived(call)
        }
    }

    private mutating func statusReceived(
        _ call: CallID, _ status: WireStatus
    ) -> ClientReaction {
        guard calls[call] != nil else { return strayReceived(call) }
        remove(call)
        return .ended(call, status)
    }

    private mutating func creditReceived(_ call: CallID, _ credit: Credit) -> ClientReaction {
        guard let granted = calls[call]?.lane.creditReceived(credit) else {
            return strayReceived(call)
        }
        guard granted else {
            _ = callCancelled(call)
            return .ended(call, .creditTooLarge)
        }
        withLane(call) { lane, scheduler in scheduler.laneChanged(call, &lane) }
        return .credited(call, credit)
    }

    /// A frame of a call that is over here: it crossed our cancel on the way.
    private mutating func strayReceived(_ call: CallID) -> ClientReaction {
        guard call <= lastOpened else {
            return fail(ProtocolFault(.callNeverOpened, "\(call), last \(lastOpened)"))
        }
        return .none
    }

    private mutating func goAwayReceived(_ goAway: GoAway) -> ClientReaction {
        farewell = goAway
        let neverHappened = calls.keys.filter { $0 > goAway.lastCall }.sorted()
        guard goAway.code == .ok, phase != .greeting else {
            return .close(lost: close())
        }
        for call in neverHappened { remove(call) }
        phase = .leaving
        return .leaving(neverHappened: neverHappened)
    }
}
