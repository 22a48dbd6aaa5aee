import PartyBuilding
import Schema

/// Names the entity whose record a fact belongs to, inside one model.
struct EntityKey: Hashable, Comparable, Sendable {
    /// Which sort of record it is; the model decides. 0 is the engine's own.
    let kind: UInt8
    let id: String

    /// Longer identities than the schema allows are named by their beginning and a fingerprint, so
    /// that they fit into a key.
    init(_ kind: UInt8, _ id: String) {
        self.kind = kind
        self.id = id.utf8.count <= 300 ? id : Self.shortened(id)
    }

    private static func shortened(_ id: String) -> String {
        // By bytes: a single character may have any number of them.
        String(decoding: id.utf8.prefix(60), as: UTF8.self)
            + fingerprint(id.utf8).map { padded(Int($0), 3) }.joined()
    }

    var encoded: [UInt8] { ModelKey().byte(kind).text(id).bytes }

    static func < (left: EntityKey, right: EntityKey) -> Bool {
        (left.kind, left.id) < (right.kind, right.id)
    }
}

/// A fact as recorded, with the corrections and voids that name it.
struct FactVersions: Sendable {
    let root: Fact
    /// Corrections and voids of the root and voids of the corrections, by position.
    private(set) var fixes: [Fact]

    init(_ root: Fact, fixes: [Fact] = []) {
        self.root = root
        self.fixes = fixes.sorted { $0.position < $1.position }
    }

    /// The fact as it stood at an instant; nil when it was unknown or void.
    func effective(knownAt: Int64?) -> Fact? {
        if let knownAt, root.recordedAt > knownAt { return nil }
        if fixes.isEmpty { return root }
        return EffectiveFacts.resolve([root] + fixes, knownAt: knownAt).first
    }

    /// The fact as it stood just before a position; nil when it was not there yet or void.
    func effective(before position: UInt64) -> Fact? {
        guard root.position < position else { return nil }
        return EffectiveFacts.resolve([root] + fixes.filter { $0.position < position }).first
    }

    /// The fact with the corrections and voids up to a position.
    func through(_ position: UInt64) -> FactVersions {
        FactVersions(root, fixes: fixes.filter { $0.position <= position })
    }

    /// Every payload the fact has had, void or not: what may belong to an entity.
    var all: [Fact] {
        var versions = [root]
        for fix in fixes {
            guard case .recordCorrected(let correction) = fix.payload,
                let corrected = root.corrected(by: correction)
            else { continue }
            versions.append(corrected)
        }
        return versions
    }

    /// Position of the latest fix known at an instant, else of the root itself.
    func lastPosition(knownAt: Int64?) -> UInt64 {
        let known = fixes.last { fix in knownAt.map { fix.recordedAt <= $0 } ?? true }
        return known?.position ?? root.position
    }
}

/// What a record sees of a fact.
struct RecordFact: Sendable {
    /// The fact as it stands at the time of knowledge; for a void fact as it was recorded.
    let fact: Fact
    /// The day from which it counts.
    let day: LocalDate
    let isVoid: Bool
    let versions: FactVersions
    /// Position of its latest version.
    let lastPosition: UInt64

    /// Corrected, void, or recorded after its period was sealed (P-LAW-6).
    var isRestated: Bool { isVoid || fact.isCorrected || fact.isAfterSeal }

    /// Nil when the fact was not known at that instant.
    init?(_ versions: FactVersions, knownAt: Int64?) {
        if let knownAt, versions.root.recordedAt > knownAt { return nil }
        let effective = versions.effective(knownAt: knownAt)
        self.versions = versions
        fact = effective ?? versions.root
        isVoid = effective == nil
        day = RecordDay.of(fact)
        lastPosition = versions.lastPosition(knownAt: knownAt)
    }

    /// The order of folding: valid time, then position.
    static func precedes(_ left: RecordFact, _ right: RecordFact) -> Bool {
        (left.day, left.fact.position) < (right.day, right.fact.position)
    }
}

/// What one entity adds to the sums of its model at one moment: measures under group keys.
struct Contributions {
    private(set) var sums: [ModelKey: [Int64]] = [:]

    /// Adds measures under a key whose first byte is the table.
    ///
    /// - Throws: `ModelFault.overflow`.
    mutating func add(_ key: ModelKey, _ measures: [Int64]) throws(ModelFault) {
        guard let present = sums[key] else {
            sums[key] = measures
            return
        }
        sums[key] = try added(present, measures)
    }
}

/// The state of one entity, folded from its facts in order of valid time and position.
///
/// The state after the last fact of a day says what the entity adds to the sums and how its row in
/// a ledger looks; the engine turns the difference between two days into steps.
protocol Record: Sendable {
    /// Applies an effective fact.
    mutating func apply(_ item: RecordFact) throws(ModelFault)

    /// Takes note of a void fact: it no longer counts, but what it touched is restated.
    mutating func noteVoid(_ item: RecordFact)

    /// Adds what the entity contributes in its present state.
    func contribute(to contributions: inout Contributions) throws(ModelFault)

    /// The entity's row in its present state; nil for none.
    func row() -> [UInt8]?
}

extension Record {
    mutating func noteVoid(_ item: RecordFact) {}

    func contribute(to contributions: inout Contributions) throws(ModelFault) {}

    func row() -> [UInt8]? { nil }
}

/// Two vectors of measures added; the shorter counts as filled up with zeros.
func added(_ left: [Int64], _ right: [Int64]) throws(ModelFault) -> [Int64] {
    var sums = left.count >= right.count ? left : right
    let other = left.count >= right.count ? right : left
    for index in other.indices {
        sums[index] = try checkedSum(sums[index], other[index], "sum of measures")
    }
    return sums
}

/// Two vectors of measures subtracted.
func subtracted(_ left: [Int64], _ right: [Int64]) throws(ModelFault) -> [Int64] {
    var negated: [Int64] = []
    negated.reserveCapacity(right.count)
    for value in right {
        guard value != Int64.min else { throw .overflow("difference of measures") }
        negated.append(-value)
    }
    return try added(left, negated)
}
