/// The end of a call: a code, a sentence for a person, and details for a program.
///
/// It is thrown where a call fails, and travels in a STATUS frame. What is longer than `Limits`
/// allows is cut when the frame is written; nothing that a service says can break the protocol.
package struct WireStatus: Error, Sendable, Equatable {
    package var code: StatusCode
    /// One sentence, in English, with the deciding numbers.
    package var message: String
    package var details: [StatusDetail]

    package init(_ code: StatusCode, _ message: String = "", details: [StatusDetail] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    package static let ok = WireStatus(.ok)

    /// The first machine-readable explanation, if there is one.
    package var info: ErrorInfo? {
        for case .info(let info) in details { return info }
        return nil
    }

    /// After how many milliseconds the sender suggests to try again.
    package var retryAfterMs: UInt32? {
        for case .retry(let afterMs) in details { return afterMs }
        return nil
    }
}

/// One detail of a status.
package enum StatusDetail: Sendable, Equatable {
    /// What went wrong, for a program.
    case info(ErrorInfo)
    /// Trying again makes sense after this time.
    case retry(afterMs: UInt32)
}

/// What went wrong, in words that a program can rely on.
package struct ErrorInfo: Sendable, Equatable {
    /// The number of a rule or error in its catalogue, for example `R-MB-06`; may be empty.
    package var code: String
    /// Why, in one stable upper-case word, for example `WRONG_EXPECTED_VERSION`.
    package var reason: String
    /// Whose word `reason` is, for example `taizhang.wire`.
    package var domain: String
    /// The deciding values, for example `expected` and `actual`, and texts such as `zh` and `en`.
    package var metadata: Metadata

    package init(
        code: String = "", reason: String, domain: String, metadata: Metadata = Metadata()
    ) {
        self.code = code
        self.reason = reason
        self.domain = domain
        self.metadata = metadata
    }
}

extension WireStatus: CustomStringConvertible {
    package var description: String {
        var text = code.name
        if !message.isEmpty { text += ": \(message)" }
        if let info { text += " [\(info.code.isEmpty ? info.reason : info.code)]" }
        return text
    }
}
