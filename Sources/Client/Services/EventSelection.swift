import Schema

/// Which events are meant. What is empty does not restrict; what is given must all hold.
public struct EventSelection: Sendable, Equatable {
    /// In one of these streams.
    public var streams: [String]
    /// In a stream whose name begins with one of these prefixes, for example `issue`.
    public var categories: [String]
    /// Of one of these types, by name.
    public var types: [String]
    /// Belonging to all of these subjects, for example `branch-yq-b1`.
    public var tags: [String]

    /// Everything that is left out does not restrict.
    public init(
        streams: [String] = [], categories: [String] = [], types: [String] = [],
        tags: [String] = []
    ) {
        self.streams = streams
        self.categories = categories
        self.types = types
        self.tags = tags
    }

    func filter() throws(TaizhangError) -> FactFilter {
        var filter = FactFilter()
        filter.streams = streams
        filter.categories = categories
        filter.tags = tags
        for name in types {
            guard let type = EventType(name: name) else {
                throw TaizhangError(.invalidArgument, "there is no event type \(name)")
            }
            filter.types.append(type.number)
        }
        return filter
    }
}

/// How many events a stream must have for a recording to be accepted.
public struct StreamRequirement: Sendable, Equatable {
    /// What may be required of a stream.
    public enum Version: Sendable, Equatable {
        /// Nothing.
        case any
        /// None yet.
        case none
        /// At least one.
        case exists
        /// So many.
        case exactly(UInt64)
    }

    /// The name of the stream.
    public var stream: String
    /// What it must have.
    public var version: Version

    /// A requirement of one stream.
    public init(stream: String, version: Version) {
        self.stream = stream
        self.version = version
    }

    var message: ExpectedVersion {
        var message = ExpectedVersion()
        message.stream = stream
        switch version {
        case .any: message.any = true
        case .none: message.none = true
        case .exists: message.exists = true
        case .exactly(let count): message.exactly = count
        }
        return message
    }
}

/// "Nothing that matches one of these was recorded after this position."
public struct RecordCondition: Sendable, Equatable {
    /// One of these matching is enough to refuse.
    public var alternatives: [EventSelection]
    /// The last position that the caller has seen.
    public var after: UInt64

    /// A condition on what was recorded after a position.
    public init(nothingMatches alternatives: [EventSelection], after: UInt64) {
        self.alternatives = alternatives
        self.after = after
    }

    func message() throws(TaizhangError) -> AppendCondition {
        var message = AppendCondition()
        for alternative in alternatives { message.query.append(try alternative.filter()) }
        message.after = after
        return message
    }
}
