import NIOCore
import Synchronization
import Wire

/// Waits for the one answer of a unary call.
final class UnaryCall: CallSink {
    enum Answer: Sendable {
        case bytes([UInt8])
        case failed(CallEnd)
    }

    private let continuation: CheckedContinuation<Answer, Never>
    private let answer = Mutex<[UInt8]?>(nil)

    private init(_ continuation: CheckedContinuation<Answer, Never>) {
        self.continuation = continuation
    }

    /// Makes the call and waits for its end; the cancellation of the task cancels the call.
    nonisolated(nonsending) static func perform(
        _ wanted: OutgoingCall, deadline: NIODeadline?, on connection: ClientConnection
    ) async -> Answer {
        let slot = CallSlot(connection)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                slot.began(
                    connection.start(wanted, deadline: deadline, sink: UnaryCall(continuation)))
            }
        } onCancel: {
            slot.cancel()
        }
    }

    func received(_ message: InboundMessage) {
        answer.withLock { $0 = Array(message.bytes.readableBytesView) }
    }

    func ended(_ end: CallEnd) {
        if case .status(let status) = end, status.code == .ok,
            let bytes = answer.withLock({ $0 })
        {
            continuation.resume(returning: .bytes(bytes))
        } else {
            continuation.resume(returning: .failed(end))
        }
    }
}

/// A call that may be cancelled before it has begun.
final class CallSlot: Sendable {
    private let connection: ClientConnection
    private let state = Mutex(State())

    private struct State {
        var call: ClientCall?
        var isCancelled = false
    }

    init(_ connection: ClientConnection) {
        self.connection = connection
    }

    func began(_ call: ClientCall) {
        let isCancelled = state.withLock { state in
            state.call = call
            return state.isCancelled
        }
        if isCancelled { connection.post(.cancel(call)) }
    }

    func cancel() {
        let call = state.withLock { state in
            state.isCancelled = true
            return state.call
        }
        if let call { connection.post(.cancel(call)) }
    }

    func post(_ command: (ClientCall) -> ClientCommand) {
        if let call = state.withLock({ $0.call }) { connection.post(command(call)) }
    }
}
