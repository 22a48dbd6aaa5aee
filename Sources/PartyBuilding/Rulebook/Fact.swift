package import Schema

/// A fact as the domain sees it: the envelope's fields with the payload decoded.
///
/// A *recorded* fact has a position; a *proposed* one has position 0 until it is admitted. What the
/// sender said is shared between copies, because facts are handed on many times and changed rarely.
package struct Fact: Sendable {
    private var shared: Shared
    /// Global position in the log; 0 while only proposed.
    package var position: UInt64
    /// 1 for the first fact of the stream; 0 while only proposed.
    package var streamVersion: UInt64
    /// The day from which the fact counts: `effective_from` when it has one, else the last local
    /// day of `occurred`.
    package var validDay: LocalDate
    /// When the office's records knew it, microseconds since 1970-01-01T00:00:00Z.
    package var recordedAt: Int64
    /// Root organisation of the tree, an organisation id.
    package var tenant: String
    /// Subjects the fact belongs to, such as `branch-yq-b1`, sorted; its own stream is one.
    package var tags: [String]
    /// Recorded more than the backfill limit after it happened (R-GEN-03).
    package var isLate: Bool
    /// Recorded after its period was sealed (R-GEN-04).
    package var isAfterSeal: Bool
    /// The payload is not the one first recorded but that of a correction (L01).
    package var isCorrected: Bool

    package var id: FactID {
        get { shared.content.id }
        set { change { $0.id = newValue } }
    }
    package var stream: String {
        get { shared.content.stream }
        set { change { $0.stream = newValue } }
    }
    package var payload: EventPayload {
        get { shared.content.payload }
        set { change { $0.payload = newValue } }
    }
    /// When it happened, with its precision.
    package var occurred: Moment {
        get { shared.content.occurred }
        set { change { $0.occurred = newValue } }
    }
    package var recordedBy: String {
        get { shared.content.recordedBy }
        set { change { $0.recordedBy = newValue } }
    }
    package var onBehalfOf: String? {
        get { shared.content.onBehalfOf }
        set { change { $0.onBehalfOf = newValue } }
    }
    package var sourceDoc: DocRef? {
        get { shared.content.sourceDoc }
        set { change { $0.sourceDoc = newValue } }
    }
    package var evidence: [EvidenceRef] {
        get { shared.content.evidence }
        set { change { $0.evidence = newValue } }
    }
    package var lateReason: String? {
        get { shared.content.lateReason }
        set { change { $0.lateReason = newValue } }
    }
    /// Confidentiality that the sender named; nil for that of the type.
    package var dataClass: DataClass? {
        get { shared.content.dataClass }
        set { change { $0.dataClass = newValue } }
    }

    /// The payload's bytes as they were sent (of a corrected fact, those of the correction),
    /// without what the server filled in.
    package var payloadBytes: [UInt8] {
        guard let sent = shared.content.sent else { return payload.message.wireBytes }
        let place = shared.content.place
        return place == 0..<sent.count ? sent : Array(sent[place.clamped(to: 0..<sent.count)])
    }

    /// The catalogue entry of the fact's type.
    package var type: EventType { shared.type }

    /// Local day on which it was recorded.
    package var recordedDay: LocalDate { LocalDate(instant: recordedAt) }

    /// Puts another payload of the same type in the place of this one.
    ///
    /// - Parameter bytes: the payload as it was sent.
    package mutating func replacePayload(_ payload: EventPayload, bytes: [UInt8]) {
        change {
            $0.payload = payload
            $0.sent = bytes
            $0.place = 0..<bytes.count
        }
    }

    /// A fact that names no time (only corrections and voids may) happened when it was recorded.
    package mutating func settleTime() {
        guard shared.content.occurred.value == nil else { return }
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
        shared = Shared(
            Content(
                id: id, stream: stream, payload: payload, sent: payloadBytes,
                place: 0..<(payloadBytes?.count ?? 0), occurred: occurred, recordedBy: recordedBy,
                onBehalfOf: onBehalfOf, sourceDoc: sourceDoc, evidence: evidence,
                lateReason: lateReason, dataClass: dataClass))
        self.position = position
        self.streamVersion = streamVersion
        self.validDay = validDay
        self.recordedAt = recordedAt
        self.tenant = tenant
        self.tags = tags
        self.isLate = isLate
        self.isAfterSeal = isAfterSeal
        self.isCorrected = isCorrected
    }

    /// A fact that nobody has recorded yet.
    ///
    /// - Parameters:
    ///   - bytes: what was sent, which holds the payload.
    ///   - place: where the payload is in them.
    init(
        id: FactID, stream: String, payload: EventPayload, sentIn bytes: [UInt8],
        at place: Range<Int>, occurred: Moment, validDay: LocalDate, recordedBy: String,
        onBehalfOf: String?, tags: [String], sourceDoc: DocRef?, evidence: [EvidenceRef],
        lateReason: String?, dataClass: DataClass?
    ) {
        shared = Shared(
            Content(
                id: id, stream: stream, payload: payload, sent: bytes, place: place,
                occurred: occurred, recordedBy: recordedBy, onBehalfOf: onBehalfOf,
                sourceDoc: sourceDoc, evidence: evidence, lateReason: lateReason,
                dataClass: dataClass))
        position = 0
        streamVersion = 0
        self.validDay = validDay
        recordedAt = 0
        tenant = ""
        self.tags = tags
        isLate = false
        isAfterSeal = false
        isCorrected = false
    }

    private mutating func change(_ body: (inout Content) -> Void) {
        var content = shared.content
        body(&content)
        shared = Shared(content)
    }
}

extension Fact {
    /// What the sender said.
    private struct Content: Sendable {
        var id: FactID
        var stream: String
        var payload: EventPayload
        /// The payload as it was sent, and where it is in these bytes; nil when they are not known.
        var sent: [UInt8]?
        var place: Range<Int>
        var occurred: Moment
        var recordedBy: String
        var onBehalfOf: String?
        var sourceDoc: DocRef?
        var evidence: [EvidenceRef]
        var lateReason: String?
        var dataClass: DataClass?
    }

    private final class Shared: Sendable {
        let content: Content
        let type: EventType

        init(_ content: Content) {
            self.content = content
            type = content.payload.type
        }
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
