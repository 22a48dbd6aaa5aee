import LogFormat
import Names

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
        withLock { $0.isWorthWriting(options) }
    }

    /// Takes note that everything up to `last` is durable; `keys` index keys belong to this commit.
    ///
    /// - Returns: whether there is enough for a write of the index.
    func markDurable(through last: UInt64, keys: Int, _ options: EventLogOptions) -> Bool {
        withLock { state in
            state.markDurable(through: last, keys: keys)
            return state.isWorthWriting(options)
        }
    }

    /// Forgets clean names when there are too many. Only the thread that adds may do so: between
    /// looking a name up and adding to it, its entry must stay.
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
    /// Number of names at which the next trimming is worth its time.
    private var trimAt = 0
    /// Ends of durable commits after the floor.
    private(set) var marks: [OverlayMark] = []
    /// Index keys of the events up to the last mark.
    private(set) var durableKeys = 0
    /// Index keys of all events after the floor.
    private var pendingKeys = 0
    /// Index keys that come again, to be counted with the next mark.
    private var carriedKeys = 0
    /// Lists with positions that no write of the index has taken up yet.
    private var touched: [ListIndex] = []
    /// Lists that a write of the index has taken up.
    private var taken: [ListIndex] = []

    private(set) var ids: IDTable
    fileprivate(set) var names: NameTable
    /// By `ListIndex`. A list stays where it is as long as its owner is known.
    private var lists: [PostingList] = []
    private var freeLists: [ListIndex] = []
    private var types: [UInt32: ListIndex] = [:]
    /// The type that was added last, which most often comes again.
    private var lastType: (type: UInt32, list: ListIndex)?

    /// Tags of the event that is being replayed.
    private var replayTags: [NameIndex] = []

    /// Tags of an event that are covered by counting it as one key.
    private static let tagsExpected = 12
    /// Further tags that count as one key more: their positions take the room of an event.
    private static let tagsPerKey = 8

    fileprivate init(checkpoint: IndexCheckpoint) {
        floor = checkpoint.position
        greatestV7 = checkpoint.greatestV7
        last = checkpoint.position
        let hash = NameHash()
        ids = IDTable(first: checkpoint.position + 1, hash: hash)
        names = NameTable(hash: hash)
    }

    /// Number of events that the table does not hold.
    var count: UInt64 {
        last - floor
    }

    /// Whether the index must be written before anything can be added.
    func isFull(_ options: EventLogOptions) -> Bool {
        count >= UInt64(options.overlayMaxEvents) || pendingKeys >= options.overlayMaxKeys
    }

    // MARK: Looking up

    /// Where an id was judged; nil when it is not in the overlay.
    func position(of id: EventID) -> UInt64? {
        ids.position(of: id)
    }

    /// Whether an id that is not in the overlay cannot be in the table either.
    func isBeyondTable(_ id: EventID) -> Bool {
        id > greatestV7 && id.isVersion7 || floor == 0
    }

    func entry(named name: String) -> NameEntry? {
        TextBytes.withBytes(of: name) { names.find($0) }.map { names[$0] }
    }

    func list(_ name: ListName) -> PostingList? {
        let index: ListIndex? =
            switch name {
            case .stream(let text): entry(named: text)?.stream
            case .tag(let text): entry(named: text)?.tag
            case .category(let text): entry(named: text)?.category
            case .type(let number): types[number]
            }
        return index.map { lists[Int($0)] }
    }

    func list(at index: ListIndex) -> PostingList {
        lists[Int(index)]
    }

    /// The version of a stream including everything judged; nil when the table must be asked.
    func version(ofStream name: NameIndex) -> UInt64? {
        guard let base = names[name].base else { return nil }
        guard let stream = names[name].stream else { return base.version }
        return base.version + UInt64(lists[Int(stream)].positions.count)
    }

    /// The version of a stream including everything judged, or only what was up to `last`; nil when
    /// the table must be asked.
    func version(ofStream name: String, through last: UInt64 = .max) -> UInt64? {
        guard let entry = entry(named: name), let base = entry.base else { return nil }
        guard let stream = entry.stream else { return base.version }
        return base.version + UInt64(lists[Int(stream)].positions.upperBound(last))
    }

    // MARK: Looking ahead

    /// Looks at the place of an id.
    func foresee(_ id: EventID) -> UInt64 { ids.foresee(id) }

    /// Looks at a name's text and at its lists.
    func foresee(_ index: NameIndex) -> UInt64 {
        var trace = UInt64(names.byte(of: index))
        if let list = names[index].stream { trace &+= UInt64(lists[Int(list)].positions.count) }
        if let list = names[index].tag { trace &+= UInt64(lists[Int(list)].positions.count) }
        return trace
    }

    /// Looks at the ends of a name's lists, where positions are added.
    func foreseeLists(of index: NameIndex) -> UInt64 {
        var trace: UInt64 = 0
        if let list = names[index].stream { trace &+= lists[Int(list)].positions.last ?? 0 }
        if let list = names[index].tag { trace &+= lists[Int(list)].positions.last ?? 0 }
        return trace
    }

    // MARK: Adding, on the sequencer's thread

    /// Where a name is, which becomes known if it is not.
    mutating func resolve(_ name: String) -> NameIndex {
        TextBytes.withBytes(of: name) { names.make($0) }
    }

    /// The same of a name that stands in bytes.
    mutating func resolve(_ bytes: [UInt8], _ place: Range<Int>) -> NameIndex {
        bytes.withUnsafeBytes { names.make(UnsafeRawBufferPointer(rebasing: $0[place])) }
    }

    /// The same of a name's bytes.
    mutating func resolve(_ name: UnsafeRawBufferPointer) -> NameIndex { names.make(name) }

    /// Remembers what the table says of a stream that the overlay did not know.
    mutating func load(stream: NameIndex, record: NameRecord?) {
        guard names[stream].base == nil else { return }
        names[stream].number = names[stream].number ?? record?.number
        names[stream].base = (record?.version ?? 0, record?.last ?? 0)
    }

    /// Takes a stream's version from a recorded event instead of asking the table.
    mutating func assume(stream: NameIndex, versionBefore version: UInt64) {
        if names[stream].base == nil { names[stream].base = (version, 0) }
    }

    /// Adds the next event. Its stream must have been loaded or assumed.
    ///
    /// - Returns: the stream's new version, and the number of keys of the index that the next write
    ///   must touch for this event and not for others before it; an event in very many lists counts
    ///   for more, because its positions take room even if others touched the lists before.
    mutating func add(
        id: EventID, stream: NameIndex, type: UInt32, tags: ArraySlice<NameIndex>
    ) -> (version: UInt64, keys: Int) {
        let before = touched.count
        last += 1
        ids.append(id)
        post(to: names[stream].stream ?? makeStream(stream))
        post(to: names[stream].categoryOfStream ?? makeCategory(ofStream: stream))
        for tag in tags { post(to: names[tag].tag ?? makeTag(tag)) }
        post(to: typeList(type))
        let surplus = max(tags.count - Self.tagsExpected, 0)
        let keys = 1 + touched.count - before + surplus / Self.tagsPerKey
        pendingKeys += keys
        return (version(ofStream: stream) ?? 0, keys)
    }

    /// Adds a recorded event.
    ///
    /// - Returns: what `add` says of keys.
    mutating func replay(_ record: RecordView) -> Int {
        let stream = names.make(record.streamBytes)
        assume(stream: stream, versionBefore: record.streamVersion - 1)
        replayTags.removeAll(keepingCapacity: true)
        record.forEachTag { replayTags.append(names.make($0)) }
        return add(id: record.id, stream: stream, type: record.type, tags: replayTags[...]).keys
    }

    /// Takes back everything from `position` on, because it will never have happened.
    mutating func discard(from position: UInt64) {
        guard position <= last else { return }
        ids.removeAll(from: position)
        for part in [touched, taken] {
            for index in part {
                let kept = lists[Int(index)].positions.lowerBound(position)
                lists[Int(index)].positions.removeSubrange(kept...)
            }
        }
        last = position - 1
        // What is discarded is always everything that is not durable.
        pendingKeys = durableKeys + carriedKeys
    }

    private mutating func post(to list: ListIndex) {
        lists[Int(list)].positions.append(last)
        if !lists[Int(list)].isTouched {
            lists[Int(list)].isTouched = true
            touched.append(list)
        }
    }

    private mutating func makeList(_ owner: ListOwner) -> ListIndex {
        if let index = freeLists.popLast() {
            lists[Int(index)] = PostingList(owner)
            return index
        }
        lists.append(PostingList(owner))
        return ListIndex(lists.count - 1)
    }

    private mutating func makeStream(_ name: NameIndex) -> ListIndex {
        let list = makeList(.stream(name))
        names[name].stream = list
        return list
    }

    private mutating func makeTag(_ name: NameIndex) -> ListIndex {
        let list = makeList(.tag(name))
        names[name].tag = list
        return list
    }

    private mutating func makeCategory(ofStream stream: NameIndex) -> ListIndex {
        let category = names.makeCategory(ofStream: stream)
        let list = names[category].category ?? makeList(.category(category))
        names[category].category = list
        names[stream].categoryOfStream = list
        return list
    }

    private mutating func typeList(_ type: UInt32) -> ListIndex {
        if let lastType, lastType.type == type { return lastType.list }
        let list = types[type] ?? makeList(.type(type))
        types[type] = list
        lastType = (type, list)
        return list
    }

    // MARK: Durability and draining

    fileprivate func isWorthWriting(_ options: EventLogOptions) -> Bool {
        (marks.last?.last ?? 0) >= floor + UInt64(options.checkpointEvents)
            || durableKeys >= options.checkpointKeys
    }

    /// Everything up to `last` is durable; `keys` index keys belong to this commit.
    mutating func markDurable(through last: UInt64, keys: Int) {
        let keys = keys + carriedKeys
        carriedKeys = 0
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
    mutating func takeTouched() -> [ListIndex] {
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

    /// Copies what one list adds to a write of the index.
    mutating func addWork(
        _ index: ListIndex, after floor: UInt64, through target: UInt64,
        to work: inout CheckpointWork
    ) {
        let owner = lists[Int(index)].owner
        // What lingers from the last time is in the table already.
        let from = lists[Int(index)].positions.upperBound(floor)
        let end = max(lists[Int(index)].positions.upperBound(target), from)
        let start = work.positions.count
        work.positions.append(contentsOf: lists[Int(index)].positions[from..<end])
        var list = ListWork(kind: owner.kind, positions: start..<work.positions.count)
        if case .type(let number) = owner { list.number = number }
        if let name = owner.name {
            let text = work.text.count
            names.withBytes(of: name) { work.text.append(contentsOf: $0) }
            list.name = text..<work.text.count
            list.number = names[name].number
            if owner.kind == .stream { list.base = names[name].base }
        }
        work.lists.append(list)
    }

    /// The table now holds everything up to `position`: readers may rely on it at once, the
    /// entries are drained afterwards in small steps.
    mutating func raiseFloor(to checkpoint: IndexCheckpoint) {
        floor = checkpoint.position
        greatestV7 = checkpoint.greatestV7
        let written = marks.prefix { $0.last <= checkpoint.position }
        for mark in written {
            durableKeys -= mark.keys
            pendingKeys -= mark.keys
        }
        marks.removeFirst(written.count)
    }

    /// Forgets up to `limit` ids at or below the floor.
    ///
    /// - Returns: whether there are more.
    mutating func drainIDs(limit: Int) -> Bool {
        ids.forget(through: floor, limit: limit)
    }

    /// Drains one list of the positions at or below the floor.
    ///
    /// - Parameter number: the list's number in the table; 0 when it did not get one.
    mutating func drain(_ index: ListIndex, number: UInt32) {
        let stale = lists[Int(index)].positions.upperBound(floor)
        let lastDrained = stale > 0 ? lists[Int(index)].positions[stale - 1] : nil
        lists[Int(index)].positions.removeFirst(stale)
        if let name = lists[Int(index)].owner.name {
            if number > 0 { names[name].number = number }
            if lists[Int(index)].owner.kind == .stream, let base = names[name].base {
                names[name].base = (base.version + UInt64(stale), lastDrained ?? base.last)
            }
        }
        if lists[Int(index)].positions.isEmpty {
            lists[Int(index)].isTouched = false
        } else {
            touched.append(index)
            countAgain()
        }
    }

    /// Counts one more key for the next write of the index: a list that was written has positions
    /// after that write's target.
    private mutating func countAgain() {
        pendingKeys += 1
        if marks.isEmpty {
            carriedKeys += 1
        } else {
            marks[0].keys += 1
            durableKeys += 1
        }
    }

    fileprivate mutating func trimNames(limit: Int) {
        guard names.count > max(limit, trimAt) else { return }
        var isFreed = [Bool](repeating: false, count: lists.count)
        names.trim { [lists] entry in
            let own = [entry.stream, entry.tag, entry.category].compactMap { $0 }
            // Nothing is lost by forgetting a name that has nothing to be written.
            guard !own.contains(where: { lists[Int($0)].isTouched }) else { return true }
            for list in own { isFreed[Int(list)] = true }
            return false
        }
        for index in lists.indices where isFreed[index] {
            lists[index].positions = []
            freeLists.append(ListIndex(index))
        }
        names.forEach { entry in
            if let list = entry.categoryOfStream, isFreed[Int(list)] {
                entry.categoryOfStream = nil
            }
        }
        // Names that are in use stay: looking at all of them again is put off until more came.
        trimAt = names.count + limit / 4
    }
}
