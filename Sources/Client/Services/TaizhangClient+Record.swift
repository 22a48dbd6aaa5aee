import Schema

import struct Foundation.Data

/// What became of a recording.
public struct RecordReceipt: Sendable, Equatable {
    /// Whether the events are recorded, and when they were.
    public enum Outcome: Sendable, Equatable {
        /// They were recorded now.
        case recorded
        /// These ids were recorded before; this is the answer of then.
        case duplicate
        /// A dry run: it would be recorded.
        case admitted
    }

    /// What became of the events.
    public let outcome: Outcome
    /// Positions of the events, consecutive and in order; empty for a dry run.
    public let positions: Range<UInt64>
    /// The version that each event's stream has with it.
    public let streamVersions: [UInt64]
    /// When the ledger made them durable: microseconds since 1970 UTC.
    public let ledgerAtMicroseconds: Int64
    /// Rules that warned, as `code: text`.
    public let warnings: [String]
}

extension TaizhangClient {
    /// Records events, all or none.
    ///
    /// It is repeated by itself when the connection is lost: events have ids, and recording twice
    /// is recording once.
    ///
    /// - Parameters:
    ///   - requirements: versions that streams must have.
    ///   - condition: what must not have been recorded meanwhile.
    ///   - isDryRun: only ask whether it would be accepted.
    /// - Throws: `TaizhangError`: ABORTED when a requirement or condition does not hold,
    ///   FAILED_PRECONDITION when a rule refuses (the detail's code names it).
    public func record(
        _ events: [NewEvent], requiring requirements: [StreamRequirement] = [],
        unless condition: RecordCondition? = nil, isDryRun: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws -> RecordReceipt {
        var request = RecordRequest()
        request.envelopes = events.map { Data($0.envelope) }
        request.expected = requirements.map(\.message)
        if let condition { request.condition = try condition.message() }
        request.dryRun = isDryRun
        var options = options
        options.isRepeatable = true
        let response: RecordResponse = try await unary(
            "taizhang.services.v1.Record/Record", request, options)
        return try RecordReceipt(response)
    }

    /// A unary call with the schema's messages.
    func unary<Request: RequestMessage, Response: RequestMessage>(
        _ method: String, _ request: Request, _ options: CallOptions
    ) async throws -> Response {
        try Response.answer(try await call(method, try request.encoded(), options: options))
    }
}

extension RequestMessage {
    /// A response; one that cannot be read is the server's fault.
    static func answer(_ bytes: [UInt8]) throws(TaizhangError) -> Self {
        do { return try Self(decoding: bytes) } catch {
            throw TaizhangError(.internal, "the server's answer cannot be read: \(error)")
        }
    }
}

extension RecordReceipt {
    init(_ response: RecordResponse) throws(TaizhangError) {
        switch response.outcome {
        case .recorded: outcome = .recorded
        case .duplicate: outcome = .duplicate
        case .admitted: outcome = .admitted
        case .unspecified, .UNRECOGNIZED:
            throw TaizhangError(.internal, "the server does not say what became of the events")
        }
        let first = response.firstPosition
        let last = response.lastPosition
        guard first <= last, last < .max else {
            throw TaizhangError(.internal, "the server says positions \(first) to \(last)")
        }
        positions = first == 0 ? 0..<0 : first..<(last + 1)
        streamVersions = response.streamVersions
        ledgerAtMicroseconds = response.ledgerAtUs
        warnings = response.trailers.flatMap { trailer in
            trailer.warnings.map { "\($0.rule): \($0.en)" }
        }
    }
}
