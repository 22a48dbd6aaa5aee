/// How a client behaves. The defaults suit a program on the server's network.
public struct ClientOptions: Sendable {
    /// Name and version of the program, shown in the server's log.
    public var software = "taizhang-swift-client"

    /// The ledger that is meant, as 16 bytes; a server with another ledger is refused. Nil: any.
    public var ledger: [UInt8]?

    /// What is said of oneself once for each connection, for example a token.
    public var metadata: [String: String] = [:]

    /// Time to reach the server and complete the handshake.
    public var connectTimeout: Duration = .seconds(5)

    /// Deadline of unary calls that name none; nil for no end.
    public var deadline: Duration? = .seconds(30)

    /// Pause before the second attempt to connect; it grows by half each time, and each pause is
    /// shortened by chance by up to half so that clients do not come all at once.
    public var backoff: Duration = .milliseconds(100)

    /// The longest pause between two attempts.
    public var backoffMax: Duration = .seconds(10)

    /// How often a call that may be repeated is repeated, and how often a subscription is resumed
    /// without having received anything in between.
    public var retriesMax = 8

    /// Events that a server may send ahead of a stream's reader.
    public var streamEvents: UInt32 = 8_192

    /// Bytes that a server may send ahead of a stream's reader.
    public var streamBytes: UInt32 = 1_048_576

    /// The largest message that is accepted.
    public var messageBytesMax: UInt32 = 16_777_216

    /// The defaults.
    public init() {}
}

/// What one call asks for beyond its message.
public struct CallOptions: Sendable {
    /// Time that the call has; nil: the client's default for unary calls, no end for streams.
    public var deadline: Duration?

    /// Sent along with the call. Keys are `a-z 0-9 . _ -`.
    public var metadata: [String: String] = [:]

    /// Doing it twice is the same as doing it once, so it may be repeated when it is not known
    /// whether it was done: reads, and records with their own event ids.
    public var isRepeatable = false

    /// Options of one call.
    public init(
        deadline: Duration? = nil, metadata: [String: String] = [:], isRepeatable: Bool = false
    ) {
        self.deadline = deadline
        self.metadata = metadata
        self.isRepeatable = isRepeatable
    }
}
