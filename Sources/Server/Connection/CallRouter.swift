package import Wire

/// Finds the handler of each call. The services stand behind it.
package protocol CallRouter: Sendable {
    /// A client has opened a call.
    ///
    /// Runs on the connection's event loop and must not block: work that waits goes elsewhere and
    /// answers through `call.responder`. A call that cannot be served is finished at once with
    /// its status; the returned handler is then dropped.
    func open(call: CallContext) -> any CallHandler

    /// The method of this name, if its calls can do without a handler when they arrive whole.
    func briefMethod(_ name: UnsafeRawBufferPointer) -> BriefMethod?

    /// Serves a call of such a method. As `open`, it must not block.
    func serve(_ call: BriefCall) -> BriefOutcome
}

extension CallRouter {
    package func briefMethod(_ name: UnsafeRawBufferPointer) -> BriefMethod? { nil }
    package func serve(_ call: BriefCall) -> BriefOutcome { .needsHandler }
}

/// A method whose calls can do without a handler; the number is the router's own.
package struct BriefMethod: Sendable, Equatable {
    package let number: Int

    package init(_ number: Int) {
        self.number = number
    }
}

/// A call that arrived whole: one message without metadata. Nobody is told when its client goes
/// away; the answer then finds no call.
package struct BriefCall {
    package let method: BriefMethod
    /// Lent until the call is served.
    package let message: UnsafeRawBufferPointer
    /// Whether the client is on this machine.
    package let isLocal: Bool
    /// As `CallContext.isAlone`.
    package let isAlone: Bool
    let id: CallID
    let link: ConnectionLink

    /// The way to answer later, from any thread.
    package func responder() -> Responder { Responder(call: id, link: link) }
}

/// What became of a call without a handler.
package enum BriefOutcome {
    /// The responder that was made for it answers, or has answered.
    case later
    /// This is the only answer.
    case reply([UInt8], events: UInt32)
    case finished(WireStatus)
    /// It takes more than one answer, or longer: it is to be opened like any other call.
    case needsHandler
}

/// One call's side of a service.
///
/// All methods run on the connection's event loop, one at a time, in the order in which things
/// happened, and must not block. None is called after the responder has finished.
package protocol CallHandler: AnyObject {
    /// A message of the client. Giving its cost back (`Responder.give`) lets the client send as
    /// much again; a unary call need not.
    func message(_ message: CallMessage)

    /// The client has said all it will.
    func halfClosed()

    /// The client is gone or the deadline has passed; whatever is sent now is dropped. The handler
    /// must still finish its responder (or let go of it): until then the call takes up a place.
    func cancelled(_ cause: CancelCause)

    /// So much may be sent at once. Called when the client gives credit, and when what was sent
    /// has mostly left, as long as there is credit; what is still on its way from another thread
    /// is not subtracted. A sender that stays within it, by one message more or less, holds no
    /// more memory than `Limits.callQueueBytesMax`.
    func credit(_ allowance: Credit)
}

extension CallHandler {
    package func halfClosed() {}
    package func credit(_ allowance: Credit) {}
}

/// What is known when a call opens.
package struct CallContext: Sendable {
    /// The method's name as the client wrote it, for example `taizhang.v1.Ledger/Record`.
    package let method: String
    package let metadata: Metadata
    /// On the clock of `NIODeadline`; nil when the call has no end.
    package let deadline: Instant?
    package let peer: Peer
    /// What may be sent before `CallHandler.credit` is first called.
    package let allowance: Credit
    /// The largest message that the client accepts, in bytes.
    package let messageBytesMax: Int
    /// No other call is under way, and nothing more has been read: the event loop can be spared
    /// for the time of a commit.
    package let isAlone: Bool
    /// The way to answer, from any thread.
    package let responder: Responder
}

/// A message of a client.
package struct CallMessage: Sendable {
    package let bytes: [UInt8]
    /// Events that it stands for, as the client counts.
    package let events: UInt32
    /// What it cost the client in credit.
    package let cost: Credit
}

/// Who is at the other end of a connection.
package struct Peer: Sendable {
    /// The numeric address without the port, or `unix`.
    package let address: String
    /// Whether the peer is on this machine (loopback address or Unix socket).
    package let isLocal: Bool
    /// Name and version of its software, as it says.
    package internal(set) var software: String
    /// What it said of itself in the handshake, for example a token.
    package internal(set) var metadata: Metadata
}
