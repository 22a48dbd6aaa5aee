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
            query: EventQuery(
                message.query.map { filter in
                    EventQuery.Alternative(
                        types: filter.types, tags: filter.tags + filter.streams)
                }),
            after: Position(message.after))
    }

    /// The read of a filter.
    ///
    /// - Throws: `WireStatus` INVALID_ARGUMENT for a filter that asks for several categories, or
    ///   for categories and streams at once.
    static func query(
        _ filter: FactFilter, from: Position?, direction: ReadQuery.Direction, maxEvents: Int,
        maxBytes: Int
    ) throws(WireStatus) -> ReadQuery {
        if filter.categories.count > 1 || (!filter.categories.isEmpty && !filter.streams.isEmpty) {
            throw FailureStatus.status(
                .invalidArgument, "FILTER", "",
                zh: "一次只能按一个类别或若干条流筛选", en: "filter by one category or by streams, not by more")
        }
        let scope: ReadQuery.Scope
        switch (filter.streams.count, filter.categories.first) {
        case (0, let category?): scope = .category(category)
        case (0, nil): scope = .all
        case (1, _): scope = .stream(filter.streams[0])
        default:
            scope = .matching(
                EventQuery(filter.streams.map { EventQuery.Alternative(tags: [$0]) }))
        }
        return ReadQuery(
            scope, types: filter.types, tags: filter.tags, from: from, direction: direction,
            maxEvents: maxEvents, maxBytes: maxBytes)
    }
}
