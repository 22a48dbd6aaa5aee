import Glibc

/// Makes a copy of an environment that opens although one of its two root pages is damaged.
///
/// LMDB keeps the last two roots but refuses the whole file when either is unreadable. The copy
/// gets the good root in both places. The original is never written to. Nothing below the root is
/// checked; verify the copy.
package enum Salvage {
    /// What was found and done.
    package struct Report: Sendable, Equatable {
        /// Which root pages were damaged: 0, 1, none or both.
        package let damagedRoots: [Int]
        /// The transaction that the copy stands at.
        package let transaction: UInt64
        /// Bytes copied.
        package let bytes: Int
    }

    private static let blockBytes = 1 << 20

    /// Copies `source/data.mdb` to `target/data.mdb` and mends the copy.
    ///
    /// - Parameters:
    ///   - source: directory of an environment that no process has open.
    ///   - target: directory without a data file; it is created.
    ///   - older: go back to the older of two good roots, when the newer leads to damage.
    /// - Throws: `.alreadyOpen`, `.invalid` when there is no usable root, `.diskFull`, `.io`, and
    ///   others.
    package static func copy(
        from source: String, to target: String, older: Bool = false
    ) throws(LMDBError) -> Report {
        let operation = "salvage"
        let input = "\(source)/data.mdb"
        guard let file = EnvironmentRegistry.FileIdentity(path: input) else {
            throw LMDBError(code: errno, operation: operation, detail: input)
        }
        guard !EnvironmentRegistry.isOpen(file) else {
            throw LMDBError(kind: .alreadyOpen, operation: operation, detail: source)
        }
        let reader = try FileDescriptor(input, O_RDONLY, operation)
        let bytes = try reader.size()
        let roots = try findRoots(reader, bytes)
        guard let kept = roots.kept(older: older) else {
            throw LMDBError(
                kind: .invalid, operation: operation, detail: "\(input): no root page is usable")
        }
        if mkdir(target, 0o700) != 0, errno != EEXIST {
            throw LMDBError(code: errno, operation: operation, detail: target)
        }
        let writer = try FileDescriptor(
            "\(target)/data.mdb", O_RDWR | O_CREAT | O_EXCL, operation)
        try copyBytes(reader, writer, bytes)
        let damaged = roots.damaged
        if !damaged.isEmpty || older {
            try mend(writer, roots, keeping: kept)
        }
        try writer.flush()
        try flushFile(target, operation)
        return Report(
            damagedRoots: damaged, transaction: roots.transaction(kept), bytes: bytes)
    }

    /// The two roots of a file; a damaged one is nil.
    private struct Roots {
        let pages: [RootPage?]
        let pageSize: Int

        var damaged: [Int] { pages.indices.filter { pages[$0] == nil } }

        func transaction(_ index: Int) -> UInt64 { pages[index]?.transaction ?? 0 }

        func kept(older: Bool) -> Int? {
            switch (pages[0], pages[1]) {
            case (nil, nil): nil
            case (_?, nil): 0
            case (nil, _?): 1
            case (let first?, let second?):
                (first.transaction < second.transaction) != older ? 1 : 0
            }
        }
    }

    private static func findRoots(
        _ file: borrowing FileDescriptor, _ fileBytes: Int
    ) throws(LMDBError) -> Roots {
        let first = try root(file, 0, fileBytes)
        if let first {
            let second = try root(file, first.pageSize, fileBytes)
            return Roots(pages: [first, second], pageSize: first.pageSize)
        }
        // Without the first root the page size is not known, which is where the second begins.
        for pageSize in RootPage.pageSizes {
            if let second = try root(file, pageSize, fileBytes), second.pageSize == pageSize {
                return Roots(pages: [nil, second], pageSize: pageSize)
            }
        }
        return Roots(pages: [nil, nil], pageSize: 0)
    }

    private static func root(
        _ file: borrowing FileDescriptor, _ offset: Int, _ fileBytes: Int
    ) throws(LMDBError) -> RootPage? {
        let bytes = try file.read(RootPage.size, at: offset)
        return RootPage(bytes.span.bytes, fileBytes: fileBytes)
    }

    private static func copyBytes(
        _ reader: borrowing FileDescriptor, _ writer: borrowing FileDescriptor, _ count: Int
    ) throws(LMDBError) {
        var offset = 0
        while offset < count {
            let block = try reader.read(min(blockBytes, count - offset), at: offset)
            guard !block.isEmpty else { break }
            try writer.write(block, at: offset)
            offset += block.count
        }
    }

    /// Puts the good root in both places; each page bears its own number.
    private static func mend(
        _ writer: borrowing FileDescriptor, _ roots: Roots, keeping kept: Int
    ) throws(LMDBError) {
        var page = try writer.read(roots.pageSize, at: kept * roots.pageSize)
        let other = 1 - kept
        let number = UInt64(other)
        withUnsafeBytes(of: number) { bytes in
            page.replaceSubrange(0..<bytes.count, with: bytes)
        }
        try writer.write(page, at: other * roots.pageSize)
    }
}

/// An open file that closes itself.
private struct FileDescriptor: ~Copyable {
    private let raw: Int32
    private let path: String
    private let operation: String

    init(_ path: String, _ flags: Int32, _ operation: String) throws(LMDBError) {
        raw = open(path, flags | O_CLOEXEC, 0o600)
        self.path = path
        self.operation = operation
        if raw < 0 { throw LMDBError(code: errno, operation: operation, detail: path) }
    }

    deinit {
        if raw >= 0 { close(raw) }
    }

    func size() throws(LMDBError) -> Int {
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw failure() }
        return Int(status.st_size)
    }

    /// Up to `count` bytes; fewer at the end of the file.
    func read(_ count: Int, at offset: Int) throws(LMDBError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            while filled < count, let start = room.baseAddress {
                let part = pread(raw, start + filled, count - filled, off_t(offset + filled))
                if part > 0 {
                    filled += part
                } else if part == 0 {
                    break
                } else if errno != EINTR {
                    code = errno
                    break
                }
            }
        }
        guard code == 0 else { throw failure(code) }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(LMDBError) {
        var done = 0
        while done < bytes.count {
            let part = bytes.withUnsafeBytes {
                pwrite(raw, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(offset + done))
            }
            if part > 0 {
                done += part
            } else if part == 0 || errno != EINTR {
                throw failure(part == 0 ? ENOSPC : errno)
            }
        }
    }

    func flush() throws(LMDBError) {
        guard fsync(raw) == 0 else { throw failure() }
    }

    private func failure(_ code: Int32 = errno) -> LMDBError {
        LMDBError(code: code, operation: operation, detail: path).refined(path: path)
    }
}
