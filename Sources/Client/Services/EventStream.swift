import Schema
import Synchronization

/// Events as they arrive: some at a time, and how far the ledger has been searched.
public struct EventPage: Sendable, Equatable {
    /// The events, in the order of the reading.
    public let events: [LedgerEvent]
    /// Everything before this position has been looked at: a reader that stops here goes on here.
    public let next: UInt64
    /// The last durable position when this was read.
    public let head: UInt64
    /// A subscription has delivered all that was there; what follows is new.
    public let isCaughtUp: Bool

    init(_ response: ReadResponse) throws(TaizhangError) {
        var events: [LedgerEvent] = []
        for fact in response.facts { events.append(try LedgerEvent(fact)) }
        self.events = events
        next = response.nextPosition
        head = response.headPosition
        isCaughtUp = response.caughtUp
    }
}

/// Pages of events of a read or a subscription.
///
/// A connection that is lost is made again and the reading goes on where it was: no event is
/// missing and none comes twice.
public struct EventPages: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = EventPage

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
        var messages: MessageStream.Iterator
        let progress: ReadProgress

        /// The next page; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> EventPage? {
            guard !progress.isComplete, let bytes = try await messages.next(isolation: actor)
            else { return nil }
            let page = try EventPage(try ReadResponse.answer(bytes))
            progress.advanced(page)
            return page
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

    func advanced(_ page: EventPage) {
        let count = UInt64(page.events.count)
        state.withLock { kind in
            switch kind {
            case .read(var request):
                request.from = page.next
                if request.limit > 0 {
                    if count >= request.limit { done.store(true, ordering: .relaxed) }
                    request.limit -= Swift.min(count, request.limit)
                }
                // Backwards, "before the first" is the end, where 0 would mean the beginning.
                if request.backwards, page.next == 0 { done.store(true, ordering: .relaxed) }
                kind = .read(request)
            case .subscription(var request):
                request.from = page.next
                request.fromEnd = false
                kind = .subscription(request)
            }
        }
    }
}
