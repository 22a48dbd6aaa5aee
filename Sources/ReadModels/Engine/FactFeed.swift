package import EventLog
import LogFormat
package import PartyBuilding
import Schema

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
    /// In order of position, without records of volunteer service. Events that this version does
    /// not understand are left out, and those of types that nobody asked for.
    package private(set) var facts: [Fact] = []
    /// Records of volunteer service (E05), in order of position.
    package private(set) var services = ServiceFacts()
    /// Everything up to here was read.
    package internal(set) var through: UInt64
    package internal(set) var head: UInt64
    /// How many were left out because they could not be understood.
    package internal(set) var unreadable: UInt64 = 0

    /// - Parameter through: everything up to here was read so far.
    package init(through: UInt64, head: UInt64) {
        self.through = through
        self.head = head
    }

    /// Takes the next fact.
    package mutating func append(_ fact: Fact) {
        if fact.type == .volunteerServiceRecorded {
            services.append(fact)
        } else {
            facts.append(fact)
        }
    }

    /// Takes a record of volunteer service by its bytes; see `ServiceWire`.
    mutating func appendService(
        position: UInt64, stream: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer,
        trailer: UnsafeRawBufferPointer
    ) -> Bool {
        ServiceWire.append(
            to: &services, position: position, stream: stream, body: body, trailer: trailer)
    }

    /// Forgets everything behind a position.
    mutating func cut(after position: UInt64) {
        guard through > position else { return }
        through = position
        while let last = facts.last, last.position > position { facts.removeLast() }
        services.cut(after: position)
    }
}

/// Where the views take their facts from: the log, or a list in a test.
package protocol FactFeed: Sendable {
    /// Sixteen bytes that name the ledger.
    var ledger: [UInt8] { get }

    /// Position of the last durable fact.
    var head: UInt64 { get }

    /// The facts behind a position, in order.
    ///
    /// - Parameters:
    ///   - limit: events to look at, at most.
    ///   - types: facts of other types are passed over.
    func read(after position: UInt64, limit: Int, types: TypeSet) throws -> FeedPage

    /// The durable fact of an identity; nil when there is none that can be understood.
    func fact(withID id: FactID) throws -> Fact?

    /// The mark of a position; nil when the log does not reach so far.
    func mark(at position: UInt64) throws -> FeedMark?

    /// Calls `wake` with the new head after every commit, without waiting for it. The calls end
    /// when the returned object is let go of.
    func onCommit(_ wake: @escaping @Sendable (_ head: UInt64) -> Void) -> any Sendable
}

/// The feed of an event log.
package struct EventLogFeed: FactFeed {
    private let log: EventLog
    /// Facts decoded in full for one page: each is a kilobyte or two.
    private static let pageFactsMax = 4_096
    /// Events looked at in one snapshot of the log, which should not last.
    private static let stretch = 8_192

    package init(_ log: EventLog) {
        self.log = log
    }

    package var ledger: [UInt8] { log.identity.id.bytes }

    package var head: UInt64 { log.head.value }

    package func read(after position: UInt64, limit: Int, types: TypeSet) throws -> FeedPage {
        var page = FeedPage(through: position, head: log.head.value)
        var left = limit
        while left > 0, page.facts.count < Self.pageFactsMax {
            let before = page.through
            try readStretch(min(left, Self.stretch), types, into: &page)
            guard page.through > before else { break }
            left -= Int(clamping: page.through - before)
        }
        page.head = max(page.head, page.through)
        return page
    }

    private func readStretch(
        _ count: Int, _ types: TypeSet, into page: inout FeedPage
    ) throws {
        var left = count
        let last = try log.visit(after: Position(page.through)) { event in
            left -= 1
            if types.contains(event.type) {
                Self.take(event, into: &page)
            } else if EventType(number: event.type) == nil {
                page.unreadable &+= 1
            }
            return left > 0 && page.facts.count < Self.pageFactsMax
        }
        page.through = last.value
    }

    private static func take(_ event: EventView, into page: inout FeedPage) {
        if event.type == EventType.volunteerServiceRecorded.number,
            page.appendService(
                position: event.position, stream: event.stream, body: event.body,
                trailer: event.trailer)
        {
            return
        }
        let fact = try? FactDecoder.recorded(
            body: [UInt8](event.body), trailer: [UInt8](event.trailer), position: event.position,
            streamVersion: event.streamVersion, tags: event.tags)
        if let fact { page.append(fact) } else { page.unreadable &+= 1 }
    }

    package func fact(withID id: FactID) throws -> Fact? {
        guard let id = EventID(bytes: id.bytes), let event = try log.event(withID: id) else {
            return nil
        }
        return try? FactDecoder.recorded(
            body: event.body, trailer: event.trailer, position: event.position.value,
            streamVersion: event.streamVersion, tags: event.tags)
    }

    package func mark(at position: UInt64) throws -> FeedMark? {
        guard position <= head else { return nil }
        if position == 0 { return FeedMark(event: [], root: nil) }
        guard let event = try log.event(at: Position(position)) else { return nil }
        return FeedMark(
            event: event.id.bytes, root: try log.root(after: Position(position))?.bytes)
    }

    package func onCommit(_ wake: @escaping @Sendable (_ head: UInt64) -> Void) -> any Sendable {
        log.onCommit { wake($0.value) }
    }
}
