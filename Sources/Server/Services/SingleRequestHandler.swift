import Wire

/// A call with one request, served as soon as it is there: a request that waited for the client
/// to say "that was all" would take up memory for as long as the client likes.
final class SingleRequestHandler: CallHandler {
    private let responder: Responder
    private let serve: ([UInt8]) throws(WireStatus) -> (any StreamingAnswer)?
    private var hasRequest = false
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

    deinit { answer?.cancelled() }

    func message(_ message: CallMessage) {
        guard !hasRequest else {
            end(
                FailureStatus.status(
                    .invalidArgument, "SECOND_REQUEST", "", zh: "此方法只接受一条请求，第一条已受理",
                    en: "this method takes one request message; the first one was taken"))
            return
        }
        hasRequest = true
        do throws(WireStatus) {
            answer = try serve(message.bytes)
            answer?.credit(allowance)
        } catch {
            responder.finish(error)
        }
    }

    func halfClosed() {
        guard !hasRequest else { return }
        responder.finish(
            FailureStatus.status(
                .invalidArgument, "NO_REQUEST", "", zh: "此方法需要一条请求，没有收到",
                en: "this method takes one request message; none came"))
    }

    func cancelled(_ cause: CancelCause) {
        end(
            cause == .deadline
                ? WireStatus(.deadlineExceeded, "the call's deadline has passed")
                : WireStatus(.cancelled, "the call was cancelled"))
    }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        answer?.credit(allowance)
    }

    private func end(_ status: WireStatus) {
        answer?.cancelled()
        answer = nil
        responder.finish(status)
    }
}

/// An answer of many messages that follows the client's credit. Lives on the connection's event
/// loop.
protocol StreamingAnswer: AnyObject {
    /// So much may be sent now.
    func credit(_ allowance: Credit)
    /// Nobody waits any more. Called once or more; afterwards nothing is sent.
    func cancelled()
}
