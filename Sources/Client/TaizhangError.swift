import Wire

/// Why a call failed.
public struct TaizhangError: Error, Sendable, Equatable {
    /// The codes of gRPC, without `OK`.
    public enum Code: Int, Sendable, CaseIterable {
        case cancelled = 1
        case unknown = 2
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case alreadyExists = 6
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case aborted = 10
        case outOfRange = 11
        case unimplemented = 12
        case `internal` = 13
        case unavailable = 14
        case dataLoss = 15
        case unauthenticated = 16
    }

    /// A machine-readable explanation.
    public struct Detail: Sendable, Equatable {
        /// The number of a rule or error in its catalogue, for example `R-MB-06`; may be empty.
        public var code: String
        /// One stable upper-case word, for example `WRONG_EXPECTED_VERSION`.
        public var reason: String
        /// Whose word `reason` is.
        public var domain: String
        /// The deciding values, and texts under `zh` and `en`.
        public var values: [String: String]

        /// An explanation.
        public init(
            code: String = "", reason: String, domain: String, values: [String: String] = [:]
        ) {
            self.code = code
            self.reason = reason
            self.domain = domain
            self.values = values
        }
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence with the numbers.
    public var message: String
    /// Explanations for a program.
    public var details: [Detail]
    /// After what time the server suggests to try again.
    public var retryAfter: Duration?
    /// The connection was lost or the time was over before an answer came: what was asked for may
    /// have been done. Ask by event id, or repeat with the same ids.
    public var outcomeIsUnknown: Bool

    /// A failure.
    public init(
        _ code: Code, _ message: String, details: [Detail] = [], retryAfter: Duration? = nil,
        outcomeIsUnknown: Bool = false
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
        self.outcomeIsUnknown = outcomeIsUnknown
    }

    /// The first machine-readable explanation.
    public var detail: Detail? { details.first }
}

extension TaizhangError: CustomStringConvertible {
    /// Code, sentence and the number of the rule or reason.
    public var description: String {
        var text = "\(code): \(message)"
        if let detail { text += " [\(detail.code.isEmpty ? detail.reason : detail.code)]" }
        if outcomeIsUnknown { text += " (outcome unknown)" }
        return text
    }
}

extension TaizhangError {
    /// - Returns: nil when the status is no failure.
    init?(_ status: WireStatus) {
        guard status.code != .ok else { return nil }
        self.init(
            Code(rawValue: Int(status.code.rawValue)) ?? .unknown, status.message,
            details: status.details.compactMap { detail in
                guard case .info(let info) = detail else { return nil }
                var values: [String: String] = [:]
                for pair in info.metadata.pairs { values[pair.key] = pair.value }
                return Detail(
                    code: info.code, reason: info.reason, domain: info.domain, values: values)
            },
            retryAfter: status.retryAfterMs.map { .milliseconds(Int64($0)) },
            outcomeIsUnknown: status.code == .deadlineExceeded)
    }

    /// Whether asking again, elsewhere or later, is the cure.
    var isPassing: Bool {
        switch code {
        case .unavailable: true
        case .resourceExhausted: retryAfter != nil
        default: false
        }
    }

    static func unavailable(_ message: String, outcomeIsUnknown: Bool = false) -> TaizhangError {
        TaizhangError(.unavailable, message, outcomeIsUnknown: outcomeIsUnknown)
    }
}
