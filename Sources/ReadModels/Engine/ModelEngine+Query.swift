import LMDB
import PartyBuilding
import Synchronization

extension ModelEngine {
    /// Answers a query; waits until the position it demands has been seen, but not longer than to
    /// the deadline: the answer then says its lag.
    ///
    /// - Throws: `ModelFault`, `LMDBError`.
    package func answer(
        _ query: ModelQuery, until deadline: ContinuousClock.Instant
    ) async throws -> ModelPage {
        if let position = query.atLeast { await waiters.wait(for: position, until: deadline) }
        return try rows(query)
    }

    /// Returns when this position has been folded in, or at the deadline.
    package func waitForPosition(
        _ position: UInt64, until deadline: ContinuousClock.Instant
    ) async {
        await waiters.wait(for: position, until: deadline)
    }

    /// Answers a query from what has been folded in so far.
    ///
    /// - Throws: `ModelFault` for a query that cannot be used and for a model that is parked,
    ///   `LMDBError`.
    package func rows(_ query: ModelQuery) throws -> ModelPage {
        guard let model = models.first(where: { $0.name == query.model }) else {
            throw ModelFault.unknownModel(query.model)
        }
        guard let table = model.tables.first(where: { $0.name == query.table }) else {
            throw ModelFault.unknownModel("\(query.model) \(query.table)")
        }
        if query.period != nil, !model.takesPeriod {
            throw ModelFault.invalidQuery("\(query.model) has no periods")
        }
        let conditions = try RowConditions(query.conditions, rowType: table.rowType)
        let filter = PageToken.filter(of: query)
        let token = try query.pageToken.map { try PageToken(encoded: $0) }
        if let token, token.filter != filter {
            throw ModelFault.invalidQuery("the page token belongs to another query")
        }
        let asOf = token?.asOf ?? query.asOf ?? LocalDate(instant: query.now)
        let knownAt = token?.knownAt ?? query.knownAt ?? query.now
        let sink = RowSink(
            after: token?.lastKey, limit: max(0, query.limit), accepts: conditions.accept)
        let position = try store.environment.read { transaction in
            try read(query, model, asOf: asOf, knownAt: knownAt, into: sink, in: transaction)
        }
        let head = feed.head
        let next = sink.rows.last.flatMap { last in
            sink.hasMore
                ? PageToken(asOf: asOf, knownAt: knownAt, filter: filter, lastKey: last.key)
                : nil
        }
        return ModelPage(
            rowType: table.rowType, rows: sink.rows, position: position, asOf: asOf,
            knownAt: knownAt, lag: head > position ? head - position : 0,
            nextPage: next?.encoded)
    }

    /// Reads rows in one snapshot.
    ///
    /// - Returns: the position that the rows contain.
    private func read(
        _ query: ModelQuery, _ model: any ReadModel, asOf: LocalDate, knownAt: Int64,
        into sink: RowSink, in transaction: borrowing ReadTransaction
    ) throws -> UInt64 {
        let state = try storedState(in: transaction)
        let own = try serving(model.name, in: state)
        let reference = try serving(registry.name, in: state)
        // Everything was recorded by then: the stored content is the answer.
        let isPresent = knownAt >= state.lastRecordedAt
        try withShelf(reference, registry, isPresent ? nil : knownAt, transaction) { shelf in
            let registry = try Registry(shelf, asOf: asOf)
            try withShelf(own, model, isPresent ? nil : knownAt, transaction) { shelf in
                let ask = RowAsk(
                    table: query.table, org: query.org, period: query.period, asOf: asOf,
                    knownAt: knownAt, shelf: shelf, registry: registry,
                    rules: RuleSets.shipped.inForce(on: asOf))
                try model.rows(ask, into: sink)
            }
        }
        return min(own.position, reference.position)
    }

    /// The state as of a snapshot.
    func storedState(in transaction: borrowing ReadTransaction) throws -> EngineState {
        if let bytes = try transaction.value(store.meta, ViewsStore.stateKey),
            let state = try EngineState(encoded: bytes)
        {
            return state
        }
        return state.withLock { $0 }
    }

    private func serving(_ model: String, in state: EngineState) throws -> Generation {
        guard let generation = state.serving(model) else {
            throw ModelFault.building(model: model)
        }
        if let reason = generation.parked {
            throw ModelFault.parked(model: model, reason: reason)
        }
        return generation
    }

    /// Lends the content of a generation to a closure.
    ///
    /// - Parameter knownAt: nil for the content as stored, else the facts known then are folded
    ///   again by the same code.
    func withShelf(
        _ generation: Generation, _ model: any ReadModel, _ knownAt: Int64?,
        _ transaction: borrowing ReadTransaction, _ body: (Shelf) throws -> Void
    ) throws {
        guard let knownAt else {
            return try withStoredShelf(generation, transaction, body)
        }
        let key = PastContents.Key(
            generation: generation.number, position: generation.position, knownAt: knownAt)
        let content = try pasts.content(key) {
            try past(generation, model, knownAt: knownAt, in: transaction)
        }
        try body(content.shelf)
    }

    private func withStoredShelf(
        _ generation: Generation, _ transaction: borrowing ReadTransaction,
        _ body: (Shelf) throws -> Void
    ) throws {
        let prefix = ViewsStore.prefix(generation.number, .shelf)
        try Shelf.lend(body) { wanted, start, visit in
            try transaction.scan(store.content, prefix: prefix + wanted, from: prefix + start) {
                key, value in
                let entry = try ShelfEntry.read(key, value)
                return try visit(entry.key, entry.value)
            }
        }
    }

    private func past(
        _ generation: Generation, _ model: any ReadModel, knownAt: Int64,
        in transaction: borrowing ReadTransaction
    ) throws -> MemoryContent {
        let batch = GenerationBatch(
            generation, model, FactShelf(store: store), through: generation.position)
        var change = ContentChange()
        for entity in try entities(of: generation, in: transaction) where entity.kind != 0 {
            let emission = try batch.foldAll(entity, knownAt: knownAt, in: transaction).emission
            try change.replace(Emission(), with: emission, entity: entity)
        }
        return MemoryContent(change)
    }

    /// Every entity that has facts, in order.
    func entities(
        of generation: Generation, in transaction: borrowing ReadTransaction
    ) throws -> [EntityKey] {
        let prefix = ViewsStore.prefix(generation.number, .members)
        var found: [EntityKey] = []
        try transaction.scan(store.content, prefix: prefix, from: prefix) { key, _ in
            guard key.count > prefix.count + 9 else { return true }
            var reader = ModelKeyReader(key, from: prefix.count + 1)
            let entity = EntityKey(key[prefix.count], try reader.text())
            if found.last != entity { found.append(entity) }
            return true
        }
        return found
    }
}
