import LMDB
import LogFormat

/// Compares the index, table and overlay together, with the log: every event must be found by its
/// id, along its stream, category, type and every tag, and nothing else may be found.
///
/// Works in windows of events, so that lists are read in order and memory does not grow with the
/// number of events, only with that of lists.
struct IndexVerifier {
    private let index: IndexStore
    private let overlay: Overlay
    /// The table's checkpoint when the verification began; the totals are compared up to here.
    private let checkpoint: UInt64
    private var windowStart: UInt64 = 1
    private var windowEnd: UInt64 = 0
    private var ids: [(id: EventID, position: UInt64)] = []
    private var lists: [ListName: [UInt64]] = [:]
    /// Postings that the table must hold up to the checkpoint.
    private var expectedPostings: UInt64 = 0
    /// Versions of the streams at the checkpoint.
    private var versions: [String: UInt64] = [:]

    private static let windowMax = 16_384

    init(index: IndexStore, overlay: Overlay, checkpoint: UInt64) {
        self.index = index
        self.overlay = overlay
        self.checkpoint = checkpoint
    }

    /// Takes note of the next event.
    mutating func note(_ record: RecordView, at position: UInt64) {
        let stream = record.stream
        let tags = record.tags
        ids.append((record.id, position))
        lists[.stream(stream), default: []].append(position)
        lists[.category(String(category(ofStream: stream))), default: []].append(position)
        lists[.type(record.type), default: []].append(position)
        for tag in tags { lists[.tag(tag), default: []].append(position) }
        if position <= checkpoint {
            expectedPostings += 3 + UInt64(tags.count)
            versions[stream] = record.streamVersion
        }
        windowEnd = position
    }

    /// Whether enough was noted to be compared.
    var isWindowFull: Bool {
        ids.count >= Self.windowMax
    }

    /// Compares what was noted, and forgets it.
    mutating func compareWindow(_ report: inout VerifyReport) throws(EventLogError) {
        guard !ids.isEmpty else { return }
        try compareIDs(&report)
        for (name, expected) in lists { try compare(name, expected, &report) }
        windowStart = windowEnd + 1
        ids.removeAll(keepingCapacity: true)
        lists.removeAll(keepingCapacity: true)
    }

    private func compareIDs(_ report: inout VerifyReport) throws(EventLogError) {
        let pending = overlay.withLock { state in ids.map { state.position(of: $0.id) } }
        let stored = try index.candidates(ofIDs: ids.map(\.id))
        for (offset, entry) in ids.enumerated() {
            report.postings += 1
            // Another id may look the same to the table; what counts is that this one is found.
            let isStored = stored[offset].contains(entry.position)
            let found = pending[offset] ?? (isStored ? entry.position : stored[offset].first)
            guard found != entry.position else { continue }
            let text = found.map { "leads to \($0)" } ?? "is not in the index"
            report.add(.index, entry.position, "the id \(entry.id) \(text)")
        }
    }

    private func compare(
        _ name: ListName, _ expected: [UInt64], _ report: inout VerifyReport
    ) throws(EventLogError) {
        report.postings += UInt64(expected.count)
        var found: [UInt64] = []
        var from: UInt64? = windowStart
        while let start = from, start <= windowEnd {
            let page: (positions: [UInt64], next: UInt64?)
            do throws(EventLogError) {
                page = try search(
                    .list(name), from: start, direction: .forwards, limit: Self.windowMax,
                    horizon: windowEnd, overlay: overlay, index: index, effort: Int.max)
            } catch {
                report.add(.index, start, "list \(name): \(LogVerifier.text(error))")
                return
            }
            found.append(contentsOf: page.positions.prefix { $0 <= windowEnd })
            from = page.next
        }
        guard found != expected else { return }
        let missing = Set(expected).subtracting(found)
        let surplus = Set(found).subtracting(expected)
        for position in missing.sorted() {
            report.add(.index, position, "the event is not found by \(name)")
        }
        for position in surplus.sorted() {
            report.add(
                .index, position, "the event is found by \(name), to which it does not belong")
        }
    }
}

// MARK: - What the log does not know

