import LMDB
import PartyBuilding
import Schema
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
        let plan = try QueryPlan(query, tables)
        return try keptAnswer(plan) ?? read(plan)
    }

    /// Answers a query if that takes a few microseconds: from one record, or from rows that were
    /// put together before and still stand.
    ///
    /// - Returns: nil when there is more to do.
    /// - Throws: as `rows`.
    package func quickRows(_ query: ModelQuery) throws -> ModelPage? {
        var bounded = query
        let isBounded = query.limit > 0 && query.limit <= Self.quickRowsMax
        if !isBounded { bounded.limit = Self.quickRowsMax }
        let plan = try QueryPlan(bounded, tables)
        let page: ModelPage?
        if plan.entity != nil {
            page = try isRegistryAtHand(plan) ? read(plan) : nil
        } else {
            // A condition that is not on text has to be looked at row by row.
            page = plan.conditions.isTextOnly ? try keptAnswer(plan, isQuick: true) : nil
        }
        guard isBounded || page?.nextPage == nil else { return nil }
        return page
    }

    /// Rows that may be put into an answer on the thread of a caller who has no time.
    private static let quickRowsMax = 128

    /// Names the state of what the rows of a model are made from; nil while it is being built or
    /// when it is parked.
    package func contentVersions(_ model: String) -> [ContentVersion]? {
        let state = state.withLock { $0 }
        guard let own = try? serving(model, in: state),
            let reference = try? serving(registry.name, in: state)
        else { return nil }
        return [own.content, reference.content]
    }

    /// What an answer to a question would stand on now, and until when facts would be known to it:
    /// whoever keeps an earlier answer can tell whether it is still the answer.
    ///
    /// - Throws: `ModelFault` when there would be none.
    package func standing(
        of question: Question, at now: Int64
    ) throws -> (AnswerStanding, knownAt: Int64) {
        try state.withLock { state in
            let sources = try sources(
                question.model, asOf: question.asOf ?? LocalDate(instant: now),
                knownAt: question.knownAt, now: now, in: state)
            return (sources.standing, sources.knownAt)
        }
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
}

// MARK: - Answering

extension ModelEngine {
    /// The generations that answer a query.
    private struct Sources {
        let own: Generation
        let registry: Generation
        let basis: AnswerBasis
        /// Record time of what the rows say: never before what they contain.
        let knownAt: Int64

        /// The log position that the rows contain.
        var position: UInt64 { min(own.position, registry.position) }

        var standing: AnswerStanding { AnswerStanding(basis: basis, position: position) }
    }

    private func sources(_ plan: QueryPlan, in state: EngineState) throws -> Sources {
        try sources(
            plan.model.name, asOf: plan.asOf, knownAt: plan.knownAt, now: plan.now, in: state)
    }

    private func sources(
        _ model: String, asOf: LocalDate, knownAt: Int64?, now: Int64, in state: EngineState
    ) throws -> Sources {
        let own = try serving(model, in: state)
        let reference = try serving(registry.name, in: state)
        // Everything was recorded by then: the stored content is the answer. Who names no time
        // asks for what is known now, also when facts have come since the question was put.
        let knownAt = knownAt ?? max(now, state.lastRecordedAt)
        let isPresent = knownAt >= state.lastRecordedAt
        return Sources(
            own: own, registry: reference,
            basis: AnswerBasis(
                model: own.content, registry: reference.content, asOf: asOf,
                knownAt: isPresent ? nil : knownAt), knownAt: knownAt)
    }

    /// The answer from rows that are kept in memory; nil when there are none.
    ///
    /// - Parameter isQuick: nil also when the rows have to be gone through first.
    private func keptAnswer(_ plan: QueryPlan, isQuick: Bool = false) throws -> ModelPage? {
        if plan.entity != nil || plan.source.isInOrder { return nil }
        let sources = try sources(plan, in: state.withLock { $0 })
        let key = plan.key(sources.basis)
        guard let rows = built.value(key) else { return nil }
        let text = plan.conditions.firstText
        let isSorted = text.map { rows.isSorted(by: $0.field) } ?? true
        if isQuick, !isSorted { return nil }
        let page = try page(plan, sources) { sink in
            try rows.fill(sink, after: plan.after, where: text)
        }
        if !isSorted { built.weigh(key, as: rows.weight) }
        return page
    }

