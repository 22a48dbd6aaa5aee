import Names

/// The events that are judged next, and a look at what is known of their names.
///
/// The tables in memory are larger than the processor's caches, and a judgement asks them for each
/// of an event's names in turn: slot, entry, text, list. Each of these steps waits for memory. Taken
/// for many events at once, step by step, the waits run side by side. Nothing is remembered but
/// what the processor's caches remember.
struct Foresight {
    /// The names of the events.
    private(set) var names: [NameList] = []
    private var ids: [EventID] = []
    private var hashes: [UInt64] = []
    private var found: [NameIndex] = []
    /// Made of what was looked at: a look that nothing depends on would be left out by the compiler.
    private var trace: UInt64 = 0
    /// The first place of the sequencer's inbox that was not looked ahead for.
    var end = 0

    /// Fewer events than this have nothing to share the waits with.
    private static let eventsMin = 3

    /// Number of events.
    var count: Int { names.count }

    var isWorthwhile: Bool { names.count >= Self.eventsMin }

    mutating func clear() {
        names.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        hashes.removeAll(keepingCapacity: true)
        found.removeAll(keepingCapacity: true)
    }

    mutating func add(_ drafts: [EventDraft]) {
        let events = drafts.span
        for index in events.indices {
            names.append(events[index].names)
            ids.append(events[index].id)
        }
    }

    mutating func look(at state: borrowing OverlayState) {
        for list in names {
            list.forEachName { hashes.append(state.names.hash(of: $0)) }
        }
        for id in ids { trace &+= state.foresee(id) }
        for hash in hashes {
            if let index = state.names.foreseen(hash) { found.append(index) }
        }
        for index in found where state.names[index].stream != nil { trace &+= 1 }
        for index in found { trace &+= state.foresee(index) }
        for index in found { trace &+= state.foreseeLists(of: index) }
    }
}
