import Checksum

/// A value of the log looked at where it lies: header and directory are proved at once, each
/// record or frame when it is asked for. Valid only as long as the bytes below it.
package struct ValueView {
    package let header: ValueHeader
    /// The whole value as it is stored.
    package let bytes: UnsafeRawBufferPointer
    let directory: UnsafeRawBufferPointer
    /// Records of a raw batch, frames of a sealed block.
    let content: UnsafeRawBufferPointer

    /// - Parameter position: what the value's key says.
    /// - Throws: `FormatFault`.
    package init(_ value: UnsafeRawBufferPointer, at position: UInt64) throws(FormatFault) {
        header = try ValueHeader.read(value, at: position)
        bytes = value
        let start = ValueHeader.size + header.directoryLength
        directory = UnsafeRawBufferPointer(rebasing: value[ValueHeader.size..<start])
        content = UnsafeRawBufferPointer(rebasing: value[start...])
        switch header.kind {
        case .rawBatch:
            guard header.directoryLength == Int(header.count) * ValueHeader.entrySize,
                rawEnd(of: Int(header.count) - 1) == content.count
            else {
                throw .damaged(
                    position: position, "the value's directory contradicts its length")
            }
        case .sealedBlock:
            try checkSealedDirectory()
        }
    }

    /// A value that came without its key.
    ///
    /// - Throws: `FormatFault`.
    package init(unkeyed value: UnsafeRawBufferPointer) throws(FormatFault) {
        guard value.count > ValueHeader.size else {
            throw .damaged(position: 0, "the value is too short")
        }
        try self.init(value, at: ValueHeader.first(of: value))
    }

    /// Whether the event at a position is in the value.
    package func holds(_ position: UInt64) -> Bool {
        position >= header.first && position <= header.last
    }

    /// The record at a position that a raw batch holds.
    ///
    /// - Throws: `.damaged` when the record's checksum is wrong or its shape unknown.
    func rawRecord(at position: UInt64) throws(FormatFault) -> RecordView {
        guard position >= header.first, position <= header.last else {
            throw .damaged(position: position, "the event is missing")
        }
        let index = Int(position - header.first)
        let start = index == 0 ? 0 : rawEnd(of: index - 1)
        let end = rawEnd(of: index)
        guard start <= end, end <= content.count else {
            throw .damaged(position: position, "the value's directory is out of order")
        }
        let record = UnsafeRawBufferPointer(rebasing: content[start..<end])
        guard crc32(record) == number(at: index * ValueHeader.entrySize + 4) else {
            throw .damaged(position: position, "the event's checksum is wrong")
        }
        guard let view = RecordView(record) else {
            throw .damaged(
                position: position, "the record is not one that this version knows")
        }
        return view
    }

    /// Visits the records of a raw batch with their positions.
    ///
    /// - Throws: `FormatFault`, or what `body` throws.
    package func forEachRawRecord(_ body: (UInt64, RecordView) throws -> Void) throws {
        guard header.kind == .rawBatch else {
            throw FormatFault.unsupported(position: header.first, kind: header.kind.rawValue)
        }
        for position in header.first...header.last {
            try body(position, rawRecord(at: position))
        }
    }

    /// Where a record of a raw batch ends among the records.
    private func rawEnd(of index: Int) -> Int {
        Int(number(at: index * ValueHeader.entrySize))
    }

    func number(at offset: Int) -> UInt32 {
        UInt32(littleEndian: directory.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
