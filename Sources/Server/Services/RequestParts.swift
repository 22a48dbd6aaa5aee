import EventLog
import Schema
import Wire

/// Parts of requests in the log's terms.
enum RequestParts {
    /// The expected versions of a record request.
    static func expectations(
        _ messages: [Schema.ExpectedVersion]
    ) throws(WireStatus) -> [StreamExpectation] {
        var result: [StreamExpectation] = []
        for message in messages {
            let version: LogExpectedVersion
            switch message.expectation {
            case .any: version = .any
            case .none?: version = .none
            case .exists: version = .exists
            case .exactly(let count): version = .exactly(count)
            case nil:
                throw FailureStatus.status(
                    .invalidArgument, "EXPECTATION", "",
                    zh: "流 \(message.stream) 的期望版本为空",
                    en: "the expected version of stream \(message.stream) is empty: say any, "
                        + "none, exists or exactly")
            }
            result.append(StreamExpectation(stream: message.stream, version: version))
        }
        return result
    }

    /// The condition of a record request.
    static func condition(_ message: Schema.AppendCondition) -> LogCondition {
        LogCondition(
            query: EventQuery(message.query.map(alternative)), after: Position(message.after))
    }

    private static func alternative(_ filter: FactFilter) -> EventQuery.Alternative {
        EventQuery.Alternative(
            types: filter.types, tags: filter.tags, streams: filter.streams,
            categories: filter.categories)
    }

    /// The read of a filter; pages are as large as the reader asks for.
    ///
    /// - Parameter from: nil for the beginning, or backwards for the end.
    static func query(
        _ filter: FactFilter, from: Position?, direction: ReadQuery.Direction
    ) -> ReadQuery {
        ReadQuery(
            .matching(EventQuery([alternative(filter)])), from: from, direction: direction,
            maxEvents: 1, maxBytes: 1)
    }
}
