import LMDB
import LogFormat

/// Reads the whole log once and proves checksums, positions, Merkle roots and stream versions.
///
/// Memory grows with the number of streams, not of events.
struct LogVerifier {
    private let log: LogStore
    private let head: UInt64
    /// What the journal held at the beginning.
    private let tail: LogTailView
    private(set) var report: VerifyReport
    /// Nil once something could not be read: later roots cannot be proved then.
    private var frontier: MerkleFrontier? = MerkleFrontier()
    /// The position the next value must begin with.
    private var next: UInt64 = 1
    private var versions: [String: UInt64] = [:]
    private var ledgerAt = Int64.min
    /// After an unreadable value nobody knows how many events it held: the next key decides.
    private var skipsToKey = false

    /// Values read in one transaction.
    private static let stepMax = 64

    init(_ log: LogStore, head: UInt64) {
        self.log = log
        self.head = head
        tail = log.tail.view
        report = VerifyReport(head: Position(head))
    }

    /// Runs through the log.
    ///
    /// - Parameter visit: is lent every record in order, as long as nothing is found damaged.
    mutating func run(
        progress: VerifyProgress, _ visit: (UInt64, RecordView) -> Void
    ) throws(EventLogError) {
        while next <= head {
            let before = next
            let isOn = try step(visit)
            if !isOn, let last = tail.last, next <= last { try checkTail(visit) }
            guard isOn || next > head else {
                if !skipsToKey {
                    report.add(.gap, next, "the events from here to \(head) are missing")
                }
                frontier = nil
                break
            }
            guard progress(Position(next - 1), Position(head)) else {
                report.isComplete = false
                break
            }
            if next == before { break }
        }
        report.root = frontier?.root
    }

    /// - Returns: false when there are no more values.
    private mutating func step(
        _ visit: (UInt64, RecordView) -> Void
    ) throws(EventLogError) -> Bool {
        try log.withReader { reader in
            try log.environment.read { transaction in
                try transaction.withCursor(log.values) { cursor in
                    if try checkRest(&cursor, reader, visit) {
                        guard try cursor.next() else { return next > head }
                    } else {
                        guard try cursor.seek(next) else { return false }
                    }
                    for _ in 0..<Self.stepMax where next <= head {
                        try check(cursor, reader, visit)
                        guard try cursor.next() else { return next > head }
                    }
                    return true
                }
            }
        }
    }

    /// Goes on inside a sealed block, if since the last step one took the place of batches of which
    /// some were looked at already.
    ///
    /// - Returns: whether the cursor stands on such a block.
    private mutating func checkRest(
        _ cursor: inout ReadCursor, _ reader: ValueReader, _ visit: (UInt64, RecordView) -> Void
    ) throws -> Bool {
        guard !skipsToKey, try cursor.seekAtMost(next), let key = cursor.numberKey, key < next,
            // What cannot be read was told when it was come by.
            let value = try? LogStore.value(of: cursor), value.header.kind == .sealedBlock,
            value.header.last >= next
        else { return false }
        check(value, reader, visit)
        next = value.header.last + 1
        return true
    }

    /// Goes on where the environment ends and the journal begins.
    private mutating func checkTail(
        _ visit: (UInt64, RecordView) -> Void
    ) throws(EventLogError) {
        let (tail, from) = (tail, next)
        guard tail.first.map({ $0 <= from }) ?? false else { return }
        skipsToKey = false
        try log.withReader { reader in
            try tail.forEachValue(from: from) { value, _ in
                report.values += 1
                check(value, reader, visit)
                next = value.header.last + 1
                return next <= head
            }
        }
    }

    private mutating func check(
        _ cursor: borrowing ReadCursor, _ reader: ValueReader,
        _ visit: (UInt64, RecordView) -> Void
    ) throws {
        guard let key = cursor.numberKey else {
            report.add(.value, next, "a key of the log is not a position")
            frontier = nil
            return
        }
        if key < next {
            report.add(.gap, key, "a value begins before the one in front of it ends")
            frontier = nil
        } else if key > next, !skipsToKey {
            report.add(.gap, next, "the next value begins at \(key) and not here")
            frontier = nil
        }
        skipsToKey = false
        next = max(next, key)
        report.values += 1
        do throws(EventLogError) {
            let value = try storing { try LogStore.value(of: cursor) }
            check(value, reader, visit)
            next = max(next, value.header.last + 1)
        } catch {
            report.add(.value, key, Self.text(error))
            frontier = nil
            // A damaged key may be any number.
            next = key == .max ? key : max(next, key + 1)
            skipsToKey = true
        }
    }

    private mutating func check(
        _ value: ValueView, _ reader: ValueReader, _ visit: (UInt64, RecordView) -> Void
    ) {
        let header = value.header
        let first = max(header.first, next)
        if first == header.first, let before = value.frontierBefore, let frontier,
            before != frontier
        {
            report.add(
                .root, header.first,
                "the block does not continue the Merkle tree of the events before it")
            self.frontier = nil
        }
        for position in first...header.last {
            report.events += 1
            do throws(EventLogError) {
                let record = try storing { try reader.record(at: position, in: value) }
                check(record, at: position)
                if report.damageCount == 0 { visit(position, record) }
            } catch {
                report.add(.value, position, Self.text(error))
                frontier = nil
            }
        }
        if let frontier, frontier.root != header.root {
            report.add(
                .root, header.first,
                "the events through \(header.last) have the Merkle root \(frontier.root), "
                    + "the value states \(header.root)")
            self.frontier = nil
        }
    }

    private mutating func check(_ record: RecordView, at position: UInt64) {
        let stream = record.stream
        let expected = versions[stream, default: 0] + 1
        // After lost events a stream may jump; that is told once, where they are missing.
        if record.streamVersion != expected, frontier != nil || record.streamVersion < expected {
            report.add(
                .streamVersion, position,
                "version \(record.streamVersion) of stream \(stream), expected \(expected)")
        }
        versions[stream] = record.streamVersion
        if record.ledgerAt < ledgerAt {
            report.add(.value, position, "the time of recording goes backwards")
        }
        ledgerAt = record.ledgerAt
        frontier?.append(.leaf(record.bytes))
    }

    /// Proves the stored head against what was read.
    mutating func check(head stored: LogHead) {
        guard report.isComplete, let frontier else { return }
        if stored.frontier != frontier || stored.ledgerAt < ledgerAt {
            report.add(.head, stored.position, "the stored head does not go with the events")
        }
    }

    static func text(_ error: EventLogError) -> String {
        switch error {
        case .damaged(_, let text): text
        case .unsupportedValue(_, let kind): "a value of kind \(kind), which is not known"
        default: "\(error)"
        }
    }
}
