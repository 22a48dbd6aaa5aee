import LMDB
import PartyBuilding
import Schema

/// What a batch of facts changes in one generation: made in memory first, so that a model that
/// faults leaves nothing behind.
struct GenerationBatch {
    private let generation: UInt32
    private let model: any ReadModel
    private let facts: FactShelf
    /// The last position of the batch: nothing later is seen.
    private let through: UInt64
    /// Facts that newly belong to an entity.
    private var joined: [EntityKey: Set<UInt64>] = [:]
    /// Entities to fold anew from all their facts.
    private var refolded: Set<EntityKey> = []
    /// What corrections and voids change in the series of volunteer services.
    private var serviceFixes: [(position: UInt64, entries: [ServiceEntry])] = []

    init(_ generation: Generation, _ model: any ReadModel, _ facts: FactShelf, through: UInt64) {
        self.generation = generation.number
        self.model = model
        self.facts = facts
        self.through = through
    }

    /// Takes the next fact.
    mutating func take<Access>(
        _ fact: Fact, in transaction: borrowing Transaction<Access>
    ) throws {
        if let target = FactShelf.target(of: fact) {
            guard let root = try facts.root(of: target, in: transaction) else { return }
            let versions = try facts.versions(of: root, through: through, in: transaction)
            if versions.root.type == .volunteerServiceRecorded {
                if model.keepsServices { mend(versions, at: fact.position) }
                return
            }
            try take(versions, isFixed: true, in: transaction)
        } else if model.isLinked(fact.stream) || !model.entities(of: fact).isEmpty {
            try take(FactVersions(fact), isFixed: false, in: transaction)
        }
    }

    /// A service is corrected or void: what it said before is taken back, what it says now added.
    private mutating func mend(_ versions: FactVersions, at position: UInt64) {
        let before = ServiceEntry(versions.through(position &- 1), knownAt: nil)
        let now = ServiceEntry(versions.through(position), knownAt: nil)
        guard before != now else { return }
        serviceFixes.append((position, [before?.takenBack, now].compactMap { $0 }))
    }

    private mutating func take<Access>(
        _ versions: FactVersions, isFixed: Bool, in transaction: borrowing Transaction<Access>
    ) throws {
        let position = versions.root.position
        guard model.isLinked(versions.root.stream) else {
            for entity in entities(of: versions) {
                try join(entity, position, isFixed: isFixed, in: transaction)
            }
            return
        }
        // All facts of a linked stream belong to the entities that any of them names.
        let stream = EntityKey(0, versions.root.stream)
        try join(stream, position, isFixed: false, in: transaction)
        let positions = try members(of: stream, in: transaction)
        var named: Set<EntityKey> = []
        for sibling in positions {
            named.formUnion(
                entities(of: try facts.versions(of: sibling, through: through, in: transaction)))
        }
        for entity in named.sorted() {
            for sibling in positions {
                try join(
                    entity, sibling, isFixed: isFixed && sibling == position, in: transaction)
            }
        }
    }

    private func entities(of versions: FactVersions) -> Set<EntityKey> {
        Set(versions.all.flatMap(model.entities))
    }

    private mutating func join<Access>(
        _ entity: EntityKey, _ position: UInt64, isFixed: Bool,
        in transaction: borrowing Transaction<Access>
    ) throws {
        if isFixed { refolded.insert(entity) }
        let key = ViewsStore.member(generation, entity, position)
        if joined[entity]?.contains(position) == true { return }
        if try transaction.contains(facts.store.content, key) { return }
        joined[entity, default: []].insert(position)
    }

    private func members<Access>(
        of entity: EntityKey, in transaction: borrowing Transaction<Access>
    ) throws -> [UInt64] {
        var positions = joined[entity] ?? []
        let prefix = ViewsStore.members(generation, entity)
        try transaction.scan(facts.store.content, prefix: prefix, from: prefix) { key, _ in
            positions.insert(ViewsStore.trailingNumber(key))
            return true
        }
        return positions.sorted()
    }
}

// MARK: - Folding