extension IndexVerifier {
    /// Counts the table's entries: whatever is more than the log accounts for leads nowhere.
    func compareTotals(_ report: inout VerifyReport) throws(EventLogError) {
        let idCount =
            try count(index.ids, &report) { key, value in
                guard let high = key.bigEndianUInt64(), let low = key.bigEndianUInt64(at: 8) else {
                    return nil
                }
                var number: UInt64 = 0
                let isSound = IDChunk.forEach(
                    value.transactionBytes, first: IDEntry(high: high, low: low)
                ) { entry in
                    if entry.position <= checkpoint { number += 1 }
                    return true
                }
                return isSound ? number : nil
            }
            + count(index.otherIDs, &report) { _, value in
                guard let position = value.bigEndianUInt64() else { return nil }
                return position <= checkpoint ? 1 : 0
            }
        if idCount != checkpoint {
            report.add(
                .index, checkpoint, "\(idCount) ids lead to the \(checkpoint) events in the table")
        }
        try comparePostings(&report)
        try compareVersions(&report)
    }

    /// Counts the positions of all lists. While the table is written, the ends of lists go into
    /// their chunks: what was counted of an end is not counted there again.
    private func comparePostings(_ report: inout VerifyReport) throws(EventLogError) {
        var positions: [UInt64] = []
        var tailStarts: [ListID: UInt64] = [:]
        let inTails = try count(index.tails, &report) { key, value in
            positions.removeAll(keepingCapacity: true)
            guard let list = ListID(key.transactionBytes),
                PostingTail.decode(value.transactionBytes, into: &positions)
            else { return nil }
            tailStarts[list] = positions[0]
            return UInt64(positions.upperBound(checkpoint))
        }
        var behindTails: UInt64 = 0
        let inChunks = try count(index.postings, &report) { key, value in
            positions.removeAll(keepingCapacity: true)
            guard let key = PostingKey(key.transactionBytes),
                PostingChunk.decode(value.transactionBytes, first: key.first, into: &positions)
            else { return nil }
            let known = positions.upperBound(checkpoint)
            let before = tailStarts[key.list].map { positions.lowerBound($0) } ?? known
            behindTails += UInt64(max(known - before, 0))
            return UInt64(min(known, before))
        }
        var postings = inTails + inChunks
        // Nothing went into the chunks meanwhile: then it should not be there.
        if try index.loadCheckpoint()?.position ?? 0 == checkpoint { postings += behindTails }
        guard postings != expectedPostings else { return }
        report.add(
            .index, checkpoint,
            "the table holds \(postings) postings, the log accounts for \(expectedPostings)")
    }

    /// Adds up what entries hold; `number` is nil for one that is not as it should be.
    private func count(
        _ database: Database, _ report: inout VerifyReport,
        _ number: (RawSpan, RawSpan) -> UInt64?
    ) throws(EventLogError) -> UInt64 {
        var total: UInt64 = 0
        var damaged: UInt64 = 0
        try walk(database) { key, value in
            if let number = number(key, value) { total += number } else { damaged += 1 }
        }
        if damaged > 0 {
            report.add(
                .index, checkpoint, "\(damaged) damaged entries in the table \(database.name)")
        }
        return total
    }

    /// The table's versions of streams, unless the table has moved on meanwhile.
    private func compareVersions(_ report: inout VerifyReport) throws(EventLogError) {
        var found: [String: UInt64] = [:]
        try walk(index.names) { key, value in
            guard let record = NameRecord(value.transactionBytes), record.version > 0 else {
                return
            }
            found[String(decoding: key.transactionBytes, as: UTF8.self)] = record.version
        }
        guard try index.loadCheckpoint()?.position ?? 0 == checkpoint else { return }
        for (stream, version) in versions where found[stream] != version {
            report.add(
                .index, checkpoint,
                "stream \(stream) has version \(found[stream] ?? 0) in the table, "
                    + "\(version) in the log")
        }
        for (stream, version) in found where versions[stream] == nil {
            report.add(
                .index, checkpoint,
                "stream \(stream) has version \(version) in the table and is not in the log")
        }
    }

    /// Visits a whole database, some entries a transaction.
    private func walk(
        _ database: Database, _ visit: (RawSpan, RawSpan) -> Void
    ) throws(EventLogError) {
        var after: [UInt8]?
        var isMore = true
        while isMore {
            isMore = try storing {
                try index.environment.read { transaction in
                    try transaction.withCursor(database) { cursor in
                        var isThere = try after.map { try cursor.seek($0) } ?? cursor.first()
                        if let after, isThere, cursor.key({ $0.copied() }) == after {
                            isThere = try cursor.next()
                        }
                        for _ in 0..<Self.windowMax where isThere {
                            cursor.entry { visit($0, $1) }
                            after = cursor.key { $0.copied() }
                            isThere = try cursor.next()
                        }
                        return isThere
                    }
                }
            }
        }
    }
}
