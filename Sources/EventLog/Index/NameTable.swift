import Names

/// A name's place in a `NameTable`.
typealias NameIndex = Int32
/// A list's place in the overlay.
typealias ListIndex = Int32

/// What the overlay knows of one name. What every event of a stream needs stands first, so that it
/// lies together in the processor's cache.
struct NameEntry {
    fileprivate var hash: UInt64 = 0
    fileprivate var start: UInt32 = 0
    fileprivate var length: UInt16 = 0
    fileprivate var isFree = true
    /// Version and last position of the stream of this name in the table, as of the last drain
    /// of `stream`; nil until it was looked up.
    var base: (version: UInt64, last: UInt64)?
    /// The list of the stream of this name.
    var stream: ListIndex?
    /// The list of the category that the stream of this name belongs to, so that the category is
    /// cut out once and not per event.
    var categoryOfStream: ListIndex?
    /// The list of the tag of this name.
    var tag: ListIndex?
    /// The name's number in the index's table, once it is known.
    var number: UInt32?
    /// The list of the category of this name.
    var category: ListIndex?

    /// Where the name's bytes are among those of all names.
    fileprivate var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
}

/// Names by their bytes: each is hashed once where it comes in, and known by a number from then on.
struct NameTable {
    private let hash: NameHash
    /// By `NameIndex`; those that are free have no name.
    private(set) var entries: [NameEntry] = []
    private var free: [NameIndex] = []
    /// The names' bytes, one after the other.
    private var text: [UInt8] = []
    /// Open addressing with linear steps: the upper half of the hash above index + 1; 0 is free.
    private var slots: [UInt64]

    private static let slotsMin = 1_024

    init(hash: NameHash) {
        self.hash = hash
        slots = [UInt64](repeating: 0, count: Self.slotsMin)
    }

    /// Number of names.
    var count: Int { entries.count - free.count }

    subscript(index: NameIndex) -> NameEntry {
        _read { yield entries[Int(index)] }
        _modify { yield &entries[Int(index)] }
    }

    /// Lends the bytes of a name.
    func withBytes<Result>(
        of index: NameIndex, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let range = entries[Int(index)].range
        return try text.withUnsafeBytes { all in
            try body(UnsafeRawBufferPointer(rebasing: all[range]))
        }
    }

    /// Where a name is; nil when it is not known.
    func find(_ name: UnsafeRawBufferPointer) -> NameIndex? {
        find(name, hash(name)).index
    }

    /// Where a name is, which is put in if need be.
    mutating func make(_ name: UnsafeRawBufferPointer) -> NameIndex {
        let hash = hash(name)
        let (found, slot) = find(name, hash)
        if let found { return found }
        let entry = NameEntry(
            hash: hash, start: UInt32(text.count), length: UInt16(name.count), isFree: false)
        text.append(contentsOf: name)
        let index: NameIndex
        if let last = free.popLast() {
            index = last
            entries[Int(index)] = entry
        } else {
            index = NameIndex(entries.count)
            entries.append(entry)
        }
        slots[slot] = Self.slot(hash, index)
        if entries.count * 2 > slots.count { rebuildSlots() }
        return index
    }

    /// Where the name of a stream's category is, which is put in if need be: what stands before the
    /// first hyphen.
    mutating func makeCategory(ofStream stream: NameIndex) -> NameIndex {
        let bytes = text[entries[Int(stream)].range]
        let name = Array(bytes.prefix { $0 != UInt8(ascii: "-") })
        return name.withUnsafeBytes { make($0) }
    }

    /// Visits every name.
    mutating func forEach(_ visit: (inout NameEntry) -> Void) {
        for index in entries.indices where !entries[index].isFree { visit(&entries[index]) }
    }

    // MARK: Looking ahead

    /// The hash of a name, as `foreseen` takes it.
    func hash(of name: UnsafeRawBufferPointer) -> UInt64 { hash(name) }

    /// Where the name of a hash probably is; nil when it is not known, or does not stand at once
    /// where its hash sends it.
    func foreseen(_ hash: UInt64) -> NameIndex? {
        let slot = slots[Int(truncatingIfNeeded: hash) & (slots.count - 1)]
        guard slot != 0, slot >> 32 == hash >> 32 else { return nil }
        return NameIndex(truncatingIfNeeded: slot & 0xFFFF_FFFF) - 1
    }

    /// Some byte of a name, for the sake of having looked at it.
    func byte(of index: NameIndex) -> UInt8 {
        let range = entries[Int(index)].range
        return range.isEmpty ? 0 : text[range.lowerBound]
    }

    // MARK: Finding

    private func find(
        _ name: UnsafeRawBufferPointer, _ hash: UInt64
    ) -> (index: NameIndex?, slot: Int) {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[place]
            if slot == 0 { return (nil, place) }
            if slot >> 32 == hash >> 32 {
                let index = NameIndex(truncatingIfNeeded: slot & 0xFFFF_FFFF) - 1
                if isName(of: index, name) { return (index, place) }
            }
            place = (place + 1) & mask
        }
    }

    private func isName(of index: NameIndex, _ name: UnsafeRawBufferPointer) -> Bool {
        let range = entries[Int(index)].range
        guard range.count == name.count else { return false }
        return text.withUnsafeBytes { all in
            TextBytes.same(UnsafeRawBufferPointer(rebasing: all[range]), name)
        }
    }

    private static func slot(_ hash: UInt64, _ index: NameIndex) -> UInt64 {
        (hash & ~0xFFFF_FFFF) | UInt64(truncatingIfNeeded: index + 1)
    }

    private mutating func rebuildSlots() {
        var count = Self.slotsMin
        while count < entries.count * 4 { count *= 2 }
        slots = [UInt64](repeating: 0, count: count)
        for index in entries.indices where !entries[index].isFree {
            var place = Int(truncatingIfNeeded: entries[index].hash) & (count - 1)
            while slots[place] != 0 { place = (place + 1) & (count - 1) }
            slots[place] = Self.slot(entries[index].hash, NameIndex(index))
        }
    }

    /// Forgets the names that are not to be kept; the others stay where they are.
    mutating func trim(keeping isKept: (NameEntry) -> Bool) {
        var kept: [UInt8] = []
        for index in entries.indices where !entries[index].isFree {
            let range = entries[index].range
            if isKept(entries[index]) {
                entries[index].start = UInt32(kept.count)
                kept.append(contentsOf: text[range])
            } else {
                entries[index] = NameEntry()
                free.append(NameIndex(index))
            }
        }
        text = kept
        rebuildSlots()
    }
}
