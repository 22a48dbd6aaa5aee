/// The index's tail in memory: what has been judged after the index's checkpoint. Table and
/// overlay together are exact.
///
/// One thread adds and discards (the sequencer, or the opener before there is one); the index's
/// follower drains; everybody reads. A reader takes what it needs from the overlay *first* and
/// reads the table afterwards, up to the floor it saw: whatever was drained in between is then in
/// the table, and nothing is seen twice.
final class Overlay: Sendable {
    private let monitor: Monitor<OverlayState>
    /// Names to remember beyond those in use.
    private let nameCacheEntries: Int

    init(checkpoint: IndexCheckpoint, nameCacheEntries: Int) {
        monitor = Monitor(OverlayState(checkpoint: checkpoint))
        self.nameCacheEntries = nameCacheEntries
    }

    /// Runs `body` with the state to itself; keep it short, appends wait for it.
    func withLock<Result, Failure: Error>(
        _ body: (inout OverlayState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try monitor.withLock(body)
    }

    /// Whether there is enough for a write of the index.
    func isWorthWriting(_ options: EventLogOptions) -> Bool {
        withLock { state in
            (state.marks.last?.last ?? 0) >= state.floor + UInt64(options.checkpointEvents)
                || state.durableKeys >= options.checkpointKeys
        }
    }

    /// Forgets clean names when there are too many. Only the thread that adds may do so: between
    /// looking a stream up and adding to it, its entry must stay.
    func trimNames() {
        withLock { $0.trimNames(limit: nameCacheEntries) }
    }
}

/// The end of a durable commit and how many keys of the index the events up to it touch.
struct OverlayMark {
    var last: UInt64
    var keys: Int
}

/// What the overlay's lock guards.
struct OverlayState {
    /// Everything at or below is in the table.
    fileprivate(set) var floor: UInt64
    /// The last position added.
    private(set) var last: UInt64
    /// The greatest version 7 id in the table: a greater one cannot be there.
    private(set) var greatestV7 = EventID(high: 0, low: 0)
    /// Ends of durable commits after the floor.
    private(set) var marks: [OverlayMark] = []
    /// Index keys of the events up to the last mark.
    private(set) var durableKeys = 0
    /// Lists with positions that no write of the index has taken up yet.
    private var touched: [PostingList] = []
    /// Lists that a write of the index has taken up.
    private var taken: [PostingList] = []

    private var ids: [EventID: UInt64] = [:]
    /// The ids in the order of positions; the first one's position is `idsStart`.
    private var idOrder: [EventID] = []
    private var idsStart: UInt64
    /// How many at the front of `idOrder` have been forgotten already.
    private var idsDrained = 0
    private var names: [String: NameEntry] = [:]
    private var categories: [String: PostingList] = [:]
    private var types: [UInt32: PostingList] = [:]

    fileprivate init(checkpoint: IndexCheckpoint) {
        floor = checkpoint.position
        greatestV7 = checkpoint.greatestV7
        last = checkpoint.position
        idsStart = checkpoint.position + 1
    }

    /// Number of events that the table does not hold.
    var count: UInt64 {
        last - floor
    }

    // MARK: Looking up

    /// Where an id was judged; nil when it is not in the overlay.
    func position(of id: EventID) -> UInt64? {
        ids[id]
    }

    /// Whether an id that is not in the overlay cannot be in the table either.
    func isBeyondTable(_ id: EventID) -> Bool {
        id > greatestV7 && id.isVersion7 || floor == 0
    }

    /// The ids at ascending positions from `first` through `last`, as far as they are held.
    func ids(from first: UInt64, through last: UInt64) -> ArraySlice<EventID> {
        guard first >= idsStart, last >= first, last - idsStart < UInt64(idOrder.count) else {
            return []
        }
        return idOrder[Int(first - idsStart)...Int(last - idsStart)]
    }

    func entry(named name: String) -> NameEntry? {
        names[name]
    }

    func list(_ name: ListName) -> PostingList? {
        switch name {
        case .stream(let text): names[text]?.stream
        case .tag(let text): names[text]?.tag
        case .category(let text): categories[text]
        case .type(let number): types[number]
        }
    }

    // MARK: Adding, on the sequencer's thread

    /// Remembers what the table says of a stream that the overlay did not know.
    mutating func load(stream: String, record: NameRecord?) {
        let entry = makeEntry(named: stream)
        guard entry.base == nil else { return }
        entry.number = entry.number ?? record?.number
        entry.base = (record?.version ?? 0, record?.last ?? 0)
    }

    /// Takes a stream's version from a recorded event instead of asking the table.
    mutating func assume(stream: String, versionBefore version: UInt64) {
        let entry = makeEntry(named: stream)
        if entry.base == nil { entry.base = (version, 0) }
    }