extension GenerationBatch {
    /// The changes of one generation, ready to be written.
    struct Prepared {
        /// Keys and values of `content`; nil removes the key. In order of the keys.
        var writes: [(key: [UInt8], value: [UInt8]?)] = []
        /// Entries that the content gains.
        var entries: Int64 = 0
        /// Whether what queries read becomes another.
        var isContentChanged = false
        var folds: [(entity: EntityKey, fold: Fold)] = []
        var names: ServiceNames?
    }

    /// An entity folded on, and what it emits.
    private struct Folded {
        let fold: Fold
        let emissions: [Emission]
        /// What was emitted on other days stays; else everything was folded anew.
        let isAdvanced: Bool
    }

    /// Folds what was touched and works out what is to be written.
    ///
    /// - Throws: `ModelFault` when the model cannot go on with these facts.
    func prepare<Access>(
        _ services: ServiceFacts, _ cache: FoldCache, in transaction: borrowing Transaction<Access>
    ) throws -> Prepared {
        var prepared = Prepared()
        var change = ContentChange()
        for entity in Set(joined.keys).union(refolded).sorted() {
            for position in (joined[entity] ?? []).sorted() {
                prepared.writes.append((ViewsStore.member(generation, entity, position), []))
            }
            guard entity.kind != 0 else { continue }
            let folded = try fold(entity, cache, in: transaction)
            prepared.folds.append((entity, folded.fold))
            try replace(folded, of: entity, &change, &prepared, in: transaction)
        }
        prepared.isContentChanged = !change.isEmpty
        try add(change, to: &prepared, in: transaction)
        if model.keepsServices { try append(services, cache, to: &prepared, in: transaction) }
        prepared.writes.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return prepared
    }

    /// Compares day by day with what is stored; only days that differ are written.
    private func replace<Access>(
        _ folded: Folded, of entity: EntityKey, _ change: inout ContentChange,
        _ prepared: inout Prepared, in transaction: borrowing Transaction<Access>
    ) throws {
        var old: [LocalDate: Emission] = [:]
        let prefix = ViewsStore.emissions(generation, entity)
        if folded.isAdvanced {
            for day in folded.emissions.map(\.day) {
                let key = ViewsStore.emission(generation, entity, day)
                guard let stored = try transaction.value(facts.store.content, key) else { continue }
                old[day] = try Emission(day: day, encoded: stored)
            }
        } else {
            try transaction.scan(facts.store.content, prefix: prefix, from: prefix) { key, value in
                var reader = ModelKeyReader(key, from: prefix.count)
                let day = try reader.day()
                old[day] = try Emission(day: day, encoded: value)
                return true
            }
        }
        for emission in folded.emissions {
            let before = old.removeValue(forKey: emission.day)
            let now = emission.isEmpty ? nil : emission
            guard before != now else { continue }
            try change.replace(before, with: now, entity: entity)
            prepared.writes.append(
                (ViewsStore.emission(generation, entity, emission.day), now?.encoded))
        }
        for (day, emission) in old.sorted(by: { $0.key < $1.key }) {
            try change.replace(emission, with: nil, entity: entity)
            prepared.writes.append((ViewsStore.emission(generation, entity, day), nil))
        }
    }

    private func fold<Access>(
        _ entity: EntityKey, _ cache: FoldCache, in transaction: borrowing Transaction<Access>
    ) throws -> Folded {
        if !refolded.contains(entity), let cached = cache[generation, entity] {
            let found = try candidates(
                (joined[entity] ?? []).sorted(), knownAt: nil, transaction)
            // Whether a fact that names nobody belongs here is known only from all facts.
            if found.allSatisfy({ !$0.named.isEmpty }) {
                let items = belonging(found, to: entity)
                if let first = items.first, cached.canAdvance(by: first) {
                    var fold = cached
                    let emissions = try fold.advance(by: items)
                    return Folded(fold: fold, emissions: emissions, isAdvanced: true)
                }
            }
        }
        let (fold, emissions) = try foldAll(entity, knownAt: nil, in: transaction)
        return Folded(fold: fold, emissions: emissions, isAdvanced: false)
    }

