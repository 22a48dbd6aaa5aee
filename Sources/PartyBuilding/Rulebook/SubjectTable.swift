import Names
import Schema

/// What is kept of each subject, to be found by the bytes of its tag.
///
/// A dictionary would want a string for every question, and most questions come from names that
/// stand in a message. The places are memory of its own, because to look at an array inside an
/// object costs as much as to look into it.
final class SubjectTable {
    /// A place of the table.
    private struct Place {
        /// Of the tag; 0 when the place is free.
        var hash: UInt64 = 0
        var subject: Unmanaged<KeptSubject>?
    }

    /// Open addressing with linear steps; as many places as a power of two.
    @exclusivity(unchecked) private var places: UnsafeMutableBufferPointer<Place>
    @exclusivity(unchecked) private var count = 0
    private let keyed = NameHash()

    /// Scratch of `foresee`.
    @exclusivity(unchecked) private var hashes: [UInt64] = []
    @exclusivity(unchecked) private var found: [Unmanaged<KeptSubject>] = []
    /// Made of what was looked at: a look that nothing depends on would be left out by the compiler.
    @exclusivity(unchecked) private var trace: UInt64 = 0

    private static let placesMin = 64

    init() { places = Self.free(Self.placesMin) }

    deinit {
        for place in places { place.subject?.release() }
        places.deallocate()
    }

    /// The subject of a tag, nil when nothing is kept of it.
    func find(_ tag: UnsafeRawBufferPointer) -> KeptSubject? {
        place(of: tag, hash(tag)).flatMap { places[$0].subject?.takeUnretainedValue() }
    }

    /// Looks at what is kept of the subjects, step by step for all of them: so the waits for memory,
    /// which is what looking up mostly consists of, run side by side.
    func foresee(_ names: [NameList]) {
        hashes.removeAll(keepingCapacity: true)
        found.removeAll(keepingCapacity: true)
        for list in names { list.forEachName { hashes.append(hash($0)) } }
        let mask = places.count - 1
        for hash in hashes {
            let place = places[Int(truncatingIfNeeded: hash) & mask]
            if place.hash == hash, let subject = place.subject { found.append(subject) }
        }
        var trace = trace
        for subject in found { trace &+= subject._withUnsafeGuaranteedRef { $0.generation } }
        for subject in found { trace &+= subject._withUnsafeGuaranteedRef { $0.foresee() } }
        for subject in found { trace &+= subject._withUnsafeGuaranteedRef { $0.foreseeState() } }
        self.trace = trace
    }

    /// The subject of a tag, which is made if there is none.
    func make(_ tag: UnsafeRawBufferPointer) -> KeptSubject {
        let hash = hash(tag)
        if let place = place(of: tag, hash), let found = places[place].subject {
            return found.takeUnretainedValue()
        }
        if (count + 1) * 2 > places.count { resize(to: places.count * 2) }
        let subject = KeptSubject(tag: String(decoding: tag, as: UTF8.self))
        insert(Place(hash: hash, subject: .passRetained(subject)))
        return subject
    }

    /// Takes a subject out and closes the gap, so that searches need no marks of what was there.
    func remove(_ tag: String) -> KeptSubject? {
        let found = TextBytes.withBytes(of: tag) { place(of: $0, hash($0)) }
        guard var gap = found, let removed = places[gap].subject else { return nil }
        let mask = places.count - 1
        var next = gap
        while true {
            next = (next + 1) & mask
            let hash = places[next].hash
            if hash == 0 { break }
            let home = Int(truncatingIfNeeded: hash) & mask
            // What stands between its home and the gap must stay where it is.
            if (next - home) & mask >= (next - gap) & mask {
                places[gap] = places[next]
                gap = next
            }
        }
        places[gap] = Place()
        count -= 1
        return removed.takeRetainedValue()
    }

    /// Keeps only the subjects that are wanted.
    func filter(_ isWanted: (KeptSubject) -> Bool) {
        let old = places
        places = Self.free(old.count)
        count = 0
        for place in old {
            guard let subject = place.subject else { continue }
            if isWanted(subject.takeUnretainedValue()) {
                insert(place)
            } else {
                subject.release()
            }
        }
        old.deallocate()
    }

    /// Never 0.
    private func hash(_ tag: UnsafeRawBufferPointer) -> UInt64 { keyed(tag) | 1 << 63 }