    /// Adds the next event. Its stream must have been loaded or assumed.
    ///
    /// - Returns: the stream's new version and the number of index keys the event touches.
    mutating func add(
        id: EventID, stream: String, type: UInt32, tags: [String]
    ) -> (version: UInt64, keys: Int) {
        last += 1
        ids[id] = last
        idOrder.append(id)
        let entry = makeEntry(named: stream)
        let streamList = entry.stream ?? PostingList(.stream(stream))
        entry.stream = streamList
        post(to: streamList)
        let categoryList =
            entry.category ?? makeCategory(String(category(ofStream: stream)))
        entry.category = categoryList
        post(to: categoryList)
        for tag in tags {
            let entry = makeEntry(named: tag)
            let list = entry.tag ?? PostingList(.tag(tag))
            entry.tag = list
            post(to: list)
        }
        let typeList = types[type] ?? PostingList(.type(type))
        if typeList.positions.isEmpty { types[type] = typeList }
        post(to: typeList)
        return (entry.version ?? 0, 4 + tags.count)
    }

    /// Takes back everything from `position` on, because it will never have happened.
    mutating func discard(from position: UInt64) {
        guard position <= last else { return }
        let kept = Int(position - idsStart)
        for id in idOrder[kept...] { ids[id] = nil }
        idOrder.removeSubrange(kept...)
        for list in touched + taken {
            list.positions.removeSubrange(list.positions.lowerBound(position)...)
        }
        last = position - 1
    }

    private mutating func post(to list: PostingList) {
        list.positions.append(last)
        if !list.isTouched {
            list.isTouched = true
            touched.append(list)
        }
    }

    private mutating func makeEntry(named name: String) -> NameEntry {
        if let entry = names[name] { return entry }
        let entry = NameEntry(name: name)
        names[name] = entry
        return entry
    }

    private mutating func makeCategory(_ name: String) -> PostingList {
        if let list = categories[name] { return list }
        let list = PostingList(.category(name))
        categories[name] = list
        return list
    }

    // MARK: Durability and draining

    /// Everything up to `last` is durable; `keys` index keys belong to this commit.
    mutating func markDurable(through last: UInt64, keys: Int) {
        marks.append(OverlayMark(last: last, keys: keys))
        durableKeys += keys
    }

    /// How far the next write of the index should go: through as many whole commits as the limits
    /// allow, at least one; nil when nothing is durable that the table does not have.
    func checkpointTarget(_ options: EventLogOptions) -> UInt64? {
        var target: UInt64?
        var keys = 0
        for mark in marks {
            keys += mark.keys
            let isWithin =
                mark.last - floor <= UInt64(options.checkpointEvents)
                && keys <= options.checkpointKeys
            guard target == nil || isWithin else { break }
            target = mark.last
        }
        return target
    }

    /// Takes up the lists for a write of the index; `finishTaken` or `giveBack` must follow.
    mutating func takeTouched() -> [PostingList] {
        taken = touched
        touched = []
        return taken
    }

    /// The write is done and every taken list was drained.
    mutating func finishTaken() {
        taken = []
    }

    /// The write failed: its lists wait for the next one.
    mutating func giveBackTaken() {
        touched = taken + touched
        taken = []
    }

    /// The table now holds everything up to `position`: readers may rely on it at once, the
    /// entries are drained afterwards in small steps.
    mutating func raiseFloor(to checkpoint: IndexCheckpoint) {
        floor = checkpoint.position
        greatestV7 = checkpoint.greatestV7
        let written = marks.prefix { $0.last <= checkpoint.position }
        for mark in written { durableKeys -= mark.keys }
        marks.removeFirst(written.count)
    }

    /// Forgets up to `limit` ids at or below the floor.
    ///
    /// - Returns: whether there are more.
    mutating func drainIDs(limit: Int) -> Bool {
        let stale = floor >= idsStart ? Int(min(floor - idsStart + 1, UInt64(idOrder.count))) : 0
        let end = min(idsDrained + limit, stale)
        for index in idsDrained..<max(end, idsDrained) { ids[idOrder[index]] = nil }
        idsDrained = max(end, idsDrained)
        if idsDrained < stale { return true }
        // Cut once, at the end: cutting at each step would move the tail every time.
        idOrder.removeFirst(idsDrained)
        idsStart += UInt64(idsDrained)
        idsDrained = 0
        return false
    }

    /// Drains one list of the positions at or below the floor.
    mutating func drain(_ list: PostingList, number: UInt32) {
        let stale = list.positions.upperBound(floor)
        let lastDrained = stale > 0 ? list.positions[stale - 1] : nil
        list.positions.removeFirst(stale)
        if let text = list.name.text, list.name.kind != .category, let entry = names[text] {
            entry.number = number
            if list.name.kind == .stream, let base = entry.base {
                entry.base = (base.version + UInt64(stale), lastDrained ?? base.last)
            }
        }
        if list.positions.isEmpty {
            list.isTouched = false
        } else {
            touched.append(list)
        }
    }

    fileprivate mutating func trimNames(limit: Int) {
        guard names.count > limit else { return }
        names = names.filter { !$0.value.isClean }
        // Clean categories go too, so nobody may hold on to one that is no longer found by name.
        for entry in names.values { entry.category = nil }
        categories = categories.filter { $0.value.isTouched }
    }
}