    private func isRegistryAtHand(_ plan: QueryPlan) throws -> Bool {
        let basis = try sources(plan, in: state.withLock { $0 }).basis
        return basis.knownAt == nil && registries.value(RegistryKey(basis)) != nil
    }

    /// Reads rows in one snapshot.
    private func read(_ plan: QueryPlan) throws -> ModelPage {
        try store.environment.read { transaction in
            let sources = try sources(plan, in: try storedState(in: transaction))
            return try page(plan, sources) { sink in
                try read(plan, sources, into: sink, in: transaction)
            }
        }
    }

    private func read(
        _ plan: QueryPlan, _ sources: Sources, into page: PageSink,
        in transaction: borrowing ReadTransaction
    ) throws {
        let knownAt = sources.basis.knownAt
        try withContent(sources.registry, registry, knownAt, transaction) { shelf, _ in
            let contents = try contents(sources.basis, shelf)
            defer { weighAgain(contents, sources.basis) }
            let registry = Registry(contents, shelf)
            try withContent(sources.own, plan.model, knownAt, transaction) { shelf, services in
                let ask = RowAsk(
                    table: plan.table.name, org: plan.org, period: plan.period, asOf: plan.asOf,
                    entity: plan.entity, shelf: shelf, services: services, registry: registry,
                    rules: RuleSets.shipped.inForce(on: plan.asOf))
                if plan.entity == nil, !plan.source.isInOrder {
                    let sink = BuiltRows.Sink(weightMax: Self.builtWeightMax)
                    try plan.model.rows(ask, into: sink)
                    if !sink.isOverfull {
                        let rows = sink.rows
                        let basis = sources.basis
                        try rows.fill(page, after: plan.after, where: plan.conditions.firstText)
                        built.keep(plan.key(basis), rows, weight: rows.weight) {
                            $0.basis.isObsolete(after: basis)
                        }
                        return
                    }
                }
                try plan.model.rows(ask, into: page)
            }
        }
    }

    /// The registry's content as it was read for an earlier query, else as it is read now.
    private func contents(_ basis: AnswerBasis, _ shelf: Shelf) throws -> Registry.Contents {
        let key = RegistryKey(basis)
        if let known = registries.value(key) { return known }
        let made = try Registry.Contents(shelf, asOf: basis.asOf)
        registries.keep(key, made, weight: made.weight) {
            $0.version.generation == key.version.generation
                && $0.version.touched < key.version.touched
        }
        return made
    }

    /// What a query read of the registry stays with it for the next ones, unless that is too much.
    private func weighAgain(_ contents: Registry.Contents, _ basis: AnswerBasis) {
        if contents.weight > registries.weightMax { contents.shed() }
        registries.weigh(RegistryKey(basis), as: contents.weight)
    }

    private func page(
        _ plan: QueryPlan, _ sources: Sources, _ fill: (PageSink) throws -> Void
    ) throws -> ModelPage {
        let position = sources.position
        let sink = PageSink(
            after: plan.after, limit: plan.limit, plan.conditions,
            LawColumns(asOf: plan.asOf, knownAt: sources.knownAt))
        try fill(sink)
        let head = feed.head
        let next = sink.hasMore ? sink.rows.last.map { plan.token(after: $0.key) } : nil
        return ModelPage(
            rowType: plan.table.rowType, rows: sink.rows, position: position, asOf: plan.asOf,
            knownAt: sources.knownAt, lag: head > position ? head - position : 0,
            nextPage: next?.encoded, standing: sources.standing)
    }

    /// The state as of a snapshot.
    func storedState(in transaction: borrowing ReadTransaction) throws -> EngineState {
        let snapshot = transaction.id
        if let known = lastRead.withLock({ $0 }), known.snapshot == snapshot { return known.state }
        guard let bytes = try transaction.value(store.meta, ViewsStore.stateKey),
            let state = try EngineState(encoded: bytes)
        else { return state.withLock { $0 } }
        lastRead.withLock { $0 = (snapshot, state) }
        return state
    }
}

/// Names what was read of the registry.
struct RegistryKey: Hashable, Sendable {
    let version: ContentVersion
    let asOf: LocalDate
    let knownAt: Int64?

    init(_ basis: AnswerBasis) {
        version = basis.registry
        asOf = basis.asOf
        knownAt = basis.knownAt
    }
}

extension Generation {
    /// Names the state of the content.
    var content: ContentVersion { ContentVersion(generation: number, touched: touched) }
}
