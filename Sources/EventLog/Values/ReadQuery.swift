/// Which events to read, from where, in which direction and how many of them.
package struct ReadQuery: Hashable, Sendable {
    /// The list of events a read runs along.
    package enum Scope: Hashable, Sendable {
        case all
        case stream(String)
        /// All streams whose name begins with this word and a hyphen.
        case category(String)
        /// All events that carry the tag; an event carries its own stream's name.
        case tag(String)
        /// All events that match an alternative of the query.
        case matching(EventQuery)
    }

    package enum Direction: Hashable, Sendable {
        case forwards
        case backwards
    }

    package var scope: Scope
    /// Only events of any of these types; empty means every type.
    package var types: [UInt32]
    /// Only events that carry all of these tags besides.
    package var tags: [String]
    /// The first position to look at (the last one, going backwards), inclusive.
    package var from: Position
    package var direction: Direction
    /// At most this many events in a page.
    package var maxEvents: Int
    /// A page ends before it passes this many bytes of bodies and trailers; one event always fits.
    package var maxBytes: Int

    /// - Parameter from: nil means the beginning forwards and the head backwards.
    package init(
        _ scope: Scope = .all, types: [UInt32] = [], tags: [String] = [], from: Position? = nil,
        direction: Direction = .forwards, maxEvents: Int = 256, maxBytes: Int = 1 << 20
    ) {
        self.scope = scope
        self.types = types
        self.tags = tags
        self.from = from ?? (direction == .forwards ? .first : .end)
        self.direction = direction
        self.maxEvents = maxEvents
        self.maxBytes = maxBytes
    }

    /// Whether no event is left out.
    package var isEverything: Bool {
        PositionPlan(self).isEverything
    }
}

/// How a page ended whose events were lent.
package struct PageEnd: Sendable {
    /// Where the next page starts; nil when the head (or, backwards, the beginning) was reached.
    /// A page may be empty and yet have a next one: a search stops after a bounded effort.
    package let next: Position?
    /// The last durable position when the read began; nothing later is in the page.
    package let head: Position
}

/// One answer to a read.
package struct ReadPage: Sendable {
    /// In the query's direction.
    package var events: [RecordedEvent]
    /// Where the next page starts; nil when the head (or, backwards, the beginning) was reached.
    /// A page may be empty and yet have a next one: a search stops after a bounded effort.
    package var next: Position?
    /// The last durable position when the read began; nothing later is in the page.
    package var head: Position

    package init(events: [RecordedEvent], next: Position?, head: Position) {
        self.events = events
        self.next = next
        self.head = head
    }
}
