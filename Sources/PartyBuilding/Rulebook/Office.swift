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
    @exclusivity(unchecked) private var subjects: [Tag: Subject] = [:]
    @exclusivity(unchecked) private var generation: UInt64 = 1
    @exclusivity(unchecked) private var youngCount = 0
    /// The subject that was asked for last; a judgement asks for it several times.
    @exclusivity(unchecked) private var latest: Subject?
    /// Facts admitted but not yet visible through the source.
    @exclusivity(unchecked) private var unseen: [Fact] = []
    /// The organisation trees that were asked for.
    @exclusivity(unchecked) private var trees: [String: Tree] = [:]
    @exclusivity(unchecked) private var latestTree: Tree?
    /// Which tags each not yet durable position touched.
    @exclusivity(unchecked) private var touched: [(position: UInt64, tags: [String])] = []

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

    /// The state of the subject that a fact's own stream is.
    func ownState<State: Aggregate>(_ type: State.Type, of fact: Fact) throws -> State {
        let stream = fact.stream
        guard TextBytes.isName(stream, ofKind: State.subject) else {
            return try aggregate(type, fact.streamIdentity)
        }
        return try state(type, of: subject(tag: stream))
    }

    /// The seals that stand in an organisation tree.
    func sealedPeriods(tenant: String) throws -> SealedPeriods {
        let tree = tree(tenant)
        let subject: Subject
        if let kept = tree.subject, kept.isKept {
            subject = kept
            touch(kept)
        } else {
            subject = self.subject(tag: tree.tag)
            tree.subject = subject
        }
        return try state(SealedPeriods.self, of: subject)
    }

    private func state<State: Aggregate>(
        _ type: State.Type, of subject: Subject
    ) throws -> State {
        if let box = subject.box(ObjectIdentifier(type)) as? Box<State> { return box.state }
        var state = State(id: subjectIdentity(subject.tag))
        for fact in try facts(tag: subject.tag, types: State.types) {
            state.apply(fact)
        }
        subject.keep(Box(state))
        return state
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
        var facts = try source.facts(tag: tag, types: types)
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
        let subject = subject(tag: tag)
        if !subject.hasOrigin { _ = try origin(ofTag: tag) }
        return subject.tenant.isEmpty ? nil : subject.tenant
    }

    /// Where a subject began; nil when it has no fact.
    func origin(ofTag tag: String) throws -> Origin? {
        let subject = subject(tag: tag)
        if subject.hasOrigin {
            return Origin(tenant: subject.tenant, places: subject.places)
        }
        let first = try source.first(tag: tag) ?? unseen.first { $0.tags.contains(tag) }
        guard let origin = first.map(Origin.init) else { return nil }
        subject.hasOrigin = true
        subject.tenant = origin.tenant
        subject.places = origin.places
        return origin
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

    /// Takes in an admitted fact.
    package func record(_ fact: Fact) {
        unseen.append(fact)
        touched.append((fact.position, fact.tags))
        if fact.isAmendment {
            for tag in fact.tags { forget(tag) }
        } else {
            let tree = tree(fact.tenant)
            for tag in fact.tags { keptSubject(tag, tree)?.apply(fact) }
        }
        if let tree = trees[fact.tenant], let clock = tree.lastRecordedAt {
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

    // MARK: What is kept

    private func forget(_ tag: String) {
        subjects.removeValue(forKey: Tag(tag))?.isKept = false
    }

    /// A subject if anything of it is kept; that a fact touches it is no reason to keep it longer.
    private func keptSubject(_ tag: String, _ tree: Tree) -> Subject? {
        if let latest, latest.isKept, TextBytes.same(latest.tag, tag) { return latest }
        if let subject = tree.subject, subject.isKept, TextBytes.same(subject.tag, tag) {
            return subject
        }
        return subjects[Tag(tag)]
    }

    private func subject(tag: String) -> Subject {
        if let latest, latest.isKept, TextBytes.same(latest.tag, tag) {
            touch(latest)
            return latest
        }
        let subject: Subject
        if let found = subjects[Tag(tag)] {
            subject = found
        } else {
            subject = Subject(tag: tag)
            subjects[Tag(tag)] = subject
        }
        touch(subject)
        latest = subject
        return subject
    }

    /// The subject joins the young generation.
    private func touch(_ subject: Subject) {
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
        subjects = subjects.filter { _, subject in
            subject.isKept = subject.generation == generation
            return subject.isKept
        }
    }

    /// A tag as a key, compared by its bytes.
    private struct Tag: Hashable {
        private let text: String

        init(_ text: String) { self.text = text }

        static func == (left: Tag, right: Tag) -> Bool { TextBytes.same(left.text, right.text) }

        func hash(into hasher: inout Hasher) { TextBytes.hash(text, into: &hasher) }
    }

    /// What is kept of one subject.
    fileprivate final class Subject {
        let tag: String
        /// Whether it is known where the subject began, and the parts of that origin. They stand
        /// apart because a judgement asks for the tenant alone.
        @exclusivity(unchecked) var hasOrigin = false
        @exclusivity(unchecked) var tenant = ""
        @exclusivity(unchecked) var places: [String] = []
        /// Most subjects have one state: it is reached without an array in between.
        @exclusivity(unchecked) private var first: StateBox?
        @exclusivity(unchecked) private var others: [StateBox] = []
        /// When it was last asked for; 0 for never.
        @exclusivity(unchecked) var generation: UInt64 = 0
        /// False when it was forgotten: it hears of no more facts.
        @exclusivity(unchecked) var isKept = true

        init(tag: String) { self.tag = tag }

        /// The state of a type, nil when it was not folded.
        func box(_ key: ObjectIdentifier) -> StateBox? {
            if let first, first.key == key { return first }
            return others.first { $0.key == key }
        }

        func keep(_ box: StateBox) {
            if first == nil { first = box } else { others.append(box) }
        }

        func apply(_ fact: Fact) {
            first?.apply(fact)
            for box in others { box.apply(fact) }
        }
    }

    /// What is kept of one organisation tree.
    final class Tree {
        let tenant: String
        let tag: String
        /// Microseconds; nil when it is not known or there is no fact.
        @exclusivity(unchecked) fileprivate var lastRecordedAt: Int64?
        @exclusivity(unchecked) fileprivate var subject: Subject?
        private let tags: [String]

        fileprivate init(_ tenant: String) {
            self.tenant = tenant
            tag = Office.treeTag(tenant)
            tags = [tag]
        }

        /// The tree's tag, unless it stands among the tags.
        func tags(beside tags: [String]) -> [String] {
            for other in tags where TextBytes.same(other, tag) { return [] }
            return self.tags
        }

        /// Sorted tags, each once, with the tree's own among them.
        func joined(to sorted: [String]) -> [String] {
            var place = sorted.count
            while place > 0, !TextBytes.precedes(sorted[place - 1], tag) {
                if TextBytes.same(sorted[place - 1], tag) { return sorted }
                place -= 1
            }
            var joined: [String] = []
            joined.reserveCapacity(sorted.count + 1)
            joined += sorted[..<place]
            joined.append(tag)
            joined += sorted[place...]
            return joined
        }
    }
}

/// One state of a subject, whatever its type.
private class StateBox {
    /// The type of the state.
    let key: ObjectIdentifier

    init(_ key: ObjectIdentifier) { self.key = key }

    func apply(_ fact: Fact) {}
}

private final class Box<State: Aggregate>: StateBox {
    @exclusivity(unchecked) private(set) var state: State
    private let types: [EventType]?

    init(_ state: State) {
        self.state = state
        types = State.types
        super.init(ObjectIdentifier(State.self))
    }

    override func apply(_ fact: Fact) {
        if let types, !types.contains(fact.type) { return }
        state.apply(fact)
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
        type == .recordCorrected || type == .recordVoided
    }
}
