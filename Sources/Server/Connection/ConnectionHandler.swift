import NIOCore
import Wire

/// Carries out what the connection's state machine says: reads frames, calls handlers, writes.
///
/// It decides nothing about the protocol. Confined to its event loop.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Every access ends before anything else is called.
    @exclusivity(unchecked) private var machine: ServerConnectionMachine
    private var decoder = FrameDecoder(receiver: .server)
    /// The beginning of a frame that is not complete.
    private var leftover: ByteBuffer?
    private var handlers: [CallID: any CallHandler] = [:]
    private var peer: Peer
    private let router: any CallRouter
    private let mailbox: LoopMailbox
    private let loopState: LoopMailbox.LoopState
    private let link: ConnectionLink
    private let load: ServerLoad
    private let observer: (any ConnectionObserver)?

    private var context: ChannelHandlerContext?
    private var wakeTask: Scheduled<Void>?
    /// When the task looks at the machine; the end of time without one.
    private var wakeAt = Instant(nanoseconds: .max)
    /// When bytes or letters last arrived.
    private var lastNow: Instant
    /// Frames are being taken; what is to be written is written at the end of it.
    private var isReading = false
    /// More has been read than the frame that is being taken.
    private var hasMoreInput = false
    private var isWriting = false
    private var isUnwritten = false
    private var isClosing = false
    /// The channel asked to read while the machine wanted no input.
    private var readIsHeld = false
    /// What this connection has added to the server's load.
    private var reportedQueuedBytes = 0
    private var reportedCalls = 0

    init(
        machine: ServerConnectionMachine, peer: Peer, router: any CallRouter,
        mailbox: LoopMailbox, load: ServerLoad, observer: (any ConnectionObserver)?
    ) {
        self.machine = machine
        self.peer = peer
        self.router = router
        self.mailbox = mailbox
        loopState = mailbox.state
        link = ConnectionLink(mailbox: mailbox)
        lastNow = Self.now
        self.load = load
        self.observer = observer
    }

    static var now: Instant { Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }

    // MARK: Life of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loopState.connections[ObjectIdentifier(self)] = self
        link.connection = self
        observer?.connectionOpened(peer)
        planWake(at: machine.wakeAt)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connectionEnded()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        connectionEnded()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset of the peer, mostly; `channelInactive` follows.
        context.close(promise: nil)
    }

    private func connectionEnded() {
        guard loopState.connections.removeValue(forKey: ObjectIdentifier(self)) != nil
        else { return }
        cancelWake()
        leftover = nil
        isClosing = true
        tell(machine.connectionLost(), .disconnected)
        handlers = [:]
        link.connection = nil
        loopState.calls -= reportedCalls
        mailbox.settle(load)
        load.queuedBytes.add(-reportedQueuedBytes)
        reportedCalls = 0
        reportedQueuedBytes = 0
        observer?.connectionClosed(peer, fault: machine.fault)
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if isClosing || machine.standing().wantsInput {
            context.read()
        } else {
            readIsHeld = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        isReading = true
        let now = Self.now
        lastNow = now
        machine.bytesReceived(at: now)
        var bytes = unwrapInboundIn(data)
        if var whole = leftover {
            leftover = nil
            whole.discardReadBytes()
            whole.writeBuffer(&bytes)
            bytes = whole
        }
        var consumed = false
        do throws(ProtocolFault) {
            while machine.phase != .closing {
                if serveWholeCalls(&bytes, at: now) { consumed = true }
                guard bytes.readableBytes > 0, let frame = try decoder.next(&bytes) else { break }
                consumed = true
                hasMoreInput = bytes.readableBytes > 0
                carryOut(machine.frameReceived(frame, at: now))
            }
        } catch {
            carryOut(machine.bytesRefused(error))
        }
        guard machine.phase != .closing else { return }
        machine.framesTaken(left: bytes.readableBytes, consumed: consumed, at: now)
        if bytes.readableBytes > 0 { leftover = bytes }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        writeOutput()
        mailbox.settle(load)
        context.fireChannelReadComplete()
    }

    /// Serves the calls at the front of the bytes that arrived whole and need no handler.
    ///
    /// - Returns: whether there were any.
    private func serveWholeCalls(_ bytes: inout ByteBuffer, at now: Instant) -> Bool {
        let taken = bytes.withUnsafeReadableBytes { bytes in
            var start = 0
            while let call = decoder.wholeCall(
                UnsafeRawBufferPointer(rebasing: bytes[start...]))
            {
                let end = start + call.frameBytes
                hasMoreInput = end < bytes.count
                let frame = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                guard serve(call, frame, at: now) else { break }
                start = end
            }
            return start
        }
        guard taken > 0 else { return false }
        bytes.moveReaderIndex(forwardBy: taken)
        return true
    }

    /// - Returns: false when the call is to be decoded and opened like any other.
    private func serve(
        _ call: WholeCall, _ frame: UnsafeRawBufferPointer, at now: Instant
    ) -> Bool {
        guard
            let method = router.briefMethod(UnsafeRawBufferPointer(rebasing: frame[call.method])),
            load.refusalOfCall == nil, machine.wholeCallReceived(call, at: now)
        else { return false }
        let outcome = router.serve(
            BriefCall(
                method: method,
                message: UnsafeRawBufferPointer(rebasing: frame[call.message]),
                isLocal: peer.isLocal, isAlone: isAlone, id: call.id, link: link))
        loopState.lastCaller = ObjectIdentifier(self)
        switch outcome {
        case .later: break
        case .reply(let bytes, let events):
            _ = machine.replySubmitted(
                call.id, OutboundMessage(bytes, events: events), at: now)
        case .finished(let status):
            _ = machine.handlerFinished(call.id, status, at: now)
        case .needsHandler:
            open(machine.wholeCallExpanded(call, frame, at: now))
        }
        return true
    }

    private func carryOut(_ reaction: ServerReaction) {
        switch reaction {
        case .none:
            return
        case .greeted(let hello):
            peer.software = hello.software
            peer.metadata = hello.metadata
        case .open(let call):
            open(call)
        case .deliver(let call, let message, let ends):
            deliver(message, ends: ends, to: call)
        case .halfClosed(let call):
            handlers[call]?.halfClosed()
        case .cancelled(let call, let cause):
            cancel(call, cause)
        case .allowed(let call, let allowance):
            handlers[call]?.credit(allowance)
        case .close(let cancelled):
            tell(cancelled, .violation)
        }
    }

    private func open(_ call: IncomingCall) {
        guard context != nil else { return }
        if let refusal = load.refusalOfCall {
            _ = machine.handlerFinished(call.id, refusal, at: Self.now)
            return
        }
        let responder = Responder(call: call.id, link: link)
        let handler = router.open(
            call: CallContext(
                method: call.method, metadata: call.metadata, deadline: call.deadline,
                peer: peer, allowance: call.allowance,
                messageBytesMax: machine.peerMessageBytesMax, isAlone: isAlone,
                responder: responder))
        loopState.lastCaller = ObjectIdentifier(self)
        guard machine.awaitsAnswer(call.id) else { return }
        handlers[call.id] = handler
        if let message = call.message {
            deliver(message, ends: call.ends, to: call.id)
        } else if call.ends {
            handler.halfClosed()
        }
    }

    /// Whether the call that is being opened is the only thing the server has to do.
    ///
    /// Whoever shares the server with others may find no call of theirs under way, but then the
    /// last one was not its own.
    private var isAlone: Bool {
        !hasMoreInput && loopState.lastCaller == ObjectIdentifier(self)
            && loopState.calls == reportedCalls && load.calls.value == loopState.reportedCalls
            && machine.standing().callsHeld <= 1
    }

    private func deliver(_ message: InboundMessage, ends: Bool, to call: CallID) {
        handlers[call]?.message(
            CallMessage(
                bytes: Array(message.bytes.readableBytesView), events: message.events,
                cost: message.cost))
        // The handler may have finished meanwhile.
        if ends { handlers[call]?.halfClosed() }
    }

    private func tell(_ calls: [CallID], _ cause: CancelCause) {
        for call in calls { cancel(call, cause) }
    }

    private func cancel(_ call: CallID, _ cause: CancelCause) {
        if let handler = handlers.removeValue(forKey: call) {
            handler.cancelled(cause)
        } else {
            // Nobody holds it: its answer will find no call.
            _ = machine.handlerFinished(call, WireStatus(.cancelled), at: lastNow)
        }
    }

    // MARK: Answers

    /// A handler says something. Nothing is written yet.
    func letterReceived(_ letter: Letter, at now: Instant) {
        lastNow = now
        switch letter.content {
        case .message(let message):
            submit(message, to: letter.call, at: now)
        case .reply(let message):
            letGo(letter.call)
            _ = machine.replySubmitted(letter.call, message, at: now)
        case .finish(let status):
            finish(letter.call, status, at: now)
        case .give(let credit):
            machine.creditGiven(letter.call, credit)
        }
        guard !isReading, !isWriting, !isUnwritten else { return }
        isUnwritten = true
        mailbox.needsWrite(self)
    }

    private func letGo(_ call: CallID) {
        if !handlers.isEmpty { handlers[call] = nil }
    }

    private func submit(_ message: OutboundMessage, to call: CallID, at now: Instant) {
        if machine.messageSubmitted(call, message, at: now) == .tooLarge { letGo(call) }
    }

    private func finish(_ call: CallID, _ status: WireStatus, at now: Instant) {
        letGo(call)
        _ = machine.handlerFinished(call, status, at: now)
    }

    /// Writes what the socket takes, in one go.
    func writeOutput() {
        isUnwritten = false
        guard let context, !isWriting, !isClosing else { return }
        isWriting = true
        var roundsLeft = 4
        var standing = machine.standing()
        while standing.hasOutput, context.channel.isWritable, roundsLeft > 0, !isClosing {
            roundsLeft -= 1
            writeRound(context)
            standing = machine.standing()
        }
        isWriting = false
        if standing.hasOutput, context.channel.isWritable, !isClosing, !isUnwritten {
            // Other connections of the loop come first.
            isUnwritten = true
            context.eventLoop.assumeIsolated().execute { self.writeOutput() }
        }
        report(standing)
        planWake(at: standing.wakeAt)
        if readIsHeld, standing.wantsInput {
            readIsHeld = false
            context.read()
        }
    }

    private func writeRound(_ context: ChannelHandlerContext) {
        let state = loopState
        var buffer = state.scratch
        state.scratch = ByteBuffer()
        buffer.clear()
        let round = machine.outputWanted(
            into: &buffer, bytesMax: Limits.frameBytesMax, at: lastNow)
        if round.isLast {
            writeLast(buffer, context)
            return
        }
        if buffer.readableBytes > 0 {
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
        // Once the bytes are in the socket nobody else holds the buffer, and it is used again.
        state.scratch = buffer
        for relief in round.relieved { handlers[relief.call]?.credit(relief.allowance) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        machine.writabilityChanged(context.channel.isWritable, at: Self.now)
        if !isWriting { writeOutput() }
        context.fireChannelWritabilityChanged()
    }

    private func report(_ standing: ConnectionStanding) {
        load.queuedBytes.add(standing.queuedBytes - reportedQueuedBytes)
        reportedQueuedBytes = standing.queuedBytes
        guard standing.callsHeld != reportedCalls else { return }
        loopState.calls += standing.callsHeld - reportedCalls
        reportedCalls = standing.callsHeld
        mailbox.settle(load)
    }

    // MARK: Time

    private func planWake(at: Instant) {
        guard let context, !isClosing else { return }
        // A later moment needs no new timer: the present one looks and plans again.
        guard at < wakeAt else { return }
        cancelWake()
        guard at.nanoseconds < UInt64(Int64.max) else { return }
        wakeAt = at
        wakeTask = context.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(at.nanoseconds)
        ) { self.timePassed() }
    }

    private func cancelWake() {
        wakeTask?.cancel()
        wakeTask = nil
        wakeAt = Instant(nanoseconds: .max)
    }

    private func timePassed() {
        wakeTask = nil
        wakeAt = Instant(nanoseconds: .max)
        guard !isClosing else { return }
        lastNow = Self.now
        let action = machine.timePassed(at: lastNow)
        tell(action.cancelled, action.closes ? .disconnected : .deadline)
        if action.closes, let context, !context.channel.isWritable {
            // The peer takes nothing, so it will not take the farewell either.
            isClosing = true
            context.close(promise: nil)
            return
        }
        writeOutput()
        planWake(at: machine.wakeAt)
    }

    // MARK: The end

    /// The server stops: calls may end, new ones are not taken.
    func drain() {
        lastNow = Self.now
        machine.drainRequested(at: lastNow)
        writeOutput()
    }

    /// The server stops now.
    func abort() {
        context?.close(promise: nil)
    }

    private func writeLast(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        isClosing = true
        cancelWake()
        let linger = TimeAmount.milliseconds(Int64(machine.limits.lingerMsMax))
        let patience =
            machine.fault == nil
            ? TimeAmount.milliseconds(Int64(machine.limits.writeStallMsMax)) : linger
        let loop = context.eventLoop.assumeIsolated()
        let force = loop.scheduleTask(in: patience) { self.context?.close(promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in
            // Reading goes on for a moment: closing with unread bytes would send a reset that
            // can overtake what was just written.
            self.context?.close(mode: .output, promise: nil)
            loop.scheduleTask(in: linger) {
                force.cancel()
                self.context?.close(promise: nil)
            }
        }
        if readIsHeld {
            readIsHeld = false
            context.read()
        }
    }
}
