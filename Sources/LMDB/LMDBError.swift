import CLMDB
import Glibc

/// What went wrong in the store below: a code for programs, numbers for the log, and what to do.
///
/// Every return code of LMDB 0.9.24 and every errno it passes through arrives here; nothing in
/// this target traps on what a file, a disk or a caller did.
@usableFromInline
package struct LMDBError: Error, Sendable, Equatable {
    /// The class of a failure; callers decide on this and never on text.
    package enum Kind: Sendable, Equatable {
        /// The memory map is used up (`MDB_MAP_FULL`); nothing was written.
        case mapFull
        /// Another process enlarged the map and this thread could not follow at once.
        case mapResized
        /// One transaction wrote more than it may (`MDB_TXN_FULL` or our own limit).
        case transactionFull
        /// The file system or the quota is used up; nothing was written.
        case diskFull
        /// A read, a write or a flush failed; the environment takes no more writes.
        case io
        /// The root page could not be written: the outcome of the commit is not known.
        case panic
        /// Refused because an earlier failure closed this environment to writes.
        case poisoned
        /// There is no such key or database.
        case notFound
        /// The key exists and the caller forbade overwriting.
        case keyExists
        /// An appended key is not greater than the last one.
        case outOfOrder
        /// A key is empty or longer than 511 bytes.
        case keySize
        /// A value is longer than the file format can say.
        case valueSize
        /// The table of readers is full (`MDB_READERS_FULL`).
        case readersFull
        /// The table of named databases is full (`MDB_DBS_FULL`).
        case databasesFull
        /// A page is missing or damaged.
        case corrupted
        /// File or lock table were made by another version of LMDB.
        case versionMismatch
        /// The file is not an LMDB data file, or one of its two root pages is unreadable.
        case invalid
        /// The database was made with other properties than asked for.
        case incompatible
        /// The transaction has failed before, or its reader slot was taken from it.
        case badTransaction
        /// The handle is unknown to this transaction, which began before it was opened.
        case badDatabase
        /// This process has the environment open already.
        case alreadyOpen
        /// Another process, named by its id where that is known, holds the directory.
        case busy(pid: Int32?)
        /// The operating system denied access, or the file system is read-only.
        case permission
        /// There is no memory or no address space.
        case outOfMemory
        /// The environment was closed.
        case closed
        /// The caller broke a rule of this interface, which is named.
        case misuse(String)
        /// Anything else; see `code`.
        case other
    }

    /// The code of LMDB (negative), the errno (positive) or 0 when neither was involved.
    package let code: Int32
    /// The class of the failure.
    package let kind: Kind
    /// What was being done, for example `commit` or `put`.
    package let operation: String
    /// Names, sizes and paths that decide; may be empty.
    package let detail: String

    /// An error that this target or its caller has found itself.
    package init(kind: Kind, operation: String, detail: String = "", code: Int32 = 0) {
        self.kind = kind
        self.operation = operation
        self.detail = detail
        self.code = code
    }

    /// Whether the environment must be closed and opened again before it takes another write.
    package var isFatal: Bool {
        switch kind {
        case .io, .panic, .poisoned, .corrupted: true
        default: false
        }
    }

    /// One sentence for the log: operation, reason, numbers.
    package var message: String {
        var text = "\(operation): \(reason)"
        if !detail.isEmpty { text += " (\(detail))" }
        return text
    }

    private var reason: String {
        switch kind {
        case .misuse(let rule): rule
        case .busy(let pid?): "the directory is in use by process \(pid)"
        case .busy(nil): "the directory is in use by another process"
        case .keySize: "a key must have 1 to 511 bytes"
        case .valueSize: "a value is too long"
        case .outOfOrder: "an appended key must be greater than the last one"
        case .alreadyOpen: "the environment is already open in this process"
        case .closed: "the environment was closed"
        case .poisoned: "an earlier failure closed the environment to writes"
        case .transactionFull where code == 0: "the transaction wrote more than it may"
        case .invalid where code == 0: "not a usable LMDB data file"
        default: String(cString: mdb_strerror(code))
        }
    }
}

