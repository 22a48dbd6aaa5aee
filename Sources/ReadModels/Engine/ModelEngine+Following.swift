import LMDB
import PartyBuilding
import Synchronization

extension ModelEngine {
    /// Of the time that it takes to write a batch the follower rests a multiple, so that under
    /// load a batch holds many facts and costs each of them little.
    private static let restFactor = 8
    private static let restMillisecondsMax = 500
    /// A rest is taken in slices: when nothing came during one, nobody gains by more of it.
    private static let restSliceMilliseconds = 10

    /// A rest of the follower.
    struct Rest {
        var end: ContinuousClock.Instant
        var head: UInt64
    }

    /// One turn of the follower: a batch, or cleaning up.
    func turn() -> FollowerThread.Pause {
        let start = ContinuousClock.now
        if let pause = restOn(at: start) { return pause }
        do {
            let step = try advance()
            trouble.withLock { $0 = nil }
            switch step {
            case .nothing: return .untilWoken
            case .cleaned: return .none
            case .followed: return rest(after: start.duration(to: .now))
            }
        } catch {
            trouble.withLock { $0 = "\(error)" }
            return .untilWoken(milliseconds: 1_000)
        }
    }

    /// No rest while there is a whole batch to take in, or somebody waits for what is there.
    private func rest(after busy: Duration) -> FollowerThread.Pause {
        let head = feed.head
        let position = state.withLock { $0.position }
        if head > position, head - position >= UInt64(Self.batchMax) { return .none }
        if waiters.isAnyone(waitingFor: head) { return .none }
        let rest = min(busy * Self.restFactor, .milliseconds(Self.restMillisecondsMax))
        resting.withLock { $0 = Rest(end: .now + rest, head: head) }
        return .rest(
            milliseconds: min(Int(rest / .milliseconds(1)), Self.restSliceMilliseconds))
    }

    /// The next slice of a rest; nil when it is over.
    private func restOn(at now: ContinuousClock.Instant) -> FollowerThread.Pause? {
        let head = feed.head
        let position = state.withLock { $0.position }
        return resting.withLock { resting in
            guard let rest = resting, now < rest.end, head != rest.head,
                head < position + UInt64(Self.batchMax), !waiters.isAnyone(waitingFor: head)
            else {
                resting = nil
                return nil
            }
            resting?.head = head
            return .rest(milliseconds: Self.restSliceMilliseconds)
        }
    }

    /// Follows until everything in the feed is folded in; for tests and offline tools that do
    /// without the thread.
    ///
    /// - Parameter batchMax: events of one transaction.
    package func catchUp(batchMax: Int = ModelEngine.batchMax) throws {
        following.withLock { $0.batchMax = max(1, batchMax) }
        while try advance() != .nothing {}
    }

    /// What a turn has done.
    enum Step {
        case nothing
        /// Took in what is new in the feed.
        case followed
        /// Went on with a build or removed what nobody needs any more.
        case cleaned
    }

    /// Takes one batch from the feed, or one stretch of an unfinished build.
    func advance() throws -> Step {
        try following.withLock { following in
            let cache = following.cache.value
            do {
                if try follow(following.batchMax, cache) { return .followed }
                if try build(following.batchMax, cache) { return .cleaned }
                return try removeRetired() ? .cleaned : .nothing
            } catch let error as LMDBError {
                cache.removeAll()
                guard error.kind == .transactionFull, following.batchMax > 1 else { throw error }
                following.batchMax = max(1, following.batchMax / 2)
                return .cleaned
            } catch {
                cache.removeAll()
                throw error
            }
        }
    }

    /// Copies the next facts of the feed and folds them into every generation that is up to date.
    private func follow(_ limit: Int, _ cache: FoldCache) throws -> Bool {
        var next = state.withLock { $0 }
        let page = try feed.read(after: next.position, limit: limit, types: types)
        guard page.through > next.position else { return false }
        let before = next
        let mark = try feed.mark(at: page.through)
        next = try store.environment.write { transaction in
            var next = next
            var facts = FactShelf(store: store)
            var kept: [Fact] = []
            var isLate = false
            for fact in page.facts where isUsed(fact) {
                guard try facts.keep(fact, in: &transaction, find: feed.fact) else { continue }
                kept.append(fact)
                facts.recent[fact.position] = fact
                isLate = isLate || fact.recordedAt < before.lastRecordedAt
                next.lastRecordedAt = max(next.lastRecordedAt, fact.recordedAt)
            }
            for service in page.services.entries {
                isLate = isLate || service.recordedAt < before.lastRecordedAt
                next.lastRecordedAt = max(next.lastRecordedAt, service.recordedAt)
            }
            next.position = page.through
            next.unreadable &+= page.unreadable
            next.mark = mark ?? FeedMark(event: [], root: nil)
            for index in next.generations.indices
            where next.generations[index].position == before.position
                && next.generations[index].isGoingOn
            {
                try fold(
                    kept, page.services, facts, into: &next.generations[index],
                    through: page.through, changesPast: isLate, cache, &transaction)
            }
            try transaction.put(store.meta, ViewsStore.stateKey, next.encoded)
            return next
        }
        publish(next)
        return true
    }

