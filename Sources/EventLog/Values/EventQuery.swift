/// A set of events described by types, tags and places: the alternatives of an append condition or
/// of a filtered read.
package struct EventQuery: Hashable, Sendable {
    /// One description: the event has one of the types, is in one of the streams *and* in one of
    /// the categories, and carries all of the tags.
    package struct Alternative: Hashable, Sendable {
        /// Any of these types; empty means every type.
        package var types: [UInt32]
        /// All of these tags; empty means no tag is needed.
        package var tags: [String]
        /// Any of these streams; empty means every stream.
        package var streams: [String]
        /// Any of these categories; empty means every category.
        package var categories: [String]

        package init(
            types: [UInt32] = [], tags: [String] = [], streams: [String] = [],
            categories: [String] = []
        ) {
            self.types = types
            self.tags = tags
            self.streams = streams
            self.categories = categories
        }
    }

    /// An event matches when any alternative does; without alternatives nothing matches.
    package var alternatives: [Alternative]

    package init(_ alternatives: [Alternative]) {
        self.alternatives = alternatives
    }

    /// Events of any of `types` that carry all of `tags`.
    package init(types: [UInt32] = [], tags: [String] = []) {
        self.init([Alternative(types: types, tags: tags)])
    }

    /// Whether an event with this type, stream and further tags belongs to the set.
    package func matches(type: UInt32, stream: String, tags: [String]) -> Bool {
        alternatives.contains { alternative in
            (alternative.types.isEmpty || alternative.types.contains(type))
                && alternative.tags.allSatisfy { $0 == stream || tags.contains($0) }
                && (alternative.streams.isEmpty || alternative.streams.contains(stream))
                && (alternative.categories.isEmpty
                    || alternative.categories.contains(String(category(ofStream: stream))))
        }
    }
}
