import Glibc
import LogFormat

/// What the journal's files hold when a ledger is opened: the commits that were answered and may
/// not be in the log yet.
struct JournalReading {
    /// A whole record, without the zeros behind it.
    struct Record {
        let first: UInt64
        let last: UInt64
        let bytes: [UInt8]
        /// The file that it stands in, and where.
        let path: String
        let offset: Int
    }

    /// Behind the head that was given, in order and without a gap.
    private(set) var records: [Record] = []

    /// The largest file that is looked at; no option makes a larger one.
    static let fileBytesMax = 64 << 20

    /// Reads the files that exist.
    ///
    /// - Parameter head: the last position of the log; records up to there are in it already.
    /// - Throws: `.damaged` when a commit that was answered cannot be read any more, or when there
    ///   are events missing between log and journal; `.system`.
    init(
        paths: [String], key: JournalKey, after head: UInt64
    ) throws(EventLogError) {
        for path in paths { try read(path, key, after: head) }
        records.sort { $0.first < $1.first }
        var next = head + 1
        for record in records {
            guard record.first == next else {
                throw .damaged(
                    position: Position(next),
                    "the journal goes on at position \(record.first) and the log ends at "
                        + "\(next - 1): what is between them cannot be read, or log and journal "
                        + "are not of the same moment")
            }
            next = record.last + 1
        }
    }

    private mutating func read(
        _ path: String, _ key: JournalKey, after head: UInt64
    ) throws(EventLogError) {
        guard let content = try Self.content(of: path) else { return }
        let isForeign = content.withUnsafeBytes {
            JournalRecord.read($0, key: key) == nil && JournalRecord.isRecord($0)
        }
        // Only at the beginning: behind it there may be anything that somebody recorded.
        guard !isForeign else {
            throw .damaged(
                position: .zero, "the journal \(path) belongs to another ledger than the log")
        }
        var offset = 0
        while offset < content.count {
            let found = content.withUnsafeBytes { bytes in
                JournalRecord.read(UnsafeRawBufferPointer(rebasing: bytes[offset...]), key: key)
            }
            guard let found else {
                // A write was cut off here, or older records begin, or something is damaged: then
                // those behind it do not continue the log.
                offset += JournalRecord.blockSize
                continue
            }
            if found.last > head {
                records.append(
                    Record(
                        first: found.first, last: found.last,
                        bytes: Array(content[offset..<offset + found.size]), path: path,
                        offset: offset))
            }
            offset += JournalRecord.padded(found.size)
        }
    }

    /// Writes the records once more where they stand and flushes them. What was read may never have
    /// reached the disk: the process ended between write and flush, or the flush failed. Whoever
    /// asks from now on is told that it is recorded.
    func flush() throws(EventLogError) {
        for record in records {
            let descriptor = open(record.path, O_RDWR | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw .system(operation: "open \(record.path)", code: errno)
            }
            defer { close(descriptor) }
            let written = pwrite(descriptor, record.bytes, record.bytes.count, record.offset)
            guard written == record.bytes.count, fdatasync(descriptor) == 0 else {
                throw .system(operation: "flush \(record.path)", code: errno)
            }
        }
    }

    /// The file's bytes; nil when there is no file.
    private static func content(of path: String) throws(EventLogError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system(operation: "open \(path)", code: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(operation: "look at \(path)", code: errno)
        }
        guard status.st_size <= fileBytesMax else {
            throw .damaged(
                position: .zero, "the journal \(path) has \(status.st_size) bytes, more than any")
        }
        var content = [UInt8](repeating: 0, count: status.st_size)
        var filled = 0
        while filled < content.count {
            let count = content.withUnsafeMutableBytes { room in
                pread(descriptor, room.baseAddress.map { $0 + filled }, room.count - filled, filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(operation: "read \(path)", code: errno) }
            if count == 0 { break }
            filled += count
        }
        content.removeLast(content.count - filled)
        return content
    }
}
