/// How a call ended: the seventeen codes of gRPC with their numbers.
package enum StatusCode: UInt8, Sendable, Hashable, CaseIterable {
    /// Done.
    case ok = 0
    /// The caller gave up.
    case cancelled = 1
    /// A failure without a better word.
    case unknown = 2
    /// The request is wrong whatever the state of the ledger.
    case invalidArgument = 3
    /// Too late; the call may have succeeded all the same.
    case deadlineExceeded = 4
    case notFound = 5
    /// Taken, for example an event id with other bytes.
    case alreadyExists = 6
    case permissionDenied = 7
    /// A limit or budget is used up.
    case resourceExhausted = 8
    /// The state of the ledger does not allow it, for example a rule refuses.
    case failedPrecondition = 9
    /// Someone else was faster, for example a wrong expected version: read again and retry.
    case aborted = 10
    /// Beyond the end, for example a position that is not written yet.
    case outOfRange = 11
    /// Not known or not offered.
    case unimplemented = 12
    /// Our own fault.
    case `internal` = 13
    /// Not now: the server starts, stops or is not reached. Retrying is safe for reads and for
    /// records with the same ids.
    case unavailable = 14
    /// Bytes of the ledger are lost or damaged.
    case dataLoss = 15
    case unauthenticated = 16

    /// The upper-case name that gRPC uses, for example `FAILED_PRECONDITION`.
    package var name: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internal: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        }
    }
}
