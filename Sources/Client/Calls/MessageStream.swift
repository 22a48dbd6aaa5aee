import NIOCore
import Wire

/// The messages of a server-streaming call, in order.
///
/// The call is made when the first message is asked for, and cancelled when the iterator is let
/// go of or its task is cancelled. Each iterator makes a call of its own.
public struct MessageStream: AsyncSequence, Sendable {
    /// A message, in protobuf.
    public typealias Element = [UInt8]

    let caller: Caller
    let method: String
    let body: [UInt8]
    let options: CallOptions
    let resume: (@Sendable ([UInt8]) -> [UInt8])?

    /// Begins a call of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(session: StreamSession(self))
    }

    /// One reading.
    public struct Iterator: AsyncIteratorProtocol {
        let session: StreamSession

        /// The next message; nil at the orderly end.
        ///
        /// - Throws: `TaizhangError`, or `CancellationError` when the task is cancelled.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> [UInt8]? {
            try await session.next(isolation: actor)?.bytes
        }

        /// The next message or stored value; nil at the orderly end.
        mutating func nextPart(
            isolation actor: isolated (any Actor)?
        ) async throws -> StreamPart? {
            try await session.next(isolation: actor)
        }

        /// The next message or stored value if it has come already.
        mutating func partThatIsThere() -> StreamPart? {
            session.partThatIsThere()
        }
    }
}

/// What a server sends in a stream.
struct StreamPart: Sendable {
    var bytes: [UInt8]
    /// A value of the log as it is stored, instead of a message of the service.
    var isBlock: Bool
}

/// One reading of a stream, with as many calls as it takes to resume it.
final class StreamSession {
    private let stream: MessageStream
    private let deadline: NIODeadline?
    private var call: StreamCall?
    private var last: [UInt8]?
    private var isOver = false
    /// Calls that failed since the last message.
    private var failures = 0

    init(_ stream: MessageStream) {
        self.stream = stream
        deadline = stream.options.deadline.map { .now() + $0.timeAmount }
    }

    deinit {
        call?.cancel()
    }

    /// The next message; runs where its caller runs, so that a message that is there already
    /// costs no change of threads.
    func next(isolation actor: isolated (any Actor)?) async throws -> StreamPart? {
        while !isOver {
            let call = if let call { call } else { try await present(isolation: actor) }
            switch await call.next(isolation: actor) {
            case .message(let bytes, let isBlock):
                failures = 0
                last = bytes
                return StreamPart(bytes: bytes, isBlock: isBlock)
            case .ended(let end):
                self.call = nil
                try await ended(end, isolation: actor)
            }
        }
        return nil
    }

    /// The next message if it has come already.
    func partThatIsThere() -> StreamPart? {
        guard !isOver, case .message(let bytes, let isBlock)? = call?.messageThatIsThere() else {
            return nil
        }
        failures = 0
        last = bytes
        return StreamPart(bytes: bytes, isBlock: isBlock)
    }

    private func present(isolation actor: isolated (any Actor)?) async throws -> StreamCall {
        while true {
            do {
                let call = try await begin(isolation: actor)
                self.call = call
                return call
            } catch let error as TaizhangError {
                try await failed(error, mayRepeat: true, isolation: actor)
            }
        }
    }

    private func begin(isolation actor: isolated (any Actor)?) async throws -> StreamCall {
        let caller = stream.caller
        let connection = try await caller.keeper.connection(deadline: deadline)
        let call = StreamCall(window: caller.window)
        call.begin(
            OutgoingCall(
                method: stream.method, metadata: Caller.metadata(stream.options),
                credit: caller.window, message: OutboundMessage(body), ends: true),
            deadline: deadline, on: connection)
        return call
    }

    /// The request: from the beginning, or from behind the last message.
    private var body: [UInt8] {
        guard let last, let resume = stream.resume else { return stream.body }
        return resume(last)
    }

    private func ended(_ end: CallEnd, isolation actor: isolated (any Actor)?) async throws {
        let canContinue = stream.resume != nil || last == nil
        switch end {
        case .status(let status):
            guard let error = TaizhangError(status) else {
                isOver = true
                return
            }
            try await failed(
                error, mayRepeat: canContinue && error.isPassing, isolation: actor)
        case .neverHappened:
            try await failed(
                .unavailable("the connection is gone"), mayRepeat: canContinue, isolation: actor)
        case .lost(let reason):
            try await failed(
                .unavailable(reason), mayRepeat: canContinue, isolation: actor)
        case .expired:
            try await failed(
                TaizhangError(.deadlineExceeded, "the deadline has passed"), mayRepeat: false,
                isolation: actor)
        case .cancelled:
            isOver = true
            throw CancellationError()
        }
    }

    /// Pauses before the next attempt, or gives up.
    private func failed(
        _ error: TaizhangError, mayRepeat: Bool, isolation actor: isolated (any Actor)?
    ) async throws {
        failures += 1
        guard mayRepeat, stream.resume != nil || failures <= 2 else {
            isOver = true
            throw error
        }
        do {
            try await stream.caller.pause(after: failures, because: error, deadline: deadline)
        } catch {
            isOver = true
            throw error
        }
    }
}
