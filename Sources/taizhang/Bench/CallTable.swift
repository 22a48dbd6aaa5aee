/// Which slot each call under way has: a ring by the call's number, larger than the distance
/// between the oldest and the newest of them.
struct CallTable {
    private var calls = [UInt32](repeating: 0, count: 256)
    private var slots = [Int32](repeating: 0, count: 256)

    /// - Parameter call: not 0, not in the table.
    mutating func insert(_ call: UInt32, _ slot: Int) {
        while calls[place(call)] != 0 { grow() }
        let place = place(call)
        calls[place] = call
        slots[place] = Int32(truncatingIfNeeded: slot)
    }

    func slot(of call: UInt32) -> Int? {
        let place = place(call)
        return calls[place] == call ? Int(slots[place]) : nil
    }

    mutating func remove(_ call: UInt32) -> Int? {
        let place = place(call)
        guard calls[place] == call, call != 0 else { return nil }
        calls[place] = 0
        return Int(slots[place])
    }

    @inline(__always)
    private func place(_ call: UInt32) -> Int { Int(call) & (calls.count - 1) }

    /// An old call stands where a new one belongs: twice the room takes them apart.
    private mutating func grow() {
        let old = zip(calls, slots).filter { $0.0 != 0 }
        let size = calls.count * 2
        calls = [UInt32](repeating: 0, count: size)
        slots = [Int32](repeating: 0, count: size)
        for (call, slot) in old { insert(call, Int(slot)) }
    }
}
