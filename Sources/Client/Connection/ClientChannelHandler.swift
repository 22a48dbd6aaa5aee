import NIOCore
import Wire

/// What callers ask of a connection.
enum ClientCommand: Sendable {
    case start(OutgoingCall, ClientCall, deadline: NIODeadline?)
    case message(ClientCall, OutboundMessage)
    case halfClose(ClientCall)
    case cancel(ClientCall)
    case give(ClientCall, Credit)
    case leave
}

/// Carries out what the client's state machine says. Confined to its event loop.
final class ClientChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var machine: ClientConnectionMachine
    private var decoder = FrameDecoder(receiver: .client)
    private var leftover = ByteBuffer()
    private var calls: [CallID: ClientCall] = [:]
    /// Calls that wait for a place: the server takes only so many at once.
    private var waiting = CircularBuffer<WaitingCall>()
    private var context: ChannelHandlerContext?
    private var wake: (at: Instant, task: Scheduled<Void>)?
    private var isReading = false
    private var isWriting = false
    private var isClosing = false
    private var greeting: EventLoopPromise<Welcome>?
    private let left: @Sendable (String) -> Void

    private struct WaitingCall {
        let wanted: OutgoingCall
        let call: ClientCall
        let deadline: NIODeadline?
    }

    /// - Parameters:
    ///   - greeting: kept when the handshake is complete, or broken.
    ///   - left: called when no further calls should be made on this connection.
    init(
        limits: Limits, hello: Hello, greeting: EventLoopPromise<Welcome>,
        left: @escaping @Sendable (String) -> Void
    ) {
        machine = ClientConnectionMachine(limits: limits, hello: hello, at: Self.now)
        self.greeting = greeting
        self.left = left
    }

    private static var now: Instant {
        Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds)
    }

    // MARK: Life of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { writeOutput() }
    }

    func channelActive(context: ChannelHandlerContext) {
        writeOutput()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connectionEnded("the server closed the connection")
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connectionEnded("the connection is closed")
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connectionEnded(failureReason(error))
        context.close(promise: nil)
    }

    private func connectionEnded(_ reason: String) {
        wake?.task.cancel()
        wake = nil
        isClosing = true
        let text = machine.farewell?.text ?? machine.fault?.text ?? reason
        giveUp(machine.connectionLost(), text)
        if let greeting {
            self.greeting = nil
            greeting.fail(TaizhangError.refusedConnection(machine.farewell, text))
        }
        while let waitingCall = waiting.popFirst() { waitingCall.call.end(.neverHappened) }
        left(text)
    }

    private func giveUp(_ lost: [CallID], _ reason: String) {
        for id in lost { calls.removeValue(forKey: id)?.end(.lost(reason)) }
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        isReading = true
        let now = Self.now
        machine.bytesReceived(at: now)
        var bytes = unwrapInboundIn(data)
        if leftover.readableBytes > 0 {
            leftover.discardReadBytes()
            leftover.writeBuffer(&bytes)
            swap(&leftover, &bytes)
        }
        leftover = ByteBuffer()
        do throws(ProtocolFault) {
            while machine.phase != .closing, let frame = try decoder.next(&bytes) {
                carryOut(machine.frameReceived(frame, at: now))
            }
        } catch {
            carryOut(machine.bytesRefused(error))
        }
        if machine.phase != .closing, bytes.readableBytes > 0 { leftover = bytes }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        writeOutput()
        context.fireChannelReadComplete()
    }

    private func carryOut(_ reaction: ClientReaction) {
        switch reaction {
        case .none:
            return
        case .welcomed(let welcome):
            greeting?.succeed(welcome)
            greeting = nil
        case .deliver(let id, let message):
            calls[id]?.sink.received(message)
        case .ended(let id, let status):
            calls.removeValue(forKey: id)?.end(.status(status))
            startWaiting()
        case .credited(let id, let credit):
            calls[id]?.sink.credited(credit)
        case .leaving(let neverHappened):
            left(machine.farewell?.text ?? "the server is leaving")
            for id in neverHappened { calls.removeValue(forKey: id)?.end(.neverHappened) }
            startWaiting()
        case .close(let lost):
            let reason = machine.fault?.text ?? machine.farewell?.text ?? "closed"
            left(reason)
            giveUp(lost, reason)
            startWaiting()
        }
    }

    // MARK: Calls

    /// Callers have asked for something; everything is written at once afterwards.
    func commandsReceived(_ commands: [ClientCommand]) {
        for command in commands {
            switch command {
            case .start(let wanted, let call, let deadline):
                start(WaitingCall(wanted: wanted, call: call, deadline: deadline))
            case .message(let call, let message):
                _ = machine.messageSubmitted(call.id, message)
            case .halfClose(let call):
                machine.halfCloseSubmitted(call.id)
            case .cancel(let call):
                cancel(call)
            case .give(let call, let credit):
                machine.creditGiven(call.id, credit)
            case .leave:
                machine.leaveRequested()
            }
        }
        if !isReading { writeOutput() }
    }

    private func start(_ waitingCall: WaitingCall) {
        guard !waitingCall.call.hasEnded else { return }
        var wanted = waitingCall.wanted
        if let deadline = waitingCall.deadline {
            let left = deadline - .now()
            guard left.nanoseconds > 0 else {
                waitingCall.call.end(.expired)
                return
            }
            wanted.deadlineMs = UInt32(clamping: (left.nanoseconds + 999_999) / 1_000_000)
        }
        guard !isClosing else {
            waitingCall.call.end(.neverHappened)
            return
        }
        switch machine.callStarted(wanted, at: Self.now) {
        case .started(let id):
            waitingCall.call.began(as: id)
            calls[id] = waitingCall.call
            waitingCall.call.sink.started(machine.welcome?.callCredit ?? .none)
        case .tooManyCalls:
            waiting.append(waitingCall)
        case .notOpen:
            waitingCall.call.end(.neverHappened)
        case .refused(let status):
            waitingCall.call.end(.status(status))
        }
    }

    private func startWaiting() {
        // As many as there were: one that finds no place comes back to the end.
        for _ in 0..<waiting.count {
            guard machine.phase != .open || machine.callsOpen < callsMax,
                let next = waiting.popFirst()
            else { return }
            start(next)
        }
    }

    private var callsMax: Int { Int(machine.welcome?.callsMax ?? 0) }

    private func cancel(_ call: ClientCall) {
        if machine.callCancelled(call.id) { calls[call.id] = nil }
        call.end(.cancelled)
        startWaiting()
    }

    // MARK: Writing

    private func writeOutput() {
        guard let context, !isWriting, !isClosing else { return }
        isWriting = true
        while machine.hasOutput, context.channel.isWritable, !isClosing {
            var buffer = context.channel.allocator.buffer(capacity: 1_024)
            let isLast = machine.outputWanted(into: &buffer, bytesMax: Limits.frameBytesMax)
            if isLast {
                isClosing = true
                context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenComplete { _ in
                    self.context?.close(promise: nil)
                }
            } else if buffer.readableBytes > 0 {
                context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            }
        }
        isWriting = false
        planWake()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !isWriting { writeOutput() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Time

    private func planWake() {
        guard let context, !isClosing else { return }
        var at = machine.wakeAt
        if let deadline = waiting.compactMap(\.deadline).min() {
            at = min(at, Instant(nanoseconds: deadline.uptimeNanoseconds))
        }
        if let wake {
            if wake.at <= at { return }
            wake.task.cancel()
        }
        guard at.nanoseconds < UInt64(Int64.max) else { return }
        let task = context.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(at.nanoseconds)
        ) { self.timePassed() }
        wake = (at, task)
    }

    private func timePassed() {
        wake = nil
        guard !isClosing else { return }
        let action = machine.timePassed(at: Self.now)
        for id in action.expired { calls.removeValue(forKey: id)?.end(.expired) }
        if action.closes { left(machine.fault?.text ?? "closed") }
        giveUp(action.lost, machine.fault?.text ?? "closed")
        let now = NIODeadline.now()
        for waitingCall in waiting where waitingCall.deadline.map({ $0 <= now }) ?? false {
            waitingCall.call.end(.expired)
        }
        waiting.removeAll { $0.call.hasEnded }
        startWaiting()
        if action.closes, let context, !context.channel.isWritable {
            context.close(promise: nil)
            return
        }
        writeOutput()
        planWake()
    }
}

extension TaizhangError {
    /// Why a server did not let a client in.
    fileprivate static func refusedConnection(_ farewell: GoAway?, _ text: String) -> TaizhangError
    {
        guard let farewell, let code = Code(rawValue: Int(farewell.code.rawValue)) else {
            return .unavailable(text)
        }
        return TaizhangError(code, text)
    }
}
