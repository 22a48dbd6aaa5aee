/// What was recorded for a request.
package struct AppendResult: Equatable, Sendable {
    /// Position of the request's first event.
    package let first: Position
    /// Position of the request's last event.
    package var last: Position { Position(first.value + UInt64(moreVersions.count)) }
    /// Version of its stream after the request's first event.
    package let firstVersion: UInt64
    /// Those of the further events; most requests have none.
    package let moreVersions: [UInt64]
    /// The server's time of recording, microseconds since 1970-01-01T00:00:00Z.
    package let ledgerAt: Int64
    /// What the judge added to the first event.
    package let firstTrailer: [UInt8]
    /// What it added to the further ones.
    package let moreTrailers: [[UInt8]]

    /// What the judge added to each event, in the request's order.
    package var trailers: [[UInt8]] { [firstTrailer] + moreTrailers }

    /// Version of its stream after each event, in the request's order.
    package var versions: [UInt64] { [firstVersion] + moreVersions }

    /// - Parameters:
    ///   - versions: one an event, at least one.
    ///   - additions: one an event; none at all stands for empty ones.
    init(
        first: Position, ledgerAt: Int64, versions: some Collection<UInt64>,
        additions: [Addition]
    ) {
        self.first = first
        self.ledgerAt = ledgerAt
        firstVersion = versions.first ?? 0
        moreVersions = versions.count > 1 ? Array(versions.dropFirst()) : []
        firstTrailer = additions.first?.trailer ?? []
        moreTrailers =
            additions.isEmpty
            ? [[UInt8]](repeating: [], count: moreVersions.count)
            : additions.count > 1 ? additions.dropFirst().map(\.trailer) : []
    }
}

/// The good answers to a request.
package enum AppendOutcome: Equatable, Sendable {
    /// Recorded now, and durable.
    case appended(AppendResult)
    /// These very events had been recorded before: the first answer again.
    case duplicate(AppendResult)
    /// Dry run: it would have been recorded like this (the positions are provisional).
    case admitted(AppendResult)

    /// The result, whichever way it came about.
    package var result: AppendResult {
        switch self {
        case .appended(let result), .duplicate(let result), .admitted(let result): result
        }
    }
}

/// Which store has no room left.
package enum FullStore: String, Hashable, Sendable {
    /// The address space reserved for the log (LMDB's map) is used up.
    case logMap
    /// The disk below the log is full.
    case logDisk
    /// The index cannot be written out; reads go on.
    case index
}

/// Why a request was not recorded, or why nobody can say.
package enum AppendFailure: Error, Sendable {
    /// A stream is at another version than demanded.
    case wrongExpectedVersion(stream: String, expected: ExpectedVersion, actual: UInt64)
    /// An event that matches the condition's query has been recorded; the first such position.
    case conditionFailed(Position)
    /// The id names an event with other bytes, or stands twice in one request.
    case idReused(EventID)
    /// Some ids of the request have been recorded (or were recorded by different requests).
    case mixedIDs(recorded: EventID)
    /// The judge refuses.
    case refused(any Error & Sendable)
    /// The request breaks a rule of form; the text says which.
    case invalid(String)
    /// An event or a request is larger than allowed.
    case tooLarge(bytes: Int, limit: Int)
    /// Too much is waiting already; nothing was queued.
    case overloaded
    /// No room; nothing was recorded. The log goes on when there is room again.
    case full(FullStore)
    /// The log does not append any more, until it is opened again.
    case stopped(String)
    /// The flush failed: the events may or may not be recorded. Ask by id after reopening.
    case unknownOutcome(String)
    /// The log is closed or closing; nothing was recorded.
    case closed
    /// Looking up what the request depends on failed; nothing was recorded.
    case storage(EventLogError)
}
