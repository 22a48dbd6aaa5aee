package import LMDB

/// What can go wrong with a ledger as a whole, as opposed to one request.
package enum EventLogError: Error, Sendable {
    /// Another process (or another log of this one) has the directory open.
    case locked(pid: Int32?)
    /// The directory was written by a version this one does not know.
    case unknownFormat(found: UInt32, supported: UInt32)
    /// The directory holds no ledger, or one that lacks its header.
    case notALedger(String)
    /// The ledger's identity is not the one demanded.
    case otherLedger(found: LedgerIdentity, expected: LedgerIdentity)
    /// Stored bytes are not what was written.
    case damaged(position: Position, String)
    /// A value of a kind this version does not read.
    case unsupportedValue(position: Position, kind: UInt8)
    /// A batch from elsewhere does not continue this log.
    case doesNotContinue(String)
    /// The store below failed.
    case store(LMDBError)
    /// A system call failed.
    case system(operation: String, code: Int32)
    /// Opened for reading only.
    case readOnly
    /// There is no usable index to answer from (only when opened for reading only).
    case indexUnavailable(String)
    /// The log is closed.
    case closed
    /// A caller broke a rule of use; the text says which.
    case misuse(String)
}
