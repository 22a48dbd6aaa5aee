package import Names

/// One event as its sender proposes it.
///
/// Its names and its body may be parts of larger runs of bytes, which it shares: an event on its
/// way from the network into the log is copied once, into its record.
package struct EventDraft: Sendable {
    /// The idempotency key: one id names one event for ever.
    package var id: EventID
    /// Number of the event's type; the log gives it no meaning.
    package var type: UInt32
    /// Further subjects the event belongs to. Every event carries the name of its own stream as a
    /// tag without being told so; that it stands among these does no harm.
    package var names: NameList
    /// The bytes in which the stream's name and the body stand, and their places.
    let bytes: [UInt8]
    let streamPlace: Range<Int>
    let bodyPlace: Range<Int>

    /// - Parameters:
    ///   - stream: where the name of the event's stream stands in `bytes`; its category is what
    ///     stands before the first `-`.
    ///   - names: its further tags.
    ///   - body: where the sender's bytes stand in `bytes`; they are stored verbatim.
    package init(
        id: EventID, type: UInt32, stream: Range<Int>, names: NameList, body: Range<Int>,
        in bytes: [UInt8]
    ) {
        self.id = id
        self.type = type
        self.names = names
        self.bytes = bytes
        streamPlace = stream.clamped(to: 0..<bytes.count)
        bodyPlace = body.clamped(to: 0..<bytes.count)
    }

    /// - Parameters:
    ///   - stream: name of the stream the event belongs to.
    ///   - tags: further subjects it belongs to.
    ///   - body: the sender's bytes, stored verbatim.
    package init(id: EventID, stream: String, type: UInt32, tags: [String] = [], body: [UInt8]) {
        self.id = id
        self.type = type
        names = NameList(tags)
        streamPlace = 0..<stream.utf8.count
        bodyPlace = streamPlace.upperBound..<(streamPlace.upperBound + body.count)
        bytes = stream.utf8 + body
    }

    /// Name of the stream the event belongs to.
    package var stream: String { String(decoding: bytes[streamPlace], as: UTF8.self) }

    /// Its further tags.
    package var tags: [String] { Array(names) }

    /// The sender's bytes.
    package var body: [UInt8] {
        bodyPlace == 0..<bytes.count ? bytes : Array(bytes[bodyPlace])
    }

    /// Bytes of the body.
    var bodyCount: Int { bodyPlace.count }
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
    /// The bytes in which the stream's name stands, and the place.
    let bytes: [UInt8]
    let place: Range<Int>
    package let version: ExpectedVersion

    package init(stream: String, version: ExpectedVersion) {
        bytes = Array(stream.utf8)
        place = 0..<bytes.count
        self.version = version
    }

    /// - Parameter place: where the stream's name stands in `bytes`.
    package init(stream place: Range<Int>, in bytes: [UInt8], version: ExpectedVersion) {
        self.bytes = bytes
        self.place = place.clamped(to: 0..<bytes.count)
        self.version = version
    }

    package var stream: String { String(decoding: bytes[place], as: UTF8.self) }

    package static func == (left: StreamExpectation, right: StreamExpectation) -> Bool {
        left.version == right.version && left.bytes[left.place] == right.bytes[right.place]
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(version)
        hasher.combine(bytes[place])
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

/// What a request carries for the judge.
package protocol AppendContext: AnyObject, Sendable {}

/// Events that are recorded all together or not at all.
package struct AppendRequest: Sendable {
    /// In the order in which they are to be recorded; they may belong to different streams.
    package var events: [EventDraft]
    package var expected: [StreamExpectation]
    package var condition: AppendCondition?
    /// Judge and answer as usual, then forget: nothing is recorded.
    package var dryRun: Bool
    /// Whatever the judge needs besides the bytes; the log never looks at it.
    package var context: (any AppendContext)?
    /// Whose request it is: those of one caller are judged in the order in which they come, also
    /// when one of them has to wait. The object must live as long as the request.
    package var caller: ObjectIdentifier?

    package init(
        events: [EventDraft], expected: [StreamExpectation] = [],
        condition: AppendCondition? = nil, dryRun: Bool = false,
        context: (any AppendContext)? = nil, caller: ObjectIdentifier? = nil
    ) {
        self.events = events
        self.expected = expected
        self.condition = condition
        self.dryRun = dryRun
        self.context = context
        self.caller = caller
    }
}
