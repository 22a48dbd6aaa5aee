import NIOCore

extension ServerConnectionMachine {
    /// A call has arrived whole, and its service needs nothing but to answer it once.
    ///
    /// - Returns: false when it is not taken for any reason; nothing has changed then, and the
    ///   frame is to be decoded and given to `frameReceived`, which knows the reasons.
    package mutating func wholeCallReceived(_ call: WholeCall, at now: Instant) -> Bool {
        guard phase == .open, call.id > lastOpened, callsHeld < limits.callsMax,
            answersWaitingForCredit <= limits.connectionQueueBytesMax,
            call.message.count <= limits.messageBytesMax,
            initialCredit.allows(events: call.events)
        else { return false }
        lastOpened = call.id
        let deadline = call.deadlineMs.map { now.advanced(byMs: $0) }
        note(due: deadline)
        brief.insert(call.id, BriefCalls.Entry(deadline: deadline, credit: call.credit))
        return true
    }

    /// The service wants to treat a call that was taken whole like any other.
    ///
    /// - Parameter frame: the bytes that the call was found in.
    package mutating func wholeCallExpanded(
        _ call: WholeCall, _ frame: UnsafeRawBufferPointer, at now: Instant
    ) -> IncomingCall {
        expand(call.id)
        let allowance = allowance(of: call.id)
        if !allowance.isPositive { awaitRelief(of: call.id) }
        let message = ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: frame[call.message]))
        return IncomingCall(
            id: call.id,
            method: String(decoding: frame[call.method], as: UTF8.self), metadata: Metadata(),
            deadline: call.deadlineMs.map { now.advanced(byMs: $0) }, allowance: allowance,
            message: InboundMessage(
                bytes: message, events: call.events,
                cost: Credit.cost(
                    bytes: call.message.count, events: call.events,
                    chunkBytes: Limits.frameBytesMax)),
            ends: true)
    }

    /// Makes an ordinary call of one that was kept in brief.
    mutating func expand(_ call: CallID) {
        guard let entry = brief.remove(call) else { return }
        expand(call, entry)
    }

    private mutating func expand(_ call: CallID, _ entry: BriefCalls.Entry) {
        var machine = ServerCallMachine(
            deadline: entry.deadline, outboundCredit: entry.credit, inboundCredit: initialCredit)
        machine.openedWithoutMessage(ends: true)
        calls[call] = machine
    }

    mutating func expandAll() {
        guard brief.count > 0 else { return }
        for call in brief.all { expand(call) }
    }

    /// Answers a call that is kept in brief at once, if credit and the room let its answer go
    /// whole and in one piece.
    ///
    /// - Returns: false when it is no such call (any more).
    mutating func replyWritten(_ call: CallID, _ message: OutboundMessage) -> Bool {
        guard let entry = brief.remove(call) else { return false }
        guard message.bytes.count <= min(limits.chunkBytes, peerMessageBytesMax),
            entry.credit.allows(events: message.events), !message.isBlock,
            answers.readableBytes < Limits.frameBytesMax
        else {
            expand(call, entry)
            return false
        }
        answers.writeHeader(
            bodyBytes: message.bytes.count, .message, call: call, events: message.events)
        answers.writeBytes(message.bytes)
        answers.writeStatusFrame(call, .ok)
        answerFrames += 2
        return true
    }

    /// Ends a call that is kept in brief with a status.
    ///
    /// - Returns: false when it is no such call.
    mutating func statusWritten(_ call: CallID, _ status: WireStatus) -> Bool {
        guard let entry = brief.remove(call) else { return false }
        guard answers.readableBytes < Limits.frameBytesMax else {
            expand(call, entry)
            return false
        }
        answers.writeStatusFrame(call, status)
        answerFrames += 1
        return true
    }

    /// - Returns: how many frames there were.
    mutating func writeAnswers(into buffer: inout ByteBuffer) -> Int {
        guard answerFrames > 0 else { return 0 }
        buffer.writeImmutableBuffer(answers)
        if answers.capacity > Self.answersKept { answers = ByteBuffer() } else { answers.clear() }
        defer { answerFrames = 0 }
        return answerFrames
    }

    /// Memory for answers that a connection keeps while it is silent, in bytes.
    private static let answersKept = 8_192
}
