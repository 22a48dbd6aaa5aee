extension WireStatus {
    /// Whose reasons these are.
    package static let wireDomain = "taizhang.wire"

    /// A status that the protocol itself gives, with a stable reason.
    package static func refusal(
        _ code: StatusCode, reason: String, _ message: String, retryAfterMs: UInt32? = nil
    ) -> WireStatus {
        var details: [StatusDetail] = [.info(ErrorInfo(reason: reason, domain: wireDomain))]
        if let retryAfterMs { details.append(.retry(afterMs: retryAfterMs)) }
        return WireStatus(code, message, details: details)
    }

    /// The server had no room and never looked at the call: it may be made again.
    package var isRefusalAtTheDoor: Bool {
        guard let info, info.domain == Self.wireDomain else { return false }
        return ["TOO_MANY_CALLS", "ANSWERS_WAIT", "SERVER_CALLS", "SERVER_ANSWERS_WAIT"]
            .contains(info.reason)
    }

    static func messageTooLarge(_ limit: Int) -> WireStatus {
        .refusal(
            .resourceExhausted, reason: "MESSAGE_TOO_LARGE",
            "a message has more than \(limit) bytes")
    }

    static func reassemblyFull(_ limit: Int) -> WireStatus {
        .refusal(
            .resourceExhausted, reason: "UNFINISHED_MESSAGES",
            "unfinished messages of this connection have more than \(limit) bytes",
            retryAfterMs: 100)
    }

    static func tooManyCalls(_ limit: Int) -> WireStatus {
        .refusal(
            .resourceExhausted, reason: "TOO_MANY_CALLS",
            "more than \(limit) calls at once on this connection", retryAfterMs: 100)
    }

    static let answersWait = WireStatus.refusal(
        .resourceExhausted, reason: "ANSWERS_WAIT",
        "answers of this connection wait for credit", retryAfterMs: 100)
    static let creditOverrun = WireStatus.refusal(
        .resourceExhausted, reason: "CREDIT_OVERRUN", "more was sent than credit allows")
    static let creditTooLarge = WireStatus.refusal(
        .outOfRange, reason: "CREDIT_TOO_LARGE",
        "more than \(Limits.creditMax) credit outstanding")
    static let afterEnd = WireStatus.refusal(
        .invalidArgument, reason: "AFTER_END", "a message after the end")
    static let unfinishedMessage = WireStatus.refusal(
        .invalidArgument, reason: "UNFINISHED_MESSAGE", "the end inside a message")
    static let eventsInContinuation = WireStatus.refusal(
        .invalidArgument, reason: "EVENTS_IN_CONTINUATION",
        "events counted in a part that is not the first")
    static let mixedKinds = WireStatus.refusal(
        .internal, reason: "MIXED_KINDS", "a message and a block in one another")
    static let messageTimeout = WireStatus.refusal(
        .deadlineExceeded, reason: "UNFINISHED_MESSAGE_TIMEOUT",
        "a message was not finished in time")
    static let deadlinePassed = WireStatus.refusal(
        .deadlineExceeded, reason: "DEADLINE",
        "the deadline has passed; the call may have succeeded")
}
