/// Something that a judge needs before it can judge a request, and that takes longer than
/// everybody else should wait: it is done on a thread of its own.
///
/// It is known by its identity: a judge that needs for a second request what it has asked for
/// already names the same object.
package protocol Preparation: AnyObject, Sendable {
    /// Does the work, on a thread of the log that is not the sequencer's. It is the preparation's
    /// own matter to remember what came of it, and what failed.
    func prepare(_ facts: DurableEvents)
}

/// Reads of what is durable, for preparations.
package struct DurableEvents: Sendable {
    let log: LogStore
    let index: IndexStore?
    let overlay: Overlay
    let committer: Committer
    let options: EventLogOptions
    /// Tells that the log is being closed and nobody waits for the result any more.
    let isEnded: @Sendable () -> Bool

    /// Calls `body` with every durable event of a query, page by page, each page in a snapshot of
    /// its own.
    ///
    /// - Parameter query: forwards, of anything but everything.
    /// - Returns: the position up to which nothing that matches was left out.
    /// - Throws: `EventLogError`, or what `body` throws.
    package func forEach(
        _ query: ReadQuery, _ body: (RecordedEvent) throws -> Void
    ) throws -> Position {
        var query = query
        query.maxEvents = min(query.maxEvents, options.maxPageEvents)
        query.maxBytes = min(query.maxBytes, options.maxPageBytes)
        // Nil while the types are left to the index.
        var wanted: Set<UInt32>?
        let pageEvents = query.maxEvents
        if !query.types.isEmpty { query.maxEvents = min(pageEvents, 64) }
        while true {
            guard !isEnded() else { throw EventLogError.closed }
            let head = committer.durable
            let found = try findPositions(
                query, horizon: head, overlay: overlay, index: index, options: options)
            var budget = PageBudget(query)
            // What is done with an event takes longer than to copy it: the snapshot ends first.
            let events = try log.events(at: found.positions[...], &budget)
            for event in events where wanted?.contains(event.type) ?? true { try body(event) }
            let isShort = events.count < found.positions.count
            let next = isShort ? found.positions[events.count] : found.next
            guard let next, next <= head else { return Position(head) }
            if wanted == nil, try isDense(query, found.positions) {
                wanted = Set(query.types)
                query.types = []
            }
            query.from = Position(next)
            query.maxEvents = pageEvents
        }
    }

    /// Whether most events that a query without its types would find are of its types: to read
    /// those that are not costs less than to look every position up among all of these types.
    private func isDense(
        _ query: ReadQuery, _ positions: [UInt64]
    ) throws(EventLogError) -> Bool {
        guard let last = positions.last, !query.types.isEmpty else { return false }
        var plain = query
        plain.types = []
        plain.maxEvents = positions.count + positions.count / 4
        let found = try findPositions(
            plain, horizon: last, overlay: overlay, index: index, options: options)
        return found.next == nil
    }

    /// The durable event with this id; nil when there is none.
    package func event(withID id: EventID) throws(EventLogError) -> RecordedEvent? {
        // The head is taken before the overlay is asked, so that what is found can be read.
        let head = committer.durable
        let position = try findPosition(of: id, overlay: overlay, index: index)
        guard let position, position <= max(head, committer.durable) else { return nil }
        var found: RecordedEvent?
        try log.withRecords(at: CollectionOfOne(position)) { found = $1.event(at: $0) }
        return found
    }
}