    /// Folds older facts into a generation that is not up to date yet.
    private func build(_ limit: Int, _ cache: FoldCache) throws -> Bool {
        var next = state.withLock { $0 }
        guard
            let index = next.generations.firstIndex(where: {
                $0.isGoingOn && $0.position < next.position
            })
        else {
            let before = next
            next.swapCaughtUp()
            guard next != before else { return false }
            try write(next)
            return true
        }
        var page = try feed.read(
            after: next.generations[index].position, limit: limit, types: types)
        page.cut(after: next.position)
        next = try store.environment.write { transaction in
            var next = next
            var facts = FactShelf(store: store)
            for fact in page.facts { facts.recent[fact.position] = fact }
            try fold(
                page.facts, page.services, facts, into: &next.generations[index],
                through: page.through, changesPast: true, cache, &transaction)
            next.swapCaughtUp()
            try transaction.put(store.meta, ViewsStore.stateKey, next.encoded)
            return next
        }
        publish(next)
        return true
    }

    /// Folds facts into one generation. A model that faults is parked with the reason and leaves
    /// nothing behind; the others go on.
    ///
    /// - Parameter changesPast: whether what was known at an earlier time may change, too: facts
    ///   of another organisation tree may have been recorded before those that are folded in, and
    ///   be taken back at once, so that the present stays as it is.
    private func fold(
        _ facts: [Fact], _ services: ServiceFacts, _ shelf: FactShelf,
        into generation: inout Generation, through: UInt64, changesPast: Bool, _ cache: FoldCache,
        _ transaction: inout WriteTransaction
    ) throws {
        guard let model = model(named: generation.model) else {
            generation.parked = "this version has no such model"
            return
        }
        let prepared: GenerationBatch.Prepared
        do {
            var batch = GenerationBatch(generation, model, shelf, through: through)
            for fact in facts { try batch.take(fact, in: transaction) }
            prepared = try batch.prepare(services, cache, in: transaction)
        } catch let fault as ModelFault {
            generation.parked = fault.description
            return
        }
        for write in prepared.writes {
            if let value = write.value {
                try transaction.put(store.content, write.key, value)
            } else {
                try transaction.delete(store.content, write.key)
            }
        }
        for (entity, fold) in prepared.folds { cache[generation.number, entity] = fold }
        if let names = prepared.names { cache.keepNames(generation.number, names) }
        generation.entries += prepared.entries
        generation.position = through
        if prepared.isContentChanged || changesPast { generation.touched = through }
    }

    /// Whether any model uses a fact, or it may correct or void one that is used.
    private func isUsed(_ fact: Fact) -> Bool {
        if FactShelf.target(of: fact) != nil { return true }
        return allModels.contains { $0.isLinked(fact.stream) || !$0.entities(of: fact).isEmpty }
    }

    /// Removes a part of the content of a generation that no longer serves.
    private func removeRetired() throws -> Bool {
        var next = state.withLock { $0 }
        guard let retired = next.generations.first(where: { $0.role == .retired }) else {
            return false
        }
        let prefix = ViewsStore.prefix(retired.number)
        var keys: [[UInt8]] = []
        try store.environment.read { transaction in
            try transaction.scan(store.content, prefix: prefix, from: prefix) { key, _ in
                keys.append(key)
                return keys.count < 10_000
            }
        }
        if keys.isEmpty { next.generations.removeAll { $0.number == retired.number } }
        try store.environment.write { transaction in
            for key in keys { try transaction.delete(store.content, key) }
            try transaction.put(store.meta, ViewsStore.stateKey, next.encoded)
        }
        publish(next)
        return true
    }

    /// Stores a changed state without folding anything.
    func write(_ next: EngineState) throws {
        try store.environment.write { transaction in
            try transaction.put(store.meta, ViewsStore.stateKey, next.encoded)
        }
        publish(next)
    }

    private func publish(_ next: EngineState) {
        state.withLock { $0 = next }
        waiters.advanced(to: next.position)
        wakers.wake(next.position)
    }
}

extension Generation {
    /// Whether further facts are folded in.
    var isGoingOn: Bool { parked == nil && role != .retired }
}

// MARK: - Building anew

extension ModelEngine {
    /// Builds a model anew beside the one that serves; once it has caught up it takes its place in
    /// one transaction. A parked model is given another chance this way.
    ///
    /// - Throws: `ModelFault.unknownModel`; `LMDBError`.
    package func rebuild(_ name: String) throws {
        guard let model = model(named: name) else { throw ModelFault.unknownModel(name) }
        try following.withLock { following in
            var next = state.withLock { $0 }
            for index in next.generations.indices
            where next.generations[index].model == name
                && next.generations[index].role == .building
            {
                next.generations[index].role = .retired
            }
            next.begin(model, as: .building)
            following.cache.value.removeAll()
            try write(next)
        }
        thread.wake()
    }
}