extension LMDBError: CustomStringConvertible {
    /// Message and advice.
    @usableFromInline
    package var description: String {
        "\(message). \(advice)"
    }
}

extension LMDBError {
    /// What the operator or the programmer should do now.
    package var advice: String {
        switch kind {
        case .mapFull:
            "Enlarge the map (grow) or open with a larger map size; the transaction was undone."
        case .mapResized:
            "Another process enlarged the map; leave all transactions of this thread and try again."
        case .transactionFull:
            "Split the work into several transactions; this one was undone."
        case .diskFull:
            "Free space on the file system, or raise the quota or file size limit, then try again; "
                + "the transaction was undone."
        case .io:
            "The device or file system failed. Stop writing, close, check the disk, open again and "
                + "verify the tail."
        case .panic:
            "The root page could not be written, so the last commit may or may not be on disk. "
                + "Close, open again and verify the tail."
        case .poisoned:
            "Close the environment and open it again; look for the first failure in the log."
        case .notFound:
            "Check the name; a database must be created before it is opened for reading."
        case .keyExists:
            "Read the existing value and decide; nothing was written."
        case .outOfOrder:
            "Append in ascending order, or put without the append flag."
        case .keySize:
            "Shorten or intern the key; refuse long names at the edge."
        case .valueSize:
            "Split the value."
        case .readersFull:
            "Run checkReaders, look for processes that hold read transactions, or open with more "
                + "readers while nobody else has the environment open."
        case .databasesFull:
            "Open the environment with a larger number of databases."
        case .corrupted:
            "Stop, keep the files, verify, and restore from a backup or salvage a copy."
        case .versionMismatch:
            "Use the LMDB version that made the files, or bring the data over by export and import."
        case .invalid:
            "Check the path. If one of the two root pages is damaged, salvage a copy."
        case .incompatible:
            "The database exists with other properties; check the name."
        case .badTransaction:
            "Abort: an earlier call in this transaction failed."
        case .badDatabase:
            "Open databases before the transactions that use them, from the same environment."
        case .alreadyOpen:
            "Share the open environment; a second open would drop the locks of the first."
        case .busy:
            "Stop the other process or use its interface."
        case .permission:
            "Check owner and mode of directory and files, and that the file system is writable."
        case .outOfMemory:
            "Lower the map size or raise the limit on address space and memory."
        case .closed:
            "Open the environment again."
        case .misuse:
            "This is a fault in the calling program."
        case .other:
            "See the code."
        }
    }
}

extension LMDBError {
    /// The error of a return code, without looking at the disk.
    ///
    /// - Parameters:
    ///   - code: what LMDB or the operating system answered; not 0.
    ///   - operation: what was being done.
    ///   - detail: names and numbers that decide.
    init(code: Int32, operation: String, detail: String = "") {
        self.init(kind: Self.kind(of: code), operation: operation, detail: detail, code: code)
    }

    private static func kind(of code: Int32) -> Kind {
        switch code {
        case MDB_KEYEXIST: .keyExists
        case MDB_NOTFOUND: .notFound
        case MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_CURSOR_FULL, MDB_PAGE_FULL: .corrupted
        case MDB_PANIC: .panic
        case MDB_VERSION_MISMATCH: .versionMismatch
        case MDB_INVALID: .invalid
        case MDB_MAP_FULL: .mapFull
        case MDB_DBS_FULL: .databasesFull
        case MDB_READERS_FULL: .readersFull
        case MDB_TXN_FULL: .transactionFull
        case MDB_MAP_RESIZED: .mapResized
        case MDB_INCOMPATIBLE: .incompatible
        case MDB_BAD_RSLOT, MDB_BAD_TXN: .badTransaction
        case MDB_BAD_VALSIZE: .valueSize
        case MDB_BAD_DBI: .badDatabase
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case EIO: .io
        case ENOMEM: .outOfMemory
        case EACCES, EPERM, EROFS: .permission
        case ENOENT: .notFound
        case EAGAIN, EBUSY: .busy(pid: nil)
        default: .other
        }
    }
}
