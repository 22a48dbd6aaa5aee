package import NIOCore

/// One frame, decoded.
package enum Frame: Sendable, Equatable {
    case hello(Hello)
    case welcome(Welcome)
    case open(CallID, Open)
    /// An OPEN that is well formed but cannot be accepted: only its call suffers.
    case unacceptableOpen(CallID, WireStatus)
    case message(CallID, Part)
    case halfClose(CallID)
    case status(CallID, WireStatus)
    case cancel(CallID)
    case credit(CallID, Credit)
    case ping(UInt64)
    case pong(UInt64)
    case goAway(GoAway)
    case block(CallID, Part)
}

/// The client's greeting.
package struct Hello: Sendable, Equatable {
    package var versionMin: UInt16
    package var versionMax: UInt16
    /// The largest frame that the client accepts.
    package var frameBytesMax: UInt32
    /// The largest message that the client accepts.
    package var messageBytesMax: UInt32
    /// The ledger that the client means; a server with another one refuses.
    package var ledger: LedgerID?
    /// Name and version of the client's software, for logs.
    package var software: String
    /// For example a token.
    package var metadata: Metadata

    package init(
        versionMin: UInt16 = Limits.version, versionMax: UInt16 = Limits.version,
        frameBytesMax: UInt32 = UInt32(Limits.frameBytesMax), messageBytesMax: UInt32,
        ledger: LedgerID? = nil, software: String, metadata: Metadata = Metadata()
    ) {
        self.versionMin = versionMin
        self.versionMax = versionMax
        self.frameBytesMax = frameBytesMax
        self.messageBytesMax = messageBytesMax
        self.ledger = ledger
        self.software = software
        self.metadata = metadata
    }
}

/// The server's greeting: who it is and what it tolerates.
package struct Welcome: Sendable, Equatable {
    package var version: UInt16
    package var frameBytesMax: UInt32
    package var messageBytesMax: UInt32
    package var callsMax: UInt32
    /// What the client may send in each new call before it is given more.
    package var callCredit: Credit
    package var metadataBytesMax: UInt32
    package var idleMs: UInt32
    package var keepaliveMs: UInt32
    package var ledger: LedgerID
    package var software: String
    package var metadata: Metadata
}

/// The identity of a ledger: the UUID that its log was created with.
package struct LedgerID: Sendable, Hashable {
    package let bytes: [UInt8]

    /// The identity of which these are the first and the last eight bytes.
    package init(_ high: UInt64, _ low: UInt64) {
        bytes = [high, low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    /// - Returns: nil unless there are sixteen bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Limits.ledgerBytes else { return nil }
        self.bytes = bytes
    }
}

/// The beginning of a call.
package struct Open: Sendable, Equatable {
    package var method: String
    /// Time that the call has, from its arrival; nil for no end.
    package var deadlineMs: UInt32?
    /// What the server may send before it is given more.
    package var credit: Credit
    package var metadata: Metadata
    /// The first message or its first part.
    package var first: Part?
    /// The client sends nothing after the first message.
    package var ends: Bool

    package init(
        method: String, deadlineMs: UInt32? = nil, credit: Credit,
        metadata: Metadata = Metadata(), first: Part? = nil, ends: Bool = false
    ) {
        self.method = method
        self.deadlineMs = deadlineMs
        self.credit = credit
        self.metadata = metadata
        self.first = first
        self.ends = ends
    }
}

/// A message or block, or the part of one that fitted into a frame.
package struct Part: Sendable, Equatable {
    package var bytes: ByteBuffer
    /// Events that the whole stands for; zero in every part but the first.
    package var events: UInt32
    /// The message goes on in the call's next frame.
    package var hasMore: Bool
    /// The client sends nothing after this message.
    package var ends: Bool

    package init(bytes: ByteBuffer, events: UInt32, hasMore: Bool = false, ends: Bool = false) {
        self.bytes = bytes
        self.events = events
        self.hasMore = hasMore
        self.ends = ends
    }
}

/// The announcement that a connection ends.
package struct GoAway: Sendable, Equatable {
    /// The last call that was or will be looked at; later ones never happened.
    package var lastCall: CallID
    /// `ok`: orderly, calls up to `lastCall` go on. Anything else: the connection is closed.
    package var code: StatusCode
    package var text: String

    package init(lastCall: CallID, code: StatusCode, text: String) {
        self.lastCall = lastCall
        self.code = code
        self.text = text
    }
}
