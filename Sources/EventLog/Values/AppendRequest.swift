/// One event as its sender proposes it.
package struct EventDraft: Sendable {
    /// The idempotency key: one id names one event for ever.
    package var id: EventID
    /// Name of the stream the event belongs to; its category is what stands before the first `-`.
    package var stream: String
    /// Number of the event's type; the log gives it no meaning.
    package var type: UInt32
    /// Further subjects the event belongs to. Every event carries the name of its own stream as a
    /// tag without being told so.
    package var tags: [String]
    /// The sender's bytes, stored verbatim.
    package var body: [UInt8]

    package init(id: EventID, stream: String, type: UInt32, tags: [String] = [], body: [UInt8]) {
        self.id = id
        self.stream = stream
        self.type = type
        self.tags = tags
        self.body = body
    }
}

/// What a stream's version must be for an append to be accepted. A stream's version is the number
/// of its events: the first event has version 1, a stream without events version 0.
package enum ExpectedVersion: Hashable, Sendable {
    /// Nothing is demanded.
    case any
    /// The stream has no event yet.
    case none
    /// The stream has at least one event.
    case exists
    /// The stream has exactly this many events.
    case exactly(UInt64)

    /// Whether a stream with `version` events meets the demand.
    package func isMet(by version: UInt64) -> Bool {
        switch self {
        case .any: true
        case .none: version == 0
        case .exists: version > 0
        case .exactly(let demanded): version == demanded
        }
    }
}

/// A demand on the version of one stream, whether the request writes to it or not.
package struct StreamExpectation: Hashable, Sendable {
    package var stream: String
    package var version: ExpectedVersion

    package init(stream: String, version: ExpectedVersion) {
        self.stream = stream
        self.version = version
    }
}

/// "Nothing that matches `query` has been recorded after `after`."
package struct AppendCondition: Hashable, Sendable {
    package var query: EventQuery
    /// The last position the proposer has seen.
    package var after: Position

    package init(query: EventQuery, after: Position) {
        self.query = query
        self.after = after
    }
}

/// Events that are recorded all together or not at all.
package struct AppendRequest: Sendable {
    /// In the order in which they are to be recorded; they may belong to different streams.
    package var events: [EventDraft]
    package var expected: [StreamExpectation]
    package var condition: AppendCondition?
    /// Judge and answer as usual, then forget: nothing is recorded.
    package var dryRun: Bool
    /// Whatever the judge needs besides the bytes; the log never looks at it.
    package var context: (any Sendable)?

    package init(
        events: [EventDraft], expected: [StreamExpectation] = [],
        condition: AppendCondition? = nil, dryRun: Bool = false, context: (any Sendable)? = nil
    ) {
        self.events = events
        self.expected = expected
        self.condition = condition
        self.dryRun = dryRun
        self.context = context
    }
}
