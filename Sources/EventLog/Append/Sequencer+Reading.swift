import LogFormat

/// Reads that see what was judged but is not durable yet.
extension Sequencer {
    func read(_ query: ReadQuery) throws(EventLogError) -> ReadPage {
        let last = next - 1
        var query = query
        query.maxEvents = min(query.maxEvents, options.maxPageEvents)
        query.maxBytes = min(query.maxBytes, options.maxPageBytes)
        let found = try findPositions(
            query, horizon: last, overlay: overlay, index: index, options: options)
        var page = ReadPage(
            events: [], next: found.next.map { Position($0) }, head: Position(last))
        var budget = PageBudget(query)
        let events = try self.events(at: found.positions, &budget)
        if events.count < found.positions.count {
            page.next = Position(found.positions[events.count])
        }
        page.events = events
        return page
    }

    /// All events of a query, unless there are more than `count`.
    func readAll(
        _ query: ReadQuery, atMost count: Int
    ) throws(EventLogError) -> [RecordedEvent]? {
        var query = query
        query.maxEvents = min(count, options.maxPageEvents)
        let found = try findPositions(
            query, horizon: next - 1, overlay: overlay, index: index, options: options)
        guard found.next == nil else { return nil }
        var budget = PageBudget(query)
        let events = try events(at: found.positions, &budget)
        return events.count == found.positions.count ? events : nil
    }

    func event(withID id: EventID) throws(EventLogError) -> RecordedEvent? {
        guard let position = try findPosition(of: id, overlay: overlay, index: index) else {
            return nil
        }
        return try event(at: position)
    }

    func streamVersion(_ stream: String) throws(EventLogError) -> UInt64 {
        // Longer ones cannot be recorded.
        guard stream.utf8.count <= RecordFormat.nameBytesMax else { return 0 }
        let (index, version) = overlay.withLock { state in
            let index = state.resolve(stream)
            return (index, state.version(ofStream: index))
        }
        if let version { return version }
        try load([(stream, index)])
        return overlay.withLock { $0.version(ofStream: index) ?? 0 }
    }

    /// Makes the overlay know the streams' versions.
    func load(_ streams: [(name: String, index: NameIndex)]) throws(EventLogError) {
        // Nobody else adds events, so the table's answer holds until they are put in.
        let records = try index?.records(ofNames: streams.map(\.name)) ?? streams.map { _ in nil }
        overlay.withLock { state in
            for (stream, record) in zip(streams, records) {
                state.load(stream: stream.index, record: record)
            }
        }
    }

    /// One event that was judged or recorded.
    func event(at position: UInt64) throws(EventLogError) -> RecordedEvent {
        if let event = withPendingRecord(at: position, { $0.event(at: position) }) { return event }
        var found: RecordedEvent?
        try log.withRecords(at: CollectionOfOne(position)) { found = $1.event(at: $0) }
        guard let found else { throw .damaged(position: Position(position), "no such event") }
        return found
    }

    private func events(
        at positions: [UInt64], _ budget: inout PageBudget
    ) throws(EventLogError) -> [RecordedEvent] {
        let durable = committer.durable
        // In either direction the durable ones are in one piece.
        let split = positions.partitionPoint { $0 <= durable }
        let recorded = split.isPrefix ? positions[..<split.index] : positions[split.index...]
        let pending = split.isPrefix ? positions[split.index...] : positions[..<split.index]
        var events: [RecordedEvent] = []
        if !split.isPrefix {
            events = pendingEvents(at: pending, &budget)
            if events.count < pending.count { return events }
            return events + (try log.events(at: recorded, &budget))
        }
        events = try log.events(at: recorded, &budget)
        if events.count < recorded.count { return events }
        return events + pendingEvents(at: pending, &budget)
    }

    private func pendingEvents(
        at positions: ArraySlice<UInt64>, _ budget: inout PageBudget
    ) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        for position in positions {
            let event = withPendingRecord(at: position) { record in
                budget.admits(record) ? record.event(at: position) : nil
            }
            guard let event = event.flatMap({ $0 }) else { break }
            events.append(event)
        }
        return events
    }
}

extension [UInt64] {
    /// Splits positions that ascend or descend where a condition changes; `isPrefix` says whether
    /// those that meet it come first.
    fileprivate func partitionPoint(
        _ meets: (UInt64) -> Bool
    ) -> (index: Int, isPrefix: Bool) {
        guard let first else { return (0, true) }
        let isPrefix = meets(first)
        let index = firstIndex { meets($0) != isPrefix } ?? count
        return (index, isPrefix)
    }
}
