/// A fault that ends a connection: the peer is told in a GO_AWAY, then the connection is closed.
///
/// Faults that concern one call only are a `WireStatus` instead.
package struct ProtocolFault: Error, Sendable, Equatable {
    package var kind: Kind
    /// The numbers of this case, for a person.
    package var detail: String

    package init(_ kind: Kind, _ detail: String = "") {
        self.kind = kind
        self.detail = detail
    }

    /// What a GO_AWAY says about the fault.
    package var text: String {
        detail.isEmpty ? kind.rawValue : "\(kind.rawValue): \(detail)"
    }

    /// Which rule was broken. The raw values are part of the protocol's document and its vectors.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case badPreface = "bad_preface"
        case frameTooShort = "frame_too_short"
        case frameTooLong = "frame_too_long"
        case unknownType = "unknown_type"
        case reservedNotZero = "reserved_not_zero"
        case wrongDirection = "wrong_direction"
        case wrongPhase = "wrong_phase"
        case badFlags = "bad_flags"
        case badCall = "bad_call"
        case badEvents = "bad_events"
        case wrongLength = "wrong_length"
        case truncatedBody = "truncated_body"
        case trailingBytes = "trailing_bytes"
        case badText = "bad_text"
        case badValue = "bad_value"
        case emptyPart = "empty_part"
        case versionNotSupported = "version_not_supported"
        case ledgerMismatch = "ledger_mismatch"
        case callNotNew = "call_not_new"
        case callNeverOpened = "call_never_opened"
        case handshakeTimeout = "handshake_timeout"
        case partialFrameTimeout = "partial_frame_timeout"
        case keepaliveTimeout = "keepalive_timeout"
        case writeStalled = "write_stalled"
        case faultFlood = "fault_flood"
        case controlFlood = "control_flood"
        case pingFlood = "ping_flood"
        case tooManyConnections = "too_many_connections"

        /// The code of the GO_AWAY.
        package var code: StatusCode {
            switch self {
            case .badPreface, .frameTooShort, .reservedNotZero, .wrongDirection, .wrongPhase,
                .badFlags, .badCall, .badEvents, .wrongLength, .truncatedBody, .trailingBytes,
                .badText, .badValue, .emptyPart, .callNotNew, .callNeverOpened:
                .invalidArgument
            case .unknownType, .versionNotSupported:
                .unimplemented
            case .ledgerMismatch:
                .failedPrecondition
            case .frameTooLong, .faultFlood, .controlFlood, .pingFlood, .tooManyConnections:
                .resourceExhausted
            case .handshakeTimeout, .partialFrameTimeout, .keepaliveTimeout, .writeStalled:
                .deadlineExceeded
            }
        }
    }
}
