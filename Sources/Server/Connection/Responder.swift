import NIOCore
import Synchronization
package import Wire

/// The way to answer one call, usable from any thread.
///
/// What is said on the connection's event loop is carried out at once; from other threads it goes
/// through the loop's mailbox, in order. A responder that is let go of without having finished
/// ends its call with INTERNAL.
package final class Responder: Sendable {
    let call: CallID
    let link: ConnectionLink
    private let hasFinished = Atomic<Bool>(false)

    init(call: CallID, link: ConnectionLink) {
        self.call = call
        self.link = link
    }

    deinit {
        guard !hasFinished.load(ordering: .relaxed) else { return }
        let status = WireStatus.refusal(
            .internal, reason: "NO_ANSWER", "the call was dropped without an answer")
        link.mailbox.post(Letter(sender: .dropped(link, call), content: .finish(status)))
    }

    /// Sends a message.
    ///
    /// - Parameter events: events that it stands for in the client's credit; zero for a message
    ///   that must not wait for event credit, such as "caught up".
    package func send(_ bytes: [UInt8], events: UInt32 = 1) {
        guard !hasFinished.load(ordering: .relaxed) else { return }
        post(.message(OutboundMessage(bytes, events: events)))
    }

    /// Sends a stored value of the log as it is.
    package func sendBlock(_ bytes: [UInt8], events: UInt32) {
        guard !hasFinished.load(ordering: .relaxed) else { return }
        post(.message(OutboundMessage(bytes, events: events, isBlock: true)))
    }

    /// Sends the only answer of a unary call and finishes.
    package func reply(_ bytes: [UInt8], events: UInt32 = 1) {
        guard !hasFinished.exchange(true, ordering: .relaxed) else { return }
        post(.reply(OutboundMessage(bytes, events: events)))
    }

    /// Finishes the call; only the first time counts.
    package func finish(_ status: WireStatus = .ok) {
        guard !hasFinished.exchange(true, ordering: .relaxed) else { return }
        post(.finish(status))
    }

    /// Lets the client send as much again, usually the cost of a message that was used.
    package func give(_ credit: Credit) {
        guard !hasFinished.load(ordering: .relaxed) else { return }
        post(.give(credit))
    }

    /// Runs work on the connection's event loop, where the call's handler lives.
    package func execute(_ work: @escaping @Sendable () -> Void) {
        link.mailbox.eventLoop.execute(work)
    }

    private func post(_ content: Letter.Content) {
        link.mailbox.post(Letter(sender: .responder(self), content: content))
    }
}
