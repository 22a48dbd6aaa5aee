import Zlib

/// A value of the log looked at where it lies: header and directory are proved at once, each
/// record when it is asked for. Valid only as long as the bytes below it.
struct ValueView {
    let header: ValueHeader
    private let directory: UnsafeRawBufferPointer
    private let records: UnsafeRawBufferPointer

    /// - Parameter position: what the value's key says.
    /// - Throws: `.damaged`, `.unsupportedValue`.
    init(_ value: UnsafeRawBufferPointer, at position: UInt64) throws(EventLogError) {
        header = try ValueHeader.read(value, at: position)
        let start = ValueHeader.size + header.directoryLength
        directory = UnsafeRawBufferPointer(rebasing: value[ValueHeader.size..<start])
        records = UnsafeRawBufferPointer(rebasing: value[start...])
        guard end(of: Int(header.count) - 1) == records.count else {
            throw .damaged(
                position: Position(position), "the value's directory contradicts its length")
        }
    }

    /// The record at a position that the value holds.
    ///
    /// - Throws: `.damaged` when the record's checksum is wrong or its shape unknown.
    func record(at position: UInt64) throws(EventLogError) -> RecordView {
        guard position >= header.first, position <= header.last else {
            throw .damaged(position: Position(position), "the event is missing")
        }
        let index = Int(position - header.first)
        let start = index == 0 ? 0 : end(of: index - 1)
        let end = end(of: index)
        guard start <= end, end <= records.count else {
            throw .damaged(position: Position(position), "the value's directory is out of order")
        }
        let record = UnsafeRawBufferPointer(rebasing: records[start..<end])
        guard crc32(record) == number(at: index * ValueHeader.entrySize + 4) else {
            throw .damaged(position: Position(position), "the event's checksum is wrong")
        }
        guard let view = RecordView(record) else {
            throw .damaged(
                position: Position(position), "the record is not one that this version knows")
        }
        return view
    }

    /// Where a record ends among the records.
    private func end(of index: Int) -> Int {
        Int(number(at: index * ValueHeader.entrySize))
    }

    private func number(at offset: Int) -> UInt32 {
        UInt32(littleEndian: directory.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
