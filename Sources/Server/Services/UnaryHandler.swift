import Wire

/// A call with one request: collects it and serves it when the client has said all.
final class SingleRequestHandler: CallHandler {
    private let responder: Responder
    private let serve: ([UInt8]) throws(WireStatus) -> (any StreamingAnswer)?
    private var request: [UInt8]?
    private var answer: (any StreamingAnswer)?
    private var allowance: Credit

    /// - Parameter serve: answers at once or later through the responder; returns what goes on
    ///   answering as the client gives credit.
    init(
        _ call: CallContext,
        serve: @escaping ([UInt8]) throws(WireStatus) -> (any StreamingAnswer)?
    ) {
        responder = call.responder
        allowance = call.allowance
        self.serve = serve
    }

    func message(_ message: CallMessage) {
        guard request == nil else {
            responder.finish(
                WireStatus(.invalidArgument, "this method takes one request message"))
            return
        }
        request = message.bytes
    }

    func halfClosed() {
        guard let request else {
            responder.finish(
                WireStatus(.invalidArgument, "this method takes one request message; none came"))
            return
        }
        do throws(WireStatus) {
            answer = try serve(request)
            answer?.credit(allowance)
        } catch {
            responder.finish(error)
        }
    }

    func cancelled(_ cause: CancelCause) {
        answer?.cancelled()
        answer = nil
        responder.finish(
            cause == .deadline
                ? WireStatus(.deadlineExceeded, "the call's deadline has passed")
                : WireStatus(.cancelled, "the call was cancelled"))
    }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        answer?.credit(allowance)
    }
}

/// An answer of many messages that follows the client's credit. Lives on the connection's event
/// loop.
protocol StreamingAnswer: AnyObject {
    /// So much may be sent now.
    func credit(_ allowance: Credit)
    func cancelled()
}
