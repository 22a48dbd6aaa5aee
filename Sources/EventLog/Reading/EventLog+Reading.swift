package import LogFormat

extension EventLog {
    /// Reads one page of durable events.
    ///
    /// - Throws: `.damaged` when stored bytes are not what was written, `.indexUnavailable`,
    ///   `.closed`, `.store`.
    package func read(_ query: ReadQuery) throws(EventLogError) -> ReadPage {
        var events: [RecordedEvent] = []
        let end = try lend(query) { events.append($1.event(at: $0)) }
        return ReadPage(events: events, next: end.next, head: end.head)
    }

    /// Lends the events of one page of durable events, in the query's direction, each with its
    /// position and valid only inside the call that lends it: nothing is copied that is not asked
    /// for.
    ///
    /// - Throws: as `read`.
    package func lend(
        _ query: ReadQuery, _ body: (UInt64, StoredRecord) -> Void
    ) throws(EventLogError) -> PageEnd {
        try checkOpen()
        var query = query
        query.maxEvents = min(query.maxEvents, options.maxPageEvents)
        query.maxBytes = min(query.maxBytes, options.maxPageBytes)
        let head = committer.durable
        if PositionPlan(query).isEverything {
            let next = try log.scan(query, head: head, body)
            return PageEnd(next: next.map(Position.init), head: Position(head))
        }
        if index == nil { throw .indexUnavailable(indexFault ?? "there is no index") }
        let found = try findPositions(
            query, horizon: head, overlay: overlay, index: index, options: options)
        var budget = PageBudget(query)
        let count = try log.lend(at: found.positions[...], &budget, body)
        let next = count < found.positions.count ? found.positions[count] : found.next
        return PageEnd(
            next: next.flatMap { $0 <= head ? Position($0) : nil }, head: Position(head))
    }

    /// The durable event with this id; nil when there is none.
    package func event(withID id: EventID) throws(EventLogError) -> RecordedEvent? {
        try checkOpen()
        // The head is taken before the overlay is asked, so that what is found can be read.
        let head = committer.durable
        let position = try findPosition(
            of: id, overlay: overlay, index: index, indexFault: indexFault)
        guard let position, position <= max(head, committer.durable) else { return nil }
        return try event(at: Position(position))
    }

    /// The durable event at a position; nil when there is none.
    package func event(at position: Position) throws(EventLogError) -> RecordedEvent? {
        try checkOpen()
        guard position > .zero, position <= head else { return nil }
        var found: RecordedEvent?
        try log.withRecords(at: CollectionOfOne(position.value)) { found = $1.event(at: $0) }
        return found
    }

    /// The number of durable events in a stream.
    package func streamVersion(_ stream: String) throws(EventLogError) -> UInt64 {
        try checkOpen()
        let durable = committer.durable
        let known = overlay.withLock { $0.version(ofStream: stream, through: durable) }
        if let known { return known }
        guard let index else { throw .indexUnavailable(indexFault ?? "there is no index") }
        return try index.records(ofNames: [stream])[0]?.version ?? 0
    }

    /// Calls `wake` after every commit with the new head, on a thread of the log: it must not
    /// block. The calls end when the token is let go of.
    package func onCommit(_ wake: @escaping @Sendable (Position) -> Void) -> WakeToken {
        WakeToken(wakers: wakers, token: wakers.add(wake))
    }

    /// Waits until an event after `position` is durable.
    ///
    /// - Returns: the head at that moment.
    /// - Throws: `CancellationError`, `EventLogError.closed`.
    package func wait(after position: Position) async throws -> Position {
        try await waiters.wait(after: position.value)
    }
}
