import Client

/// One replay of the ledger from its first position.
struct ReplayRound: Sendable {
    private(set) var events = 0
    /// Bytes of all payloads.
    private(set) var payloadBytes = 0
    /// Adds up what was looked at, so that no compiler leaves the looking out.
    private(set) var digest: UInt64 = 0
    private(set) var nanoseconds: UInt64 = 0

    /// Reads over one connection, every event visited with position, type and payload at hand.
    ///
    /// - Parameter limit: at most so many events; nil for all.
    /// - Throws: `CommandFailure` when a position is missing.
    static func run(_ client: TaizhangClient, limit: Int?) async throws -> ReplayRound {
        var round = ReplayRound()
        let startedAt = BenchClock.now()
        let limit = limit ?? .max
        // No limit for the server: it ships what it stores only to those who want all of it.
        for try await batch in try client.read().pages.batches {
            try batch.forEach { event in
                guard round.events < limit else { return }
                let (position, type) = (event.position, event.typeNumber)
                try event.withPayload { try round.visit(position: position, type: type, $0) }
            }
            if round.events >= limit { break }
        }
        round.nanoseconds = BenchClock.now() - startedAt
        return round
    }

    private mutating func visit(position: UInt64, type: UInt32, _ payload: RawSpan) throws {
        guard position == UInt64(events) + 1 else {
            throw BenchTexts.gap(expected: UInt64(events) + 1, found: position)
        }
        events += 1
        payloadBytes += payload.byteCount
        let last: UInt8 =
            payload.isEmpty
            ? 0 : payload.unsafeLoad(fromByteOffset: payload.byteCount - 1, as: UInt8.self)
        digest = digest &+ position &* UInt64(type) &+ UInt64(last)
    }
}
