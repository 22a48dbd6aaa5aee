import LMDB

/// Goes from record to record inside one read transaction and keeps the value it is in.
///
/// Every value's checksum is proved before a byte of it is believed.
struct LogWalker {
    private var header: ValueHeader?
    /// The value's body; valid as long as the transaction.
    private var body = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The record that stands at `offset`, so that going forwards costs no search.
    private var position: UInt64 = 0
    private var offset = 0
    /// Where each record's length stands; filled when somebody jumps.
    private var offsets: [Int] = []

    /// The record at `position`, which must exist.
    ///
    /// - Parameter cursor: a cursor on the log's values, moved when another value is needed.
    /// - Throws: `EventLogError.damaged`, `.unsupportedValue`, or an `LMDBError`.
    mutating func record(
        at wanted: UInt64, _ cursor: inout ReadCursor
    ) throws -> RecordView {
        if let header, wanted >= header.first, wanted <= header.last {
            if wanted != position { try jump(to: wanted, in: header) }
        } else {
            let header = try load(wanted, &cursor)
            if wanted != position { try jump(to: wanted, in: header) }
        }
        let record = try recordBytes(at: offset)
        guard let view = RecordView(record) else {
            throw EventLogError.damaged(
                position: Position(wanted), "the record is not one that this version knows")
        }
        position = wanted + 1
        offset += 4 + record.count
        return view
    }

    /// Opens the value that holds `wanted` and stands on its first record.
    private mutating func load(
        _ wanted: UInt64, _ cursor: inout ReadCursor
    ) throws -> ValueHeader {
        // Most loads go on to the neighbour; only else is there something to search.
        let isNext = try header?.last == wanted - 1 && cursor.next() && cursor.numberKey == wanted
        if !isNext {
            guard try cursor.seekAtMost(wanted) else {
                throw EventLogError.damaged(position: Position(wanted), "the event is missing")
            }
        }
        let header = try LogStore.header(of: cursor)
        guard wanted <= header.last else {
            throw EventLogError.damaged(position: Position(wanted), "the event is missing")
        }
        body = cursor.value { span in
            UnsafeRawBufferPointer(rebasing: span.transactionBytes[ValueHeader.size...])
        }
        self.header = header
        position = header.first
        offset = 0
        offsets.removeAll(keepingCapacity: true)
        return header
    }

    private mutating func jump(to wanted: UInt64, in header: ValueHeader) throws {
        if offsets.isEmpty {
            var next = 0
            for _ in 0..<header.count {
                offsets.append(next)
                next += 4 + (try recordBytes(at: next).count)
            }
        }
        position = wanted
        offset = offsets[Int(wanted - header.first)]
    }

    private func recordBytes(at offset: Int) throws -> UnsafeRawBufferPointer {
        guard offset + 4 <= body.count else { throw shortValue }
        let length = Int(
            UInt32(littleEndian: body.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        guard length <= body.count - offset - 4 else { throw shortValue }
        return UnsafeRawBufferPointer(rebasing: body[offset + 4..<offset + 4 + length])
    }

    private var shortValue: EventLogError {
        .damaged(position: Position(position), "a value is shorter than its records")
    }
}
