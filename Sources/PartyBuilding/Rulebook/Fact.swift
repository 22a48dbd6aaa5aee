package import Schema

/// A fact as the domain sees it: the envelope's fields with the payload decoded.
///
/// A *recorded* fact has a position; a *proposed* one has position 0 until it is admitted.
package struct Fact: Sendable {
    package var id: FactID
    /// Global position in the log; 0 while only proposed.
    package var position: UInt64
    package var stream: String
    /// 1 for the first fact of the stream; 0 while only proposed.
    package var streamVersion: UInt64
    package var payload: EventPayload
    private var sentPayload: [UInt8]?
    /// When it happened, with its precision.
    package var occurred: Moment
    /// The day from which the fact counts: `effective_from` when it has one, else the last local
    /// day of `occurred`.
    package var validDay: LocalDate
    /// When the office's records knew it, microseconds since 1970-01-01T00:00:00Z.
    package var recordedAt: Int64
    package var recordedBy: String
    package var onBehalfOf: String?
    /// Root organisation of the tree, an organisation id.
    package var tenant: String
    /// Subjects the fact belongs to, such as `branch-yq-b1`, sorted; its own stream is one.
    package var tags: [String]
    package var sourceDoc: DocRef?
    package var evidence: [EvidenceRef]
    package var lateReason: String?
    /// Confidentiality that the sender named; nil for that of the type.
    package var dataClass: DataClass?
    /// Recorded more than the backfill limit after it happened (R-GEN-03).
    package var isLate: Bool
    /// Recorded after its period was sealed (R-GEN-04).
    package var isAfterSeal: Bool
    /// The payload is not the one first recorded but that of a correction (L01).
    package var isCorrected: Bool

    /// The payload's bytes as they were sent (of a corrected fact, those of the correction), without
    /// what the server filled in.
    package var payloadBytes: [UInt8] { sentPayload ?? payload.message.wireBytes }

    /// The catalogue entry of the fact's type.
    package var type: EventType { payload.type }

    /// Local day on which it was recorded.
    package var recordedDay: LocalDate { LocalDate(instant: recordedAt) }

    /// Puts another payload of the same type in the place of this one.
    ///
    /// - Parameter bytes: the payload as it was sent.
    package mutating func replacePayload(_ payload: EventPayload, bytes: [UInt8]) {
        self.payload = payload
        sentPayload = bytes
    }

    /// A fact that names no time (only corrections and voids may) happened when it was recorded.
    package mutating func settleTime() {
        guard occurred.value == nil else { return }
        occurred.instantUs = recordedAt
        validDay = recordedDay
    }

    /// The part of the stream's name behind the first hyphen: `yq-b1` of `branch-yq-b1`.
    package var streamIdentity: String { subjectIdentity(stream) }

    /// - Parameter payloadBytes: the payload as it was sent; nil to have it encoded when needed.
    package init(
        id: FactID, position: UInt64 = 0, stream: String, streamVersion: UInt64 = 0,
        payload: EventPayload, payloadBytes: [UInt8]? = nil, occurred: Moment, validDay: LocalDate,
        recordedAt: Int64,
        recordedBy: String, onBehalfOf: String? = nil, tenant: String = "", tags: [String],
        sourceDoc: DocRef? = nil, evidence: [EvidenceRef] = [], lateReason: String? = nil,
        dataClass: DataClass? = nil, isLate: Bool = false, isAfterSeal: Bool = false,
        isCorrected: Bool = false
    ) {
        self.id = id
        self.position = position
        self.stream = stream
        self.streamVersion = streamVersion
        self.payload = payload
        sentPayload = payloadBytes
        self.occurred = occurred
        self.validDay = validDay
        self.recordedAt = recordedAt
        self.recordedBy = recordedBy
        self.onBehalfOf = onBehalfOf
        self.tenant = tenant
        self.tags = tags
        self.sourceDoc = sourceDoc
        self.evidence = evidence
        self.lateReason = lateReason
        self.dataClass = dataClass
        self.isLate = isLate
        self.isAfterSeal = isAfterSeal
        self.isCorrected = isCorrected
    }
}

/// The identity part of a subject or stream name: what follows the first hyphen; empty when there
/// is none.
package func subjectIdentity(_ subject: String) -> String {
    guard let hyphen = subject.utf8.firstIndex(of: UInt8(ascii: "-")) else { return "" }
    return String(subject[subject.utf8.index(after: hyphen)...])
}

/// The kind of a subject or stream name: what stands before the first hyphen.
package func subjectKind(_ subject: String) -> Substring {
    guard let hyphen = subject.utf8.firstIndex(of: UInt8(ascii: "-")) else { return "" }
    return subject[..<hyphen]
}
