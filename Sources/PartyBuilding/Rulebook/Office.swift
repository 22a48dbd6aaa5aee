package import Names
package import Schema

/// The aggregates that judgements read, folded from the log on demand and kept while there is
/// room.
///
/// Confined to the thread that judges. Facts that are admitted are taken in at once, before they
/// are durable; `discard` takes back what turned out not to happen, by forgetting the aggregates
/// it touched: they are folded again when next asked for.
package final class Office {
    private let source: any FactSource
    private let capacity: Int
    // All of this is touched by one thread only and by no call within another; to check that at
    // every access would cost a tenth of a judgement.

    /// Two generations: what is asked for joins the young one; when that is full the other one is
    /// forgotten, and it becomes the old one.
    private let subjects = SubjectTable()
    @exclusivity(unchecked) private var generation: UInt64 = 1
    @exclusivity(unchecked) private var youngCount = 0
    /// The subject that was asked for last; a judgement asks for it several times.
    @exclusivity(unchecked) private var latest: KeptSubject?
    /// The types that matter to each type of state.
    @exclusivity(unchecked) private var typeSets: [ObjectIdentifier: TypeSet] = [:]
    /// Facts admitted but not yet visible through the source.
    @exclusivity(unchecked) private var unseen: [Fact] = []
    /// The organisation trees that were asked for.
    @exclusivity(unchecked) private var trees: [String: Tree] = [:]
    @exclusivity(unchecked) private var latestTree: Tree?
    /// Which tags each not yet durable position touched.
    @exclusivity(unchecked) private var touched: [(position: UInt64, tags: NameList)] = []

    /// - Parameters:
    ///   - source: where facts are read.
    ///   - capacity: how many subjects are kept per generation.
    package init(source: any FactSource, capacity: Int = 200_000) {
        self.source = source
        self.capacity = max(capacity, 16)
    }

    /// The state of a subject.
    ///
    /// - Parameter id: the identity part, `yq-b1` for `branch-yq-b1`.
    /// - Throws: what the source throws.
    package func aggregate<State: Aggregate>(_ type: State.Type, _ id: String) throws -> State {
        try state(type, of: subject(tag: "\(State.subject)-\(id)"))
    }

    /// The state of the subject that a fact's own stream is, where the office keeps it: what is
    /// true of it holds until the next fact is taken in.
    func ownBox<State: Aggregate>(
        _ type: State.Type, of fact: Fact
    ) throws -> AggregateBox<State> {
        let own = fact.withStream { stream in
            TextBytes.isName(stream, ofKind: State.subject) ? subject(named: stream) : nil
        }
        return try box(type, of: own ?? subject(tag: "\(State.subject)-\(fact.streamIdentity)"))
    }

    /// The seals that stand in an organisation tree.
    func sealedPeriods(tenant: String) throws -> SealedPeriods {
        let tree = tree(tenant)
        let subject: KeptSubject
        if let kept = tree.subject, kept.isKept {
            subject = kept
            touch(kept)
        } else {
            subject = self.subject(tag: tree.tag)
            tree.subject = subject
        }
        return try box(SealedPeriods.self, of: subject).state
    }

    private func state<State: Aggregate>(
        _ type: State.Type, of subject: KeptSubject
    ) throws -> State {
        try box(type, of: subject).state
    }

    private func box<State: Aggregate>(
        _ type: State.Type, of subject: KeptSubject
    ) throws -> AggregateBox<State> {
        let key = ObjectIdentifier(type)
        if let box = subject.box(key) {
            // A box's key is the type of its state.
            return unsafe unsafeDowncast(box, to: AggregateBox<State>.self)
        }
        var state = State(id: subjectIdentity(subject.tag))
        let raw = withUnseen(
            try source.facts(folding: type, tag: subject.tag), subject.tag, State.types)
        let facts = try EffectiveFacts.resolve(raw, carrying: subject.tag, types: State.types) {
            try fact(id: $0)
        }
        for fact in facts { state.apply(fact) }
        let box = AggregateBox(state, types(of: type, key))
        subject.keep(box)
        return box
    }

    private func types<State: Aggregate>(
        of type: State.Type, _ key: ObjectIdentifier
    ) -> TypeSet {
        if let known = typeSets[key] { return known }
        let types = TypeSet(State.types)
        typeSets[key] = types
        return types
    }

    /// The effective facts of a subject in order of position.
    ///
    /// A correction may move a fact from one subject to another: the fact then belongs to the
    /// subjects that its corrected payload names.
    package func facts(tag: String, types: [EventType]? = nil) throws -> [Fact] {
        let raw = try rawFacts(tag: tag, types: types)
        return try EffectiveFacts.resolve(raw, carrying: tag, types: types) { try fact(id: $0) }
    }

    /// All facts of a subject, corrections and voids among them.
    package func rawFacts(tag: String, types: [EventType]? = nil) throws -> [Fact] {
        withUnseen(try source.facts(tag: tag, types: types), tag, types)
    }

    /// Facts of a subject with those that the source does not show yet.
    private func withUnseen(_ seen: [Fact], _ tag: String, _ types: [EventType]?) -> [Fact] {
        var facts = seen
        for fact in unseen where fact.tags.contains(tag) {
            if let types, !types.contains(fact.type),
                !fact.isAmendment
            {
                continue
            }
            facts.append(fact)
        }
        return facts
    }

    /// The fact with an id, as it was recorded.
    package func fact(id: FactID) throws -> Fact? {
        if let found = unseen.first(where: { $0.id == id }) { return found }
        return try source.fact(id: id)
    }

    /// What the first fact of a subject says of where it belongs.
    struct Origin {
        /// Root of the organisation tree; empty when the fact has none.
        let tenant: String
        /// The branches and organisations that the fact names, as subjects.
        let places: [String]

        init(tenant: String, places: [String]) {
            self.tenant = tenant
            self.places = places
        }

        init(_ fact: Fact) {
            self.init(tenant: fact.tenant, places: fact.tags.filter(Office.isPlace))
        }
    }

    /// The organisation tree a subject belongs to: that of its first fact; nil when it has none.
    package func tenant(ofTag tag: String) throws -> String? {
        try tenant(of: subject(tag: tag))
    }

    /// The organisation tree that a fact's stream belongs to.
    func tenant(ofStreamOf fact: Fact) throws -> String? {
        try tenant(of: fact.withStream { subject(named: $0) })
    }

    private func tenant(of subject: KeptSubject) throws -> String? {
        if !subject.hasOrigin { _ = try origin(ofTag: subject.tag) }
        return subject.tenant.isEmpty ? nil : subject.tenant
    }

    /// Where a subject began; nil when it has no fact.
    func origin(ofTag tag: String) throws -> Origin? {
        let subject = subject(tag: tag)
        if subject.hasOrigin {
            return Origin(tenant: subject.tenant, places: subject.places)
        }
        let first = try source.first(tag: tag) ?? firstUnseen(tag)
        guard let origin = first.map(Origin.init) else { return nil }
        subject.hasOrigin = true
        subject.tenant = origin.tenant
        subject.places = origin.places
        return origin
    }

    private func firstUnseen(_ tag: String) -> Fact? {
        for place in unseen.indices where unseen[place].tags.contains(tag) { return unseen[place] }
        return nil
    }

    /// The last record time of an organisation tree, microseconds; nil when it has no fact.
    package func lastRecordedAt(tenant: String) throws -> Int64? {
        try lastRecordedAt(in: tree(tenant))
    }

    func lastRecordedAt(in tree: Tree) throws -> Int64? {
        if let last = tree.lastRecordedAt { return last }
        let last = try source.last(tag: tree.tag)?.recordedAt
        let unseenLast = unseen.last { $0.tenant == tree.tenant }?.recordedAt
        tree.lastRecordedAt = unseenLast.map { max($0, last ?? $0) } ?? last
        return tree.lastRecordedAt
    }

    /// An organisation tree by its root organisation's id.
    func tree(_ tenant: String) -> Tree {
        if let latestTree, latestTree.tenant == tenant { return latestTree }
        let tree = trees[tenant] ?? Tree(tenant)
        trees[tenant] = tree
        latestTree = tree
        return tree
    }

    /// The tag that every fact of an organisation tree carries.
    package static func treeTag(_ tenant: String) -> String { "tree-\(tenant)" }

    /// While this is set admitted facts leave no trace: somebody only wants to know what a
    /// judgement reads.
    @exclusivity(unchecked) package var isProbing = false

    /// Takes in a state that was folded elsewhere, from all that the source shows; between calls
    /// only, when nothing is admitted that the source does not show.
    package func adopt<State: Aggregate>(_ state: State, tag: String) {
        let subject = subject(tag: tag)
        let key = ObjectIdentifier(State.self)
        guard subject.box(key) == nil else { return }
        subject.keep(AggregateBox(state, types(of: State.self, key)))
    }

    /// Takes in an admitted fact.
    package func record(_ fact: Fact) {
        if isProbing { return }
        unseen.append(fact)
        touched.append((fact.position, fact.tags))
        if fact.isAmendment {
            for tag in fact.tags { forget(tag) }
        } else {
            // That a fact touches a subject is no reason to keep it longer.
            fact.tags.forEachName { subjects.find($0)?.apply(fact) }
        }
        let known = latestTree?.tenant == fact.tenant ? latestTree : trees[fact.tenant]
        if let tree = known, let clock = tree.lastRecordedAt {
            tree.lastRecordedAt = max(clock, fact.recordedAt)
        }
    }

    /// From now on the source shows every fact up to this position, also before it is durable.
    package func visible(through position: UInt64) {
        if unseen.last.map({ $0.position <= position }) ?? true {
            unseen.removeAll(keepingCapacity: true)
        } else {
            unseen.removeAll { $0.position <= position }
        }
    }

    /// Nothing up to this position can be taken back any more.
    package func settled(through position: UInt64) {
        guard let first = touched.first, first.position <= position else { return }
        let keep = touched.firstIndex { $0.position > position } ?? touched.endIndex
        touched.removeSubrange(..<keep)
    }

    /// Everything at or after this position never happened.
    package func discard(from position: UInt64) {
        while let last = unseen.last, last.position >= position { unseen.removeLast() }
        // A refusal takes nothing back.
        guard let last = touched.last, last.position >= position else { return }
        while let last = touched.last, last.position >= position {
            for tag in last.tags { forget(tag) }
            touched.removeLast()
        }
        // Also those that a refused or dry registration would have founded.
        trees.removeAll()
        latestTree = nil
    }

    /// Looks at what is kept of subjects that are about to be asked for.
    package func foresee(_ names: [NameList]) { subjects.foresee(names) }

    // MARK: What is kept

    private func forget(_ tag: String) {
        subjects.remove(tag)?.isKept = false
    }

    private func subject(tag: String) -> KeptSubject {
        TextBytes.withBytes(of: tag) { subject(named: $0) }
    }

    private func subject(named tag: UnsafeRawBufferPointer) -> KeptSubject {
        if let latest, latest.isKept, latest.isNamed(tag) {
            touch(latest)
            return latest
        }
        let subject = subjects.make(tag)
        touch(subject)
        latest = subject
        return subject
    }

    /// The subject joins the young generation.
    private func touch(_ subject: KeptSubject) {
        guard subject.generation != generation else { return }
        subject.generation = generation
        if youngCount >= capacity {
            forgetOldGeneration()
            generation += 1
            youngCount = 0
            subject.generation = generation
        }
        youngCount += 1
    }

    private func forgetOldGeneration() {
        subjects.filter { subject in
            subject.isKept = subject.generation == generation
            return subject.isKept
        }
    }

    /// What is kept of one organisation tree.
    final class Tree {
        let tenant: String
        let tag: String
        /// Microseconds; nil when it is not known or there is no fact.
        @exclusivity(unchecked) fileprivate var lastRecordedAt: Int64?
        @exclusivity(unchecked) fileprivate var subject: KeptSubject?
        /// The tree's tag as a list.
        private let tags: NameList

        fileprivate init(_ tenant: String) {
            self.tenant = tenant
            tag = Office.treeTag(tenant)
            tags = [tag]
        }

        /// The tree's tag, unless it stands among the tags.
        func tags(beside tags: NameList) -> NameList {
            tags.contains(tag) ? NameList() : self.tags
        }

        /// Sorted tags, each once, with the tree's own among them.
        func joined(to sorted: NameList) -> NameList { sorted.joined(with: tag) }
    }
}

extension Fact {
    /// The fact that a correction or void names; nil for every other fact.
    package var amendmentTarget: FactID? {
        guard isAmendment else { return nil }
        return switch payload {
        case .recordCorrected(let event): FactID(bytes: event.targetEvent)
        case .recordVoided(let event): FactID(bytes: event.targetEvent)
        default: nil
        }
    }

    /// The fact is a correction or a void of another one.
    package var isAmendment: Bool {
        switch type {
        case .recordCorrected, .recordVoided: true
        default: false
        }
    }
}