    /// Folds an entity from all facts that belong to it.
    ///
    /// - Parameter knownAt: only what was recorded up to this instant; nil for all.
    func foldAll<Access>(
        _ entity: EntityKey, knownAt: Int64?, in transaction: borrowing Transaction<Access>
    ) throws -> (fold: Fold, emissions: [Emission]) {
        var fold = Fold(model.makeRecord(entity))
        let positions = try members(of: entity, in: transaction)
        let found = try candidates(positions, knownAt: knownAt, transaction)
        let emissions = try fold.advance(by: belonging(found, to: entity))
        return (fold, emissions)
    }

    /// A fact as it was known, with the entities that it names.
    private struct Candidate {
        let item: RecordFact
        let named: [EntityKey]
    }

    private func candidates<Access>(
        _ positions: [UInt64], knownAt: Int64?, _ transaction: borrowing Transaction<Access>
    ) throws -> [Candidate] {
        var found: [Candidate] = []
        for position in positions {
            let versions = try facts.versions(of: position, through: through, in: transaction)
            guard let item = RecordFact(versions, knownAt: knownAt) else { continue }
            found.append(Candidate(item: item, named: model.entities(of: item.fact)))
        }
        return found
    }

    /// The facts that belong to an entity as they were known, in the order of folding: a correction
    /// may have moved a fact to another entity. A fact that names nobody follows those of its
    /// stream that do.
    private func belonging(_ found: [Candidate], to entity: EntityKey) -> [RecordFact] {
        var streams: Set<String> = []
        for candidate in found where candidate.named.contains(entity) {
            streams.insert(candidate.item.fact.stream)
        }
        return found.filter { candidate in
            candidate.named.contains(entity)
                || (candidate.named.isEmpty && streams.contains(candidate.item.fact.stream))
        }.map(\.item).sorted(by: RecordFact.precedes)
    }

    /// Appends to the series of volunteer services.
    private func append<Access>(
        _ services: ServiceFacts, _ cache: FoldCache, to prepared: inout Prepared,
        in transaction: borrowing Transaction<Access>
    ) throws {
        guard services.count > 0 || !serviceFixes.isEmpty else { return }
        let prefix = ViewsStore.prefix(generation, .services)
        func lookup(_ key: [UInt8]) throws -> [UInt8]? {
            try transaction.value(facts.store.content, prefix + key)
        }
        var series = try ServiceSeries(cache.takeNames(generation), lookup)
        try series.append(services, fixes: serviceFixes, lookup)
        prepared.names = try series.finish(lookup)
        for write in series.writes { prepared.writes.append((prefix + write.key, write.value)) }
        prepared.entries += series.newKeys
        if !series.writes.isEmpty { prepared.isContentChanged = true }
    }

    private func add<Access>(
        _ change: ContentChange, to prepared: inout Prepared,
        in transaction: borrowing Transaction<Access>
    ) throws {
        for (key, delta) in change.deltas where delta.contains(where: { $0 != 0 }) {
            let place = ShelfEntry.place(generation, key)
            let stored = try transaction.value(facts.store.content, place.key)
            let present = try stored.map { stored in
                try Shelf.measures(try ShelfEntry.read(place.key, stored).value)
            }
            let sums = try added(present ?? [], delta)
            if sums.contains(where: { $0 != 0 }) {
                prepared.writes.append((place.key, place.head + Shelf.encoded(sums)))
                if present == nil { prepared.entries += 1 }
            } else {
                prepared.writes.append((place.key, nil))
                if present != nil { prepared.entries -= 1 }
            }
        }
        for (key, row) in change.rows {
            let place = ShelfEntry.place(generation, key)
            let existed = try transaction.contains(facts.store.content, place.key)
            prepared.writes.append((place.key, row.map { place.head + $0 }))
            if row != nil, !existed { prepared.entries += 1 }
            if row == nil, existed { prepared.entries -= 1 }
        }
    }
}
