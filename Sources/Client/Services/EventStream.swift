import NIOCore
import Schema
import Synchronization

/// Batches of events of a read or a subscription, for readers to whom speed matters: history comes
/// in blocks as the server stores them, and the events are looked at where they lie.
///
/// A connection that is lost is made again and the reading goes on where it was: no event is
/// missing and none comes twice.
public struct EventBatches: AsyncSequence, Sendable {
    /// A batch.
    public typealias Element = EventBatch

    let client: TaizhangClient
    let method: String
    let options: CallOptions
    let progress: ReadProgress

    /// Begins a reading of its own.
    public func makeAsyncIterator() -> Iterator {
        // A copy, so that every iterator begins at the beginning.
        let progress = ReadProgress(progress)
        let stream = client.stream(
            method, progress.request, options: options, resume: { _ in progress.request })
        return Iterator(messages: stream.makeAsyncIterator(), progress: progress)
    }

    /// One reading.
    public struct Iterator: AsyncIteratorProtocol {
        private var messages: MessageStream.Iterator
        private let progress: ReadProgress
        private var readers = ValueReaders()
        private var last: EventBatch?
        /// Why the reading has ended; nil while it goes on.
        private var failure: (any Error)?
        /// Batches that have come and are being decompressed, in order.
        private var ahead = CircularBuffer<Task<EventBatch, any Error>>()

        /// Batches decompressed at the same time: enough for the other cores, little in memory.
        private static let aheadMax = 3

        init(messages: MessageStream.Iterator, progress: ReadProgress) {
            self.messages = messages
            self.progress = progress
        }

        /// The next batch; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> EventBatch? {
            while failure == nil, ahead.count < Self.aheadMax, !progress.isComplete {
                // One must come; more are taken only when they are there.
                let part =
                    ahead.isEmpty
                    ? try await messages.nextPart(isolation: actor) : messages.partThatIsThere()
                guard let part else { break }
                guard let batch = try batch(part) else { continue }
                progress.advanced(next: batch.next, count: UInt64(batch.count))
                last = batch
                if ahead.isEmpty, !batch.isSealed { return batch }
                ahead.append(Task { try batch.decompressed() })
            }
            if let failure { throw failure }
            do {
                return try await ahead.popFirst()?.value
            } catch {
                // What comes behind a batch that cannot be read must not look like its successor.
                ahead.removeAll()
                failure = error
                throw error
            }
        }

        /// - Returns: nil for a message that only prepares what follows.
        private mutating func batch(_ part: StreamPart) throws(TaizhangError) -> EventBatch? {
            guard !part.isBlock else {
                return try EventBatch(
                    value: part.bytes, expected: progress.expected, after: last, readers)
            }
            let response = try ReadResponse.answer(part.bytes)
            guard response.hasDictionary else { return EventBatch(response, readers) }
            if try !readers.add(response.dictionary) {
                readers = ValueReaders()
                _ = try readers.add(response.dictionary)
            }
            return nil
        }
    }
}

/// Events as they arrive: some at a time, and how far the ledger has been searched.
public struct EventPage: Sendable, Equatable {
    /// The events, in the order of the reading.
    public let events: [LedgerEvent]
    /// Everything before this position has been looked at: a reader that stops here goes on here.
    public let next: UInt64
    /// The last durable position that the server has told of.
    public let head: UInt64
    /// A subscription has delivered all that was there when it began; what follows is new.
    public let isCaughtUp: Bool

    init(_ batch: EventBatch) throws {
        events = try batch.events()
        next = batch.next
        head = batch.head
        isCaughtUp = batch.isCaughtUp
    }
}

/// Pages of events of a read or a subscription: the batches, copied out.
public struct EventPages: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = EventPage

    /// The same events without a copy.
    public let batches: EventBatches

    /// Begins a reading of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(batches: batches.makeAsyncIterator())
    }

    /// One reading.
    public struct Iterator: AsyncIteratorProtocol {
        var batches: EventBatches.Iterator

        /// The next page; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> EventPage? {
            try await batches.next(isolation: actor).map { try EventPage($0) }
        }
    }
}

/// Events of a read or a subscription, one at a time.
public struct EventStream: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = LedgerEvent

    /// The same events in the pages in which they arrive.
    public let pages: EventPages

    /// Begins a reading of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator())
    }

    /// One reading.
    public struct Iterator: AsyncIteratorProtocol {
        var pages: EventPages.Iterator
        private var events: ArraySlice<LedgerEvent> = []

        init(pages: EventPages.Iterator) {
            self.pages = pages
        }

        /// The next event; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> LedgerEvent? {
            while events.isEmpty {
                guard let page = try await pages.next(isolation: actor) else { return nil }
                events = page.events[...]
            }
            return events.popFirst()
        }
    }
}

/// How far a reading has come, and the request that continues it.
final class ReadProgress: Sendable {
    enum Kind: Sendable {
        case read(ReadRequest)
        case subscription(SubscribeRequest)
    }

    private let state: Mutex<Kind>
    private let done = Atomic<Bool>(false)

    init(_ kind: Kind) {
        state = Mutex(kind)
    }

    convenience init(_ other: ReadProgress) {
        self.init(other.state.withLock { $0 })
    }

    /// All events that were asked for have come.
    var isComplete: Bool { done.load(ordering: .relaxed) }

    var request: [UInt8] {
        state.withLock { kind in
            switch kind {
            case .read(let request): request.wireBytes
            case .subscription(let request): request.wireBytes
            }
        }
    }

    /// The next position of a reading that leaves nothing out; nil when only the server knows.
    var expected: UInt64? {
        state.withLock { kind in
            switch kind {
            case .read(let request): Swift.max(request.from, 1)
            case .subscription(let request): request.fromEnd ? nil : Swift.max(request.from, 1)
            }
        }
    }

    /// - Parameters:
    ///   - next: where the reading goes on.
    ///   - count: events that came.
    func advanced(next: UInt64, count: UInt64) {
        state.withLock { kind in
            switch kind {
            case .read(var request):
                request.from = next
                if request.limit > 0 {
                    if count >= request.limit { done.store(true, ordering: .relaxed) }
                    request.limit -= Swift.min(count, request.limit)
                }
                // Backwards, "before the first" is the end, where 0 would mean the beginning.
                if request.backwards, next == 0 { done.store(true, ordering: .relaxed) }
                kind = .read(request)
            case .subscription(var request):
                request.from = next
                request.fromEnd = false
                kind = .subscription(request)
            }
        }
    }
}
