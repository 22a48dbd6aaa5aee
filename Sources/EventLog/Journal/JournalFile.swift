import Glibc

/// One of the journal's two files. It is written from its beginning to its end, and from its
/// beginning again once everything in it is in the log.
///
/// The part that is in use has been written with zeros before: a write into it changes nothing but
/// the file's content, so that one flush is one write of the disk. (A file that grows, or a part
/// that was only reserved, costs the file system a second one for its own records.)
struct JournalFile {
    private let path: String
    private let capacity: Int
    private var descriptor: Int32 = -1
    /// Bytes that were written before, be it with zeros.
    private var prepared = 0
    /// Where the next record begins.
    private(set) var end = 0
    /// The last position that the file holds.
    private(set) var last: UInt64 = 0

    /// Bytes prepared at first; each time there are too few, as many again.
    private static let preparedMin = 256 << 10

    /// - Parameter capacity: the bytes it may have.
    init(path: String, capacity: Int) {
        self.path = path
        self.capacity = capacity
    }

    func hasRoom(for size: Int) -> Bool {
        end + size <= capacity
    }

    /// The file may hold positions of an earlier run up to `last`; nothing is added to it before
    /// they are in the log.
    mutating func takeOver(last: UInt64) {
        self.last = last
        end = capacity
    }

    /// Begins anew: what is in the file is in the log.
    mutating func begin() {
        end = 0
    }

    /// Writes a record and flushes it.
    ///
    /// - Parameter last: its last position.
    /// - Returns: false when there is no room on the disk, or no file to be had; nothing of the
    ///   record was written then, or not all of it.
    /// - Throws: `.system` when nobody knows what the disk holds now.
    mutating func write(
        _ record: UnsafeRawBufferPointer, last: UInt64
    ) throws(EventLogError) -> Bool {
        guard prepare(through: end + record.count), try write(all: record, at: end) else {
            return false
        }
        guard fdatasync(descriptor) == 0 else {
            throw .system(operation: "flush \(path)", code: errno)
        }
        end += record.count
        self.last = last
        return true
    }

    /// - Parameter isNeeded: whether the file holds what is not in the log; else it is removed.
    /// - Returns: whether there was a file to remove.
    mutating func close(isNeeded: Bool) -> Bool {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        return !isNeeded && unlink(path) == 0
    }

    /// Sees to it that the file exists and that everything up to `size` was written once.
    ///
    /// - Returns: false when that cannot be had; the commit then goes the other way, which may be
    ///   open.
    private mutating func prepare(through size: Int) -> Bool {
        guard descriptor >= 0 || open() else { return false }
        guard size > prepared else { return true }
        let wanted = min(max(size, 2 * prepared, Self.preparedMin), capacity)
        let zeros = [UInt8](repeating: 0, count: 64 << 10)
        var offset = prepared
        while offset < wanted {
            let count = pwrite(descriptor, zeros, min(zeros.count, wanted - offset), offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                // What is there stays for the next attempt.
                prepared = offset / JournalRecord.blockSize * JournalRecord.blockSize
                return size <= prepared
            }
            offset += count
        }
        prepared = wanted
        return true
    }

    private mutating func open() -> Bool {
        let opened = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { return false }
        var status = stat()
        // The name of a new file must be on the disk before anything that it holds is relied upon.
        guard fstat(opened, &status) == 0, flushDirectory(of: path) else {
            Glibc.close(opened)
            return false
        }
        descriptor = opened
        // What an earlier run wrote was written; a file of another size is used as far as it goes.
        let whole = status.st_size / JournalRecord.blockSize * JournalRecord.blockSize
        prepared = min(whole, capacity)
        return true
    }

    /// - Returns: false when there is no room; what was written of the record is no whole one.
    private func write(
        all bytes: UnsafeRawBufferPointer, at offset: Int
    ) throws(EventLogError) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
            if count < 0, errno == EINTR { continue }
            // A file system that copies on write may need room even for what is there.
            if count < 0, [ENOSPC, EDQUOT, EFBIG].contains(errno) { return false }
            guard count > 0 else { throw .system(operation: "write \(path)", code: errno) }
            done += count
        }
        return true
    }
}

/// Flushes the directory that a file is in: what it is called there, and that it is gone.
///
/// - Returns: whether the disk has it.
@discardableResult
func flushDirectory(of path: String) -> Bool {
    let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
}
