import NIOCore
import Wire

/// Makes calls, with the patience that the options allow.
struct Caller: Sendable {
    let keeper: ConnectionKeeper
    let options: ClientOptions
    let backoff: Backoff

    init(keeper: ConnectionKeeper, options: ClientOptions) {
        self.keeper = keeper
        self.options = options
        backoff = Backoff(first: options.backoff, longest: options.backoffMax)
    }

    /// What a server may send ahead of a stream's reader.
    var window: Credit { Credit(events: options.streamEvents, bytes: options.streamBytes) }

    static func metadata(_ options: CallOptions) -> Metadata {
        var metadata = Metadata()
        for key in options.metadata.keys.sorted() {
            metadata = metadata.adding(key, options.metadata[key] ?? "")
        }
        return metadata
    }

    /// Makes a unary call, again if that is safe and makes sense.
    nonisolated(nonsending) func call(
        _ method: String, _ body: [UInt8], _ call: CallOptions
    ) async throws -> [UInt8] {
        let deadline = (call.deadline ?? options.deadline).map { NIODeadline.now() + $0.timeAmount }
        let wanted = OutgoingCall(
            method: method, metadata: Self.metadata(call),
            credit: Credit(events: 1, bytes: options.messageBytesMax),
            message: OutboundMessage(body), ends: true)
        var failures = 0
        while true {
            let failure: TaizhangError
            let mayRepeat: Bool
            do {
                let connection = try await keeper.connection(deadline: deadline)
                switch await UnaryCall.perform(wanted, deadline: deadline, on: connection) {
                case .bytes(let bytes): return bytes
                case .failed(let end): (failure, mayRepeat) = try judge(end, call)
                }
            } catch let error as TaizhangError {
                (failure, mayRepeat) = (error, call.isRepeatable && error.isPassing)
            }
            failures += 1
            guard mayRepeat, failures <= options.retriesMax else { throw failure }
            try await pause(after: failures, because: failure, deadline: deadline)
        }
    }

    private func judge(
        _ end: CallEnd, _ call: CallOptions
    ) throws -> (TaizhangError, mayRepeat: Bool) {
        switch end {
        case .status(let status):
            let error =
                TaizhangError(status)
                ?? TaizhangError(.internal, "the server gave no answer", outcomeIsUnknown: true)
            return (error, error.isPassing && (call.isRepeatable || status.isRefusalAtTheDoor))
        case .neverHappened:
            return (.unavailable("the connection is gone"), true)
        case .lost(let reason):
            return (.unavailable(reason, outcomeIsUnknown: true), call.isRepeatable)
        case .expired:
            return (
                TaizhangError(
                    .deadlineExceeded, "the deadline has passed", outcomeIsUnknown: true),
                false
            )
        case .cancelled:
            throw CancellationError()
        }
    }

    /// Waits before a repetition.
    ///
    /// - Throws: `failure` when the repetition would come after the deadline or too often.
    nonisolated(nonsending) func pause(
        after failures: Int, because failure: TaizhangError, deadline: NIODeadline?
    ) async throws {
        guard failures <= options.retriesMax else { throw failure }
        var pause = backoff.pause(after: failures)
        if let asked = failure.retryAfter { pause = max(pause, asked) }
        if let deadline, NIODeadline.now() + pause.timeAmount >= deadline { throw failure }
        try await Task.sleep(for: pause)
    }
}
