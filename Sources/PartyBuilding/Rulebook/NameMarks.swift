import Names

/// Remembers names in four bytes each, for sets that would otherwise hold millions of strings.
///
/// It answers "surely not" or "perhaps": every name leaves a mark of 32 bits, and one in some
/// million strangers has the mark of a name that was met. Who must know asks the facts. Marks are
/// different in every process, so nobody can choose names that have the same one.
struct NameMarks: Sendable {
    /// Marks at about the place that their size gives them; 0 is free.
    private var slots: [UInt32] = []
    private var count = 0

    /// Looks at some mark, for the sake of having looked.
    func foresee() -> UInt64 { slots.last.map { UInt64($0) } ?? 0 }

    /// Whether the name was perhaps inserted; false when it surely was not.
    @inline(__always)
    func mayContain(_ name: String) -> Bool {
        guard !slots.isEmpty else { return false }
        return slots[place(of: Self.mark(name))] != 0
    }

    mutating func insert(_ name: String) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let mark = Self.mark(name)
        let place = place(of: mark)
        guard slots[place] == 0 else { return }
        slots[place] = mark
        count += 1
    }

    /// Where the mark is, or the free place where it would be. There is always a free one.
    private func place(of mark: UInt32) -> Int {
        var place = Int(truncatingIfNeeded: (UInt64(mark) * UInt64(slots.count)) >> 32)
        while slots[place] != 0, slots[place] != mark {
            place += 1
            if place == slots.count { place = 0 }
        }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt32](repeating: 0, count: max(8, old.count + old.count / 2))
        for mark in old where mark != 0 { slots[place(of: mark)] = mark }
    }

    private static func mark(_ name: String) -> UInt32 {
        max(1, UInt32(truncatingIfNeeded: TextBytes.withBytes(of: name) { hash($0) } >> 32))
    }

    private static let hash = NameHash()
}
