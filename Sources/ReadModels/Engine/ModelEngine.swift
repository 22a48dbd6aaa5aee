import LMDB
import PartyBuilding
import Schema
import Synchronization

/// Builds the read models from a feed of facts, keeps them in the directory's `views` environment
/// and answers queries from them.
///
/// One thread follows the feed; queries run on their callers' threads, each in one snapshot.
package final class ModelEngine: Sendable {
    /// The models of specification section 4 that there are.
    static let catalogue: [any ReadModel] = [
        TalentPipeline(), BrandMetrics(), FortressRating(), PioneerIndexQuarter(),
        PerformanceLink(), RectificationLedger(), RectificationSummary(), MembershipFunnel(),
        BranchHealth(),
    ]

    /// Events that one transaction takes in, at most: what they need is held in memory meanwhile.
    package static let batchMax = 131_072

    let feed: any FactFeed
    /// What any model reads.
    let types: TypeSet
    let store: ViewsStore
    let registry = RegistryModel()
    let models: [any ReadModel]
    let thread: FollowerThread
    let waiters: PositionWaiters
    let wakers = AppliedWakers()
    /// What has been committed.
    let state: Mutex<EngineState>
    /// How long the follower rests, and the head when it last looked; nil when it does not.
    let resting = Mutex<Rest?>(nil)
    /// Why the views cannot be written at the moment; nil when all is well.
    let trouble = Mutex<String?>(nil)
    /// Only one caller follows at a time: the thread, or a test that does without it.
    let following = Mutex(Following())
    /// The models' tables as queries name them.
    let tables: [String: [QueryTable]]
    /// Rows that were put together, content of the past and what was read of the registry: kept
    /// for the next queries, within these bytes.
    let built = AnswerCache<AnswerKey, BuiltRows>(weightMax: 24 << 20)
    let pasts = AnswerCache<PastKey, MemoryContent>(weightMax: 32 << 20)
    let registries = AnswerCache<RegistryKey, Registry.Contents>(weightMax: 24 << 20)
    /// Bytes of the rows of one query that are kept.
    static let builtWeightMax = 8 << 20
    /// The state that was read last, with the snapshot that it belongs to.
    let lastRead = Mutex<(snapshot: UInt64, state: EngineState)?>(nil)
    private let isClosed = Atomic<Bool>(false)
    private let wakeToken = Mutex<(any Sendable)?>(nil)

    /// What only the follower uses.
    struct Following {
        let cache = SendableBox(FoldCache())
        /// Events of one transaction; halved when a transaction becomes too large.
        var batchMax = ModelEngine.batchMax
    }

    /// Opens the views of a feed; they are built anew when they belong to another log or were
    /// written by a version with another layout.
    ///
    /// - Parameters:
    ///   - directory: folder of the environment; made when it is not there.
    ///   - feed: where the facts come from.
    /// - Throws: `LMDBError`, `ModelFault`, or what the feed throws.
    package convenience init(directory: String, feed: any FactFeed) throws {
        try self.init(directory: directory, feed: feed, models: Self.catalogue)
    }

    /// For tests: other models than those of the catalogue.
    init(directory: String, feed: any FactFeed, models: [any ReadModel]) throws {
        self.feed = feed
        self.models = models
        let thread = FollowerThread()
        self.thread = thread
        waiters = PositionWaiters { thread.hurry() }
        store = try ViewsStore(path: directory)
        let all: [any ReadModel] = [registry] + models
        types = Self.types(of: all)
        tables = QueryTable.all(models)
        let loaded = try Self.load(store, feed, all)
        state = Mutex(loaded)
        // What was folded before the start counts for those who wait, too.
        waiters.advanced(to: loaded.position)
    }

    deinit {
        close()
    }

    /// Starts to follow the feed on a thread of its own.
    package func start() {
        let thread = thread
        let waiters = waiters
        let token = feed.onCommit { head in
            // A follower that rests goes on resting, unless somebody waits for just this.
            if waiters.isAnyone(waitingFor: head) { thread.hurry() } else { thread.wake() }
        }
        wakeToken.withLock { $0 = token }
        let isStarted = thread.start { [weak self] in
            self?.turn() ?? .untilWoken(milliseconds: 1_000)
        }
        if !isStarted {
            trouble.withLock { $0 = "the system has no thread for the read models" }
        }
    }

    /// Stops following and closes the environment. Calling it again does nothing.
    package func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        wakeToken.withLock { $0 = nil }
        thread.stop()
        waiters.endAll()
        store.environment.close()
    }

    var allModels: [any ReadModel] { [registry] + models }

    func model(named name: String) -> (any ReadModel)? {
        allModels.first { $0.name == name }
    }

    /// What any of these models reads; corrections and voids concern all of them.
    private static func types(of models: [any ReadModel]) -> TypeSet {
        var types = TypeSet([.recordCorrected, .recordVoided])
        for model in models {
            for type in model.types { types.insert(type) }
            if model.keepsServices { types.insert(.volunteerServiceRecorded) }
        }
        return types
    }

    private static func load(
        _ store: ViewsStore, _ feed: any FactFeed, _ models: [any ReadModel]
    ) throws -> EngineState {
        let stored = try store.environment.read { transaction in
            try transaction.value(store.meta, ViewsStore.stateKey)
        }
        if let stored, var state = try EngineState(encoded: stored), try belongs(state, to: feed) {
            for model in models where !state.isComplete(model) {
                state.begin(model, as: state.serving(model.name) == nil ? .serving : .building)
            }
            return state
        }
        try store.environment.write { transaction in
            for database in [store.meta, store.facts, store.ids, store.fixes, store.content] {
                try transaction.clear(database)
            }
        }
        var state = EngineState(ledger: feed.ledger)
        for model in models { state.begin(model, as: .serving) }
        return state
    }

    private static func belongs(_ state: EngineState, to feed: any FactFeed) throws -> Bool {
        guard state.ledger == feed.ledger, state.position <= feed.head,
            let mark = try feed.mark(at: state.position)
        else { return false }
        return mark.agrees(with: state.mark)
    }
}

extension EngineState {
    /// Whether a build of the model's present version is there or under way.
    fileprivate func isComplete(_ model: any ReadModel) -> Bool {
        generations.contains {
            $0.model == model.name && $0.version == model.version && $0.role != .retired
        }
    }
}

/// Carries a value that only one thread at a time uses, under a lock of its owner.
struct SendableBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
