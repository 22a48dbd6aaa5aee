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
    /// Two generations: what is asked for moves to the young one; when that is full it becomes the
    /// old one and the old one is forgotten.
    private var young: [String: Subject] = [:]
    private var old: [String: Subject] = [:]
    /// Facts admitted but not yet visible through the source.
    private var unseen: [Fact] = []
    /// Last record time of each organisation tree that was asked for.
    private var treeClocks: [String: Int64] = [:]
    /// Which tags each not yet durable position touched.
    private var touched: [(position: UInt64, tags: [String])] = []

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
        let subject = subject(tag: "\(State.subject)-\(id)")
        let key = ObjectIdentifier(type)
        if let box = subject.boxes.first(where: { $0.key == key })?.box as? Box<State> {
            return box.state
        }
        var state = State(id: id)
        for fact in try facts(tag: subject.tag, types: State.types) {
            state.apply(fact)
        }
        subject.boxes.append((key, Box(state)))
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

        init(_ fact: Fact) {
            tenant = fact.tenant
            places = fact.tags.filter(Office.isPlace)
        }
    }

    /// The organisation tree a subject belongs to: that of its first fact; nil when it has none.
    package func tenant(ofTag tag: String) throws -> String? {
        guard let origin = try origin(ofTag: tag), !origin.tenant.isEmpty else { return nil }
        return origin.tenant
    }

    /// Where a subject began; nil when it has no fact.
    func origin(ofTag tag: String) throws -> Origin? {
        let subject = subject(tag: tag)
        if let origin = subject.origin { return origin }
        let first = try source.first(tag: tag) ?? unseen.first { $0.tags.contains(tag) }
        subject.origin = first.map(Origin.init)
        return subject.origin
    }

    /// The last record time of an organisation tree, microseconds; nil when it has no fact.
    package func lastRecordedAt(tenant: String) throws -> Int64? {
        if let last = treeClocks[tenant] { return last }
        let last = try source.last(tag: Office.treeTag(tenant))?.recordedAt
        let unseenLast = unseen.last { $0.tenant == tenant }?.recordedAt
        let latest = unseenLast.map { max($0, last ?? $0) } ?? last
        treeClocks[tenant] = latest
        return latest
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
            for tag in fact.tags {
                guard let subject = young[tag] ?? old[tag] else { continue }
                for entry in subject.boxes { entry.box.apply(fact) }
            }
        }
        if let clock = treeClocks[fact.tenant] {
            treeClocks[fact.tenant] = max(clock, fact.recordedAt)
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
        while let last = touched.last, last.position >= position {
            for tag in last.tags { forget(tag) }
            touched.removeLast()
        }
        treeClocks.removeAll(keepingCapacity: true)
    }

    private func forget(_ tag: String) {
        young[tag] = nil
        old[tag] = nil
    }

    private func subject(tag: String) -> Subject {
        if let found = young[tag] { return found }
        let subject = old[tag] ?? Subject(tag: tag)
        if young.count >= capacity {
            old = young
            young = [:]
        }
        young[tag] = subject
        return subject
    }

    /// What is kept of one subject.
    private final class Subject {
        let tag: String
        var boxes: [(key: ObjectIdentifier, box: any AggregateBox)] = []
        var origin: Origin?

        init(tag: String) { self.tag = tag }
    }
}

private protocol AggregateBox: AnyObject {
    func apply(_ fact: Fact)
}

private final class Box<State: Aggregate>: AggregateBox {
    var state: State

    init(_ state: State) { self.state = state }

    func apply(_ fact: Fact) {
        if let types = State.types, !types.contains(fact.type) {
            return
        }
        state.apply(fact)
    }
}

extension Fact {
    /// The fact that a correction or void names; nil for every other fact.
    package var amendmentTarget: FactID? {
        switch payload {
        case .recordCorrected(let event): FactID(bytes: event.targetEvent)
        case .recordVoided(let event): FactID(bytes: event.targetEvent)
        default: nil
        }
    }

    /// The fact is a correction or a void of another one.
    package var isAmendment: Bool {
        switch payload {
        case .recordCorrected, .recordVoided: true
        default: false
        }
    }
}
