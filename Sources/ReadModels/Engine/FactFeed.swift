package import EventLog
import LogFormat
package import PartyBuilding

/// Proves that the views were built from this very log: what stood at a position.
package struct FeedMark: Equatable, Sendable {
    /// Identity of the event at the position; empty for position 0.
    package let event: [UInt8]
    /// Merkle root over everything up to the position; nil where the log keeps none.
    package let root: [UInt8]?

    package init(event: [UInt8], root: [UInt8]?) {
        self.event = event
        self.root = root
    }

    /// Whether both can be of the same log.
    func agrees(with other: FeedMark) -> Bool {
        guard event == other.event else { return false }
        guard let root, let otherRoot = other.root else { return true }
        return root == otherRoot
    }
}

/// A stretch of facts read from a feed.
package struct FeedPage: Sendable {
    /// In order of position. Events that this version does not understand are left out.
    package let facts: [Fact]
    /// Everything up to here was read.
    package let through: UInt64
    package let head: UInt64
    /// How many were left out.
    package let unreadable: UInt64

    package init(facts: [Fact], through: UInt64, head: UInt64, unreadable: UInt64 = 0) {
        self.unreadable = unreadable
        self.facts = facts
        self.through = through
        self.head = head
    }
}

/// Where the views take their facts from: the log, or a list in a test.
package protocol FactFeed: Sendable {
    /// Sixteen bytes that name the ledger.
    var ledger: [UInt8] { get }

    /// Position of the last durable fact.
    var head: UInt64 { get }

    /// The facts behind a position, in order.
    func read(after position: UInt64, limit: Int) throws -> FeedPage

    /// The mark of a position; nil when the log does not reach so far.
    func mark(at position: UInt64) throws -> FeedMark?

    /// Calls `wake` after every commit, without waiting for it. The calls end when the returned
    /// object is let go of.
    func onCommit(_ wake: @escaping @Sendable () -> Void) -> any Sendable
}

/// The feed of an event log.
package struct EventLogFeed: FactFeed {
    private let log: EventLog
    /// Bytes of events read at once.
    private static let pageBytesMax = 8 << 20

    package init(_ log: EventLog) {
        self.log = log
    }

    package var ledger: [UInt8] { log.identity.id.bytes }

    package var head: UInt64 { log.head.value }

    package func read(after position: UInt64, limit: Int) throws -> FeedPage {
        let page = try log.read(
            ReadQuery(
                .all, from: Position(position + 1), maxEvents: limit,
                maxBytes: Self.pageBytesMax))
        var facts: [Fact] = []
        facts.reserveCapacity(page.events.count)
        for event in page.events {
            let fact = try? FactDecoder.recorded(
                body: event.body, trailer: event.trailer, position: event.position.value,
                streamVersion: event.streamVersion, tags: event.tags)
            if let fact { facts.append(fact) }
        }
        let through = page.events.last?.position.value ?? position
        return FeedPage(
            facts: facts, through: through, head: page.head.value,
            unreadable: UInt64(page.events.count - facts.count))
    }

    package func mark(at position: UInt64) throws -> FeedMark? {
        guard position <= head else { return nil }
        if position == 0 { return FeedMark(event: [], root: nil) }
        guard let event = try log.event(at: Position(position)) else { return nil }
        return FeedMark(
            event: event.id.bytes, root: try log.root(after: Position(position))?.bytes)
    }

    package func onCommit(_ wake: @escaping @Sendable () -> Void) -> any Sendable {
        log.onCommit { _ in wake() }
    }
}
