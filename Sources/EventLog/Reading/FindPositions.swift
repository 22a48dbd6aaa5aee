/// Finds the positions of one page of a query, over table and overlay.
///
/// - Parameter horizon: the last position of interest.
/// - Returns: positions in the query's direction, at most `maxEvents`, and where the next page
///   begins; nil when there is nothing more.
func findPositions(
    _ query: ReadQuery, horizon: UInt64, overlay: Overlay, index: IndexStore?,
    options: EventLogOptions
) throws(EventLogError) -> (positions: [UInt64], next: UInt64?) {
    let plan = PositionPlan(query)
    let isForwards = query.direction == .forwards
    let from = isForwards ? max(query.from.value, 1) : min(query.from.value, horizon)
    guard from >= 1, from <= horizon else { return ([], nil) }
    let limit = max(query.maxEvents, 0)
    if plan.isEverything {
        let available = isForwards ? horizon - from + 1 : from
        let count = min(UInt64(limit), available)
        let positions = (0..<count).map { isForwards ? from + $0 : from - $0 }
        guard count < available else { return (positions, nil) }
        return (positions, isForwards ? from + count : from - count)
    }
    return try search(
        plan, from: from, direction: query.direction, limit: limit, horizon: horizon,
        overlay: overlay, index: index, effort: options.searchEffort)
}

/// Where the event with an id stands, in table or overlay; nil when no event has it.
///
/// - Parameter indexFault: why there is no index, if there is none.
/// - Throws: `.indexUnavailable` when only the table knows and there is none.
func findPosition(
    of id: EventID, overlay: Overlay, index: IndexStore?, indexFault: String? = nil
) throws(EventLogError) -> UInt64? {
    let (position, isNew) = overlay.withLock { state in
        (state.position(of: id), state.isBeyondTable(id))
    }
    if let position { return position }
    if isNew { return nil }
    guard let index else { throw .indexUnavailable(indexFault ?? "there is no index") }
    return try index.positions(ofIDs: [id])[0]
}

/// Searches a plan over one snapshot of the overlay and, if need be, the table.
func search(
    _ plan: PositionPlan, from: UInt64, direction: ReadQuery.Direction, limit: Int,
    horizon: UInt64, overlay: Overlay, index: IndexStore?, effort: Int
) throws(EventLogError) -> (positions: [UInt64], next: UInt64?) {
    // The overlay first: see `Overlay`.
    var snapshot = overlay.withLock { state in
        state.snapshot(for: plan, from: from, direction: direction, horizon: horizon)
    }
    // The table may have grown past the horizon since the reader looked at the head.
    snapshot.floor = min(snapshot.floor, horizon)
    let needsTable = snapshot.floor > 0 && (direction == .backwards || from <= snapshot.floor)
    guard needsTable, let index else {
        return try storing {
            var search = PositionSearch(plan, snapshot, direction: direction, effort: effort) { _ in
                nil
            }
            return try search.collect(from: from, limit: limit) { _, _, _ in false }
        }
    }
    return try index.withChunks { transaction, load in
        var search = try PositionSearch(
            plan, snapshot, direction: direction, effort: effort
        ) { name in
            guard let text = name.text else { return nil }
            return try index.record(of: text, transaction)?.number
        }
        return try search.collect(from: from, limit: limit, load)
    }
}
