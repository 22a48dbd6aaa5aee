import LMDB
import PartyBuilding
import Schema

extension ModelEngine {
    /// Lends the content of a generation to a closure.
    ///
    /// - Parameter knownAt: nil for the content as stored, else the facts known then are folded
    ///   again by the same code.
    func withContent(
        _ generation: Generation, _ model: any ReadModel, _ knownAt: Int64?,
        _ transaction: borrowing ReadTransaction,
        _ body: (Shelf, ServiceShelf) throws -> Void
    ) throws {
        guard let knownAt else {
            return try withStored(generation, transaction, body)
        }
        let key = PastKey(version: generation.content, knownAt: knownAt)
        if let content = pasts.value(key) { return try body(content.shelf, content.services) }
        let content = try past(generation, model, knownAt: knownAt, in: transaction)
        pasts.keep(key, content, weight: content.weight) {
            $0.version.generation == key.version.generation
                && $0.version.touched < key.version.touched
        }
        try body(content.shelf, content.services)
    }

    private func withStored(
        _ generation: Generation, _ transaction: borrowing ReadTransaction,
        _ body: (Shelf, ServiceShelf) throws -> Void
    ) throws {
        let shelfPrefix = ViewsStore.prefix(generation.number, .shelf)
        let servicePrefix = ViewsStore.prefix(generation.number, .services)
        try Shelf.lend(
            reading: { wanted, start, visit in
                try transaction.scan(
                    store.content, prefix: shelfPrefix + wanted, from: shelfPrefix + start
                ) { key, value in
                    let entry = try ShelfEntry.read(key, value)
                    return try visit(entry.key, entry.value)
                }
            },
            last: { prefix, bound in
                try transaction.last(
                    store.content, prefix: shelfPrefix + prefix, atMost: shelfPrefix + bound
                ) { try ShelfEntry.value($0) }
            }
        ) { shelf in
            try ServiceShelf.lend(reading: { wanted, start, visit in
                try transaction.scan(
                    store.content, prefix: servicePrefix + wanted, from: servicePrefix + start
                ) { try visit(Array($0.dropFirst(servicePrefix.count)), $1) }
            }) { services in
                try body(shelf, services)
            }
        }
    }

    // MARK: The past

    private func past(
        _ generation: Generation, _ model: any ReadModel, knownAt: Int64,
        in transaction: borrowing ReadTransaction
    ) throws -> MemoryContent {
        let batch = GenerationBatch(
            generation, model, FactShelf(store: store), through: generation.position)
        var change = ContentChange()
        for entity in try entities(of: generation, in: transaction) where entity.kind != 0 {
            let emissions = try batch.foldAll(entity, knownAt: knownAt, in: transaction).emissions
            for emission in emissions { try change.replace(nil, with: emission, entity: entity) }
        }
        let services =
            model.keepsServices
            ? try pastServices(generation, knownAt: knownAt, in: transaction) : []
        return MemoryContent(change, services: services)
    }

    /// The series of volunteer services as it stood, made from the log itself: its facts are not
    /// copied.
    private func pastServices(
        _ generation: Generation, knownAt: Int64, in transaction: borrowing ReadTransaction
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        let facts = FactShelf(store: store)
        let fixed = try facts.fixed(in: transaction)
        func lookup(_ key: [UInt8]) -> [UInt8]? { nil }
        var series = try ServiceSeries(ServiceNames(), lookup)
        var position: UInt64 = 0
        let types = TypeSet([.volunteerServiceRecorded])
        while position < generation.position {
            var page = try feed.read(after: position, limit: Self.batchMax, types: types)
            page.cut(after: generation.position)
            guard page.through > position else { break }
            position = page.through
            var mended: [(position: UInt64, entries: [ServiceEntry])] = []
            for service in page.services.entries where fixed.contains(service.position) {
                let versions = try facts.versions(
                    of: service.position, through: generation.position, in: transaction)
                let entry = ServiceEntry(versions, knownAt: knownAt)
                mended.append((service.position, entry.map { [$0] } ?? []))
            }
            let services = page.services.filtered {
                $0.recordedAt <= knownAt && !fixed.contains($0.position)
            }
            try series.append(services, fixes: mended, lookup)
        }
        _ = try series.finish(lookup)
        return series.writes
    }

    /// Every entity that has facts, in order.
    private func entities(
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

/// Names content that was folded for a past state of knowledge.
struct PastKey: Hashable, Sendable {
    let version: ContentVersion
    let knownAt: Int64
}