    private func place(of tag: UnsafeRawBufferPointer, _ hash: UInt64) -> Int? {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place].hash != 0 {
            if places[place].hash == hash,
                places[place].subject?._withUnsafeGuaranteedRef({ $0.isNamed(tag) }) == true
            {
                return place
            }
            place = (place + 1) & mask
        }
        return nil
    }

    private func insert(_ new: Place) {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: new.hash) & mask
        while places[place].hash != 0 { place = (place + 1) & mask }
        places[place] = new
        count += 1
    }

    private func resize(to size: Int) {
        let old = places
        places = Self.free(size)
        count = 0
        for place in old where place.hash != 0 { insert(place) }
        old.deallocate()
    }

    private static func free(_ size: Int) -> UnsafeMutableBufferPointer<Place> {
        let places = UnsafeMutableBufferPointer<Place>.allocate(capacity: size)
        places.initialize(repeating: Place())
        return places
    }
}

/// What the office keeps of one subject.
///
/// What every look-up needs stands first: the object is two lines of the processor's cache.
final class KeptSubject {
    /// The tag's bytes, if there are no more.
    private let start: InlineArray<32, UInt8>
    /// How many bytes the tag has.
    private let count: UInt32
    /// Whether it is known where the subject began, and the parts of that origin. They stand
    /// apart because a judgement asks for the tenant alone.
    @exclusivity(unchecked) var hasOrigin = false
    /// False when it was forgotten: it hears of no more facts.
    @exclusivity(unchecked) var isKept = true
    /// When it was last asked for; 0 for never.
    @exclusivity(unchecked) var generation: UInt64 = 0
    /// Most subjects have one state: it is reached without an array in between.
    @exclusivity(unchecked) private var first: StateBox?
    @exclusivity(unchecked) private var others: [StateBox] = []
    @exclusivity(unchecked) var tenant = ""
    @exclusivity(unchecked) var places: [String] = []
    let tag: String

    init(tag: String) {
        self.tag = tag
        count = UInt32(clamping: tag.utf8.count)
        var start = InlineArray<32, UInt8>(repeating: 0)
        for (place, byte) in tag.utf8.prefix(32).enumerated() { start[place] = byte }
        self.start = start
    }

    /// Whether these are the bytes of its tag.
    @inline(__always)
    func isNamed(_ other: UnsafeRawBufferPointer) -> Bool {
        guard other.count == Int(count) else { return false }
        guard other.count <= 32 else {
            return TextBytes.withBytes(of: tag) { TextBytes.same($0, other) }
        }
        return withUnsafeBytes(of: start) {
            TextBytes.same(UnsafeRawBufferPointer(rebasing: $0[..<other.count]), other)
        }
    }

    /// Looks at what its state refers to.
    func foreseeState() -> UInt64 { first?.foresee() ?? 0 }

    /// Looks at its state.
    func foresee() -> UInt64 {
        guard let first else { return 0 }
        return UInt64(truncatingIfNeeded: UInt(bitPattern: first.key))
    }

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
        if !others.isEmpty { for box in others { box.apply(fact) } }
    }
}

/// One state of a subject, whatever its type.
class StateBox {
    /// The type of the state.
    let key: ObjectIdentifier

    init(_ key: ObjectIdentifier) { self.key = key }

    func apply(_ fact: Fact) {}

    func foresee() -> UInt64 { 0 }
}

/// A state, changed where it is. To look into it there saves copying it.
final class AggregateBox<State: Aggregate>: StateBox {
    @exclusivity(unchecked) private(set) var state: State
    private let types: TypeSet

    init(_ state: State, _ types: TypeSet) {
        self.state = state
        self.types = types
        super.init(ObjectIdentifier(State.self))
    }

    override func apply(_ fact: Fact) {
        if types.contains(fact.type) { state.apply(fact) }
    }

    override func foresee() -> UInt64 { state.foresee() }
}

/// Types of events, asked for by number.
final class TypeSet {
    /// By number of the type; empty stands for all.
    private let isMember: [Bool]

    init(_ types: [EventType]?) {
        var isMember: [Bool] = []
        for type in types ?? [] {
            let missing = Int(type.number) + 1 - isMember.count
            if missing > 0 { isMember.append(contentsOf: repeatElement(false, count: missing)) }
            isMember[Int(type.number)] = true
        }
        // No type at all is a set as well.
        self.isMember = types?.isEmpty == true ? [false] : isMember
    }

    func contains(_ type: EventType) -> Bool {
        let place = Int(type.number)
        return isMember.isEmpty || place < isMember.count && isMember[place]
    }
}
