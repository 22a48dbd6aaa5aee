package import NIOCore

/// A message that has arrived completely.
package struct InboundMessage: Sendable, Equatable {
    package var bytes: ByteBuffer
    /// Events that it stands for.
    package var events: UInt32
    /// What it cost its sender; giving it back keeps the flow going.
    package var cost: Credit
    /// Whether it is a sealed block.
    package var isBlock: Bool

    package init(bytes: ByteBuffer, events: UInt32, cost: Credit, isBlock: Bool = false) {
        self.bytes = bytes
        self.events = events
        self.cost = cost
        self.isBlock = isBlock
    }
}

/// Puts the parts of one call's messages together and watches that credit is kept.
struct MessageAssembler: Sendable, Equatable {
    enum Outcome: Sendable, Equatable {
        case incomplete
        case complete(InboundMessage)
        /// The call must end with this status.
        case refused(WireStatus)
    }

    /// What the peer may still send.
    private(set) var credit: Credit
    /// When the unfinished message began.
    private(set) var begunAt: Instant?
    private var unfinished = ByteBuffer()
    private var isBlock = false
    private var events: UInt32 = 0
    /// What the message has cost so far. It is counted by itself: credit that is given while a
    /// message arrives changes what is left, not what the message costs.
    private var cost = Credit.none

    init(credit: Credit) {
        self.credit = credit
    }

    var isInMessage: Bool { begunAt != nil }

    /// Bytes that an unfinished message holds.
    var heldBytes: Int { unfinished.readableBytes }

    /// The receiver gives its peer more.
    ///
    /// - Returns: what could be given: never so much that the sum passes the limit.
    mutating func creditGiven(_ more: Credit) -> Bool {
        credit.add(more)
    }

    mutating func partArrived(
        _ part: Part, isBlock: Bool, bytesMax: Int, at now: Instant
    ) -> Outcome {
        if isInMessage {
            guard part.events == 0 else { return .refused(.eventsInContinuation) }
            guard isBlock == self.isBlock else { return .refused(.mixedKinds) }
        } else {
            guard credit.allows(events: part.events) else { return .refused(.creditOverrun) }
            credit.spend(events: part.events)
            cost = Credit.none.minus(events: -Int64(part.events), bytes: 0)
        }
        let partBytes = part.bytes.readableBytes
        guard heldBytes + partBytes <= bytesMax else { return .refused(.messageTooLarge(bytesMax)) }
        credit.spend(frameBytes: Limits.headerBytes + partBytes)
        cost = cost.minus(events: 0, bytes: -Int64(Limits.headerBytes + partBytes))
        if part.hasMore {
            begin(part, isBlock: isBlock, at: now)
            unfinished.writeImmutableBuffer(part.bytes)
            return .incomplete
        }
        guard isInMessage else {
            return .complete(
                InboundMessage(
                    bytes: part.bytes, events: part.events, cost: cost, isBlock: isBlock))
        }
        unfinished.writeImmutableBuffer(part.bytes)
        defer { reset() }
        return .complete(
            InboundMessage(bytes: unfinished, events: events, cost: cost, isBlock: isBlock))
    }

    private mutating func begin(_ part: Part, isBlock: Bool, at now: Instant) {
        guard !isInMessage else { return }
        begunAt = now
        self.isBlock = isBlock
        events = part.events
    }

    /// Forgets an unfinished message.
    mutating func reset() {
        begunAt = nil
        unfinished = ByteBuffer()
        events = 0
    }
}
