import NIOCore

/// A message that waits to be sent.
package struct OutboundMessage: Sendable, Equatable {
    package var bytes: [UInt8]
    /// Events that it stands for.
    package var events: UInt32
    /// A sealed block instead of a message of the service.
    package var isBlock: Bool
    /// The client's last message of the call.
    package var ends: Bool

    package init(_ bytes: [UInt8], events: UInt32 = 1, isBlock: Bool = false, ends: Bool = false) {
        self.bytes = bytes
        self.events = events
        self.isBlock = isBlock
        self.ends = ends
    }
}

/// What one call has to send: its messages in order, the peer's credit, and the end.
struct OutboundLane: Sendable {
    enum End: Sendable, Equatable {
        case halfClose
        case status(WireStatus)
    }

    /// What a turn came to.
    enum Turn: Sendable, Equatable {
        /// There is more to send.
        case again
        /// Nothing is left, or credit is.
        case waiting
        /// The end has been written.
        case ended
    }

    private(set) var credit: Credit
    private(set) var queuedBytes = 0
    private var queuedEvents: Int64 = 0
    private var queue = Fifo<OutboundMessage>()
    /// Bytes of the first message that are gone; nil before its first frame.
    private var sentBytes: Int?
    private(set) var end: End?
    /// Whether the scheduler has the call in its round.
    var isInRound = false
    /// Whether the sender is to be told when what it has sent is mostly gone.
    var awaitsRelief = false

    init(credit: Credit) {
        self.credit = credit
    }

    var isEmpty: Bool { queue.isEmpty && end == nil }

    /// Whether a turn would send anything now.
    var canSend: Bool {
        guard let first = queue.first else { return end != nil }
        return sentBytes != nil || credit.allows(events: first.events)
    }

    /// What could be sent at once: credit that no queued message will use, within the room.
    func allowance(room: Int) -> Credit {
        credit.minus(events: queuedEvents, bytes: Int64(queuedBytes)).limited(toBytes: room)
    }

    mutating func messageQueued(_ message: OutboundMessage) {
        queue.append(message)
        queuedBytes += message.bytes.count
        queuedEvents += Int64(message.events)
    }

    mutating func endQueued(_ end: End) {
        self.end = end
    }

    mutating func creditReceived(_ more: Credit) -> Bool {
        credit.add(more)
    }

    /// Drops what is queued, except that a message of which a part is gone leaves a torn call:
    /// only a STATUS or CANCEL may follow.
    mutating func drop() {
        queue.removeAll()
        queuedBytes = 0
        queuedEvents = 0
        sentBytes = nil
        end = nil
    }

    /// Takes a message out of the way if it is small enough to travel in the call's OPEN.
    ///
    /// - Returns: the message as an OPEN's first part; nil when it must be queued.
    mutating func spendOnOpen(_ message: OutboundMessage, chunkBytes: Int) -> Part? {
        guard message.bytes.count <= chunkBytes, credit.allows(events: message.events) else {
            return nil
        }
        credit.spend(events: message.events)
        credit.spend(frameBytes: Limits.headerBytes + message.bytes.count)
        return Part(bytes: ByteBuffer(bytes: message.bytes), events: message.events)
    }

    /// Writes the frames of one turn.
    mutating func writeTurn(
        of call: CallID, into buffer: inout ByteBuffer, limits: Limits
    ) -> (Turn, frames: Int) {
        let start = buffer.writerIndex
        var frames = 0
        while buffer.writerIndex - start < limits.turnBytes {
            guard let message = queue.first else {
                return (writeEnd(of: call, into: &buffer), frames + 1)
            }
            guard sentBytes != nil || credit.allows(events: message.events) else {
                return (.waiting, frames)
            }
            writeFrame(of: message, call: call, into: &buffer, chunkBytes: limits.chunkBytes)
            frames += 1
        }
        return (canSend ? .again : .waiting, frames)
    }

    private mutating func writeFrame(
        of message: OutboundMessage, call: CallID, into buffer: inout ByteBuffer, chunkBytes: Int
    ) {
        let from = sentBytes ?? 0
        let events = sentBytes == nil ? message.events : 0
        let size = min(message.bytes.count - from, chunkBytes)
        let isLast = from + size == message.bytes.count
        var flags: FrameFlags = isLast ? [] : .more
        if isLast && message.ends { flags.insert(.end) }
        buffer.writeHeader(
            bodyBytes: size, message.isBlock ? .block : .message, flags: flags, call: call,
            events: events)
        if size == message.bytes.count {
            buffer.writeBytes(message.bytes)
        } else {
            buffer.writeBytes(message.bytes[from..<(from + size)])
        }
        credit.spend(events: events)
        credit.spend(frameBytes: Limits.headerBytes + size)
        queuedBytes -= size
        queuedEvents -= Int64(events)
        if isLast {
            _ = queue.popFirst()
            sentBytes = nil
        } else {
            sentBytes = from + size
        }
    }

    private mutating func writeEnd(of call: CallID, into buffer: inout ByteBuffer) -> Turn {
        switch end {
        case .status(let status):
            buffer.writeStatusFrame(call, status)
        case .halfClose:
            buffer.writeFrame(.halfClose(call))
        case nil:
            return .waiting
        }
        end = nil
        return .ended
    }
}
