import NIOCore
import Synchronization
import Wire

/// A call in which both sides send many messages.
///
/// One task may send while another receives. It is not resumed when the connection is lost.
public final class Exchange: Sendable {
    private let call: StreamCall
    private let gate: SendGate

    init(call: StreamCall, gate: SendGate) {
        self.call = call
        self.gate = gate
    }

    deinit {
        call.cancel()
    }

    /// Sends a message; waits while the server does not take it.
    ///
    /// - Parameter events: events that it stands for in the server's credit.
    /// - Throws: `CancellationError`. When the call has ended nothing is thrown: `receive` says
    ///   why.
    public nonisolated(nonsending) func send(_ message: [UInt8], events: UInt32 = 1) async throws {
        guard try await gate.pass(bytes: message.count, events: events) else { return }
        call.post { .message($0, OutboundMessage(message, events: events)) }
    }

    /// Nothing more will be sent.
    public func finishSending() {
        call.post { .halfClose($0) }
    }

    /// The next message of the server; nil at the orderly end.
    ///
    /// - Throws: `TaizhangError`, or `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func receive() async throws -> [UInt8]? {
        switch await call.next() {
        case .message(let bytes, _): return bytes
        case .ended(.status(let status)):
            if let error = TaizhangError(status) { throw error }
            return nil
        case .ended(.neverHappened):
            throw TaizhangError.unavailable("the connection is gone")
        case .ended(.lost(let reason)):
            throw TaizhangError.unavailable(reason, outcomeIsUnknown: true)
        case .ended(.expired):
            throw TaizhangError(
                .deadlineExceeded, "the deadline has passed", outcomeIsUnknown: true)
        case .ended(.cancelled):
            throw CancellationError()
        }
    }

    /// Gives the call up.
    public func cancel() {
        call.cancel()
    }
}

/// Lets messages pass as the server gives credit for them.
final class SendGate: Sendable {
    private let state = Mutex(State())

    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var credit = Credit.none
        var isClosed = false
        var waiters: [Waiter] = []
        var lastNumber: UInt64 = 0
    }

    /// Waits until a message may be sent, and counts it.
    ///
    /// - Returns: false when the call has ended.
    nonisolated(nonsending) func pass(bytes: Int, events: UInt32) async throws -> Bool {
        while true {
            try Task.checkCancellation()
            let verdict = state.withLock { state -> Bool? in
                if state.isClosed { return false }
                guard state.credit.allows(events: events) else { return nil }
                state.credit.spend(
                    Credit.cost(
                        bytes: bytes, events: events, chunkBytes: Limits().chunkBytes))
                return true
            }
            if let verdict { return verdict }
            await wait(events: events)
        }
    }

    private nonisolated(nonsending) func wait(events: UInt32) async {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.isClosed || state.credit.allows(events: events) || Task.isCancelled {
                        return true
                    }
                    state.waiters.append(Waiter(number: number, continuation: continuation))
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.number == number }.map {
                    state.waiters.remove(at: $0)
                }
            }
            waiter?.continuation.resume()
        }
    }

    func add(_ credit: Credit) {
        wake { state in _ = state.credit.add(credit) }
    }

    func close() {
        wake { state in state.isClosed = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
    }
}
